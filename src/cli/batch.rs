//! How a batch is told: its state in words, its counts, its end.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{CommandExit, Failure, Output, output::Tone};
use crate::{
    app::App,
    delivery::{Ending, HealthTrouble, RunReport},
    operations::{
        self, Batch, BatchReport, BatchState, DeliveryCounts, WaveState, ZoneCohort,
        everybody_failed,
    },
};

/// Unknown readers named at the end of a run; `status --failed` names all.
const NAMED: usize = 10;

/// What rests, or is slow, a line each: in whose words, and until when.
pub(crate) fn trouble_lines(troubles: &[HealthTrouble], zone: Tz) -> Vec<String> {
    let hour = |at: &DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S");
    let name = |domain: &Option<String>| domain.clone().unwrap_or("the relay".to_owned());
    let line = |trouble: &HealthTrouble| match trouble {
        HealthTrouble::Spell {
            domain,
            since,
            until,
            reply,
        } => format!(
            "  spell of {domain} since {}: it refuses everybody (“{reply}”), nobody is marked; one is tried after {}",
            hour(since),
            hour(until)
        ),
        HealthTrouble::Resting {
            domain,
            until,
            reply,
        } => format!(
            "  {} is resting until {}: “{reply}”",
            name(domain),
            hour(until)
        ),
        HealthTrouble::Paced { domain, per_second } => format!(
            "  {} bears {per_second:.1} messages a second; it goes on at that pace",
            name(domain)
        ),
    };
    troubles.iter().map(line).collect()
}

/// The state for people.
pub(crate) fn state_words(state: &BatchState) -> String {
    match state {
        BatchState::Open => "under way".to_owned(),
        BatchState::Paused { reason, .. } => format!("paused: {reason}"),
        BatchState::Finished => "finished".to_owned(),
        BatchState::Cancelled => "cancelled".to_owned(),
    }
}

/// The counts that are not zero, in the order of a row's life.
pub(crate) fn count_words(counts: &DeliveryCounts, output: &Output) -> String {
    let parts = [
        (counts.accepted, "accepted", Tone::Good),
        (counts.pending, "pending", Tone::Quiet),
        (counts.claimed, "claimed", Tone::Quiet),
        (counts.sending, "sending", Tone::Care),
        (counts.deferred, "deferred", Tone::Care),
        (counts.rejected, "rejected", Tone::Bad),
        (counts.unknown, "unknown", Tone::Bad),
        (counts.skipped, "skipped", Tone::Quiet),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, word, tone)| output.paint(*tone, format!("{count} {word}")))
        .collect();
    if shown.is_empty() {
        "nobody".to_owned()
    } else {
        shown.join(" · ")
    }
}

/// A batch as it stands.
pub(crate) fn show(report: &BatchReport, output: &Output) {
    if output.is_json() {
        output.document(report);
    } else {
        output.say(line(&report.batch, &report.counts, output));
    }
}

/// The batch of an issue as it stands now.
pub(crate) async fn show_issue(
    app: &App,
    issue: &str,
    output: &Output,
) -> Result<CommandExit, Failure> {
    Ok(match operations::report_of(app, issue).await? {
        Some(report) => {
            show(&report, output);
            CommandExit::Done
        }
        None => CommandExit::Nothing,
    })
}

/// That nothing is to be done, since the batch stands so already.
pub(crate) fn note_state(batch: &Batch, output: &Output) -> CommandExit {
    output.note(format!("{} is {}", batch.issue, state_words(&batch.state)));
    CommandExit::Nothing
}

/// A batch in two lines: where it stands, and its rows.
pub(crate) fn line(batch: &Batch, counts: &DeliveryCounts, output: &Output) -> String {
    let mood = match batch.is_rehearsal {
        true => "  (a rehearsal)",
        false => "",
    };
    format!(
        "{}  {}{mood}\n  {} readers = {}",
        batch.issue,
        state_words(&batch.state),
        batch.audience,
        count_words(counts, output)
    )
}

