//! `send --due`: one beat of the calendar, for cron and CI.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use super::{
    Context, Exit, Failure, Output, batch,
    doubt::{self, Answer},
    event::Printer,
    send,
    serve::broken,
    signals,
};
use crate::{
    app::{App, AppError, Notifier, Pace, Sent, Server, Tellers},
    delivery::{Ending, Stop},
    operations::BatchReport,
    schedule::{Job, Plan, Teller},
};

/// How long a command that ends goes on telling people; the next one tells the rest.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// What `--json` prints.
#[derive(Serialize)]
struct Due {
    /// The batches that were carried.
    batches: Vec<BatchReport>,
}

pub(crate) async fn execute(is_dry_run: bool, context: &Context) -> Result<Exit, Failure> {
    let app = match App::open(context.root(), context.clock) {
        Ok(app) => app,
        Err(error) => {
            // Nobody looks at cron's words: people hear of it as they did when all was well.
            if let Some(last) = broken::last_good(context).filter(|_| !is_dry_run)
                && let Some(notifier) = broken::alarm(last, &error, context).await
            {
                notifier.flush(LAST_WORDS).await;
            }
            return Err(error.into());
        }
    };
    let output = &context.output;
    let printer = Printer {
        // The one document of `--json` comes at the end.
        output: output.beside_json(),
        zone: app.publication.timezone,
        is_short: true,
    };
    let mut pace = Pace::default();
    if is_dry_run {
        pace.quiet = Duration::ZERO;
    }
    let printer: Arc<dyn Teller> = Arc::new(printer);
    if is_dry_run {
        let mut server = Server::open(context.root(), context.clock, pace, printer).await?;
        let plan = server.look().await?;
        return dry_run(&plan, &app, output).await;
    }
    let notifier = Notifier::open(context.app()?).await?;
    let tellers = Tellers(vec![printer, Arc::clone(&notifier) as Arc<dyn Teller>]);
    let mut server = Server::open(context.root(), context.clock, pace, Arc::new(tellers)).await?;
    let _right = match server.take_schedule().await {
        Ok(right) => right,
        Err(AppError::Doubt(doubt)) => match doubt::settle(&app, doubt, output).await? {
            Answer::Yes => server.take_schedule().await?,
            Answer::No => return Ok(Exit::Nothing),
        },
        Err(error) => match error.holder() {
            Some(holder) => {
                output.note(format!("another daily-note keeps the calendar ({holder})"));
                return Ok(Exit::Nothing);
            }
            None => return Err(error.into()),
        },
    };
    let stop = Stop::default();
    signals::drain_on(stop.clone(), output.clone(), signals::Hangup::Ends);
    let sent = server.do_all_due(&stop).await;
    notifier.flush(LAST_WORDS).await;
    let sent = sent?;
    show(&app, &sent, &server, output).await?;
    Ok(exit(&sent, &server))
}

async fn show(app: &App, sent: &[Sent], server: &Server, output: &Output) -> Result<(), Failure> {
    let mut batches = Vec::new();
    for (batch, report) in sent {
        batches.push(batch::show_end(app, batch, report, &output.beside_json()).await?);
    }
    if output.is_json() {
        output.document(&Due { batches });
    } else if sent.is_empty() && !server.has_failed() {
        output.note("Nothing is due.");
    }
    Ok(())
}

fn exit(sent: &[Sent], server: &Server) -> Exit {
    let is_well = |(_, report): &Sent| {
        report.ending == Ending::Finished && report.counts.rejected + report.counts.unknown == 0
    };
    if server.has_doubt || server.is_refused_by_state() {
        Exit::Configuration
    } else if server.has_refused {
        Exit::Content
    } else if server.has_failed() || !sent.iter().all(is_well) {
        Exit::Deliveries
    } else if sent.is_empty() {
        Exit::Nothing
    } else {
        Exit::Done
    }
}

async fn dry_run(plan: &Plan, app: &App, output: &Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.document(&plan.jobs);
    }
    for job in &plan.jobs {
        match job {
            Job::Begin { issue, .. } => {
                let dry_run = app.dry_run(issue).await?;
                send::show_dry_run(&dry_run, &output.beside_json());
            }
            Job::Carry { issue } => output.say(format!("{issue}  would go on")),
            Job::Shelve { issue, .. } => {
                output.say(format!("{issue}  would wait for a person: it is too late"));
            }
        }
    }
    if plan.jobs.is_empty() {
        output.note("Nothing is due.");
        return Ok(Exit::Nothing);
    }
    Ok(Exit::Done)
}
