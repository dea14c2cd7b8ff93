//! A slot's state and the time that is left, in words.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::{
    cli::Tone,
    issue::IssueStatus,
    operations::BatchState,
    schedule::{SlotNeed, SlotState, SlotView},
    words::{Said, many, say, weekday_in_short},
};

/// The mark at a line's head, which says without colour what the colour says.
pub(super) fn mark(view: &SlotView) -> (&'static str, Tone) {
    match (view.state, view.needs) {
        (_, SlotNeed::Now) => ("✗", Tone::Bad),
        (_, SlotNeed::Soon) => ("!", Tone::Care),
        (SlotState::Ready | SlotState::Sent | SlotState::Sending, _) => ("✓", Tone::Good),
        _ => ("·", Tone::Quiet),
    }
}

/// The state in one word.
fn word(state: SlotState) -> Said {
    match state {
        SlotState::Missing => say!("missing"),
        SlotState::Draft => say!("draft"),
        SlotState::Ready => say!("ready"),
        SlotState::Late => say!("late"),
        SlotState::Missed => say!("missed"),
        SlotState::Past => say!("past"),
        SlotState::Held => say!("held"),
        SlotState::Sending => say!("sending"),
        SlotState::Paused => say!("paused"),
        SlotState::Sent => say!("sent"),
        SlotState::Cancelled => say!("cancelled"),
        SlotState::Conflict => say!("conflict"),
    }
}

/// The state, and what there is to know of it in a word or two.
pub(super) fn state(view: &SlotView, now: DateTime<Utc>) -> Said {
    let word = word(view.state);
    let left = view.opens - now;
    match view.state {
        SlotState::Missing | SlotState::Draft if view.needs != SlotNeed::Nothing => {
            say!("{word}, {left} left", word, left = span(left))
        }
        SlotState::Late => say!("{word} by {left}", word, left = span(-left)),
        SlotState::Sending | SlotState::Sent => match &view.batch {
            Some(batch) if batch.audience > 0 => {
                say!(
                    "{word}, {accepted} of {audience}",
                    word,
                    accepted = batch.counts.accepted,
                    audience = batch.audience
                )
            }
            _ => word,
        },
        _ => word,
    }
}

/// What stands under a line, where a word or two don't do.
pub(super) fn below(view: &SlotView, zone: Tz) -> Vec<Said> {
    let until = hour(view.latest, zone);
    match view.state {
        SlotState::Missing | SlotState::Draft | SlotState::Ready if view.opens < view.slot => {
            let opens = hour(view.opens, zone);
            vec![say!(
                "the first readers get it {opens}, at their own hour",
                opens
            )]
        }
        SlotState::Paused => match view.batch.as_ref().map(|batch| &batch.state) {
            Some(BatchState::Paused { reason, .. }) => vec![Said::heard(reason)],
            _ => Vec::new(),
        },
        SlotState::Held => match &view.hold {
            Some(hold) => vec![say!(
                "{why} (`daily-note release {name}`)",
                why = Said::heard(&hold.why),
                name = hold.name
            )],
            None => Vec::new(),
        },
        SlotState::Conflict => view.issues.iter().map(|it| Said::from(&it.file)).collect(),
        SlotState::Late => vec![match view.issues.first().map(|issue| issue.status) {
            Some(IssueStatus::Ready) => say!("ready; goes out on its own until {until}", until),
            Some(IssueStatus::Draft) => {
                say!("a draft; made ready by {until}, it goes out at once", until)
            }
            None => say!(
                "no issue; one made ready by {until} goes out at once",
                until
            ),
        }],
        SlotState::Missed => match view.issues.first().map(|issue| issue.status) {
            Some(IssueStatus::Ready) => vec![say!("ready, and waits for a person")],
            Some(IssueStatus::Draft) => vec![say!("a draft")],
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The hour, and the day before it.
fn hour(at: DateTime<Utc>, zone: Tz) -> Said {
    let at = at.with_timezone(&zone);
    let hour = at.format("%H:%M").to_string();
    Said::row([weekday_in_short(at.weekday()), hour.into()], " ")
}

/// A time span as a person says it: two units at the most.
pub(super) fn span(span: TimeDelta) -> Said {
    let minutes = span.num_minutes().max(0).unsigned_abs();
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => say!("{minutes} min", minutes = rest),
        (0, _) if rest == 0 || hours >= 6 => say!("{hours} h", hours),
        (0, _) => say!("{hours} h {minutes} min", hours, minutes = rest),
        (1, 1..) => say!("1 day {hours} h", hours),
        (days, _) => many!(days, "1 day", "{n} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_as_exactly_as_it_matters() {
        let said = |minutes| span(TimeDelta::minutes(minutes));
        assert_eq!(said(0), "0 min");
        assert_eq!(said(59), "59 min");
        assert_eq!(said(60), "1 h");
        assert_eq!(said(95), "1 h 35 min");
        assert_eq!(said(6 * 60 + 50), "6 h");
        assert_eq!(said(24 * 60), "1 day");
        assert_eq!(said(33 * 60), "1 day 9 h");
        assert_eq!(said(48 * 60 - 1), "1 day 23 h");
        assert_eq!(said(49 * 60), "2 days");
        assert_eq!(said(-5), "0 min");
    }
}
