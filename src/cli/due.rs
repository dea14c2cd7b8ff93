//! `send --due`: one beat of the calendar, for cron and CI.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use super::{
    CommandContext, CommandExit, Failure, Output, batch,
    doubt::{self, PersonsAnswer},
    dry_run::show_dry_run,
    event::EventPrinter,
    serve::broken,
    signals,
};
use crate::{
    app::{App, AppError, EventSinks, Notifier, ReceiptSender},
    daemon::{BeatIntervals, CarriedBatches, Server},
    delivery::{Ending, StopSignal},
    live::LivePublication,
    operations::BatchReport,
    schedule::{BeatPlan, DueJob, EventSink},
    words::say,
};

/// How long a command that ends goes on telling people; the next one tells the rest.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// What `--json` prints.
#[derive(Serialize)]
struct DueJson {
    /// The batches that were carried.
    batches: Vec<BatchReport>,
}

pub(crate) async fn execute(
    is_dry_run: bool,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let app = match App::open(context.root(), context.clock) {
        Ok(app) => app,
        Err(error) => {
            // Nobody looks at cron's words: people hear of it as they did when all was well.
            if let Some(last) = broken::last_good(context).filter(|_| !is_dry_run) {
                let live = LivePublication::start(last.publication).await;
                if let Some(notifier) = broken::alarm(&live, &error, context).await {
                    notifier.flush(LAST_WORDS).await;
                }
            }
            return Err(error.into());
        }
    };
    let output = &context.output;
    let printer = EventPrinter {
        // The one document of `--json` comes at the end.
        output: output.beside_json(),
        zone: app.publication.timezone,
        is_short: true,
    };
    let mut pace = BeatIntervals::default();
    if is_dry_run {
        pace.quiet = Duration::ZERO;
    }
    let printer: Arc<dyn EventSink> = Arc::new(printer);
    let live = LivePublication::start(Arc::clone(&app.publication)).await;
    if is_dry_run {
        let mut server = Server::open(live, context.clock, pace, printer).await?;
        let plan = server.look().await?;
        return dry_run(&plan, &app, output).await;
    }
    let notifier = Notifier::open(&live, context.clock).await?;
    let tellers = EventSinks(vec![printer, Arc::clone(&notifier) as Arc<dyn EventSink>]);
    let receipts = ReceiptSender::of(&live, context.clock);
    let mut server = Server::open(live, context.clock, pace, Arc::new(tellers)).await?;
    let _right = match server.take_schedule("send --due").await {
        Ok(right) => right,
        Err(AppError::Doubt(doubt)) => match doubt::settle(&app, doubt, output).await? {
            PersonsAnswer::Yes => server.take_schedule("send --due").await?,
            PersonsAnswer::No => return Ok(CommandExit::Nothing),
        },
        Err(error) => match error.holder() {
            Some(holder) => {
                output.note(say!(
                    "another daily-note keeps the calendar ({holder})",
                    holder
                ));
                return Ok(CommandExit::Nothing);
            }
            None => return Err(error.into()),
        },
    };
    let stop = StopSignal::default();
    signals::drain_on(stop.clone(), output.clone(), signals::HangupMeaning::Ends);
    let sent = server.do_all_due(&stop).await;
    notifier.flush(LAST_WORDS).await;
    if !stop.is_requested() {
        remind_readers(&app, &receipts).await;
    }
    let sent = sent?;
    show(&app, &sent, &server, output).await?;
    Ok(exit(&sent, &server))
}

/// Cron is all that some publications have: what the law has us tell readers leaves by it, too, and what another
/// command queued for them.
async fn remind_readers(app: &App, receipts: &ReceiptSender) {
    if let Err(error) = app.remind_readers().await {
        let why = error.problems().join(": ");
        tracing::error!("readers can't be reminded of their consent: {why}");
    }
    receipts.flush(LAST_WORDS).await;
}

async fn show(
    app: &App,
    sent: &[CarriedBatches],
    server: &Server,
    output: &Output,
) -> Result<(), Failure> {
    let mut batches = Vec::new();
    for (batch, report) in sent {
        batches.push(batch::show_end(app, batch, report, &output.beside_json()).await?);
    }
    if output.is_json() {
        output.document(&DueJson { batches });
    } else if sent.is_empty() && !server.has_failed() {
        output.note(say!("Nothing is due."));
    }
    Ok(())
}

fn exit(sent: &[CarriedBatches], server: &Server) -> CommandExit {
    let is_well = |(_, report): &CarriedBatches| {
        report.ending == Ending::Finished && report.counts.rejected + report.counts.unknown == 0
    };
    if server.has_doubt || server.is_refused_by_state() {
        CommandExit::Configuration
    } else if server.has_refused {
        CommandExit::Content
    } else if server.has_failed() || !sent.iter().all(is_well) {
        CommandExit::Deliveries
    } else if sent.is_empty() {
        CommandExit::Nothing
    } else {
        CommandExit::Done
    }
}

async fn dry_run(plan: &BeatPlan, app: &App, output: &Output) -> Result<CommandExit, Failure> {
    if output.is_json() {
        output.document(&plan.jobs);
    }
    for job in &plan.jobs {
        match job {
            DueJob::Begin { issue, .. } => {
                let dry_run = app.dry_run(issue).await?;
                show_dry_run(&dry_run, &output.beside_json());
            }
            DueJob::Carry { issue } => output.say(say!("{issue}  would go on", issue)),
            DueJob::Shelve { issue, .. } => {
                output.say(say!(
                    "{issue}  would wait for a person: it is too late",
                    issue
                ));
            }
        }
    }
    if plan.jobs.is_empty() {
        output.note(say!("Nothing is due."));
        return Ok(CommandExit::Nothing);
    }
    Ok(CommandExit::Done)
}
