//! The doors that `serve` keeps open, and what it looks after beside them: refusals that are held, mailboxes that are
//! passed by.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;

use super::{
    super::{HookDesk, mailbox_door::MailboxDoor},
    ReturnDesk,
    listening::listen,
    maildir::watch,
};
use crate::{
    app::AppError, bounce::ReportIntake, clock::Clock, delivery::StopSignal, live::LivePublication,
    schedule::EventSink, source::with_causes,
};

/// How often it is looked whether time has decided anything.
const BETWEEN_LOOKS: Duration = Duration::from_secs(30);

/// The doors of one publication, open.
pub(crate) struct ReturnDoors {
    /// Where mail is taken, for people.
    pub(crate) open: Vec<String>,
    /// What providers' hooks tell, where any is configured: served beside the readers' pages.
    pub(crate) hooks: Option<Arc<HookDesk>>,
    tasks: Vec<JoinHandle<()>>,
}

impl ReturnDoors {
    /// Opens them until `stop`, as daily-note.yaml has them now.
    ///
    /// # Errors
    /// A state that can't be opened.
    pub(crate) async fn open(
        live: &LivePublication,
        clock: Clock,
        teller: Arc<dyn EventSink>,
        stop: &StopSignal,
    ) -> Result<Self, AppError> {
        let publication = Arc::clone(&live.snapshot().publication);
        let desk = ReturnDesk::open(live, clock, teller).await?;
        let mut open = Vec::new();
        let mut tasks = vec![tokio::spawn(keep_up(Arc::clone(&desk), stop.clone()))];
        if let Some(folder) = publication.bounces.maildir.clone() {
            open.push(folder.display().to_string());
            tasks.push(tokio::spawn(watch(Arc::clone(&desk), folder, stop.clone())));
        }
        if let Some(address) = publication.bounces.listen.clone() {
            open.push(address.to_string());
            tasks.push(tokio::spawn(listen(
                Arc::clone(&desk),
                address,
                stop.clone(),
            )));
        }
        let intake = || Arc::<ReturnDesk>::clone(&desk) as Arc<dyn ReportIntake>;
        if let Some(mailbox) = publication.bounces.imap.clone() {
            let door = MailboxDoor::new(mailbox, intake(), clock, stop.clone());
            open.push(door.place());
            tasks.push(tokio::spawn(door.keep_open()));
        }
        let has_hooks = publication.bounces.hooks.is_any();
        let hooks = has_hooks.then(|| HookDesk::new(live, clock, intake()));
        Ok(Self { open, hooks, tasks })
    }

    /// Waits until what is under way is taken in, once they are to close.
    pub(crate) async fn closed(self) {
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

async fn keep_up(desk: Arc<ReturnDesk>, stop: StopSignal) {
    while !stop.is_requested() {
        if let Err(error) = desk.settle().await {
            let why = with_causes(&error);
            tracing::error!("what came back can't be settled: {why}");
        }
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            () = stop.requested() => {}
        }
    }
}
