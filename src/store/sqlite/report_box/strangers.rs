//! What comes back and proves nothing, as rows: whether there is room for more of it today, how much was turned away,
//! and the oldest of it let go once it is too much in all. `store::strangers` has the bounds.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::store::{
    Realm, ReportEffect, ReportKind, TakenReport,
    codes::day_begin,
    report_codes::effect_code,
    sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    strangers::{A_DAY, KNOWN, MOST_IN_ALL, StrangersSort, TakenToday},
};

/// The room there is today, as one transaction finds it.
pub(super) struct StrangersRoom<'c> {
    tx: &'c Connection,
    realm: Realm,
    now: DateTime<Utc>,
    today: TakenToday,
}

impl<'c> StrangersRoom<'c> {
    pub(super) fn new(tx: &'c Connection, realm: Realm, now: DateTime<Utc>) -> Self {
        Self {
            tx,
            realm,
            now,
            today: TakenToday::default(),
        }
    }

    /// Takes the room for one more; false: there is none.
    pub(super) fn take(&mut self, kind: ReportKind) -> Result<bool, SqliteFault> {
        let sort = StrangersSort::of(kind);
        if !self.today.knows(sort) {
            let kept = count(self.tx, self.realm, sort, self.now - A_DAY)?;
            self.today.learn(sort, kept);
        }
        Ok(self.today.take(sort))
    }

    /// Counts one that is turned away: nothing else of it is kept, and it stays with whoever brought it.
    pub(super) fn turn_away(&self, kind: ReportKind) -> Result<TakenReport, SqliteFault> {
        let today = codes::day(self.now);
        let reports: i64 = self.tx.value(
            "INSERT INTO reports_turned_away (realm, day, kind, reports) VALUES (?1, ?2, ?3, 1) \
             ON CONFLICT DO UPDATE SET reports = reports + 1 RETURNING reports",
            params![realm::code(self.realm), today, kind.word()],
        )?;
        if reports > 1 {
            return Ok(TakenReport::turned_away(None));
        }
        self.tx.run(
            "DELETE FROM reports_turned_away WHERE realm = ?1 AND day < ?2",
            params![realm::code(self.realm), codes::day(self.now - KNOWN)],
        )?;
        Ok(TakenReport::turned_away(Some(day_begin(today)?)))
    }
}

/// Whether more lies there than is kept.
pub(super) fn are_too_many(tx: &Connection, realm: Realm) -> Result<bool, SqliteFault> {
    for sort in StrangersSort::ALL {
        if count(tx, realm, sort, DateTime::UNIX_EPOCH)? > MOST_IN_ALL {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lets the oldest of it go. What a provider signed and a relay's number may still prove stays.
pub(super) fn let_go(tx: &Connection, realm: Realm) -> Result<(), SqliteFault> {
    for sort in StrangersSort::ALL {
        let kinds = words_of(sort);
        let oldest = format!(
            "SELECT id FROM reports WHERE proof IS NULL AND realm = ?1 AND kind IN ({kinds}) \
             AND effect <> ?2 ORDER BY taken_at DESC, id DESC LIMIT -1 OFFSET ?3"
        );
        for (table, column) in [("report_texts", "report"), ("reports", "id")] {
            tx.run(
                &format!("DELETE FROM {table} WHERE {column} IN ({oldest})"),
                params![
                    realm::code(realm),
                    effect_code(ReportEffect::Searching),
                    MOST_IN_ALL as i64
                ],
            )?;
        }
    }
    Ok(())
}

fn count(
    tx: &Connection,
    realm: Realm,
    sort: StrangersSort,
    since: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let kinds = words_of(sort);
    let kept: i64 = tx.value(
        &format!(
            "SELECT count(*) FROM reports \
             WHERE proof IS NULL AND realm = ?1 AND kind IN ({kinds}) AND taken_at > ?2"
        ),
        params![realm::code(realm), codes::millis(since)],
    )?;
    Ok(kept.unsigned_abs())
}

/// `'bounce','delayed'`.
fn words_of(sort: StrangersSort) -> String {
    let words = sort.words().into_iter().map(|word| format!("'{word}'"));
    words.collect::<Vec<_>>().join(",")
}
