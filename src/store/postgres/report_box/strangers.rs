//! What comes back and proves nothing, as rows of PostgreSQL's: whether there is room for more of it today, how much was
//! turned away, and the oldest of it let go once it is too much in all. `store::strangers` has the bounds.

use chrono::{DateTime, Utc};

use crate::store::{
    Realm, ReportEffect, ReportKind, TakenReport,
    codes::{self, day_begin},
    postgres::{
        columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
    },
    report_codes::effect_code,
    strangers::{A_DAY, KNOWN, MOST_IN_ALL, StrangersSort, TakenToday},
};

/// The room there is today, as one transaction finds it.
pub(super) struct RoomForStrangers<'c> {
    tx: &'c StoreTransaction,
    realm: Realm,
    now: DateTime<Utc>,
    today: TakenToday,
}

impl<'c> RoomForStrangers<'c> {
    pub(super) fn new(tx: &'c StoreTransaction, realm: Realm, now: DateTime<Utc>) -> Self {
        Self {
            tx,
            realm,
            now,
            today: TakenToday::default(),
        }
    }

    /// Takes the room for one more; false: there is none.
    pub(super) async fn take(&mut self, kind: ReportKind) -> Result<bool, PostgresFault> {
        let sort = StrangersSort::of(kind);
        if !self.today.knows(sort) {
            let kept = count(self.tx, self.realm, sort, self.now - A_DAY).await?;
            self.today.learn(sort, kept);
        }
        Ok(self.today.take(sort))
    }

    /// Counts one that is turned away: nothing else of it is kept, and it stays with whoever brought it.
    pub(super) async fn turn_away(&self, kind: ReportKind) -> Result<TakenReport, PostgresFault> {
        let (realm, today) = (realm::code(self.realm), codes::day(self.now));
        let reports: i64 = self
            .tx
            .value(
                "INSERT INTO reports_turned_away AS t (realm, day, kind, reports) \
                 VALUES ($1, $2, $3, 1) ON CONFLICT (realm, day, kind) \
                 DO UPDATE SET reports = t.reports + 1 RETURNING reports",
                values![realm, today, kind.word()],
            )
            .await?;
        if reports > 1 {
            return Ok(TakenReport::turned_away(None));
        }
        let oldest = codes::day(self.now - KNOWN);
        let sql = "DELETE FROM reports_turned_away WHERE realm = $1 AND day < $2";
        self.tx.run(sql, values![realm, oldest]).await?;
        Ok(TakenReport::turned_away(Some(day_begin(today)?)))
    }
}

/// Whether more lies there than is kept.
pub(super) async fn are_too_many(
    tx: &StoreTransaction,
    realm: Realm,
) -> Result<bool, PostgresFault> {
    for sort in StrangersSort::ALL {
        if count(tx, realm, sort, DateTime::UNIX_EPOCH).await? > MOST_IN_ALL {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lets the oldest of it go. What a provider signed and a relay's number may still prove stays.
pub(super) async fn let_go(tx: &StoreTransaction, realm: Realm) -> Result<(), PostgresFault> {
    for sort in StrangersSort::ALL {
        for (table, column) in [("report_texts", "report"), ("reports", "id")] {
            let sql = format!(
                "DELETE FROM {table} WHERE {column} IN (SELECT id FROM reports \
                 WHERE proof IS NULL AND realm = $1 AND kind = ANY($2) AND effect <> $3 \
                 ORDER BY taken_at DESC, id DESC OFFSET $4)"
            );
            tx.run(
                &sql,
                values![
                    realm::code(realm),
                    sort.words(),
                    effect_code(ReportEffect::Searching),
                    codes::signed(MOST_IN_ALL)
                ],
            )
            .await?;
        }
    }
    Ok(())
}

async fn count(
    tx: &StoreTransaction,
    realm: Realm,
    sort: StrangersSort,
    since: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    tx.one(
        "SELECT count(*) AS kept FROM reports \
         WHERE proof IS NULL AND realm = $1 AND kind = ANY($2) AND taken_at > $3",
        values![realm::code(realm), sort.words(), codes::millis(since)],
        |row| columns::count(row, "kept"),
    )
    .await
}
