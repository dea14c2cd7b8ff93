//! Receipts on their way: taken from the store's outbox when they are due, made, handed to the relay past
//! every batch over a session of their own, at `smtp.rate`, tried again until nobody waits for them. What many get at
//! once leaves one by one, after all that somebody waits for; reminders leave while no batch is on its way.
//!
//! The store's take is a lease: of two processes each receipt is one's. What a relay refuses for good is given up,
//! and suppresses nobody: an address that somebody typed into a form proves nothing about a reader, and a
//! reader's is found dead by the issues that go there.

mod desk;
mod maker;
mod quiet;
mod reminders;
mod retry;
pub(super) mod titles;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, watch::Receiver},
    time::{sleep, timeout},
};

use self::desk::ReceiptDesk;
use super::{App, AppError, hand_over::HandedOver};
use crate::{
    address::masked_within,
    clock::{Clock, Stopwatch},
    delivery::StopSignal,
    live::{LivePublication, PublicationSnapshot},
    source::with_causes,
    store::{DueReceipt, ReceiptOutcome, ReceiptTurn, Store},
};

/// Taken at once: few enough to be handed over before they are due again. What many get lets whoever comes pass
/// after each.
fn at_once(turn: ReceiptTurn) -> u32 {
    match turn {
        ReceiptTurn::Awaited => 20,
        ReceiptTurn::Bulk | ReceiptTurn::Quiet => 1,
    }
}

/// How often the outbox is looked at: other processes fill it too.
const GLANCE: Duration = Duration::from_secs(1);
/// How long until somebody else may be done with what is due.
const A_MOMENT: Duration = Duration::from_millis(50);
/// How long nothing is tried where the way can't be opened: a secret is missing, a disk is full.
const NO_WAY: Duration = Duration::from_secs(15);

/// Sends what waits to be said to readers.
pub struct ReceiptSender {
    clock: Clock,
    snapshots: Receiver<Arc<PublicationSnapshot>>,
    queued: Notify,
    is_away: AtomicBool,
}

