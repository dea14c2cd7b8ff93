//! `serve`: the daemon, until somebody stops it.

use std::sync::Arc;

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};

use super::{Context, Exit, Failure, event::Printer, signals};
use crate::{
    app::{Pace, Server},
    delivery::Stop,
};

/// Keep the calendar: send each issue at its slot's hour, on its own, once
///
/// Wakes for every slot, checks its issue, freezes it and sends it. An issue that becomes ready after
/// its hour goes out at once, until `schedule.late` is over; after that it waits for a person. Files
/// may change at any time; SIGHUP reads them again at once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A second `serve` on the same state waits, and takes over when the first one ends, however it ends.
Ctrl-C and SIGTERM finish the messages in flight and stop; once more stops at once. Nothing is lost.

Examples:
  daily-note serve
  daily-note serve --json | jq .event
  daily-note serve --at 2026-11-29T22:59:50Z     a rehearsal of Monday 08:00 in Seoul")]
pub(crate) struct Args {}

pub(crate) async fn execute(_args: &Args, context: &Context) -> Result<Exit, Failure> {
    let zone = context.app()?.publication.timezone;
    let printer = Printer {
        output: context.output.clone(),
        zone,
        is_short: false,
    };
    let server = Server::open(
        context.root(),
        context.clock,
        Pace::default(),
        Arc::new(printer),
    )
    .await?;
    let stop = Stop::default();
    signals::drain_on(stop.clone(), context.output.clone());
    let reload = Arc::new(Notify::new());
    let mut hangup = signal(SignalKind::hangup())?;
    let notified = Arc::clone(&reload);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            notified.notify_one();
        }
    });
    server.serve(stop, reload).await?;
    Ok(Exit::Done)
}