/// The waves of a batch, a line each: the hour, its zones, its rows.
pub(crate) fn wave_lines(waves: &[ZoneCohort], output: &Output) -> Vec<String> {
    let line = |wave: &ZoneCohort| {
        let zones: Vec<&str> = wave
            .zones
            .iter()
            .map(|zone| if zone.is_empty() { "no zone" } else { zone })
            .collect();
        let state = match wave.state {
            WaveState::ToCome | WaveState::Begun => "",
            WaveState::TooLate => "  too late: waits for `daily-note resume`",
        };
        format!(
            "  {}  {} = {}  ({}){state}",
            wave.due_at.format("%Y-%m-%d %H:%M:%SZ"),
            wave.counts.total(),
            count_words(&wave.counts, output),
            zones.join(", "),
        )
    };
    waves.iter().map(line).collect()
}

/// The end of a run: what became of everybody, and what a person does now. Answers the document of it.
pub(crate) async fn show_end(
    app: &App,
    batch: &Batch,
    report: &RunReport,
    output: &Output,
) -> Result<BatchReport, Failure> {
    let settled = operations::settled_report(app, batch, report).await?;
    let (batch, counts) = (&settled.batch, settled.counts);
    if output.is_json() {
        output.document(&settled);
    }
    if report.recovered.unknown > 0 {
        output.note(output.paint(
            Tone::Bad,
            format!(
                "✗ an earlier run died with {} on the wire; nobody can know whether they arrived",
                report.recovered.unknown
            ),
        ));
    }
    if report.recovered.restored > 0 {
        output.note(output.paint(
            Tone::Bad,
            format!(
                "✗ the database is an older copy of itself: {} may have got this issue after it was made",
                report.recovered.restored
            ),
        ));
    }
    output.say(ending_line(batch, report, output));
    output.say(format!(
        "  {} readers = {}",
        batch.audience,
        count_words(&counts, output)
    ));
    if counts.total() != batch.audience {
        return Err(Failure::unexpected(format!(
            "the ledger does not add up: {} readers were frozen, {} rows are there",
            batch.audience,
            counts.total()
        )));
    }
    if counts.unknown > 0 {
        name_unknown(app, batch, output).await?;
    }
    Ok(settled)
}

fn ending_line(batch: &Batch, report: &RunReport, output: &Output) -> String {
    let id = &batch.issue;
    match &report.ending {
        Ending::Finished if report.counts.rejected + report.counts.unknown == 0 => {
            output.paint(Tone::Good, format!("✓ {id} is sent"))
        }
        Ending::Finished => {
            output.paint(Tone::Care, format!("! {id} is sent, but not to everybody"))
        }
        Ending::Waiting(next) => output.paint(
            Tone::Care,
            format!(
                "! {id}: some wait; run send again after {}",
                next.format("%Y-%m-%d %H:%M:%SZ")
            ),
        ),
        Ending::Missed => output.paint(
            Tone::Care,
            format!(
                "! {id}: some missed their hour by more than `schedule.late`; for them: daily-note resume {id}"
            ),
        ),
        Ending::Paused(reason) => output.paint(
            Tone::Bad,
            format!("✗ {id} is paused: {reason}\n  fix it, then: daily-note resume {id}"),
        ),
        Ending::Cancelled => output.paint(Tone::Care, format!("! {id} was cancelled")),
        Ending::Stopped => output.paint(
            Tone::Care,
            format!("! {id} is stopped; run send again to go on"),
        ),
        Ending::RelayAway(reason) => output.paint(
            Tone::Bad,
            format!("✗ the relay is away: {reason}\n  run send again when it is back: {id}"),
        ),
    }
}

async fn name_unknown(app: &App, batch: &Batch, output: &Output) -> Result<(), Failure> {
    let failed = everybody_failed(app, batch).await?;
    let unknown: Vec<_> = failed
        .iter()
        .filter(|failed| failed.outcome == "unknown")
        .collect();
    for failed in unknown.iter().take(NAMED) {
        let email = failed
            .email
            .as_ref()
            .map_or("(erased)", |email| email.as_str());
        output.say(format!("  ? {email}"));
    }
    if unknown.len() > NAMED {
        output.say(format!(
            "  … and {} more: daily-note status {} --failed",
            unknown.len() - NAMED,
            batch.issue
        ));
    }
    output.say(format!(
        "  to send to them again: daily-note resume {0} --resend-unknown\n  to leave it at that:   daily-note resume {0} --accept-unknown",
        batch.issue
    ));
    Ok(())
}
