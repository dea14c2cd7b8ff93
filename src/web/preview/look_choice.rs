//! Another look than the publication's own to see its mail in: a theme, a kind of type.

use serde::Deserialize;

use crate::look::{Font, Look, Theme};

/// What is to be other than the publication's own; nothing by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct LookChoice {
    /// How much there is beside the words.
    pub theme: Option<Theme>,
    /// What the words are set in.
    pub font: Option<Typeface>,
}

/// What every machine has type of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Typeface {
    /// The system's own.
    Sans,
    /// The system's book face.
    Serif,
}

impl Typeface {
    pub(super) const ALL: [Self; 2] = [Self::Sans, Self::Serif];

    /// As an address and daily-note.yaml say it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Sans => "sans",
            Self::Serif => "serif",
        }
    }
}

impl LookChoice {
    /// Whether nothing is chosen.
    #[must_use]
    pub(crate) fn is_own(&self) -> bool {
        *self == Self::default()
    }

    /// The publication's look with what is chosen in its place.
    #[must_use]
    pub(crate) fn applied(&self, own: &Look) -> Look {
        let mut look = match self.theme {
            Some(theme) => own.in_theme(theme),
            None => own.clone(),
        };
        match self.font {
            Some(Typeface::Sans) => look.font = Font::Sans,
            Some(Typeface::Serif) => look.font = Font::Serif,
            None => {}
        }
        look
    }

    /// As an address says it, and as `look:` in daily-note.yaml does.
    pub(super) fn pairs(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let theme = self.theme.map(|theme| ("theme", theme.name()));
        let font = self.font.map(|font| ("font", font.key()));
        theme.into_iter().chain(font)
    }

    /// The line of daily-note.yaml that makes it the publication's own.
    pub(super) fn setting(self) -> String {
        let pairs: Vec<String> = self
            .pairs()
            .map(|(key, value)| format!("{key}: {value}"))
            .collect();
        format!("look: {{{}}}", pairs.join(", "))
    }
}
