//! What a person should know before an issue goes out, in words: the lines above the question that
//! `send` asks, and those of its dry run.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Output, Tone, batch, table::padded};
use crate::{
    check::Finding,
    operations::{AudienceSize, BatchState, DeliveryCounts, Outlet, Preflight},
    words::{Said, many},
};

/// Warnings told one by one; `check` tells all.
const SHOWN_WARNINGS: usize = 3;
/// How far from its hour an issue is still on time.
const ON_TIME: TimeDelta = TimeDelta::minutes(5);
/// The column of names.
const NAME_WIDTH: usize = 11;

/// A fact a line, the title first, what `check` warns of last.
pub(super) fn lines(
    facts: &Preflight,
    message_bytes: Option<usize>,
    output: &Output,
) -> Vec<String> {
    let mut lines = vec![format!("{}  {}", facts.issue, facts.title)];
    let mut tell = |name: &str, fact: String| {
        lines.push(format!("  {}  {fact}", padded(name, NAME_WIDTH)));
    };
    tell(
        "edition",
        format!(
            "{} ({}) of {}",
            facts.edition_title,
            facts.edition,
            facts.date.format("%Y-%m-%d, %A")
        ),
    );
    let (is_on_time, when) = when(facts);
    tell(
        "when",
        match is_on_time {
            true => when,
            false => output.paint(Tone::Care, when),
        },
    );
    tell("readers", readers(facts));
    if facts.audience.suppressed > 0 {
        tell("suppressed", facts.audience.suppressed.to_string());
    }
    tell("from", facts.from.clone());
    tell("leaves by", way(facts));
    if let Some(bytes) = message_bytes {
        tell("a message", format!("{} KB", bytes.div_ceil(1024)));
    }
    if let Some((batch, counts)) = &facts.batch {
        let state = batch::state_words(&batch.state);
        tell(
            "its batch",
            format!("{state}: {}", batch::count_words(counts, output)),
        );
    }
    if facts.is_draft {
        let words = "a draft: `send` refuses it until it has `status: ready`";
        tell("status", output.paint(Tone::Care, words));
    }
    lines.extend(warning_lines(&facts.warnings, output));
    lines
}

/// The question that a person answers.
pub(super) fn question(facts: &Preflight) -> String {
    let readers = match &facts.batch {
        Some((_, counts)) => format!("the {} left", counted(counts.open(), "reader")),
        None => counted(facts.audience.readers, "reader"),
    };
    match facts.is_rehearsal {
        true => format!("Rehearse it with {readers}?"),
        false => format!("Send it to {readers}?"),
    }
}

/// The facts in a dry run's document (a contract).
pub(super) fn document(facts: &Preflight) -> Value {
    let way = match &facts.way {
        Outlet::Inbox => "inbox",
        Outlet::Relay(relay) => relay,
    };
    json!({
        "issue": facts.issue,
        "title": facts.title,
        "edition": facts.edition,
        "date": facts.date,
        "slot": facts.slot,
        "early_seconds": facts.slot.map(|slot| (slot - facts.now).num_seconds()),
        "readers": to_go(facts),
        "suppressed": facts.audience.suppressed,
        "from": facts.from,
        "relay": way,
        "rehearsal": facts.is_rehearsal,
        "draft": facts.is_draft,
        "batch": facts.batch.as_ref().map(|(batch, _)| &batch.state),
        "counts": facts.batch.as_ref().map(|(_, counts)| counts),
        "warnings": facts.warnings,
    })
}

/// Who would get it: of a batch that there is, those who have not.
fn to_go(facts: &Preflight) -> u64 {
    match &facts.batch {
        Some((_, counts)) => left(counts, facts),
        None => facts.audience.readers,
    }
}

fn left(counts: &DeliveryCounts, facts: &Preflight) -> u64 {
    let has_end =
        |state: &BatchState| matches!(state, BatchState::Finished | BatchState::Cancelled);
    match facts
        .batch
        .as_ref()
        .is_some_and(|(batch, _)| has_end(&batch.state))
    {
        true => 0,
        false => counts.open(),
    }
}

