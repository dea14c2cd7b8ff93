//! Leases: rights that end by themselves, by the server's clock, where nobody renews them. No session holds one: a pool
//! would hand it to strangers, or keep it for ever. How one is kept: `holding`, `heartbeat`.

use std::time::Duration;

use super::home;
use crate::store::{
    LeaseTerm, SenderId, SenderShare, StoreError,
    postgres::{
        columns, database::PostgresDatabase, fault::PostgresFault, transaction::StoreTransaction,
        values::values,
    },
};

/// After so long without a word its holder is dead: a standby has taken over a quarter of a minute after that word.
pub(super) const LEASE: Duration = Duration::from_secs(12);
const LEASE_SECONDS: i64 = LEASE.as_secs().cast_signed();

/// The holder takes it for over so long before the server does.
pub(super) const MARGIN: Duration = Duration::from_secs(1);

/// What stands before a sender's name in the name of its lease.
const SENDS: &str = "sends: ";

/// The number of a sender, which its claims carry; one that never took a lease is dead already.
pub(crate) async fn number(tx: &StoreTransaction, sender: &SenderId) -> Result<i64, PostgresFault> {
    let name = of_sender(sender);
    let sql = "SELECT id FROM leases WHERE name = $1";
    if let Some(id) = tx.maybe_value(sql, values![name]).await? {
        return Ok(id);
    }
    tx.run(
        "INSERT INTO leases (name) VALUES ($1) ON CONFLICT DO NOTHING",
        values![name],
    )
    .await?;
    tx.value(sql, values![name]).await
}

/// Under which name a sender has its lease, and its claims.
pub(super) fn of_sender(sender: &SenderId) -> String {
    format!("{SENDS}{}", sender.0)
}

/// The sender whose lease has that name.
pub(crate) fn sender_of(name: &str) -> &str {
    name.strip_prefix(SENDS).unwrap_or(name)
}

/// Which of the senders that live it is: one whose lease is over comes after them all.
pub(crate) async fn share(
    tx: &StoreTransaction,
    sender: &SenderId,
) -> Result<SenderShare, PostgresFault> {
    let own = of_sender(sender);
    tx.one(
        "SELECT count(*) FILTER (WHERE name < $1) AS place, count(*) AS living FROM leases \
         WHERE lease_until > clock_timestamp() AND starts_with(name, $2)",
        values![own, SENDS],
        |row| {
            let small = |column| columns::count(row, column).map(saturated);
            Ok(SenderShare {
                place: small("place")?,
                living: small("living")?.max(1),
            })
        },
    )
    .await
}

fn saturated(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Ends the lease of a sender that is known to be no more.
pub(super) async fn bury(tx: &StoreTransaction, sender: &SenderId) -> Result<(), PostgresFault> {
    let sql = "UPDATE leases SET lease_until = '-infinity' WHERE name = $1";
    tx.run(sql, values![of_sender(sender)]).await.map(drop)
}

/// Forgets senders that are no more and had no hand in a batch that may still go on: a lease that is given back is over,
/// one that ended by itself is kept for a while. (The calendar's stay: there is one a realm.)
pub(crate) async fn forget_dead(tx: &StoreTransaction) -> Result<u64, PostgresFault> {
    tx.run(
        "DELETE FROM leases WHERE id IN (SELECT l.id FROM leases AS l \
         WHERE starts_with(l.name, $1) AND l.lease_until < clock_timestamp() - interval '1 day' \
         AND NOT EXISTS (SELECT 1 FROM tallies AS t JOIN batches AS b ON b.id = t.batch \
           WHERE abs(t.sender) = l.id GROUP BY b.id, b.state \
           HAVING b.state IN (0, 1, 4) OR (sum(t.claimed + t.sending) > 0 \
             AND EXISTS (SELECT 1 FROM deliveries AS d WHERE d.batch = b.id \
               AND d.sender = l.id AND d.state BETWEEN 1 AND 2))) \
         AND NOT EXISTS (SELECT 1 FROM chunks AS c WHERE c.sender = l.id) \
         FOR UPDATE OF l SKIP LOCKED)",
        values![SENDS],
    )
    .await
}

/// Makes sure that a term of a lease is not over, and stays so until the transaction ends: whoever wants the next one
/// waits for that.
pub(crate) async fn require(tx: &StoreTransaction, term: LeaseTerm) -> Result<(), PostgresFault> {
    let held: Option<i64> = tx
        .maybe_value(
            "SELECT epoch FROM leases WHERE id = $1 AND epoch = $2 \
             AND lease_until > clock_timestamp() FOR SHARE",
            values![term.lease, term.epoch],
        )
        .await?;
    match held {
        Some(_) => Ok(()),
        None => Err(StoreError::TermOver.into()),
    }
}

/// Takes a lease that nobody has; else answers who has it.
pub(super) async fn take(
    tx: &StoreTransaction,
    name: &str,
    holder: &str,
) -> Result<Result<LeaseTerm, String>, PostgresFault> {
    let taken = tx
        .maybe(
            "INSERT INTO leases AS l (name, epoch, holder, lease_until) \
             VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 second') \
             ON CONFLICT (name) DO UPDATE SET epoch = l.epoch + 1, holder = excluded.holder, \
             lease_until = excluded.lease_until WHERE l.lease_until <= clock_timestamp() \
             RETURNING l.id, l.epoch",
            values![name, holder, LEASE_SECONDS],
            |row| {
                Ok(LeaseTerm {
                    lease: row.try_get("id")?,
                    epoch: row.try_get("epoch")?,
                })
            },
        )
        .await?;
    if let Some(taken) = taken {
        return Ok(Ok(taken));
    }
    let other: Option<String> = tx
        .maybe_value("SELECT holder FROM leases WHERE name = $1", values![name])
        .await?;
    Ok(Err(other.unwrap_or_default()))
}

/// Says that its holder lives; false: it was over, or is another's.
pub(super) async fn renew(
    database: &PostgresDatabase,
    term: LeaseTerm,
) -> Result<bool, StoreError> {
    let tx = database.writing().await?;
    let renewed = tx
        .run(
            &format!(
                "UPDATE leases SET lease_until = clock_timestamp() + $3 * interval '1 second' \
                 WHERE id = $1 AND epoch = $2 AND lease_until > clock_timestamp() \
                 AND NOT coalesce({}, FALSE)",
                home::IS_ELSEWHERE
            ),
            values![term.lease, term.epoch, LEASE_SECONDS],
        )
        .await;
    Ok(tx.end(renewed).await? > 0)
}

pub(super) async fn let_go(database: &PostgresDatabase, term: LeaseTerm) -> Result<(), StoreError> {
    let tx = database.writing().await?;
    let ended = tx
        .run(
            "UPDATE leases SET lease_until = '-infinity' WHERE id = $1 AND epoch = $2",
            values![term.lease, term.epoch],
        )
        .await;
    tx.end(ended).await.map(drop)
}
