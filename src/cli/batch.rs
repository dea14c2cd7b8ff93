//! How a batch is told: its state in words, its counts, its end.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{CommandExit, Failure, Output, moments, output::Tone, trouble::Trouble};
use crate::{
    address::Address,
    app::App,
    delivery::{Ending, HealthTrouble, RunReport},
    operations::{
        self, Batch, BatchReport, BatchState, DeliveryCounts, DeliveryState, PrunedRows, WaveState,
        ZoneCohort, everybody_failed,
    },
    words::{Said, many, say},
};

/// Unknown readers named at the end of a run; `status --failed` names all.
const NAMED: usize = 10;

/// What rests, or is slow, a line each: in whose words, and until when.
pub(crate) fn trouble_lines(troubles: &[HealthTrouble], zone: Tz) -> Vec<Said> {
    let hour = |at: &DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S");
    let name = |domain: &Option<String>| match domain {
        Some(domain) => domain.into(),
        None => say!("the relay"),
    };
    let line = |trouble: &HealthTrouble| match trouble {
        HealthTrouble::Spell {
            domain,
            since,
            until,
            reply,
        } => say!(
            "  spell of {domain} since {since}: it refuses everybody (“{reply}”), nobody is marked; one is tried after {until}",
            domain,
            since = hour(since),
            reply,
            until = hour(until)
        ),
        HealthTrouble::Resting {
            domain,
            until,
            reply,
        } => say!(
            "  {name} is resting until {until}: “{reply}”",
            name = name(domain),
            until = hour(until),
            reply
        ),
        HealthTrouble::Paced { domain, per_second } => say!(
            "  {name} bears {rate} messages a second; it goes on at that pace",
            name = name(domain),
            rate = format!("{per_second:.1}")
        ),
    };
    troubles.iter().map(line).collect()
}

/// The state for people.
pub(crate) fn state_words(state: &BatchState) -> Said {
    match state {
        BatchState::Open => say!("under way"),
        BatchState::Paused { reason, .. } => {
            say!("paused: {reason}", reason = Said::heard(reason))
        }
        BatchState::Finished => say!("finished"),
        BatchState::Cancelled => say!("cancelled"),
    }
}

/// The counts that are not zero, in the order of a row's life.
pub(crate) fn count_words(counts: &DeliveryCounts, output: &Output) -> String {
    let parts = [
        (counts.accepted, DeliveryState::Accepted, Tone::Good),
        (counts.pending, DeliveryState::Pending, Tone::Quiet),
        (counts.claimed, DeliveryState::Claimed, Tone::Quiet),
        (counts.sending, DeliveryState::Sending, Tone::Care),
        (counts.deferred, DeliveryState::Deferred, Tone::Care),
        (counts.rejected, DeliveryState::Rejected, Tone::Bad),
        (counts.unknown, DeliveryState::Unknown, Tone::Bad),
        (counts.skipped, DeliveryState::Skipped, Tone::Quiet),
    ];
    let shown: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, state, tone)| {
            output.paint(
                tone,
                say!("{n} {state}", n = count, state = delivery_words(state)),
            )
        })
        .collect();
    if shown.is_empty() {
        output.words(say!("nobody"))
    } else {
        shown.join(" · ")
    }
}

/// Where a delivery stands, for people.
pub(crate) fn delivery_words(state: DeliveryState) -> Said {
    match state {
        DeliveryState::Accepted => say!("accepted"),
        DeliveryState::Pending => say!("pending"),
        DeliveryState::Claimed => say!("claimed"),
        DeliveryState::Sending => say!("sending"),
        DeliveryState::Deferred => say!("deferred"),
        DeliveryState::Rejected => say!("rejected"),
        DeliveryState::Unknown => say!("unknown"),
        DeliveryState::Skipped => say!("skipped"),
    }
}

/// That not everybody is named any more.
pub(crate) fn pruned_line(pruned: &PrunedRows, zone: Tz) -> Said {
    let day = pruned.at.with_timezone(&zone).date_naive();
    many!(
        pruned.rows,
        "  1 row was pruned (`ledger.keep`, {day}): whose it was is not kept any more",
        "  {n} rows were pruned (`ledger.keep`, {day}): whose they were is not kept any more",
        day
    )
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
    output.note(say!(
        "{issue} is {state}",
        issue = batch.issue,
        state = state_words(&batch.state)
    ));
    CommandExit::Nothing
}

/// A batch in two lines: where it stands, and its rows.
pub(crate) fn line(batch: &Batch, counts: &DeliveryCounts, output: &Output) -> String {
    let mood = match batch.is_rehearsal {
        true => format!("  {}", output.words(say!("(a rehearsal)"))),
        false => String::new(),
    };
    format!(
        "{}  {}{mood}\n{}",
        batch.issue,
        output.words(state_words(&batch.state)),
        sum_line(batch.audience, counts, output)
    )
}