fn readers(facts: &Preflight) -> String {
    match &facts.batch {
        Some((batch, counts)) => {
            format!(
                "{} of the {} that it was frozen for",
                left(counts, facts),
                batch.audience
            )
        }
        None => match others(facts.audience) {
            Some(others) => format!("{}; {others}", facts.audience.readers),
            None => facts.audience.readers.to_string(),
        },
    }
}

/// Who else is on the list and gets none, in words: the list is longer than the readers are many.
pub(super) fn others(audience: AudienceSize) -> Option<Said> {
    match audience.elsewhere {
        0 => None,
        more => Some(many!(
            more,
            "1 more on the list reads other editions",
            "{n} more on the list read other editions"
        )),
    }
}

fn way(facts: &Preflight) -> String {
    let way = match &facts.way {
        Outlet::Inbox => "the embedded inbox, on this machine".to_owned(),
        Outlet::Relay(relay) => format!("the relay {relay}"),
    };
    match facts.is_rehearsal {
        true => format!("{way}: a rehearsal"),
        false => way,
    }
}

/// Whether it is on time, and how early or late it is.
fn when(facts: &Preflight) -> (bool, String) {
    let Some(slot) = facts.slot else {
        return (
            false,
            format!("now: the calendar has no slot on {}", facts.date),
        );
    };
    let hour = slot.with_timezone(&facts.timezone).format("%Y-%m-%d %H:%M");
    let early = slot - facts.now;
    if early.abs() <= ON_TIME {
        return (true, format!("now, on its hour ({hour})"));
    }
    let span = span(early.abs());
    match early > TimeDelta::zero() {
        true => (false, format!("now, {span} early: its hour is {hour}")),
        false => (false, format!("now, {span} late: its hour was {hour}")),
    }
}

/// Rounded as people do: to minutes, to hours from six on, to days from two on.
fn span(time: TimeDelta) -> String {
    const HOUR: u64 = 60;
    const DAY: u64 = 24 * HOUR;
    let minutes = (time.num_seconds().unsigned_abs() + 30) / 60;
    let whole = |unit: u64| (minutes + unit / 2) / unit;
    let and = |large: String, small: u64, what: &str| match small {
        0 => large,
        small => format!("{large} and {}", counted(small, what)),
    };
    if minutes < HOUR {
        counted(minutes, "minute")
    } else if minutes < 6 * HOUR {
        and(counted(minutes / HOUR, "hour"), minutes % HOUR, "minute")
    } else if whole(HOUR) < 24 {
        counted(whole(HOUR), "hour")
    } else if whole(HOUR) < 48 {
        and("1 day".to_owned(), whole(HOUR) % 24, "hour")
    } else {
        counted(whole(DAY), "day")
    }
}

fn warning_lines(warnings: &[Finding], output: &Output) -> Vec<String> {
    if warnings.is_empty() {
        return Vec::new();
    }
    let count = counted(warnings.len() as u64, "warning");
    let mut lines = vec![output.paint(
        Tone::Care,
        format!("  ! {count} (`daily-note check` tells all)"),
    )];
    lines.extend(warnings.iter().take(SHOWN_WARNINGS).map(|finding| {
        let line = finding.place().map_or_else(String::new, |place| {
            format!("line {}: ", place.start().line)
        });
        format!("    {line}{} [{}]", finding.message(), finding.rule().id)
    }));
    if let Some(more @ 1..) = warnings.len().checked_sub(SHOWN_WARNINGS) {
        lines.push(format!("    … and {more} more"));
    }
    lines
}

pub(super) fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_as_people_say_it() {
        for (minutes, words) in [
            (6, "6 minutes"),
            (60, "1 hour"),
            (95, "1 hour and 35 minutes"),
            (7 * 60 + 20, "7 hours"),
            (24 * 60, "1 day"),
            (30 * 60, "1 day and 6 hours"),
            (48 * 60, "2 days"),
            (8 * 24 * 60 + 700, "8 days"),
        ] {
            let time = TimeDelta::minutes(minutes);
            for around in [time, time - TimeDelta::seconds(20)] {
                assert_eq!(span(around), words);
            }
        }
    }
}
