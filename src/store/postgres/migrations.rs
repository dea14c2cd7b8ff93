//! The tables made and brought up to date: under a lock that ends with its transaction, all steps or none, and never by
//! a program that is older than they are.

use super::{fault::PostgresFault, transaction::StoreTransaction, values::values};
use crate::{
    fingerprint::sha256,
    store::{ServerTrouble, StoreError},
};

/// One step: never changed once it was released, or no state would open any more.
struct SchemaStep {
    version: i64,
    description: &'static str,
    sql: &'static str,
}

const STEPS: [SchemaStep; 6] = [
    SchemaStep {
        version: 1,
        description: "the list and the ledger",
        sql: include_str!("migrations/0001_list_and_ledger.sql"),
    },
    SchemaStep {
        version: 2,
        description: "the lives of readers",
        sql: include_str!("migrations/0002_readers_lives.sql"),
    },
    SchemaStep {
        version: 3,
        description: "what comes back",
        sql: include_str!("migrations/0003_what_comes_back.sql"),
    },
    SchemaStep {
        version: 4,
        description: "moving in",
        sql: include_str!("migrations/0004_moving_in.sql"),
    },
    SchemaStep {
        version: 5,
        description: "pruned rows",
        sql: include_str!("migrations/0005_pruned_rows.sql"),
    },
    SchemaStep {
        version: 6,
        description: "notes of senders",
        sql: include_str!("migrations/0006_notes_of_senders.sql"),
    },
];

/// "DNot" in ASCII. A lock of the transaction's: it needs no session, and nobody can forget it.
const LOCK: i64 = 0x444E_6F74;

/// Where the steps that were taken stand.
const TABLE: &str = "CREATE TABLE schema_steps (
    version      BIGINT PRIMARY KEY,
    description  TEXT   NOT NULL,
    checksum     BYTEA  NOT NULL,
    taken_at     TIMESTAMPTZ NOT NULL DEFAULT now()
)";

/// Whether all steps were taken, and no others: the usual case, of which nothing is written.
pub(super) async fn are_taken(tx: &StoreTransaction) -> Result<bool, PostgresFault> {
    if !has_table(tx).await? {
        return Ok(false);
    }
    let taken = taken(tx).await?;
    Ok(STEPS.iter().all(|step| taken.contains(&step.version)))
}

/// Takes the steps that were not taken yet.
pub(super) async fn run(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    tx.rows("SELECT pg_advisory_xact_lock($1)", values![LOCK])
        .await?;
    if !has_table(tx).await? {
        refuse_others_tables(tx).await?;
        tx.script(TABLE).await?;
    }
    let taken = taken(tx).await?;
    for step in STEPS.iter().filter(|step| !taken.contains(&step.version)) {
        step.take(tx).await?;
    }
    Ok(())
}

/// The steps that a database has behind it, each held against ours.
async fn taken(tx: &StoreTransaction) -> Result<Vec<i64>, PostgresFault> {
    let taken: Vec<(i64, Vec<u8>)> = tx
        .all(
            "SELECT version, checksum FROM schema_steps ORDER BY version",
            values![],
            |row| Ok((row.try_get(0)?, row.try_get(1)?)),
        )
        .await?;
    for (version, checksum) in &taken {
        let Some(ours) = STEPS.iter().find(|step| step.version == *version) else {
            return Err(StoreError::Newer.into());
        };
        if *checksum != ours.checksum() {
            let what = format!("its step {version} is not the one that daily-note has");
            return Err(StoreError::Outdated(what.into()).into());
        }
    }
    Ok(taken.into_iter().map(|(version, _)| version).collect())
}

async fn has_table(tx: &StoreTransaction) -> Result<bool, PostgresFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM pg_tables \
         WHERE schemaname = current_schema() AND tablename = 'schema_steps')",
        values![],
    )
    .await
}

/// A schema with another program's tables is not ours to add to.
async fn refuse_others_tables(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let schema: Option<String> = tx.value("SELECT current_schema()::text", values![]).await?;
    let Some(schema) = schema else {
        return Err(ServerTrouble::NoSchema.into());
    };
    let has_others: bool = tx
        .value(
            "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema())",
            values![],
        )
        .await?;
    if has_others {
        return Err(StoreError::Foreign.into());
    }
    let may: bool = tx
        .value(
            "SELECT has_schema_privilege(current_schema(), 'CREATE')",
            values![],
        )
        .await?;
    match may {
        true => Ok(()),
        false => Err(ServerTrouble::NoRights { schema }.into()),
    }
}

impl SchemaStep {
    fn checksum(&self) -> Vec<u8> {
        sha256(self.sql.as_bytes()).to_vec()
    }

    async fn take(&self, tx: &StoreTransaction) -> Result<(), PostgresFault> {
        tx.script(self.sql).await?;
        tx.run(
            "INSERT INTO schema_steps (version, description, checksum) VALUES ($1, $2, $3)",
            values![self.version, self.description, self.checksum()],
        )
        .await?;
        Ok(())
    }
}
