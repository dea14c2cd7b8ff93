//! How what came back is said.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    cli::{Output, table::table},
    operations::{
        ImportedReturns, ReportCount, ReportEffect, ReportEntry, ReportKind, ReportTotals,
        ReturnStatus,
    },
    words::{Said, many, say},
};

/// `4 taken in: 2 suppressed, 1 counted, 1 unproven; 3 known already`.
pub(super) fn import_line(imported: &ImportedReturns) -> Said {
    if imported.mails == 0 {
        return say!("There is no mail in it.");
    }
    let mut line = vec![say!(
        "✓ {new} taken in",
        new = imported.mails - imported.known
    )];
    if !imported.effects.is_empty() {
        line.extend([": ".into(), effect_counts(&imported.effects)]);
    }
    if imported.known > 0 {
        line.push(say!("; {known} known already", known = imported.known));
    }
    Said::row(line, "")
}

/// `2 suppressed, 1 kept aside`, by the words of the effects.
pub(crate) fn effect_counts(effects: &BTreeMap<&'static str, u64>) -> Said {
    let one = |(effect, count): (&&'static str, &u64)| {
        say!("{n} {state}", n = count, state = Said::word(*effect))
    };
    Said::row(effects.iter().map(one), ", ")
}

/// What a report is, and what it says.
pub(crate) fn what(report: &ReportEntry) -> Said {
    match &report.class {
        Some(class) => say!(
            "{kind} ({class})",
            kind = kind(report.kind),
            class = Said::word(class.clone())
        ),
        None => kind(report.kind),
    }
}

fn kind(kind: ReportKind) -> Said {
    match kind {
        ReportKind::AutoReply => say!("auto-reply"),
        ReportKind::Asking => say!("asks to be taken off"),
        other => Said::word(other.word()),
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
pub(crate) fn consequence(report: &ReportEntry, zone: Tz) -> Said {
    match report.effect {
        ReportEffect::Unproven => say!("nothing: it does not prove whose mail it is about"),
        ReportEffect::Nothing => say!("nothing follows from it"),
        ReportEffect::Stale => {
            say!("nothing: the reader has confirmed, moved or been let in again since that mail")
        }
        ReportEffect::Late => say!("nothing: it came more than 30 days after the issue"),
        ReportEffect::Unmatched => say!("nothing: no mail of ours went to that reader"),
        ReportEffect::Off => say!("nothing: the reader gets no mail already"),
        ReportEffect::Searching => say!("the relay's number in it is not found yet"),
        ReportEffect::Held => match report.held_until {
            Some(until) => say!(
                "held: decided after {time}, unless the whole domain has a bad hour",
                time = moment(until, zone)
            ),
            None => say!("held until it is clear whose matter it is"),
        },
        ReportEffect::Doubted => say!("nothing: the reader got an issue after it"),
        ReportEffect::Suppressed => say!("the address is dead and gets no mail any more"),
        ReportEffect::Counted => say!("counted: one more issue that the mailbox could not take"),
        ReportEffect::AgainstSender => {
            say!("counted against the domain: it speaks of the sender, not of the reader")
        }
        ReportEffect::Complained => say!("the reader complained and gets no mail any more"),
        ReportEffect::Unsubscribed => say!("the reader unsubscribed"),
        ReportEffect::Reviewed => say!("an opinion for review: daily-note feedback list"),
        ReportEffect::ForPerson => say!("it is for you to read and decide"),
        ReportEffect::KeptAside => say!("kept as it came: it can't be read"),
        ReportEffect::Probe => say!("a probe of `doctor` came back"),
        ReportEffect::TurnedAway => {
            say!("nothing of it is kept: too much came that proves nothing")
        }
    }
}

/// What `bounces status` says.
pub(super) fn status_lines(status: &ReturnStatus, zone: Tz, output: &Output) -> Vec<Said> {
    let totals = &status.totals;
    let all: u64 = totals.reports.iter().map(|count| count.reports).sum();
    let mut lines = vec![match all {
        0 => say!("Nothing came back in the last 30 days."),
        all => say!("{all} came back in the last 30 days:", all),
    }];
    let rows: Vec<[String; 4]> = totals
        .reports
        .iter()
        .map(|count| row_of(count, output))
        .collect();
    if !rows.is_empty() {
        let header = [say!("mails"), say!("what"), say!("says"), say!("effect")];
        let counted = table(header, &rows, output);
        lines.extend(counted.lines().map(|line| format!("  {line}").into()));
    }
    lines.extend(waiting_lines(totals));
    match status.doors.is_empty() {
        true => lines.push(say!("No door was ever read: see docs/bounces.md.")),
        false => lines.extend(status.doors.iter().map(|door| {
            say!(
                "{door} was read last at {time}",
                door = door.door,
                time = moment(door.read_at, zone)
            )
        })),
    }
    lines
}

/// What waits for a person, or for time to tell.
fn waiting_lines(totals: &ReportTotals) -> Vec<Said> {
    let lines = [
        (
            totals.held,
            many!(
                totals.held,
                "1 refusal is held until it is clear whose matter it is",
                "{n} refusals are held until it is clear whose matter they are"
            ),
        ),
        (
            totals.dormant,
            many!(
                totals.dormant,
                "1 reader is dormant: their mailbox took nothing for weeks",
                "{n} readers are dormant: their mailboxes took nothing for weeks"
            ),
        ),
        (
            totals.for_person,
            many!(
                totals.for_person,
                "1 mail is for you to read: daily-note bounces list --effect for-person",
                "{n} mails are for you to read: daily-note bounces list --effect for-person"
            ),
        ),
        (
            totals.kept_aside,
            many!(
                totals.kept_aside,
                "1 mail can't be read and is kept aside",
                "{n} mails can't be read and are kept aside"
            ),
        ),
    ];
    let some = lines.into_iter().filter(|(count, _)| *count > 0);
    some.map(|(_, line)| line).collect()
}

fn row_of(count: &ReportCount, output: &Output) -> [String; 4] {
    let class = count.class.clone().unwrap_or_default();
    [
        count.reports.to_string(),
        output.words(kind(count.kind)),
        output.words(Said::word(class)),
        output.words(Said::word(count.effect.word())),
    ]
}

/// A moment as the publication's people read it.
pub(super) fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}
