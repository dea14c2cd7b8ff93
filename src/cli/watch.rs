//! Those who watch over a service: systemd, and whoever asks over HTTP.

use std::{io::ErrorKind, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;

use crate::{
    cli::{CommandExit, Failure, output::Output, trouble::Trouble},
    delivery::StopSignal,
    schedule::{Event, EventSink},
    systemd::ServiceManager,
    web::vitals::{self, Vitals},
    words::{Said, say},
};

/// How long a listener takes to close.
const A_MOMENT: Duration = Duration::from_millis(500);

/// What systemd hears.
pub(super) struct WatchdogSignals(ServiceManager);

impl WatchdogSignals {
    pub(super) fn of_process() -> Self {
        Self(ServiceManager::of_process())
    }

    /// The service is up; from now on the watchdog is fed as long as its beat goes on.
    pub(super) fn start(
        self: &Arc<Self>,
        is_alive: impl Fn() -> bool + Send + 'static,
        stop: StopSignal,
    ) {
        self.0.is_ready();
        let Some(beat) = self.0.beat() else { return };
        let watch = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                if is_alive() {
                    watch.0.is_alive();
                }
                tokio::time::sleep(beat).await;
                // A drain may take its time; whoever wants it shorter sends a second signal.
                if stop.is_requested() {
                    watch.0.is_alive();
                }
            }
        });
    }

    /// A line for whoever asks the service manager.
    pub(super) fn says(&self, status: &str) {
        self.0.says(status);
    }

    pub(super) fn is_stopping(&self) {
        self.0.is_stopping();
    }
}

#[async_trait]
impl EventSink for WatchdogSignals {
    async fn tell(&self, event: &Event, _at: DateTime<Utc>) {
        match event {
            Event::Keeping { next: Some(next) } => self.0.says(&format!(
                "keeping the calendar; next {} of {} at {}",
                next.edition,
                next.date,
                next.at.format("%Y-%m-%d %H:%M UTC")
            )),
            Event::Keeping { next: None } => self.0.says("keeping the calendar; it has no slot"),
            Event::Waiting { holder } => {
                self.0.says(&format!("waiting to take over from {holder}"))
            }
            Event::BatchBegan {
                issue, audience, ..
            } => {
                self.0
                    .says(&format!("{issue} goes out to {audience} readers"));
            }
            Event::BatchEnded { issue, .. } => self.0.says(&format!("{issue} is sent")),
            Event::BatchPaused { issue, .. } => self.0.says(&format!("{issue} is paused")),
            _ => {}
        }
    }
}

/// Answers there until `stop`, and says where that is, in case any port would do.
pub(super) async fn listen(
    address: SocketAddr,
    service: Arc<dyn Vitals>,
    stop: StopSignal,
    output: &Output,
) -> Result<(), Failure> {
    let taken = |error: std::io::Error| {
        let hint = say!("choose another --listen, or stop what listens there");
        Failure::new(
            CommandExit::Configuration,
            Trouble::new(say!(
                "{address} can't be listened on: {error}",
                address,
                error = Said::heard(error.to_string())
            ))
            .with_hint(hint),
        )
    };
    let listener = match TcpListener::bind(address).await {
        // Whoever answered for us until now is about to leave.
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            tokio::time::sleep(A_MOMENT).await;
            TcpListener::bind(address).await
        }
        bound => bound,
    };
    let listener = listener.map_err(taken)?;
    let address = listener.local_addr()?;
    output.note(say!("health and metrics at http://{address}", address));
    tokio::spawn(async move {
        let stopped = async move { stop.requested().await };
        if let Err(error) = vitals::serve(listener, service, stopped).await {
            tracing::error!("health and metrics are not answered any more: {error}");
        }
    });
    Ok(())
}
