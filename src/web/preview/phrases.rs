//! What no template can say with a word alone: names of enumerated things, dates, spans, amounts; and what the
//! program itself says, findings and faults, in the language of the page.

use std::time::Duration;

use chrono::NaiveDate;

use super::{
    look_choice::Typeface,
    query::{PreviewView, SourcePart},
};
use crate::{
    check::{ClientView, Level},
    look::Theme,
    render::MailWords,
    schedule::SlotState,
    words::{Said, Tongue},
};

/// The pages' words, and what is made of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct PreviewPhrases<'a> {
    words: &'a MailWords,
    tongue: Tongue,
}

impl<'a> PreviewPhrases<'a> {
    /// The words of pages in the language of that tag.
    pub(super) fn new(words: &'a MailWords, tag: &str) -> Self {
        Self {
            words,
            tongue: Tongue::of_tag(tag).unwrap_or_default(),
        }
    }

    /// A sentence of the program's own.
    pub(super) fn said(self, sentence: &Said) -> String {
        sentence.put(self.tongue)
    }

    pub(super) fn get(self, key: &'a str) -> &'a str {
        self.words.get(key)
    }

    /// The word of one of several things of a kind: `view_phone`.
    fn of(self, kind: &str, key: &str) -> String {
        self.words.get(&format!("{kind}_{key}")).to_owned()
    }

    pub(super) fn view(self, view: PreviewView) -> String {
        self.of("view", view.key())
    }

    pub(super) fn part(self, part: SourcePart) -> String {
        self.of("part", part.key())
    }

    /// Whose view it is.
    pub(super) fn client(self, client: ClientView) -> String {
        self.of("client", client.key())
    }

    /// What of it is simulated, and by whose word.
    pub(super) fn simulation(self, client: ClientView) -> String {
        self.of("simulation", client.key())
    }

    /// Whose inbox it is.
    pub(super) fn inbox(self, client: &str) -> String {
        self.of("client", client)
    }

    pub(super) fn theme(self, theme: Theme) -> String {
        self.of("theme", theme.name())
    }

    pub(super) fn typeface(self, typeface: Typeface) -> String {
        self.of("font", typeface.key())
    }

    /// How a slot stands; None: its issue's file can't be read.
    pub(super) fn state(self, state: Option<SlotState>) -> String {
        self.of("state", state_key(state))
    }

    /// How bad a finding is.
    pub(super) fn level(self, level: Level) -> String {
        self.of("level", level.as_str())
    }

    /// `11월 26일 (목)`, `Thu 26 Nov`.
    pub(super) fn date(self, date: NaiveDate) -> String {
        self.words.short_date(date)
    }

    /// `약 4분`, `about 4 min`.
    pub(super) fn minutes(self, time: Duration) -> String {
        let minutes = time.as_secs().div_ceil(60).max(1);
        self.words.filled("minutes", "n", &minutes.to_string())
    }

    /// How much there is to read.
    pub(super) fn extent(self, characters: usize, words: usize) -> String {
        self.get("extent")
            .replace("{characters}", &characters.to_string())
            .replace("{words}", &words.to_string())
    }

    /// `12자`, `12 characters`.
    pub(super) fn characters(self, count: usize) -> String {
        self.words.filled("characters", "n", &count.to_string())
    }

    /// How many readers there are beyond those shown.
    pub(super) fn further_readers(self, count: usize) -> String {
        self.words
            .filled("further_readers", "n", &count.to_string())
    }
}

/// A slot's state as style sheets know it.
pub(super) fn state_key(state: Option<SlotState>) -> &'static str {
    state.map_or("broken", SlotState::word)
}

/// `12.3 KB`.
pub(super) fn kilobytes(bytes: usize) -> String {
    let tenths = (bytes * 10).div_ceil(1024);
    format!("{}.{} KB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Templates;

    #[test]
    fn dates_and_times_are_said_as_people_say_them() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        for (language, day, minutes, extent) in [
            ("ko", "11월 26일 (목)", "약 4분", "900자 · 300어절"),
            (
                "en",
                "Thu 26 Nov",
                "about 4 min",
                "300 words · 900 characters",
            ),
        ] {
            let words =
                MailWords::load_from(&Templates::built_in(), "words/web", language).unwrap();
            let phrases = PreviewPhrases::new(&words, language);
            assert_eq!(phrases.date(date), day);
            assert_eq!(phrases.minutes(Duration::from_secs(181)), minutes);
            assert_eq!(phrases.extent(900, 300), extent);
        }
    }
}
