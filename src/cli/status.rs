//! `status [ISSUE]`: what the ledger knows.

mod list;

use std::time::Duration;

use super::{
    Context, Exit, Failure, Tone,
    batch::{BatchStatus, all_failed, line, trouble_lines, wave_lines},
};
use crate::{
    app::{App, Unplaced},
    delivery::troubles,
    store::{Batch, BatchState, DeliveryState, Store, WaveState},
};

/// Batches shown without ISSUE.
const RECENT: u32 = 20;
/// How often `--watch` looks.
const BEAT: Duration = Duration::from_secs(1);

/// Say who has an issue and who has not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
accepted  the relay took it          deferred  waits for another try
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

pub(crate) async fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let app = context.app()?;
    let store = app.store().await?;
    for lost in app.unreached(store.as_ref()).await? {
        let notices = match lost.given_up {
            1 => "a notice was".to_owned(),
            many => format!("{many} notices were"),
        };
        let at = lost.at.with_timezone(&app.publication.timezone);
        context.output.note(format!(
            "! {} can't be told what happens: {notices} given up, last at {}: {}",
            lost.target,
            at.format("%Y-%m-%d %H:%M"),
            lost.reply
        ));
    }
    show_holds(args, store.as_ref(), context).await?;
    show_unplaced(args, &app, store.as_ref(), context).await?;
    loop {
        let batches = batches(args, &app, store.as_ref()).await?;
        if batches.is_empty() {
            context.output.note("Nothing was ever sent.");
            if context.output.is_json() {
                context.output.document(&serde_json::json!([]));
            }
            return Ok(Exit::Nothing);
        }
        if let (Some(state), [batch]) = (args.list, batches.as_slice()) {
            return list::execute(batch, state, args.csv, store.as_ref(), context).await;
        }
        let zone = app.publication.timezone;
        let exit = show(args, &batches, store.as_ref(), zone, context).await?;
        let is_under_way = batches.iter().any(|batch| batch.state == BatchState::Open);
        if !args.watch || !is_under_way {
            return Ok(exit);
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// What does not go out because a person holds it.
async fn show_holds(args: &Args, store: &dyn Store, context: &Context) -> Result<(), Failure> {
    for hold in store.holds().await? {
        if args.issue.as_ref().is_none_or(|issue| *issue == hold.name) {
            let words = format!("{} is on hold: {}", hold.name, hold.why);
            context.output.note(context.output.paint(Tone::Care, words));
        }
    }
    Ok(())
}

/// What is ready and never goes out on its own.
async fn show_unplaced(
    args: &Args,
    app: &App,
    store: &dyn Store,
    context: &Context,
) -> Result<(), Failure> {
    for unplaced in app.unplaced(store).await? {
        let Unplaced { issue, why } = &unplaced;
        if args.issue.as_ref().is_none_or(|wanted| wanted == issue) {
            let words = format!("! {issue} is ready, and no slot takes it: {why}");
            context.output.note(context.output.paint(Tone::Care, words));
        }
    }
    Ok(())
}

async fn batches(args: &Args, app: &App, store: &dyn Store) -> Result<Vec<Batch>, Failure> {
    let Some(wanted) = &args.issue else {
        return Ok(store.batches(RECENT).await?);
    };
    let id = app.issue_id(wanted)?;
    match store.batch(&id).await? {
        Some(batch) => Ok(vec![batch]),
        None => Ok(Vec::new()),
    }
}

async fn show(
    args: &Args,
    batches: &[Batch],
    store: &dyn Store,
    zone: chrono_tz::Tz,
    context: &Context,
) -> Result<Exit, Failure> {
    let output = &context.output;
    let (mut documents, mut exit) = (Vec::new(), Exit::Done);
    for batch in batches {
        let counts = store.counts(batch.id).await?;
        let is_held_up = matches!(batch.state, BatchState::Paused { .. }) && counts.open() > 0;
        if is_held_up || counts.deferred + counts.rejected + counts.unknown > 0 {
            exit = Exit::Deliveries;
        }
        let failed = if args.failed {
            Some(all_failed(batch, store).await?)
        } else {
            None
        };
        let waves = match batch.waves {
            0 => Vec::new(),
            _ => store.waves(batch.id).await?,
        };
        if waves.iter().any(|wave| wave.state == WaveState::TooLate) {
            exit = Exit::Deliveries;
        }
        let troubles = match batch.state {
            BatchState::Open => troubles(store, context.clock.now()).await?,
            _ => Vec::new(),
        };
        if output.is_json() {
            let status = BatchStatus::new(batch, counts, failed);
            documents.push(status.with_waves(waves).with_troubles(troubles));
            continue;
        }
        output.say(line(batch, &counts, output));
        wave_lines(&waves, output)
            .iter()
            .for_each(|line| output.say(line));
        trouble_lines(&troubles, zone)
            .iter()
            .for_each(|line| output.say(line));
        for failed in failed.into_iter().flatten() {
            let email = failed
                .email
                .as_ref()
                .map_or("(erased)", |email| email.as_str());
            let reply = failed.reply.as_deref().unwrap_or_default();
            output.say(format!("  {:<9} {email}  {reply}", failed.outcome));
        }
    }
    match (output.is_json(), args.issue.is_some(), documents.first()) {
        (true, true, Some(document)) => output.document(document),
        (true, ..) => output.document(&documents),
        (false, ..) => {}
    }
    Ok(exit)
}
