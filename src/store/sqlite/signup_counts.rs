//! What the limits on forms count, on SQLite: hashes of mailboxes and networks under the list's own key, and how often,
//! until they fade. What is too old goes as something new comes, so that it stays small.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::{
    codes, fault::SqliteFault, realm, statement::Statements, suppression_list::hash_keys::HashKeys,
};
use crate::store::Realm;

/// What is counted. The numbers are in people's databases: never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CountKind {
    /// Confirmations to a mailbox.
    Confirmation,
    /// Mails that say "you are a reader already", to a mailbox.
    AlreadyHere,
    /// Fresh links to a mailbox.
    FreshLink,
    /// Forms from a network.
    Prefix,
    /// Mails that forms caused, to whomever.
    Publication,
    /// The same by the hour: what is usual is read from it.
    UsualHour,
    /// Mails that were held, by the hour.
    Held,
    /// Opinions from a network.
    OpinionPrefix,
    /// Opinions of whom nobody knows.
    NamelessOpinion,
}

/// As far back as what is usual is looked for.
const USUAL_DAYS: i64 = 14;
const HOUR: TimeDelta = TimeDelta::hours(1);

impl CountKind {
    fn code(self) -> i64 {
        match self {
            Self::Confirmation => 1,
            Self::AlreadyHere => 2,
            Self::FreshLink => 3,
            Self::Prefix => 4,
            Self::Publication => 5,
            Self::OpinionPrefix => 6,
            Self::NamelessOpinion => 7,
            Self::UsualHour => 8,
            Self::Held => 9,
        }
    }

    /// Milliseconds that one row stands for: what many rows would be of is counted by the minute.
    fn grain(self) -> i64 {
        match self {
            Self::Publication | Self::NamelessOpinion => 60_000,
            Self::UsualHour | Self::Held => HOUR.num_milliseconds(),
            _ => 1,
        }
    }

    fn kept(self) -> TimeDelta {
        match self {
            Self::Confirmation | Self::Held => TimeDelta::days(30),
            Self::AlreadyHere | Self::FreshLink => TimeDelta::days(1),
            Self::Prefix | Self::Publication | Self::OpinionPrefix | Self::NamelessOpinion => {
                HOUR * 2
            }
            Self::UsualHour => TimeDelta::days(USUAL_DAYS + 1),
        }
    }
}

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
        let since = codes::millis(self.now - within) - (kind.grain() - 1);
        let count: i64 = self.tx.value(
            "SELECT coalesce(sum(count), 0) FROM signup_counts \
             WHERE kind = ?1 AND key = ?2 AND realm = ?3 AND at > ?4",
            params![kind.code(), self.key(what), realm::code(self.realm), since],
        )?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// In the last hour.
    pub(super) fn in_an_hour(&self, kind: CountKind, what: &str) -> Result<u32, SqliteFault> {
        self.since(kind, what, HOUR)
    }

    /// Counts one more, and lets go what is too old.
    pub(super) fn add(&self, kind: CountKind, what: &str) -> Result<(), SqliteFault> {
        self.tx.run(
            "DELETE FROM signup_counts WHERE kind = ?1 AND at < ?2",
            params![kind.code(), codes::millis(self.now - kind.kept())],
        )?;
        let now = codes::millis(self.now);
        self.tx.run(
            "INSERT INTO signup_counts (kind, key, realm, at, count) VALUES (?1, ?2, ?3, ?4, 1) \
             ON CONFLICT DO UPDATE SET count = count + 1",
            params![
                kind.code(),
                self.key(what),
                realm::code(self.realm),
                now - now.rem_euclid(kind.grain())
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

    /// The median of what left in an hour, over two weeks' hours, with those in which nothing did: a flood of days
    /// must not become what is usual.
    pub(super) fn usual_hour(&self) -> Result<u32, SqliteFault> {
        let end = codes::millis(self.now - HOUR);
        let start = codes::millis(self.now - TimeDelta::days(USUAL_DAYS));
        let mut busy: Vec<i64> = self.tx.values(
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
        busy.sort_unstable();
        let hours = usize::try_from(USUAL_DAYS * 24).unwrap_or_default();
        let quiet = hours.saturating_sub(busy.len());
        let median = (hours / 2).checked_sub(quiet).and_then(|at| busy.get(at));
        Ok(median.map_or(0, |count| u32::try_from(*count).unwrap_or(u32::MAX)))
    }

    /// Since when mails are held, without a day in between on which none was: the same for all of one flood.
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
        let day = TimeDelta::days(1).num_milliseconds();
        let mut since = codes::millis(self.now);
        for at in hours {
            if since - at > day {
                break;
            }
            since = at;
        }
        codes::time(since)
    }

    /// Under the key of erasure, and apart from the hashes of addresses: no address has a space.
    fn key(&self, what: &str) -> Vec<u8> {
        self.hash_keys.own(&format!("limits of {what}"))
    }
}

/// What stands for all mailboxes together.
pub(super) const EVERYBODY: &str = "everybody";
