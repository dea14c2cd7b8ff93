//! A lease taken, and kept as long as its guard lives.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{
    handing_in::{self, OwnPlace},
    heartbeat::LeaseBeat,
    home,
    leases::{LEASE, MARGIN, take},
};
use crate::store::{
    SenderGuard, SenderId, StoreError, postgres::PostgresStore, sender_guard::KeptLease,
};

/// Whoever held it before may be letting it go just now.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Takes a lease, and keeps it until the guard is dropped or this process is no more.
pub(super) async fn hold(
    store: &PostgresStore,
    name: &str,
    who: &SenderId,
    place: Option<OwnPlace>,
    refused: impl Fn(String) -> StoreError,
) -> Result<SenderGuard, StoreError> {
    let holder = format!("process {}: {}", std::process::id(), who.0);
    for tries in 1.. {
        let asked_at = Instant::now();
        let tx = store.writing().await?;
        let taken = async {
            home::check(&tx).await?;
            if let Some(place) = &place {
                place.register(&tx).await?;
            }
            take(&tx, name, &holder).await
        }
        .await;
        let taken = match tx.end(taken).await {
            // Whoever takes the database into use waits for what was noted here.
            Err(StoreError::Copied) => {
                handing_in::hand_in(store).await?;
                return Err(StoreError::Copied);
            }
            taken => taken?,
        };
        match taken {
            Ok(term) => {
                let kept = KeptLease::new(term, asked_at + LEASE - MARGIN);
                let heartbeat = LeaseBeat::start(store.database.apart(), kept.clone())?;
                return Ok(SenderGuard::of_lease(who, kept, heartbeat));
            }
            Err(other) if tries >= TRIES => return Err(refused(other)),
            Err(_) => sleep(BETWEEN_TRIES).await,
        }
    }
    Err(StoreError::Abandoned)
}
