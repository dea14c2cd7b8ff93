//! What the limits on forms count, on SQLite: hashes of mailboxes and networks under the list's own key, and how often,
//! until they fade. What is too old goes as something new comes, so that it stays small.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::{
    codes, fault::SqliteFault, realm, statement::Statements, suppression_list::hash_keys::HashKeys,
};
use crate::store::{
    Realm,
    signup_counts::{
        CountKind, EVERYBODY, LAST_HOUR, counted, counted_key, flood_since, usual_hour, usual_span,
    },
};

/// The counts as one transaction finds them.
pub(super) struct SignupCounts<'a> {
    pub(super) tx: &'a Connection,
    pub(super) realm: Realm,
    pub(super) hash_keys: &'a HashKeys,
    pub(super) now: DateTime<Utc>,
}

impl SignupCounts<'_> {
    /// How often since then, of a mailbox or a network.
    pub(super) fn since(
        &self,
        kind: CountKind,
        what: &str,
        within: TimeDelta,
    ) -> Result<u32, SqliteFault> {
        let count: i64 = self.tx.value(
            "SELECT coalesce(sum(count), 0) FROM signup_counts \
             WHERE kind = ?1 AND key = ?2 AND realm = ?3 AND at > ?4",
            params![
                kind.code(),
                self.key(what),
                realm::code(self.realm),
                kind.rows_since(self.now, within)
            ],
        )?;
        Ok(counted(count))
    }

    /// In the last hour.
    pub(super) fn in_an_hour(&self, kind: CountKind, what: &str) -> Result<u32, SqliteFault> {
        self.since(kind, what, LAST_HOUR)
    }

    /// Counts one more, and lets go what is too old.
    pub(super) fn add(&self, kind: CountKind, what: &str) -> Result<(), SqliteFault> {
        self.tx.run(
            "DELETE FROM signup_counts WHERE kind = ?1 AND at < ?2",
            params![kind.code(), kind.too_old(self.now)],
        )?;
        self.tx.run(
            "INSERT INTO signup_counts (kind, key, realm, at, count) VALUES (?1, ?2, ?3, ?4, 1) \
             ON CONFLICT DO UPDATE SET count = count + 1",
            params![
                kind.code(),
                self.key(what),
                realm::code(self.realm),
                kind.row_at(self.now)
            ],
        )?;
        Ok(())
    }

    /// Forgets what was counted of one mailbox since then: it confirmed, or nothing left to it after all.
    pub(super) fn forget(
        &self,
        kind: CountKind,
        what: &str,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), SqliteFault> {
        self.tx.run(
            "DELETE FROM signup_counts WHERE kind = ?1 AND key = ?2 AND realm = ?3 AND at >= ?4",
            params![
                kind.code(),
                self.key(what),
                realm::code(self.realm),
                since.map_or(0, codes::millis)
            ],
        )?;
        Ok(())
    }

    /// How many leave in a usual hour.
    pub(super) fn usual_hour(&self) -> Result<u32, SqliteFault> {
        let (start, end) = usual_span(self.now);
        let busy = self.tx.values(
            "SELECT count FROM signup_counts \
             WHERE kind = ?1 AND key = ?2 AND realm = ?3 AND at >= ?4 AND at < ?5",
            params![
                CountKind::UsualHour.code(),
                self.key(EVERYBODY),
                realm::code(self.realm),
                start,
                end
            ],
        )?;
        Ok(usual_hour(busy))
    }

    /// Since when mails are held.
    pub(super) fn flood_since(&self) -> Result<DateTime<Utc>, SqliteFault> {
        let hours: Vec<i64> = self.tx.values(
            "SELECT at FROM signup_counts WHERE kind = ?1 AND key = ?2 AND realm = ?3 \
             ORDER BY at DESC",
            params![
                CountKind::Held.code(),
                self.key(EVERYBODY),
                realm::code(self.realm)
            ],
        )?;
        Ok(flood_since(hours, self.now)?)
    }

    fn key(&self, what: &str) -> Vec<u8> {
        counted_key(self.hash_keys, what)
    }
}
