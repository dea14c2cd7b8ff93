//! The tables brought up to date. Which steps were taken is kept as sqlx kept it, in its table and with
//! its checksums: a state of the time when it did this opens as it is, and a daily-note of that time
//! still refuses a newer state in words.

use aws_lc_rs::digest::{SHA384, digest};
use rusqlite::{Connection, TransactionBehavior, params};

use super::{fault::SqliteFault, statement::Statements, trouble};
use crate::store::StoreError;

/// One step: never changed once it was released, or no state would open any more.
struct Migration {
    version: i64,
    description: &'static str,
    sql: &'static str,
}

#[rustfmt::skip]
const MIGRATIONS: [Migration; 19] = [
    step(1, "the list and the ledger", include_str!("migrations/0001_list_and_ledger.sql")),
    step(2, "steps", include_str!("migrations/0002_steps.sql")),
    step(3, "notices", include_str!("migrations/0003_notices.sql")),
    step(4, "calendar", include_str!("migrations/0004_calendar.sql")),
    step(5, "rehearsals", include_str!("migrations/0005_rehearsals.sql")),
    step(6, "moods", include_str!("migrations/0006_moods.sql")),
    step(7, "notices given up", include_str!("migrations/0007_notices_given_up.sql")),
    step(8, "identity", include_str!("migrations/0008_identity.sql")),
    step(9, "kept", include_str!("migrations/0009_kept.sql")),
    step(10, "hash keys", include_str!("migrations/0010_hash_keys.sql")),
    step(11, "membership", include_str!("migrations/0011_membership.sql")),
    step(12, "reports", include_str!("migrations/0012_reports.sql")),
    step(13, "turns and news", include_str!("migrations/0013_turns_and_news.sql")),
    step(14, "plain conditions", include_str!("migrations/0014_plain_conditions.sql")),
    step(15, "door reads", include_str!("migrations/0015_door_reads.sql")),
    step(16, "transfer notes", include_str!("migrations/0016_transfer_notes.sql")),
    step(17, "strangers", include_str!("migrations/0017_strangers.sql")),
    step(18, "moved away", include_str!("migrations/0018_moved_away.sql")),
    step(19, "pruned rows", include_str!("migrations/0019_pruned_rows.sql")),
];

const fn step(version: i64, description: &'static str, sql: &'static str) -> Migration {
    Migration {
        version,
        description,
        sql,
    }
}

/// As sqlx makes it.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
)";

/// Takes the steps that were not taken yet, all or none.
pub(super) fn run(connection: &mut Connection) -> Result<(), SqliteFault> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.run(TABLE, [])?;
    let taken = tx.all(
        "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version",
        [],
        |row| {
            Ok(AppliedMigration {
                version: row.get(0)?,
                checksum: row.get(1)?,
                is_whole: row.get(2)?,
            })
        },
    )?;
    for step in &taken {
        step.check()?;
    }
    for migration in &MIGRATIONS {
        if !taken.iter().any(|step| step.version == migration.version) {
            migration.take(&tx)?;
        }
    }
    tx.commit()?;
    Ok(())
}

impl Migration {
    fn checksum(&self) -> Vec<u8> {
        digest(&SHA384, self.sql.as_bytes()).as_ref().to_vec()
    }

    /// What keeps the disk or another process from it is told as always; anything else is the step's own.
    fn failed(&self, error: rusqlite::Error) -> SqliteFault {
        if trouble::is_of_machine(&error) {
            return SqliteFault::Sql(error);
        }
        let Self {
            version,
            description,
            ..
        } = self;
        // SQLite's own words, without the text of the step that rusqlite puts behind them.
        let words = match &error {
            rusqlite::Error::SqlInputError { msg, .. }
            | rusqlite::Error::SqliteFailure(_, Some(msg)) => msg.clone(),
            other => other.to_string(),
        };
        let what = format!("its step {version} ({description}) fails: {words}");
        SqliteFault::Told(StoreError::Outdated(what.into()))
    }

    fn take(&self, connection: &Connection) -> Result<(), SqliteFault> {
        let failed = |error| self.failed(error);
        connection.execute_batch(self.sql).map_err(failed)?;
        // The time it took is sqlx's curiosity alone; -1 says that nobody measured it.
        connection.run(
            "INSERT INTO _sqlx_migrations \
             (version, description, success, checksum, execution_time) \
             VALUES (?1, ?2, TRUE, ?3, -1)",
            params![self.version, self.description, self.checksum()],
        )?;
        Ok(())
    }
}

/// A step that a database has behind it.
struct AppliedMigration {
    version: i64,
    checksum: Vec<u8>,
    is_whole: bool,
}

impl AppliedMigration {
    fn check(&self) -> Result<(), SqliteFault> {
        let ours = MIGRATIONS.iter().find(|step| step.version == self.version);
        let Some(ours) = ours else {
            return Err(StoreError::Newer.into());
        };
        let what = if !self.is_whole {
            "was left half done"
        } else if self.checksum != ours.checksum() {
            "is not the one that daily-note has"
        } else {
            return Ok(());
        };
        let what = format!("its step {} {what}", self.version);
        Err(StoreError::Outdated(what.into()).into())
    }
}
