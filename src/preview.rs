//! The preview: what a publication's files have in them, followed at every save, and the pages that
//! show it.
//! Writes neither state nor secret.

mod accents;
mod content;
mod former;
mod issue_list;
mod issue_preview;
mod pictures;
mod reader_directory;
mod reader_mail;
mod reader_pages;
mod ready_mail;
mod sample_archive;
mod service;
mod state;

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use self::{reader_pages::SampleDesk, service::LivePreview};
use crate::{
    app::{App, AppError},
    live::LivePublication,
    web::{self, reader::DoorSettings},
};

/// Why the preview does not start.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The address can't be had.
    #[error("the preview can't listen on {addr}")]
    Listen {
        /// Where it was to be.
        addr: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What is to be shown can't be.
    #[error(transparent)]
    App(#[from] AppError),
}

/// The preview, running.
#[derive(Debug)]
pub struct PreviewSite {
    page: SocketAddr,
    issue: Option<String>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
    following: Vec<JoinHandle<()>>,
}

impl App {
    /// Shows the issues at `listen`, `wanted` first, and follows their files. Addresses beyond
    /// loopback are taken at their word: whoever reaches them can read.
    ///
    /// # Errors
    /// No issue of that name; an address that is taken.
    pub async fn preview(
        self,
        wanted: Option<&str>,
        listen: SocketAddr,
    ) -> Result<PreviewSite, PreviewError> {
        let failed = |source| PreviewError::Listen {
            addr: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let page = listener.local_addr().map_err(failed)?;
        let live = LivePublication::start(Arc::clone(&self.publication)).await;
        if live.snapshot().archive_fault.is_some() {
            self.archive()?;
        }
        let (snapshots, live_snapshots) = (live.subscribe(), live.subscribe());
        let preview = Arc::new(LivePreview::open(live.snapshot(), self.clock, wanted).await?);
        let issue = web::preview::PreviewService::front(&*preview).await;
        let following = vec![
            tokio::spawn(async move { match live.follow().await {} }),
            tokio::spawn(service::follow_files(snapshots, Arc::clone(&preview))),
            tokio::spawn(service::follow_ledger(Arc::clone(&preview))),
        ];
        let readers = Arc::new(SampleDesk::new(Arc::clone(&preview), live_snapshots));
        let readers = web::reader::router(readers, DoorSettings::default());
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(web::preview::serve(listener, preview, readers, async {
            let _ = stopped.await;
        }));
        Ok(PreviewSite {
            page,
            issue,
            stop,
            server,
            following,
        })
    }
}

impl PreviewSite {
    /// Where it is.
    #[must_use]
    pub fn page(&self) -> SocketAddr {
        self.page
    }

    /// The name of the issue that opens first.
    #[must_use]
    pub fn issue(&self) -> Option<&str> {
        self.issue.as_deref()
    }

    /// Ends it. Browsers keep their connections open for as long as they like: nobody waits.
    pub(crate) fn stop(self) {
        let _ = self.stop.send(());
        self.server.abort();
        for task in self.following {
            task.abort();
        }
    }
}
