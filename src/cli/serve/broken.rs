//! `serve` started with a configuration that can't be read, as after a reboot behind a bad `git pull`:
//! it listens, tells people by the configuration that could be read last, and goes on once it is fixed.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    app::{App, AppError, Notifier},
    cli::{CommandContext, Failure, event::EventPrinter, watch},
    delivery::StopSignal,
    live::LivePublication,
    publication::Publication,
    schedule::{Event, EventSink},
    web::vitals::{HealthReport, Vitals},
};

/// How often the configuration is read again.
const AGAIN: Duration = Duration::from_secs(1);

/// It lives, and can do nothing.
struct BrokenPublication;

#[async_trait]
impl Vitals for BrokenPublication {
    fn health(&self) -> HealthReport {
        HealthReport::default()
    }

    async fn readiness(&self) -> HealthReport {
        HealthReport::ailing("the configuration can't be read")
    }

    async fn metrics(&self) -> String {
        String::new()
    }
}

/// The live publication, once it can be read. Where nothing was ever kept here, an error is the answer: a
/// person has just typed the command.
pub(super) async fn opened(
    listen: Option<SocketAddr>,
    context: &CommandContext,
) -> Result<Arc<LivePublication>, Failure> {
    let error = match App::open(context.root(), context.clock) {
        Ok(app) => return Ok(LivePublication::start(app.publication).await),
        Err(error) => error,
    };
    let Some(last) = last_good(context) else {
        return Err(error.into());
    };
    let printer = EventPrinter {
        output: context.output.clone(),
        zone: last.publication.timezone,
        is_short: false,
    };
    let over = StopSignal::default();
    if let Some(address) = listen {
        let vitals = Arc::new(BrokenPublication);
        watch::listen(address, vitals, over.clone(), &context.output).await?;
    }
    let live = LivePublication::start(last.publication).await;
    let notifier = alarm(&live, &error, context).await;
    let event = refused(&error);
    printer.tell(&event, context.clock.now()).await;
    let telling = notifier.map(|notifier| {
        let over = over.clone();
        tokio::spawn(async move { notifier.run(&over).await })
    });
    while !live.look().await.configuration_faults.is_empty() {
        tokio::time::sleep(AGAIN).await;
    }
    over.request();
    if let Some(telling) = telling {
        let _ = tokio::time::timeout(super::LAST_WORDS, telling).await;
    }
    Ok(live)
}

/// The configuration that could be read last, of the folder that the command is about.
pub(in crate::cli) fn last_good(context: &CommandContext) -> Option<App> {
    let here = || std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let root = match context.root() {
        Some(root) => root.to_owned(),
        None => Publication::find_root(&here()).unwrap_or_else(|_| here()),
    };
    App::last_good(&root, context.clock)
}

/// Tells people, by mail and webhook; None: even the state can't be opened.
pub(in crate::cli) async fn alarm(
    live: &LivePublication,
    error: &AppError,
    context: &CommandContext,
) -> Option<Arc<Notifier>> {
    let notifier = Notifier::open(live, context.clock).await.ok()?;
    notifier.tell(&refused(error), context.clock.now()).await;
    Some(notifier)
}

fn refused(error: &AppError) -> Event {
    Event::ConfigurationRefused {
        problems: error.problems(),
    }
}
