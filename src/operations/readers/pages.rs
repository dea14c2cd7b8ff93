//! The readers' pages, served: a listener of their own, apart from health and metrics, behind whatever speaks TLS.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{net::TcpListener, task::JoinHandle};

use super::{super::HookDesk, ReaderDesk};
use crate::{
    app::{AppError, ReceiptSender},
    clock::Clock,
    delivery::StopSignal,
    live::LivePublication,
    schedule::EventSink,
    web::{
        hooks,
        reader::{self, DoorSettings},
    },
};

/// How soon an address that somebody else listens on is tried again: another process of ours may end.
const AGAIN: Duration = Duration::from_secs(2);

/// The pages of one publication, being served.
#[derive(Debug)]
pub(crate) struct ReaderPages {
    /// Where they are answered; None: somebody else listens there, and it is tried again.
    pub(crate) address: Option<SocketAddr>,
    /// Whether they are answered by now.
    is_served: Arc<AtomicBool>,
    server: JoinHandle<()>,
}

impl ReaderPages {
    /// Serves them at `web.listen` until `stop`; `receipts` writes to readers about what they do there. An address
    /// that is taken keeps nobody from anything else. Providers' hooks come through the same door.
    ///
    /// # Errors
    /// A state that can't be opened.
    pub(crate) async fn start(
        live: &LivePublication,
        clock: Clock,
        receipts: Arc<ReceiptSender>,
        teller: Arc<dyn EventSink>,
        told_by: Option<Arc<HookDesk>>,
        stop: StopSignal,
    ) -> Result<Self, AppError> {
        let web = live.snapshot().publication.web.clone();
        let desk = ReaderDesk::open(live, clock, receipts, teller).await?;
        let settings = DoorSettings {
            trusted_proxies: web.trusted_proxies,
            ..DoorSettings::default()
        };
        let mut pages = reader::router(desk, settings.clone());
        if let Some(desk) = told_by {
            pages = pages.merge(hooks::router(desk));
        }
        let bound = TcpListener::bind(web.listen).await;
        let address = bound.as_ref().ok().and_then(|it| it.local_addr().ok());
        if let Err(error) = &bound {
            let listen = web.listen;
            tracing::error!("the readers' pages can't be served at {listen}: {error}; retrying");
        }
        let is_served = Arc::new(AtomicBool::new(bound.is_ok()));
        let served = Arc::clone(&is_served);
        let server = tokio::spawn(async move {
            let mut bound = bound;
            let listener = loop {
                match bound {
                    Ok(listener) => break listener,
                    Err(_) => {
                        tokio::select! {
                            () = tokio::time::sleep(AGAIN) => {}
                            () = stop.requested() => return,
                        }
                        bound = TcpListener::bind(web.listen).await;
                        if bound.is_ok() {
                            served.store(true, Ordering::Relaxed);
                            tracing::info!("the readers' pages are served at {}", web.listen);
                        }
                    }
                }
            };
            let stopped = async move { stop.requested().await };
            if let Err(error) = reader::serve(listener, pages, settings, stopped).await {
                tracing::error!("the readers' pages are not answered any more: {error}");
            }
        });
        Ok(Self {
            address,
            is_served,
            server,
        })
    }

    /// Whether they are answered by now, for whoever watches over it.
    #[must_use]
    pub(crate) fn is_served(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_served)
    }

    /// Waits until answers under way are given, once it is to stop.
    pub(crate) async fn ended(self) {
        let _ = self.server.await;
    }
}
