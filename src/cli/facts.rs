//! What a person should know before an issue goes out, in words: the lines above the question that
//! `send` asks, and those of its dry run.

use chrono::{Datelike, TimeDelta};
use serde_json::{Value, json};

use super::{Output, Tone, batch, moments, table::padded};
use crate::{
    check::Finding,
    operations::{AudienceSize, BatchState, DeliveryCounts, Outlet, Preflight},
    words::{self, Said, many, say},
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
    let mut tell = |name: Said, fact: Said| {
        let (name, fact) = (output.words(name), output.words(fact));
        lines.push(format!("  {}  {fact}", padded(&name, NAME_WIDTH)));
    };
    tell(
        say!("edition"),
        say!(
            "{title} ({edition}) of {date}, {weekday}",
            title = facts.edition_title,
            edition = facts.edition,
            date = facts.date,
            weekday = words::weekday(facts.date.weekday())
        ),
    );
    let (is_on_time, when) = when(facts);
    tell(
        say!("when"),
        match is_on_time {
            true => when,
            false => output.paint(Tone::Care, when).into(),
        },
    );
    tell(say!("readers"), readers(facts));
    if facts.audience.suppressed > 0 {
        let suppressed = facts.audience.suppressed;
        tell(say!("suppressed"), suppressed.to_string().into());
    }
    tell(say!("from"), (&facts.from).into());
    tell(say!("leaves by"), way(facts));
    if let Some(bytes) = message_bytes {
        let kilobytes = bytes.div_ceil(1024);
        tell(say!("a message"), say!("{kilobytes} KB", kilobytes));
    }
    if let Some((batch, counts)) = &facts.batch {
        let state = batch::state_words(&batch.state);
        let counts = batch::count_words(counts, output);
        tell(say!("its batch"), Said::row([state, counts.into()], ": "));
    }
    if facts.is_draft {
        let words = say!("a draft: `send` refuses it until it has `status: ready`");
        tell(say!("status"), output.paint(Tone::Care, words).into());
    }
    lines.extend(warning_lines(&facts.warnings, output));
    lines
}

/// The question that a person answers.
pub(super) fn question(facts: &Preflight) -> Said {
    let readers = match &facts.batch {
        Some((_, counts)) => many!(counts.open(), "the 1 reader left", "the {n} readers left"),
        None => moments::readers(facts.audience.readers),
    };
    match facts.is_rehearsal {
        true => say!("Rehearse it with {readers}?", readers),
        false => say!("Send it to {readers}?", readers),
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

fn readers(facts: &Preflight) -> Said {
    match &facts.batch {
        Some((batch, counts)) => say!(
            "{left} of the {frozen} that it was frozen for",
            left = left(counts, facts),
            frozen = batch.audience
        ),
        None => {
            let readers = Said::from(facts.audience.readers.to_string());
            Said::row([readers].into_iter().chain(others(facts.audience)), "; ")
        }
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

fn way(facts: &Preflight) -> Said {
    let way = match &facts.way {
        Outlet::Inbox => say!("the embedded inbox, on this machine"),
        Outlet::Relay(relay) => say!("the relay {relay}", relay),
    };
    match facts.is_rehearsal {
        true => say!("{way}: a rehearsal", way),
        false => way,
    }
}

/// Whether it is on time, and how early or late it is.
fn when(facts: &Preflight) -> (bool, Said) {
    let Some(slot) = facts.slot else {
        return (
            false,
            say!("now: the calendar has no slot on {date}", date = facts.date),
        );
    };
    let hour = slot.with_timezone(&facts.timezone).format("%Y-%m-%d %H:%M");
    let early = slot - facts.now;
    if early.abs() <= ON_TIME {
        return (true, say!("now, on its hour ({hour})", hour));
    }
    let span = moments::span(early.abs());
    match early > TimeDelta::zero() {
        true => (
            false,
            say!("now, {span} early: its hour is {hour}", span, hour),
        ),
        false => (
            false,
            say!("now, {span} late: its hour was {hour}", span, hour),
        ),
    }
}

fn warning_lines(warnings: &[Finding], output: &Output) -> Vec<String> {
    if warnings.is_empty() {
        return Vec::new();
    }
    let told = many!(
        warnings.len(),
        "1 warning (`daily-note check` tells all)",
        "{n} warnings (`daily-note check` tells all)"
    );
    let told = format!("  ! {}", output.words(told));
    let mut lines = vec![output.paint(Tone::Care, told)];
    lines.extend(warnings.iter().take(SHOWN_WARNINGS).map(|finding| {
        let line = finding.place().map_or_else(String::new, |place| {
            let line = say!("line {line}: ", line = place.start().line);
            output.words(line)
        });
        let message = output.words(finding.message());
        format!("    {line}{message} [{}]", finding.rule().id)
    }));
    if let Some(more @ 1..) = warnings.len().checked_sub(SHOWN_WARNINGS) {
        let more = say!("… and {more} more", more);
        lines.push(format!("    {}", output.words(more)));
    }
    lines
}