impl ReceiptSender {
    /// A sender of that publication's receipts.
    #[must_use]
    pub fn of(live: &LivePublication, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            snapshots: live.subscribe(),
            queued: Notify::new(),
            is_away: AtomicBool::new(false),
        })
    }

    /// Says that this process has queued something: it leaves at once.
    pub fn wake(&self) {
        self.queued.notify_one();
    }

    /// Whether the last mail could not leave, and waits.
    #[must_use]
    pub(crate) fn is_relay_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    /// Sends what is in the outbox, and what comes into it, until `stop`; a mail on the wire is finished.
    pub async fn run(&self, stop: &StopSignal) {
        let mut desk = ReceiptDesk::default();
        while !stop.is_requested() {
            let wait = self.take_up(&mut desk, stop).await;
            tokio::select! {
                () = sleep(wait) => {}
                () = self.queued.notified() => {}
                () = stop.requested() => {}
            }
        }
        desk.close().await;
    }

    /// Sends what is due, for a command that ends; what does not leave within that time stays in the
    /// outbox.
    pub async fn flush(&self, within: Duration) {
        let (mut desk, stop) = (ReceiptDesk::default(), StopSignal::default());
        let sending = async { while self.take_up(&mut desk, &stop).await.is_zero() {} };
        let _ = timeout(within, sending).await;
        desk.close().await;
    }

    /// Sends some of what is due; answers how long nothing more will be.
    async fn take_up(&self, desk: &mut ReceiptDesk, stop: &StopSignal) -> Duration {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let app = App::of(&snapshot, self.clock);
        match self.send_some(desk, &snapshot, &app, stop).await {
            Ok(wait) => wait,
            Err(error) => {
                let why = error.problems().join(": ");
                tracing::error!("no mail to readers about what they did can leave: {why}");
                desk.close().await;
                NO_WAY
            }
        }
    }

    async fn send_some(
        &self,
        desk: &mut ReceiptDesk,
        snapshot: &Arc<PublicationSnapshot>,
        app: &App,
        stop: &StopSignal,
    ) -> Result<Duration, AppError> {
        let store = desk.store(app).await?;
        let now = self.clock.true_now();
        let mut wait = GLANCE;
        for turn in ReceiptTurn::ALL {
            let Some(next) = store.next_receipt(turn).await? else {
                continue;
            };
            if next > now {
                wait = wait.min((next - now).to_std().unwrap_or(GLANCE));
                continue;
            }
            if turn == ReceiptTurn::Quiet && !app.is_quiet(store.as_ref()).await? {
                continue;
            }
            tracing::debug!("mail to readers is due since {next}");
            // Before anything is taken: what can't leave yet stays due.
            desk.set_up(app, snapshot).await?;
            let due = store.take_due_receipts(turn, at_once(turn), now).await?;
            // Overtaken, or another sender has it, whose clock is behind this one's.
            if due.is_empty() {
                wait = wait.min(A_MOMENT);
                continue;
            }
            self.carry(desk, store.as_ref(), (turn, due), stop).await;
            return Ok(Duration::ZERO);
        }
        desk.rest().await;
        Ok(wait.max(Duration::from_millis(50)))
    }

    /// Hands them over one after the other. A relay that is away is so for all of them.
    async fn carry(
        &self,
        desk: &mut ReceiptDesk,
        store: &dyn Store,
        (turn, due): (ReceiptTurn, Vec<DueReceipt>),
        stop: &StopSignal,
    ) {
        let taken = Stopwatch::start();
        let mut away = None;
        for receipt in due {
            let is_late = taken.elapsed() > desk::BEGIN_WITHIN || stop.is_requested();
            let handed = match &away {
                _ if is_late => {
                    self.put_back(store, &receipt).await;
                    continue;
                }
                Some(why) => HandedOver::NotYet(String::clone(why)),
                None => desk.send(store, (turn, &receipt), self.clock, stop).await,
            };
            if let HandedOver::NotYet(why) = &handed
                && desk.is_cut_off()
            {
                away = Some(why.clone());
            }
            self.settle(store, &receipt, handed).await;
        }
    }

    /// What this process has no time for is due for whoever comes next.
    async fn put_back(&self, store: &dyn Store, receipt: &DueReceipt) {
        let now = self.clock.true_now();
        let again = ReceiptOutcome::Again(now);
        if let Err(error) = store.settle_receipt(receipt.id, again, "", now).await {
            tracing::error!(
                "a mail to a reader waits for its turn: {}",
                with_causes(&error)
            );
        }
    }

    async fn settle(&self, store: &dyn Store, receipt: &DueReceipt, handed: HandedOver) {
        let now = self.clock.true_now();
        let is_away = matches!(handed, HandedOver::NotYet(_));
        self.is_away.store(is_away, Ordering::Relaxed);
        let (outcome, reply) = match handed {
            HandedOver::Taken(reply) => (ReceiptOutcome::Sent, reply),
            HandedOver::Refused(reply) => (ReceiptOutcome::GivenUp, reply),
            HandedOver::NotYet(reply) => {
                let next = retry::next_try(receipt, now);
                let outcome = next.map_or(ReceiptOutcome::GivenUp, ReceiptOutcome::Again);
                (outcome, reply)
            }
        };
        let reply = masked_within(&reply);
        let (number, kind) = (receipt.id.0, receipt.kind);
        match outcome {
            ReceiptOutcome::Sent => tracing::info!(number, ?kind, "mail to a reader sent"),
            ReceiptOutcome::Again(at) => {
                tracing::warn!(
                    number,
                    ?kind,
                    "mail to a reader not sent yet, retry at {at}: {reply}"
                );
            }
            ReceiptOutcome::GivenUp => {
                tracing::error!(number, ?kind, "mail to a reader given up: {reply}");
            }
        }
        let settled = store.settle_receipt(receipt.id, outcome, &reply, now);
        if let Err(error) = settled.await {
            tracing::error!(
                number,
                "what came of it can't be kept: {}",
                with_causes(&error)
            );
        }
    }
}
