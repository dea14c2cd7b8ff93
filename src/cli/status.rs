//! `status [ISSUE]`: what the ledger knows.

mod list;

use std::time::Duration;

use super::{
    CommandContext, CommandExit, Failure, Tone,
    batch::{line, trouble_lines, wave_lines},
};
use crate::{
    app::App,
    operations::{self, BatchReport, BatchState, DeliveryState, UnplacedIssue, WaveState},
};

/// How often `--watch` looks.
const BEAT: Duration = Duration::from_secs(1);

/// Say who has an issue and who has not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
accepted  the relay accepted it      deferred  waiting for a retry
rejected  refused for good           unknown   the connection died between the dot and its answer
skipped   left, bounced or was erased since the freeze, or the batch was cancelled

Examples:
  daily-note status
  daily-note status 2026-11-23-small-models --failed
  daily-note status 2026-11-23-small-models --list accepted --csv > got-it.csv
  daily-note status --watch")]
pub(crate) struct Args {
    /// The issue; all recent ones without it
    issue: Option<String>,
    /// Look again every second until nothing is under way
    #[arg(long)]
    watch: bool,
    /// Name everybody who did not get it, or not yet
    #[arg(long)]
    failed: bool,
    /// Name everybody who stands there: accepted, rejected, unknown …, and the relay's words
    #[arg(long, value_name = "STATE", requires = "issue", conflicts_with_all = ["watch", "failed"], value_parser = list::state)]
    list: Option<DeliveryState>,
    /// As a table for spreadsheets
    #[arg(long, requires = "list", conflicts_with = "json")]
    csv: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    show_unreached(&app, context).await?;
    show_holds(args, &app, context).await?;
    show_unplaced(args, &app, context).await?;
    show_stranger(&app, context).await?;
    loop {
        let batches = operations::recent_batches(&app, args.issue.as_deref()).await?;
        if batches.is_empty() {
            output.note("Nothing was ever sent.");
            if output.is_json() {
                output.document(&serde_json::json!([]));
            }
            return Ok(CommandExit::Nothing);
        }
        if let (Some(state), [batch]) = (args.list, batches.as_slice()) {
            return list::execute(&app, batch, state, args.csv, context).await;
        }
        let is_under_way = batches.iter().any(|batch| batch.state == BatchState::Open);
        let mut reports = Vec::new();
        for batch in batches {
            reports.push(operations::report(&app, batch, args.failed).await?);
        }
        let exit = show(args, &reports, app.publication.timezone, context);
        if !args.watch || !is_under_way {
            return Ok(exit);
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// Whom nobody could tell what happens.
async fn show_unreached(app: &App, context: &CommandContext) -> Result<(), Failure> {
    for lost in app.unreached().await? {
        let notices = match lost.given_up {
            1 => "a notice was".to_owned(),
            many => format!("{many} notices were"),
        };
        let at = lost.at.with_timezone(&app.publication.timezone);
        context.output.note(format!(
            "! notices to {} are failing: {notices} given up, last at {}: {}",
            lost.target,
            at.format("%Y-%m-%d %H:%M"),
            lost.reply
        ));
    }
    Ok(())
}

/// Whoever has the address that the readers' pages are to be served at.
async fn show_stranger(app: &App, context: &CommandContext) -> Result<(), Failure> {
    let store = app.store().await?;
    if let Some(listen) = app.stranger_at_listen(store.as_ref()).await? {
        let words = format!(
            "! another program answers at {listen}, where the readers' pages are to be: end it, or give `web.listen` \
             another address"
        );
        context.output.note(context.output.paint(Tone::Care, words));
    }
    Ok(())
}

/// What does not go out because a person holds it.
async fn show_holds(args: &Args, app: &App, context: &CommandContext) -> Result<(), Failure> {
    for hold in app.holds().await? {
        if args.issue.as_ref().is_none_or(|issue| *issue == hold.name) {
            let words = format!("{} is on hold: {}", hold.name, hold.why);
            context.output.note(context.output.paint(Tone::Care, words));
        }
    }
    Ok(())
}

/// What is ready and never goes out on its own.
async fn show_unplaced(args: &Args, app: &App, context: &CommandContext) -> Result<(), Failure> {
    for unplaced in app.unplaced().await? {
        let UnplacedIssue { issue, why } = &unplaced;
        if args.issue.as_ref().is_none_or(|wanted| wanted == issue) {
            let words = format!("! {issue} is ready, and no slot takes it: {why}");
            context.output.note(context.output.paint(Tone::Care, words));
        }
    }
    Ok(())
}

fn show(
    args: &Args,
    reports: &[BatchReport],
    zone: chrono_tz::Tz,
    context: &CommandContext,
) -> CommandExit {
    let output = &context.output;
    match (output.is_json(), args.issue.is_some(), reports.first()) {
        (true, true, Some(report)) => output.document(report),
        (true, ..) => output.document(&reports),
        (false, ..) => {
            for report in reports {
                output.say(line(&report.batch, &report.counts, output));
                let waves = wave_lines(&report.waves, output);
                let troubles = trouble_lines(&report.troubles, zone);
                let returned = returned_lines(report, zone);
                waves
                    .iter()
                    .chain(&troubles)
                    .chain(&returned)
                    .for_each(|line| output.say(line));
                for failed in report.failed.iter().flatten() {
                    let email = failed
                        .email
                        .as_ref()
                        .map_or("(erased)", |email| email.as_str());
                    let reply = failed.reply.as_deref().unwrap_or_default();
                    output.say(format!("  {:<9} {email}  {reply}", failed.outcome));
                }
            }
        }
    }
    match reports.iter().any(wants_a_person) {
        true => CommandExit::Deliveries,
        false => CommandExit::Done,
    }
}

/// What came back of an issue, and which domains rest for it.
fn returned_lines(report: &BatchReport, zone: chrono_tz::Tz) -> Vec<String> {
    let mut lines: Vec<String> = report
        .pauses
        .iter()
        .map(|pause| {
            let domain = &pause.domain;
            format!(
                "  {domain} rests until {}: {}\n    to go on now: daily-note resume {} --domain {domain}",
                pause.until.with_timezone(&zone).format("%Y-%m-%d %H:%M"),
                pause.reason,
                report.batch.issue
            )
        })
        .collect();
    let counts = report.returned.iter();
    let counts: Vec<String> = counts
        .map(|(effect, reports)| format!("{reports} {}", effect.replace('_', " ")))
        .collect();
    if !counts.is_empty() {
        lines.push(format!("  came back: {}", counts.join(", ")));
    }
    lines
}

fn wants_a_person(report: &BatchReport) -> bool {
    let counts = report.counts;
    let is_held_up = matches!(report.batch.state, BatchState::Paused { .. }) && counts.open() > 0;
    let is_late = |wave: &operations::ZoneCohort| wave.state == WaveState::TooLate;
    is_held_up
        || counts.deferred + counts.rejected + counts.unknown > 0
        || report.waves.iter().any(is_late)
}
