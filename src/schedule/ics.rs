//! The calendar for calendar programs: iCalendar (RFC 5545), one VEVENT a slot. Breaks and strays are
//! for the table; a calendar that subscribes to this forgets a slot once it is gone.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::{CalendarOverview, CalendarRow, SlotState, SlotView};
use crate::publication::Publication;

/// A content line's longest, without its line break (RFC 5545 §3.1).
const MAX_LINE_BYTES: usize = 75;

/// How long an event is drawn. Sending takes minutes, and a line of no height can't be read.
const LENGTH: TimeDelta = TimeDelta::minutes(30);

/// The calendar of these slots, as it stands at `now`.
#[must_use]
pub(crate) fn calendar(
    publication: &Publication,
    overview: &CalendarOverview,
    now: DateTime<Utc>,
) -> String {
    let mut lines = ContentLines::default();
    lines.plain("BEGIN", "VCALENDAR");
    lines.plain("VERSION", "2.0");
    lines.plain("PRODID", "-//daily-note//schedule//EN");
    lines.plain("CALSCALE", "GREGORIAN");
    lines.plain("METHOD", "PUBLISH");
    lines.text("NAME", &publication.name);
    lines.text("X-WR-CALNAME", &publication.name);
    lines.plain("X-WR-TIMEZONE", publication.timezone.name());
    for row in &overview.rows {
        if let CalendarRow::Slot(view) = row {
            event(&mut lines, publication, view, now);
        }
    }
    lines.plain("END", "VCALENDAR");
    lines.0
}

fn event(lines: &mut ContentLines, publication: &Publication, view: &SlotView, now: DateTime<Utc>) {
    let domain = publication.from.address.domain();
    lines.plain("BEGIN", "VEVENT");
    lines.plain("UID", &format!("{}-{}@{domain}", view.edition, view.date));
    lines.plain("DTSTAMP", &moment(now));
    lines.plain("DTSTART", &moment(view.slot));
    lines.plain("DTEND", &moment(view.slot + LENGTH));
    lines.text("SUMMARY", &summary(view));
    let description = description(view);
    if !description.is_empty() {
        lines.text("DESCRIPTION", &description);
    }
    lines.text("CATEGORIES", &view.title);
    lines.plain("STATUS", status(view.state));
    // A newsletter going out keeps nobody from a meeting.
    lines.plain("TRANSP", "TRANSPARENT");
    lines.plain("END", "VEVENT");
}

fn summary(view: &SlotView) -> String {
    let titles: Vec<&str> = view
        .issues
        .iter()
        .map(|issue| issue.title.as_str())
        .collect();
    let what = match titles.as_slice() {
        [] => view.title.clone(),
        titles => format!("{}: {}", view.title, titles.join(" / ")),
    };
    format!("{what} ({})", view.state.word())
}

fn description(view: &SlotView) -> String {
    let files = view.issues.iter().map(|issue| issue.file.as_str());
    let topic = Some(view.topic.as_str()).filter(|topic| !topic.is_empty());
    topic
        .into_iter()
        .chain(files)
        .collect::<Vec<_>>()
        .join("\n")
}

fn status(state: SlotState) -> &'static str {
    match state {
        SlotState::Ready | SlotState::Sending | SlotState::Sent => "CONFIRMED",
        SlotState::Cancelled => "CANCELLED",
        SlotState::Missing
        | SlotState::Draft
        | SlotState::Late
        | SlotState::Missed
        | SlotState::Past
        | SlotState::Held
        | SlotState::Paused
        | SlotState::Conflict => "TENTATIVE",
    }
}

/// UTC, as RFC 5545 §3.3.5 writes it (form 2).
fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Content lines: escaped, folded, ended by CRLF.
#[derive(Default)]
struct ContentLines(String);

impl ContentLines {
    /// A value that can hold nothing to be escaped.
    fn plain(&mut self, name: &str, value: &str) {
        self.push(&format!("{name}:{value}"));
    }

    /// A value of type TEXT (RFC 5545 §3.3.11).
    fn text(&mut self, name: &str, value: &str) {
        let mut line = format!("{name}:");
        for character in value.chars() {
            match character {
                '\\' | ';' | ',' => {
                    let _ = write!(line, "\\{character}");
                }
                '\n' => line.push_str("\\n"),
                character if character.is_control() => {}
                character => line.push(character),
            }
        }
        self.push(&line);
    }

    /// Folds between characters: some programs unfold after decoding, and half a Hangul syllable
    /// is none.
    fn push(&mut self, line: &str) {
        let mut room = MAX_LINE_BYTES;
        for character in line.chars() {
            if character.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = MAX_LINE_BYTES - 1;
            }
            self.0.push(character);
            room -= character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> String {
        let mut lines = ContentLines::default();
        lines.text("SUMMARY", value);
        lines.0
    }

    #[test]
    fn what_would_end_a_value_is_escaped_and_no_control_character_gets_in() {
        assert_eq!(
            text("a, b; c\\d\r\nBEGIN:VEVENT\u{7}"),
            "SUMMARY:a\\, b\\; c\\\\d\\nBEGIN:VEVENT\r\n"
        );
    }

    #[test]
    fn a_line_folds_at_75_octets_and_never_within_a_character() {
        for padding in 0..8 {
            let value = format!("{}{}", "x".repeat(padding), "가".repeat(200));
            let folded = text(&value);
            let lines: Vec<&str> = folded.strip_suffix("\r\n").unwrap().split("\r\n").collect();
            assert!(lines.len() > 8);
            for (at, line) in lines.iter().enumerate() {
                assert!(line.len() <= MAX_LINE_BYTES, "{} octets", line.len());
                assert_eq!(line.starts_with(' '), at > 0);
            }
            // As full as whole characters allow.
            assert!(
                lines
                    .iter()
                    .rev()
                    .skip(1)
                    .all(|line| line.len() > MAX_LINE_BYTES - 3)
            );
            assert_eq!(folded.replace("\r\n ", ""), format!("SUMMARY:{value}\r\n"));
        }
    }

    #[test]
    fn a_line_that_just_fits_is_not_folded() {
        let value = "x".repeat(MAX_LINE_BYTES - "SUMMARY:".len());
        assert_eq!(text(&value), format!("SUMMARY:{value}\r\n"));
        assert!(text(&format!("{value}x")).contains("\r\n x\r\n"));
    }
}
