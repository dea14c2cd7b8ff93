//! The languages that the program speaks.

use std::sync::OnceLock;

use super::{Catalogue, heard::HeardTexts};

/// A language in which the program speaks with a person. Chosen once, at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tongue {
    /// As the texts stand in the code.
    #[default]
    English,
    /// 한국어.
    Korean,
}

impl Tongue {
    /// Every one.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The language of a tag (`ko`, `en-GB`) or of a locale (`ko_KR.UTF-8`), where we speak it.
    #[must_use]
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_', '.', '@']).next()?;
        let is_it = |tongue: &Self| tongue.tag().eq_ignore_ascii_case(language);
        Self::ALL.into_iter().find(is_it)
    }

    /// Its tag.
    #[must_use]
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// What a text of ours is in this language; of several forms the one for that many.
    pub(crate) fn words(self, text: &str, count: Option<u64>) -> Option<&'static str> {
        self.catalogue()?.words(text, self.form(count))
    }

    /// English words of ours, in this language.
    pub(super) fn heard(self, text: &str) -> String {
        static KOREAN: OnceLock<HeardTexts<'static>> = OnceLock::new();
        let phrases = match self {
            Self::English => None,
            Self::Korean => self
                .catalogue()
                .map(|catalogue| KOREAN.get_or_init(|| HeardTexts::of(catalogue))),
        };
        phrases.map_or_else(|| text.to_owned(), |phrases| phrases.said(text))
    }

    /// In how many forms it counts.
    #[cfg(test)]
    pub(super) fn forms(self) -> usize {
        match self {
            Self::English => 2,
            Self::Korean => 1,
        }
    }

    /// Which of its forms that many take.
    fn form(self, count: Option<u64>) -> usize {
        match (self, count) {
            (Self::English, Some(count)) if count != 1 => 1,
            (Self::English | Self::Korean, _) => 0,
        }
    }

    /// Read when the first sentence is said in it.
    fn catalogue(self) -> Option<&'static Catalogue> {
        static KOREAN: OnceLock<Catalogue> = OnceLock::new();
        match self {
            Self::English => None,
            Self::Korean => Some(KOREAN.get_or_init(|| Catalogue::read(self.files()))),
        }
    }

    /// Its catalogue, a file an area.
    pub(super) fn files(self) -> &'static [&'static str] {
        match self {
            Self::English => &[],
            Self::Korean => &[
                include_str!("ko/check.po"),
                include_str!("ko/doctor.po"),
                include_str!("ko/errors.po"),
                include_str!("ko/faults.po"),
                include_str!("ko/help.po"),
                include_str!("ko/list.po"),
                include_str!("ko/operating.po"),
                include_str!("ko/rules.po"),
                include_str!("ko/session.po"),
                include_str!("ko/workers.po"),
                include_str!("ko/writing.po"),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(Tongue::of_tag("ko_KR.UTF-8"), Some(Tongue::Korean));
        assert_eq!(Tongue::of_tag("KO-kr"), Some(Tongue::Korean));
        assert_eq!(Tongue::of_tag("en"), Some(Tongue::English));
        assert_eq!(Tongue::of_tag("C.UTF-8"), None);
        assert_eq!(Tongue::of_tag("kok_IN"), None);
    }
}
