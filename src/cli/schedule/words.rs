//! A slot's state and the time that is left, in words.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::{
    cli::Tone,
    issue::IssueStatus,
    operations::BatchState,
    schedule::{SlotNeed, SlotState, SlotView},
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

/// The state, and what there is to know of it in a word or two.
pub(super) fn state(view: &SlotView, now: DateTime<Utc>) -> String {
    let word = view.state.word();
    let left = view.opens - now;
    match view.state {
        SlotState::Missing | SlotState::Draft if view.needs != SlotNeed::Nothing => {
            format!("{word}, {} left", span(left))
        }
        SlotState::Late => format!("{word} by {}", span(-left)),
        SlotState::Sending | SlotState::Sent => match &view.batch {
            Some(batch) if batch.audience > 0 => {
                format!("{word}, {} of {}", batch.counts.accepted, batch.audience)
            }
            _ => word.to_owned(),
        },
        _ => word.to_owned(),
    }
}

/// What stands under a line, where a word or two don't do.
pub(super) fn below(view: &SlotView, zone: Tz) -> Vec<String> {
    let until = view.latest.with_timezone(&zone).format("%a %H:%M");
    match view.state {
        SlotState::Missing | SlotState::Draft | SlotState::Ready if view.opens < view.slot => {
            let opens = view.opens.with_timezone(&zone).format("%a %H:%M");
            vec![format!(
                "the first readers get it {opens}, at their own hour"
            )]
        }
        SlotState::Paused => match view.batch.as_ref().map(|batch| &batch.state) {
            Some(BatchState::Paused { reason, .. }) => vec![reason.clone()],
            _ => Vec::new(),
        },
        SlotState::Held => match &view.hold {
            Some(hold) => vec![format!("{} (`daily-note release {}`)", hold.why, hold.name)],
            None => Vec::new(),
        },
        SlotState::Conflict => view.issues.iter().map(|it| it.file.clone()).collect(),
        SlotState::Late => vec![match view.issues.first().map(|issue| issue.status) {
            Some(IssueStatus::Ready) => format!("ready; goes out on its own until {until}"),
            Some(IssueStatus::Draft) => {
                format!("a draft; made ready by {until}, it goes out at once")
            }
            None => format!("no issue; one made ready by {until} goes out at once"),
        }],
        SlotState::Missed => match view.issues.first().map(|issue| issue.status) {
            Some(IssueStatus::Ready) => vec!["ready, and waits for a person".to_owned()],
            Some(IssueStatus::Draft) => vec!["a draft".to_owned()],
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A time span as a person says it: two units at the most.
pub(super) fn span(span: TimeDelta) -> String {
    let minutes = span.num_minutes().max(0);
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{rest} min"),
        (0, _) if rest == 0 || hours >= 6 => format!("{hours} h"),
        (0, _) => format!("{hours} h {rest} min"),
        (1, 0) => "1 day".to_owned(),
        (1, _) => format!("1 day {hours} h"),
        (days, _) => format!("{days} days"),
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
