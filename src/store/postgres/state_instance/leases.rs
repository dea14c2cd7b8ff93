//! Leases: rights that end by themselves, by the server's clock, where nobody renews them. No session holds one: a pool
//! would hand it to strangers, or keep it for ever.

use std::time::Duration;

use tokio::{runtime::Handle, task::JoinHandle, time::sleep};

use super::home;
use crate::store::{
    SenderGuard, SenderId, StoreError,
    postgres::{
        PostgresStore, fault::PostgresFault, transaction::StoreTransaction, values::values,
    },
};

/// After so long without a word its holder is dead.
const LEASE_SECONDS: i64 = 15;

/// Three words may get lost.
const BEAT: Duration = Duration::from_secs(4);

/// Whoever held it before may be letting it go just now.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// The number of a sender, which its claims carry; one that never took a lease is dead already.
pub(crate) async fn number(tx: &StoreTransaction, sender: &SenderId) -> Result<i64, PostgresFault> {
    let name = of_sender(sender);
    let sql = "SELECT id FROM leases WHERE name = $1";
    if let Some(id) = tx.maybe_value(sql, values![name]).await? {
        return Ok(id);
    }
    tx.run(
        "INSERT INTO leases (name) VALUES ($1) ON CONFLICT DO NOTHING",
        values![name],
    )
    .await?;
    tx.value(sql, values![name]).await
}

/// Under which name a sender has its lease, and its claims.
pub(super) fn of_sender(sender: &SenderId) -> String {
    format!("sends: {}", sender.0)
}

/// Takes a lease, and keeps it until the guard is dropped or this process is no more.
pub(super) async fn hold(
    store: &PostgresStore,
    name: &str,
    who: &str,
    refused: impl Fn(String) -> StoreError,
) -> Result<SenderGuard, StoreError> {
    let holder = format!("process {}: {who}", std::process::id());
    for tries in 1.. {
        let tx = store.writing().await?;
        let taken = async {
            home::check(&tx).await?;
            take(&tx, name, &holder).await
        }
        .await;
        match tx.end(taken).await? {
            Ok(lease) => return Ok(SenderGuard::new(LeaseGuard::keep(store, lease))),
            Err(other) if tries >= TRIES => return Err(refused(other)),
            Err(_) => sleep(BETWEEN_TRIES).await,
        }
    }
    Err(StoreError::Abandoned)
}

/// A lease as it was taken: none that is taken later has the same epoch.
#[derive(Debug, Clone, Copy)]
struct TakenLease {
    id: i64,
    epoch: i64,
}

/// Takes a lease that nobody has; else answers who has it.
async fn take(
    tx: &StoreTransaction,
    name: &str,
    holder: &str,
) -> Result<Result<TakenLease, String>, PostgresFault> {
    let taken = tx
        .maybe(
            "INSERT INTO leases AS l (name, epoch, holder, lease_until) \
             VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 second') \
             ON CONFLICT (name) DO UPDATE SET epoch = l.epoch + 1, holder = excluded.holder, \
             lease_until = excluded.lease_until WHERE l.lease_until <= clock_timestamp() \
             RETURNING l.id, l.epoch",
            values![name, holder, LEASE_SECONDS],
            |row| {
                Ok(TakenLease {
                    id: row.try_get("id")?,
                    epoch: row.try_get("epoch")?,
                })
            },
        )
        .await?;
    if let Some(taken) = taken {
        return Ok(Ok(taken));
    }
    let other: Option<String> = tx
        .maybe_value("SELECT holder FROM leases WHERE name = $1", values![name])
        .await?;
    Ok(Err(other.unwrap_or_default()))
}

/// Says that its holder lives; false: it was over, or is another's.
async fn renew(store: &PostgresStore, lease: TakenLease) -> Result<bool, StoreError> {
    let tx = store.writing().await?;
    let renewed = tx
        .run(
            "UPDATE leases SET lease_until = clock_timestamp() + $3 * interval '1 second' \
             WHERE id = $1 AND epoch = $2 AND lease_until > clock_timestamp()",
            values![lease.id, lease.epoch, LEASE_SECONDS],
        )
        .await;
    Ok(tx.end(renewed).await? > 0)
}

async fn let_go(store: &PostgresStore, lease: TakenLease) -> Result<(), StoreError> {
    let tx = store.writing().await?;
    let ended = tx
        .run(
            "UPDATE leases SET lease_until = '-infinity' WHERE id = $1 AND epoch = $2",
            values![lease.id, lease.epoch],
        )
        .await;
    tx.end(ended).await.map(drop)
}

/// Keeps a lease by its beat.
#[derive(Debug)]
struct LeaseGuard {
    store: PostgresStore,
    lease: TakenLease,
    beat: JoinHandle<()>,
}

impl LeaseGuard {
    fn keep(store: &PostgresStore, lease: TakenLease) -> Self {
        let beating = store.clone();
        let beat = tokio::spawn(async move {
            loop {
                sleep(BEAT).await;
                match renew(&beating, lease).await {
                    Ok(true) => {}
                    // What it holds may be another's by now: its claims are refused by their fences.
                    Ok(false) => {
                        tracing::error!(
                            "the right to act from this state is over: nobody heard of us for {LEASE_SECONDS} s"
                        );
                        break;
                    }
                    Err(error) => tracing::warn!("{error}; the lease is not renewed yet"),
                }
            }
        });
        Self {
            store: store.clone(),
            lease,
            beat,
        }
    }
}

impl Drop for LeaseGuard {
    fn drop(&mut self) {
        self.beat.abort();
        // Only politeness: without it the next one waits for the lease to end.
        if let Ok(runtime) = Handle::try_current() {
            let (store, lease) = (self.store.clone(), self.lease);
            runtime.spawn(async move {
                if let Err(error) = let_go(&store, lease).await {
                    tracing::warn!("{error}; the lease ends by itself");
                }
            });
        }
    }
}
