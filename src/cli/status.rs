//! `status [ISSUE]`: what the ledger knows.

mod list;

use std::time::Duration;

use super::{
    CommandContext, CommandExit, Failure, Tone,
    batch::{delivery_words, email_words, line, pruned_line, trouble_lines, wave_lines},
    bounces::words::effect_counts,
    table::padded,
};
use crate::{
    app::App,
    operations::{self, BatchReport, BatchState, DeliveryState, UnplacedIssue, WaveState},
    words::{Said, many, say},
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
    /// All issues that were ever sent, not the newest twenty alone
    #[arg(long, conflicts_with = "issue")]
    all: bool,
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
        let (batches, older) = match &args.issue {
            Some(issue) => (operations::batch_of(&app, issue).await?, 0),
            None => operations::recent_batches(&app, args.all).await?,
        };
        if batches.is_empty() {
            output.note(say!("Nothing was ever sent."));
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
        if older > 0 {
            output.note(many!(
                older,
                "1 older issue is not shown: daily-note status --all",
                "{n} older issues are not shown: daily-note status --all"
            ));
        }
        if !args.watch || !is_under_way {
            return Ok(exit);
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// Whom nobody could tell what happens.
async fn show_unreached(app: &App, context: &CommandContext) -> Result<(), Failure> {
    for lost in app.unreached().await? {
        let at = lost.at.with_timezone(&app.publication.timezone);
        context.output.note(many!(
            lost.given_up,
            "! notices to {target} are failing: a notice was given up, last at {at}: {reply}",
            "! notices to {target} are failing: {n} notices were given up, last at {at}: {reply}",
            target = lost.target,
            at = at.format("%Y-%m-%d %H:%M"),
            reply = Said::heard(&lost.reply)
        ));
    }
    Ok(())
}

/// Whoever has the address that the readers' pages are to be served at.
async fn show_stranger(app: &App, context: &CommandContext) -> Result<(), Failure> {
    let store = app.store().await?;
    if let Some(listen) = app.stranger_at_listen(store.as_ref()).await? {
        let words = say!(
            "! another program answers at {listen}, where the readers' pages are to be: end it, or give `web.listen` \
             another address",
            listen
        );
        context.output.note(context.output.paint(Tone::Care, words));
    }
    Ok(())
}

/// What does not go out because a person holds it.
async fn show_holds(args: &Args, app: &App, context: &CommandContext) -> Result<(), Failure> {
    for hold in app.holds().await? {
        if args.issue.as_ref().is_none_or(|issue| *issue == hold.name) {
            let words = say!(
                "{issue} is on hold: {why}",
                issue = hold.name,
                why = hold.why
            );
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
            let words = say!(
                "! {issue} is ready, and no slot takes it: {why}",
                issue,
                why
            );
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
                waves.iter().for_each(|line| output.say(line));
                let lines = troubles.iter().chain(&returned);
                lines.for_each(|line| output.say(line));
                report
                    .pruned
                    .iter()
                    .for_each(|it| output.say(pruned_line(it, zone)));
                for failed in report.failed.iter().flatten() {
                    let email = email_words(failed.email.as_ref(), output);
                    let reply = failed.reply.as_deref().unwrap_or_default();
                    let reply = output.words(Said::heard(reply));
                    let outcome = output.words(outcome_words(&failed.outcome));
                    output.say(format!("  {} {email}  {reply}", padded(&outcome, 9)));
                }
            }
        }
    }
    match reports.iter().any(wants_a_person) {
        true => CommandExit::Deliveries,
        false => CommandExit::Done,
    }
}

/// Where somebody stands, by the ledger's word.
fn outcome_words(outcome: &str) -> Said {
    let mut states = DeliveryState::ALL.into_iter();
    let state = states.find(|state| state.word() == outcome);
    state.map_or_else(|| outcome.into(), delivery_words)
}

/// What came back of an issue, and which domains rest for it.
fn returned_lines(report: &BatchReport, zone: chrono_tz::Tz) -> Vec<Said> {
    let mut lines: Vec<Said> = report
        .pauses
        .iter()
        .map(|pause| {
            say!(
                "  {domain} rests until {until}: {reason}\n    to go on now: daily-note resume {issue} --domain {domain}",
                domain = pause.domain,
                until = pause.until.with_timezone(&zone).format("%Y-%m-%d %H:%M"),
                reason = Said::heard(&pause.reason),
                issue = report.batch.issue
            )
        })
        .collect();
    if !report.returned.is_empty() {
        let counts = effect_counts(&report.returned);
        lines.push(say!("  came back: {counts}", counts));
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
