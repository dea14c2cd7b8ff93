//! The law's notice of what became of what somebody agreed to or took back, where no other mail says it: soon, and once a
//! day at most, as it stands then. Whoever holds a mail that was forwarded can change a choice as often as they like.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::queue::{self, QueuedReceipt};
use crate::{
    audience::SubscriberId,
    store::{
        Realm, ReceiptFacts, ReceiptKind, ReceiptTurn,
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

/// Where such notices are queued, and whether any are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResultRules {
    pub(crate) realm: Realm,
    pub(crate) are_owed: bool,
}

impl ResultRules {
    /// Queues the notice, in the place of one that waits.
    pub(crate) fn post(
        self,
        tx: &Connection,
        (reader, epoch): (SubscriberId, u32),
        about: &ReceiptFacts,
        now: DateTime<Utc>,
    ) -> Result<(), SqliteFault> {
        if !self.are_owed {
            return Ok(());
        }
        let kind = ReceiptKind::ResultNotice;
        let (code, realm) = (queue::kind_code(kind), realm::code(self.realm));
        tx.run(
            "DELETE FROM receipts WHERE subscriber = ?1 AND kind = ?2 AND realm = ?3 \
             AND due_at > ?4 AND attempts = 0",
            params![reader.0, code, realm, codes::millis(now)],
        )?;
        let last: Option<i64> = tx.value(
            "SELECT max(created_at) FROM receipts \
             WHERE subscriber = ?1 AND kind = ?2 AND realm = ?3",
            params![reader.0, code, realm],
        )?;
        let last = last.map(codes::time).transpose()?;
        let due_at = last.map_or(now, |last| now.max(last + TimeDelta::days(1)));
        let receipt = QueuedReceipt {
            kind,
            reader,
            epoch,
            to: None,
            about,
            is_held: false,
        };
        queue::post_at(
            tx,
            self.realm,
            &receipt,
            (ReceiptTurn::Awaited, due_at),
            now,
        )
    }
}

/// Whether somebody got so many of that kind within a day that one more is too much: what a stranger can cause by a mail
/// that was forwarded to them comes to an end.
pub(crate) fn had_enough(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    kind: ReceiptKind,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    const A_DAY: i64 = 3;
    let had: i64 = tx.value(
        "SELECT count(*) FROM receipts \
         WHERE subscriber = ?1 AND kind = ?2 AND realm = ?3 AND created_at > ?4",
        params![
            reader.0,
            queue::kind_code(kind),
            realm::code(realm),
            codes::millis(now - TimeDelta::days(1))
        ],
    )?;
    Ok(had >= A_DAY)
}
