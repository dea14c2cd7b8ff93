//! How what came back is said.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    cli::table::table,
    operations::{
        ImportedReturns, ReportCount, ReportEffect, ReportEntry, ReportKind, ReturnStatus,
    },
};

/// `4 taken in: 2 suppressed, 1 counted, 1 unproven; 3 known already`.
pub(super) fn import_line(imported: &ImportedReturns) -> String {
    if imported.mails == 0 {
        return "There is no mail in it.".to_owned();
    }
    let new = imported.mails - imported.known;
    let effects: Vec<String> = imported
        .effects
        .iter()
        .map(|(effect, mails)| format!("{mails} {}", effect.replace('_', " ")))
        .collect();
    let mut line = format!("✓ {new} taken in");
    if !effects.is_empty() {
        line.push_str(&format!(": {}", effects.join(", ")));
    }
    if imported.known > 0 {
        line.push_str(&format!("; {} known already", imported.known));
    }
    line
}

/// What a report is, and what it says.
pub(crate) fn what(report: &ReportEntry) -> String {
    match &report.class {
        Some(class) => format!("{} ({})", kind(report.kind), class.replace('_', " ")),
        None => kind(report.kind).to_owned(),
    }
}

fn kind(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::AutoReply => "auto-reply",
        ReportKind::Asking => "asks to be taken off",
        other => other.word(),
    }
}

/// Whom it is about; of what is unproven, whom it names.
pub(super) fn whom(report: &ReportEntry) -> String {
    if let Some(email) = &report.email {
        return email.to_string();
    }
    let named = report
        .words
        .recipient
        .as_ref()
        .or(report.words.from.as_ref());
    named.map_or_else(|| "–".to_owned(), ToString::to_string)
}

/// What followed, in a sentence.
pub(crate) fn consequence(report: &ReportEntry, zone: Tz) -> String {
    let words = match report.effect {
        ReportEffect::Unproven => "nothing: it does not prove whose mail it is about",
        ReportEffect::Nothing => "nothing follows from it",
        ReportEffect::Stale => {
            "nothing: the reader has confirmed, moved or been let in again since that mail"
        }
        ReportEffect::Late => "nothing: it came more than 30 days after the issue",
        ReportEffect::Unmatched => "nothing: no mail of ours went to that reader",
        ReportEffect::Off => "nothing: the reader gets no mail already",
        ReportEffect::Searching => "the relay's number in it is not found yet",
        ReportEffect::Held => {
            return match report.held_until {
                Some(until) => format!(
                    "held: decided after {}, unless the whole domain has a bad hour",
                    moment(until, zone)
                ),
                None => "held until it is clear whose matter it is".to_owned(),
            };
        }
        ReportEffect::Doubted => "nothing: the reader got an issue after it",
        ReportEffect::Suppressed => "the address is dead and gets no mail any more",
        ReportEffect::Counted => "counted: one more issue that the mailbox could not take",
        ReportEffect::AgainstSender => {
            "counted against the domain: it speaks of the sender, not of the reader"
        }
        ReportEffect::Complained => "the reader complained and gets no mail any more",
        ReportEffect::Unsubscribed => "the reader unsubscribed",
        ReportEffect::Reviewed => "an opinion for review: daily-note feedback list",
        ReportEffect::ForPerson => "it is for you to read and decide",
        ReportEffect::KeptAside => "kept as it came: it can't be read",
        ReportEffect::Probe => "a probe of `doctor` came back",
        ReportEffect::TurnedAway => "nothing of it is kept: too much came that proves nothing",
    };
    words.to_owned()
}

/// What `bounces status` says.
pub(super) fn status_lines(status: &ReturnStatus, zone: Tz) -> Vec<String> {
    let totals = &status.totals;
    let all: u64 = totals.reports.iter().map(|count| count.reports).sum();
    let mut lines = vec![match all {
        0 => "Nothing came back in the last 30 days.".to_owned(),
        all => format!("{all} came back in the last 30 days:"),
    }];
    let rows: Vec<[String; 4]> = totals.reports.iter().map(row_of).collect();
    if !rows.is_empty() {
        let counted = table(["mails", "what", "says", "effect"], &rows);
        lines.extend(counted.lines().map(|line| format!("  {line}")));
    }
    let waiting = [
        (
            totals.held,
            "refusal is held until it is clear whose matter it is",
            "refusals are held until it is clear whose matter they are",
        ),
        (
            totals.dormant,
            "reader is dormant: their mailbox took nothing for weeks",
            "readers are dormant: their mailboxes took nothing for weeks",
        ),
        (
            totals.for_person,
            "mail is for you to read: daily-note bounces list --effect for-person",
            "mails are for you to read: daily-note bounces list --effect for-person",
        ),
        (
            totals.kept_aside,
            "mail can't be read and is kept aside",
            "mails can't be read and are kept aside",
        ),
    ];
    lines.extend(
        waiting
            .into_iter()
            .filter_map(|(count, one, many)| match count {
                0 => None,
                1 => Some(format!("1 {one}")),
                _ => Some(format!("{count} {many}")),
            }),
    );
    match status.doors.is_empty() {
        true => lines.push("No door was ever read: see docs/bounces.md.".to_owned()),
        false => lines.extend(status.doors.iter().map(|door| {
            format!(
                "{} was read last at {}",
                door.door,
                moment(door.read_at, zone)
            )
        })),
    }
    lines
}

fn row_of(count: &ReportCount) -> [String; 4] {
    [
        count.reports.to_string(),
        kind(count.kind).to_owned(),
        count.class.as_deref().unwrap_or_default().replace('_', " "),
        count.effect.word().replace('_', " "),
    ]
}

/// A moment as the publication's people read it.
pub(super) fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}
