//! A welcome to people whom a file or the operator put on the list: where it is asked for, and to who is new alone.

use chrono::{DateTime, Utc};

use crate::{
    address::Address,
    app::AppError,
    store::{NewReceipt, ReceiptFacts, ReceiptKind, Store},
};

/// Welcomes in one transaction.
const GROUP: usize = 1_000;

/// Queues a welcome to each of those who get mail; answers how many.
pub(super) async fn welcome(
    store: &dyn Store,
    newcomers: &[Address],
    now: DateTime<Utc>,
) -> Result<u64, AppError> {
    let mut welcomed = 0;
    for group in newcomers.chunks(GROUP) {
        let mut receipts = Vec::with_capacity(group.len());
        for email in group {
            let Some(subscriber) = store.subscriber(email).await? else {
                continue;
            };
            let about = ReceiptFacts {
                editions: subscriber.profile.editions,
                ..ReceiptFacts::at(now)
            };
            receipts.push(NewReceipt {
                reader: subscriber.id,
                kind: ReceiptKind::Welcome,
                about,
            });
        }
        welcomed += store.post_receipts(&receipts, now).await?;
    }
    Ok(welcomed)
}
