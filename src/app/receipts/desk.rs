//! What sending receipts takes, set up when the first one is due and kept for a while: the outbox, keys and
//! templates, the way to the relay with a session on it.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::maker::ReceiptMaker;
use crate::{
    app::{
        App, AppError, MailTransport,
        hand_over::{Courier, HandedOver, WHOLE_MAIL},
    },
    clock::{Clock, Stopwatch},
    delivery::StopSignal,
    live::PublicationSnapshot,
    publication::Rate,
    source::with_causes,
    store::{DueReceipt, Realm, ReceiptTurn, Store, TELLING},
    words::phrase,
};

/// A mail that is begun later than that after its lease might be another process's by its end.
pub(super) const BEGIN_WITHIN: Duration =
    Duration::from_secs(TELLING.num_seconds() as u64 - WHOLE_MAIL.as_secs() - 20);
/// How long a session waits for the next mail.
const IDLE: Duration = Duration::from_secs(10);
/// Keys, secrets and the newest issue are looked up again after that time.
const FRESH: Duration = Duration::from_secs(60);
/// The key under which the rate of all mail is leased.
const ALL: &str = "*";

/// The outbox and the way out of it.
#[derive(Default)]
pub(super) struct ReceiptDesk {
    /// What was asked in a rehearsal never leaves by a real relay: each realm has its own.
    store: Option<(Realm, Arc<dyn Store>)>,
    open: Option<OpenDesk>,
}

struct OpenDesk {
    snapshot: Arc<PublicationSnapshot>,
    maker: ReceiptMaker,
    way: MailTransport,
    courier: Courier,
    set_up: Stopwatch,
    used: Stopwatch,
}

impl ReceiptDesk {
    /// The outbox of the realm that the publication is in now.
    pub(super) async fn store(&mut self, app: &App) -> Result<Arc<dyn Store>, AppError> {
        if let Some((realm, store)) = &self.store
            && *realm == app.realm()
        {
            return Ok(Arc::clone(store));
        }
        self.close().await;
        let store = app.store().await?;
        self.store = Some((app.realm(), Arc::clone(&store)));
        Ok(store)
    }

    /// Makes ready to send by the publication's files as they are.
    pub(super) async fn set_up(
        &mut self,
        app: &App,
        snapshot: &Arc<PublicationSnapshot>,
    ) -> Result<(), AppError> {
        let is_current = self.open.as_ref().is_some_and(|open| {
            Arc::ptr_eq(&open.snapshot, snapshot) && open.set_up.elapsed() < FRESH
        });
        if is_current {
            return Ok(());
        }
        self.close().await;
        let store = self.store(app).await?;
        let maker = ReceiptMaker::new(snapshot, app, store.as_ref()).await?;
        let way = app.way().await?;
        self.open = Some(OpenDesk {
            snapshot: Arc::clone(snapshot),
            maker,
            courier: Courier::to(&way.relay),
            way,
            set_up: Stopwatch::start(),
            used: Stopwatch::start(),
        });
        Ok(())
    }

    /// Makes one and hands it over.
    pub(super) async fn send(
        &mut self,
        store: &dyn Store,
        (turn, due): (ReceiptTurn, &DueReceipt),
        clock: Clock,
        stop: &StopSignal,
    ) -> HandedOver {
        let Some(open) = &mut self.open else {
            return HandedOver::NotYet(phrase!("the way is closed").to_owned());
        };
        let message = match open.maker.message(due, store, clock.now()).await {
            Ok(message) => message,
            Err(error) => return HandedOver::NotYet(with_causes(&error)),
        };
        let smtp = &open.snapshot.publication.smtp;
        let domain = due.to.domain();
        let of_domain = smtp.per_domain.get(domain).and_then(|limit| limit.rate);
        for (key, rate) in [(ALL, smtp.rate), (domain, of_domain)] {
            if let Some(rate) = rate
                && let Err(why) = wait_for_leave(store, turn, (key, rate), clock, stop).await
            {
                return HandedOver::NotYet(why);
            }
        }
        let handed = open
            .courier
            .hand_over(&message.envelope, &message.bytes)
            .await;
        open.used = Stopwatch::start();
        handed
    }

    /// Whether the last try ended without a session: the relay does not let us in, or hung up.
    pub(super) fn is_cut_off(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| !open.courier.is_connected())
    }

    /// Nothing is due: after a while the session is closed.
    pub(super) async fn rest(&mut self) {
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.used.elapsed() > IDLE)
        {
            self.close().await;
        }
    }

    /// Says goodbye to the relay.
    pub(super) async fn close(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.courier.quit().await;
            open.way.close().await;
        }
    }
}

/// Waits until the rate lets one mail go: one that somebody waits for before what a batch under way would send. Err:
/// it does not within the time that the receipt is this process's.
async fn wait_for_leave(
    store: &dyn Store,
    turn: ReceiptTurn,
    (key, rate): (&str, Rate),
    clock: Clock,
    stop: &StopSignal,
) -> Result<(), String> {
    let waited = Stopwatch::start();
    loop {
        let now = clock.now();
        let leave = match turn {
            ReceiptTurn::Awaited => store.lease_ahead(key, rate, now).await,
            ReceiptTurn::Bulk | ReceiptTurn::Quiet => store.lease(key, rate, 1, now).await,
        };
        let leave = leave.map_err(|error| with_causes(&error))?;
        if leave.granted > 0 {
            return Ok(());
        }
        if waited.elapsed() > BEGIN_WITHIN || stop.is_requested() {
            return Err(phrase!("the rate is used up").to_owned());
        }
        let wait = (leave.again_at - now).to_std().unwrap_or_default();
        sleep(wait.clamp(Duration::from_millis(5), Duration::from_secs(1))).await;
    }
}