/// How many there are, and where each of them stands.
fn sum_line(audience: u64, counts: &DeliveryCounts, output: &Output) -> String {
    let readers = output.words(moments::readers(audience));
    format!("  {readers} = {}", count_words(counts, output))
}

/// The waves of a batch, a line each: the hour, its zones, its rows.
pub(crate) fn wave_lines(waves: &[ZoneCohort], output: &Output) -> Vec<String> {
    let line = |wave: &ZoneCohort| {
        let zones: Vec<String> = wave
            .zones
            .iter()
            .map(|zone| match zone.as_str() {
                "" => output.words(say!("no zone")),
                zone => zone.to_owned(),
            })
            .collect();
        let state = match wave.state {
            WaveState::ToCome | WaveState::Begun => String::new(),
            WaveState::TooLate => {
                let late = say!("too late: waits for `daily-note resume`");
                format!("  {}", output.words(late))
            }
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
            say!(
                "✗ an earlier run died with {n} on the wire; nobody can know whether they arrived",
                n = report.recovered.unknown
            ),
        ));
        for dead in &report.recovered.dead {
            output.note(say!(
                "  {sender}: {claimed} in hand, {sending} on the wire",
                sender = Said::heard(&dead.sender),
                claimed = dead.claimed,
                sending = dead.sending
            ));
        }
    }
    if report.recovered.restored > 0 {
        output.note(output.paint(
            Tone::Bad,
            say!(
                "✗ the database is an older copy of itself: {n} may have got this issue after it was made",
                n = report.recovered.restored
            ),
        ));
    }
    output.say(ending_line(batch, report, output));
    output.say(sum_line(batch.audience, &counts, output));
    if counts.total() != batch.audience {
        let unsettled = say!(
            "the ledger does not add up: {audience} readers were frozen, {total} rows are there",
            audience = batch.audience,
            total = counts.total()
        );
        return Err(Failure::new(
            CommandExit::Unexpected,
            Trouble::new(unsettled),
        ));
    }
    if counts.unknown > 0 {
        name_unknown(app, batch, output).await?;
    }
    Ok(settled)
}

fn ending_line(batch: &Batch, report: &RunReport, output: &Output) -> String {
    let issue = &batch.issue;
    match &report.ending {
        Ending::Finished if report.counts.rejected + report.counts.unknown == 0 => {
            output.paint(Tone::Good, say!("✓ {issue} is sent", issue))
        }
        Ending::Finished => {
            output.paint(
            Tone::Care,
            say!("! {issue} is sent, but not to everybody", issue),
        )
        }
        Ending::Waiting(next) => output.paint(
            Tone::Care,
            say!(
                "! {issue}: some wait; run send again after {hour}",
                issue,
                hour = next.format("%Y-%m-%d %H:%M:%SZ")
            ),
        ),
        Ending::Missed => output.paint(
            Tone::Care,
            say!(
                "! {issue}: some missed their hour by more than `schedule.late`; for them: daily-note resume {issue}",
                issue
            ),
        ),
        Ending::Paused(reason) => output.paint(
            Tone::Bad,
            say!(
                "✗ {issue} is paused: {reason}\n  fix it, then: daily-note resume {issue}",
                issue,
                reason = Said::heard(reason)
            ),
        ),
        Ending::Cancelled => output.paint(Tone::Care, say!("! {issue} was cancelled", issue)),
        Ending::Stopped => output.paint(
            Tone::Care,
            say!("! {issue} is stopped; run send again to go on", issue),
        ),
        Ending::LeaseOver => output.paint(
            Tone::Bad,
            say!(
                "✗ {issue}: the database did not hear of this sender for too long, and others have its readers; run send again to help them",
                issue
            ),
        ),
        Ending::RelayAway(reason) => output.paint(
            Tone::Bad,
            say!(
                "✗ the relay is away: {reason}\n  run send again when it is back: {issue}",
                reason = Said::heard(reason),
                issue
            ),
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
        let email = email_words(failed.email.as_ref(), output);
        output.say(format!("  ? {email}"));
    }
    if unknown.len() > NAMED {
        output.say(say!(
            "  … and {more} more: daily-note status {issue} --failed",
            more = unknown.len() - NAMED,
            issue = batch.issue
        ));
    }
    output.say(say!(
        "  to send to them again: daily-note resume {issue} --resend-unknown\n  to leave it at that:   daily-note resume {issue} --accept-unknown",
        issue = batch.issue
    ));
    Ok(())
}

/// A reader's address, as long as the ledger has it.
pub(crate) fn email_words(email: Option<&Address>, output: &Output) -> String {
    match email {
        Some(email) => email.to_string(),
        None => output.words(say!("(erased)")),
    }
}
