//! `serve`: the daemon, until somebody stops it.

pub(super) mod broken;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
    time::timeout,
};

use super::{
    CommandContext, CommandExit, Failure,
    event::{EventLog, EventPrinter},
    readers_pages, signals,
    watch::{self, WatchdogSignals},
};
use crate::{
    app::{EventSinks, Notifier},
    daemon::{BeatIntervals, DaemonVitals, Server},
    delivery::StopSignal,
    operations::{
        ReturnDoors,
        readers::{ReaderMail, ReaderPages},
    },
    schedule::EventSink,
    words::{Said, say},
};

/// How long an ending `serve` goes on telling people.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Keep the calendar: send each issue at its slot's hour, on its own, once
///
/// Wakes for every slot, checks its issue, freezes it and sends it. An issue that becomes ready after
/// its hour goes out at once, until `schedule.late` is over; after that it waits for a person. Files
/// may change at any time; SIGHUP reads them again at once. The addresses and the webhook of
/// `notify:` are notified of what happens.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A second `serve` on the same state waits, and takes over when the first one ends, however it ends.
Ctrl-C and SIGTERM finish the messages in flight and stop; once more stops at once. Nothing is lost.

With --listen, /healthz says whether it lives, /readyz whether it can do its work, and /metrics what
Prometheus collects. Under systemd it says when it is ready, and feeds the watchdog.

Examples:
  daily-note serve
  daily-note serve --listen 127.0.0.1:9464 --log-format json
  daily-note serve --json | jq .event
  daily-note serve --at 2026-11-29T22:59:50Z     a rehearsal of Monday 08:00 in Seoul")]
pub(crate) struct Args {
    /// Answer health, readiness and metrics there
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<SocketAddr>,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let live = broken::opened(args.listen, context).await?;
    let printer = EventPrinter {
        output: context.output.clone(),
        zone: live.snapshot().publication.timezone,
        is_short: false,
    };
    let notifier = Notifier::open(&live, context.clock).await?;
    let watchdog = Arc::new(WatchdogSignals::of_process());
    let line: Arc<dyn EventSink> = match context.logs_json {
        true => Arc::new(EventLog),
        false => Arc::new(printer),
    };
    let tellers: Arc<dyn EventSink> = Arc::new(EventSinks(vec![
        line,
        Arc::clone(&watchdog) as Arc<dyn EventSink>,
        Arc::clone(&notifier) as Arc<dyn EventSink>,
    ]));
    let pace = BeatIntervals::default();
    let server = Server::open(Arc::clone(&live), context.clock, pace, Arc::clone(&tellers)).await?;
    let stop = StopSignal::default();
    let mail = ReaderMail::start(&live, &notifier, context.clock, &stop);
    let doors = ReturnDoors::open(&live, context.clock, Arc::clone(&tellers), &stop).await?;
    for door in &doors.open {
        context.output.note(say!(
            "what comes back is taken in at {door}",
            door = Said::heard(door)
        ));
    }
    let hooks = doors.hooks.clone();
    let pages = readers_pages::start(&live, &mail, tellers, hooks, &stop, context).await?;
    let vitals = DaemonVitals::new(&server).watching(pages.as_ref().map(ReaderPages::is_served));
    if let Some(address) = args.listen {
        watch::listen(address, Arc::new(vitals), stop.clone(), &context.output).await?;
    }
    signals::drain_on(
        stop.clone(),
        context.output.clone(),
        signals::HangupMeaning::Reloads,
    );
    let reload = reload_on_hangup()?;
    let quiet = StopSignal::default();
    let telling = {
        let (notifier, quiet) = (Arc::clone(&notifier), quiet.clone());
        tokio::spawn(async move { notifier.run(&quiet).await })
    };
    let heartbeat = server.heartbeat();
    watchdog.start(move || heartbeat.is_alive(), stop.clone());
    server.serve(stop, reload).await;
    watchdog.is_stopping();
    if let Some(pages) = pages {
        pages.ended().await;
    }
    doors.closed().await;
    mail.ended().await;
    // What happened last is told, or kept for the next one.
    quiet.request();
    let _ = timeout(LAST_WORDS, telling).await;
    notifier.flush(LAST_WORDS).await;
    Ok(CommandExit::Done)
}

fn reload_on_hangup() -> Result<Arc<Notify>, Failure> {
    let reload = Arc::new(Notify::new());
    let mut hangup = signal(SignalKind::hangup())?;
    let notified = Arc::clone(&reload);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            notified.notify_one();
        }
    });
    Ok(reload)
}
