//! The two realms in the same tables: how their rows are marked, and what keeps a reader from mail in each, and how
//! rehearsals are dropped.

use chrono::{DateTime, Utc};

use super::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values};
use crate::{
    audience::SubscriberId,
    store::{Realm, RehearsedBounce, codes},
};

/// The mark of what is made in a realm.
pub(super) fn code(realm: Realm) -> i64 {
    match realm {
        Realm::Real => 0,
        Realm::Rehearsal => 1,
    }
}

/// Why the subscriber `s` gets no mail, as SQL: who bounced in a rehearsal stays away from rehearsals
/// alone, and the list does not know of it. (2 is a hard bounce's code.)
pub(super) fn suppressed(realm: Realm) -> &'static str {
    match realm {
        Realm::Real => "s.suppressed",
        Realm::Rehearsal => {
            "coalesce(s.suppressed, \
             (SELECT 2::int2 FROM rehearsal_bounces AS r WHERE r.subscriber = s.id))"
        }
    }
}

/// Notes whose address a relay called dead in a rehearsal, with its words.
pub(super) async fn note_bounces(
    tx: &StoreTransaction,
    bounced: &[(SubscriberId, String)],
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    for (subscriber, reply) in bounced {
        tx.run(
            "INSERT INTO rehearsal_bounces (subscriber, reply, at) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
            values![subscriber.0, columns::text(reply), codes::millis(now)],
        )
        .await?;
    }
    Ok(())
}

/// How a rehearsal found the address of that reader dead.
pub(super) async fn rehearsed_bounce(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<RehearsedBounce>, PostgresFault> {
    let sql = "SELECT at, reply FROM rehearsal_bounces WHERE subscriber = $1";
    tx.maybe(sql, values![reader.0], |row| {
        Ok(RehearsedBounce {
            at: columns::time(row, "at")?,
            reply: row.try_get("reply")?,
        })
    })
    .await
}

/// Drops all that was left in that realm; answers how many batches that were.
pub(super) async fn drop_rehearsals(
    tx: &StoreTransaction,
    realm: Realm,
) -> Result<u64, PostgresFault> {
    let realm = code(realm);
    // One after the other: each drops what it finds.
    tx.script("LOCK TABLE batches IN SHARE ROW EXCLUSIVE MODE")
        .await?;
    let batches: Vec<i64> = tx
        .values("SELECT id FROM batches WHERE realm = $1", values![realm])
        .await?;
    let contents: Vec<i64> = tx
        .values(
            "SELECT content FROM batches WHERE id = ANY($1) UNION SELECT content FROM deliveries \
             WHERE batch = ANY($1) AND content IS NOT NULL",
            values![batches],
        )
        .await?;
    for table in [
        "deliveries",
        "chunks",
        "waiting",
        "tallies",
        "lanes",
        "waves",
        "domain_readers",
        "domain_pauses",
        "relay_ids",
        "relay_ids_read",
    ] {
        let sql = format!("DELETE FROM {table} WHERE batch = ANY($1)");
        tx.run(&sql, values![batches]).await?;
    }
    let sql = "DELETE FROM batches WHERE id = ANY($1)";
    let dropped = tx.run(sql, values![batches]).await?;
    // What no batch has, nor a row that left with it before its batch got another.
    tx.run(
        "DELETE FROM contents AS c WHERE c.id = ANY($1) \
         AND NOT EXISTS (SELECT 1 FROM batches WHERE content = c.id) \
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE content = c.id)",
        values![contents],
    )
    .await?;
    tx.run("DELETE FROM rehearsal_bounces", values![]).await?;
    tx.run(
        "DELETE FROM report_texts WHERE report IN (SELECT id FROM reports WHERE realm = $1)",
        values![realm],
    )
    .await?;
    for table in [
        "reports",
        "reports_turned_away",
        "door_readings",
        "paces",
        "moods",
        "refusals",
        "soft_failures",
        "dormancies",
        "notices",
        "kept",
        "receipts",
        "opinions",
        "signup_counts",
    ] {
        let sql = format!("DELETE FROM {table} WHERE realm = $1");
        tx.run(&sql, values![realm]).await?;
    }
    Ok(dropped)
}
