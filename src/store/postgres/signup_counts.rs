//! What the limits on forms count, on PostgreSQL: hashes of mailboxes and networks under the list's own key, and how
//! often, until they fade. Whoever adds is the only one who counts just then (`list_lock`), so that a limit holds
//! however many servers are asked at once.

use chrono::{DateTime, TimeDelta, Utc};

use super::{fault::PostgresFault, realm, transaction::StoreTransaction, values::values};
use crate::store::{
    Realm, codes,
    hash_keys::HashKeys,
    signup_counts::{
        CountKind, EVERYBODY, LAST_HOUR, counted, counted_key, flood_since, usual_hour, usual_span,
    },
};

/// The counts as one transaction finds them.
pub(super) struct SharedCounts<'a> {
    pub(super) tx: &'a StoreTransaction,
    pub(super) realm: Realm,
    pub(super) hash_keys: &'a HashKeys,
    pub(super) now: DateTime<Utc>,
}

impl SharedCounts<'_> {
    /// How often since then, of a mailbox or a network.
    pub(super) async fn since(
        &self,
        kind: CountKind,
        what: &str,
        within: TimeDelta,
    ) -> Result<u32, PostgresFault> {
        let count = self
            .tx
            .value(
                "SELECT coalesce(sum(count), 0)::int8 FROM signup_counts \
                 WHERE kind = $1 AND key = $2 AND realm = $3 AND at > $4",
                values![
                    kind.code(),
                    self.key(what),
                    realm::code(self.realm),
                    kind.rows_since(self.now, within)
                ],
            )
            .await?;
        Ok(counted(count))
    }

    /// In the last hour.
    pub(super) async fn in_an_hour(
        &self,
        kind: CountKind,
        what: &str,
    ) -> Result<u32, PostgresFault> {
        self.since(kind, what, LAST_HOUR).await
    }

    /// Counts one more, and lets go what is too old.
    pub(super) async fn add(&self, kind: CountKind, what: &str) -> Result<(), PostgresFault> {
        let sql = "DELETE FROM signup_counts WHERE kind = $1 AND at < $2";
        let old = kind.too_old(self.now);
        self.tx.run(sql, values![kind.code(), old]).await?;
        let sql = "INSERT INTO signup_counts AS c (kind, key, realm, at, count) \
                   VALUES ($1, $2, $3, $4, 1) \
                   ON CONFLICT (kind, key, realm, at) DO UPDATE SET count = c.count + 1";
        let (key, at) = (self.key(what), kind.row_at(self.now));
        let realm = realm::code(self.realm);
        self.tx
            .run(sql, values![kind.code(), key, realm, at])
            .await
            .map(drop)
    }

    /// Forgets what was counted of one mailbox since then: it confirmed, or nothing left to it after all.
    pub(super) async fn forget(
        &self,
        kind: CountKind,
        what: &str,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), PostgresFault> {
        let sql = "DELETE FROM signup_counts \
                   WHERE kind = $1 AND key = $2 AND realm = $3 AND at >= $4";
        let (key, since) = (self.key(what), since.map_or(0, codes::millis));
        let realm = realm::code(self.realm);
        self.tx
            .run(sql, values![kind.code(), key, realm, since])
            .await
            .map(drop)
    }

    /// How many leave in a usual hour.
    pub(super) async fn usual_hour(&self) -> Result<u32, PostgresFault> {
        let (start, end) = usual_span(self.now);
        let busy = self
            .tx
            .values(
                "SELECT count FROM signup_counts \
                 WHERE kind = $1 AND key = $2 AND realm = $3 AND at >= $4 AND at < $5",
                values![
                    CountKind::UsualHour.code(),
                    self.key(EVERYBODY),
                    realm::code(self.realm),
                    start,
                    end
                ],
            )
            .await?;
        Ok(usual_hour(busy))
    }

    /// Since when mails are held.
    pub(super) async fn flood_since(&self) -> Result<DateTime<Utc>, PostgresFault> {
        let hours: Vec<i64> = self
            .tx
            .values(
                "SELECT at FROM signup_counts WHERE kind = $1 AND key = $2 AND realm = $3 \
                 ORDER BY at DESC",
                values![
                    CountKind::Held.code(),
                    self.key(EVERYBODY),
                    realm::code(self.realm)
                ],
            )
            .await?;
        Ok(flood_since(hours, self.now)?)
    }

    fn key(&self, what: &str) -> Vec<u8> {
        counted_key(self.hash_keys, what)
    }
}
