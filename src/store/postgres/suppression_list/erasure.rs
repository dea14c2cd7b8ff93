//! Forgetting a person: everything goes but the numbers that batches were frozen with, and a keyed
//! hash that recognises the address should a file or an import bring it again.

use chrono::{DateTime, Utc};

use super::{
    hash_keys,
    journal::{self, JournalEntry},
    quoting::stop_quoting,
};
use crate::{
    address::Address,
    audience::{
        SubscriberId, SubscriberState, SuppressionReason,
        membership::{ChangeSource, MembershipChange, Standing},
    },
    store::{
        codes,
        history_note::HistoryNote,
        postgres::{
            columns, delivery_queue::unclaimed, fault::PostgresFault, history,
            opinion_box::telling, transaction::StoreTransaction, values::values,
        },
    },
};

/// Somebody who is to be forgotten, and the hash under the list's own key that remains of them.
pub(crate) struct PersonToForget<'a> {
    pub(crate) email: &'a Address,
    pub(crate) hash: Vec<u8>,
}

/// Leaves the hash alone of somebody, who is erased since then and forgotten now; answers whether anything of them
/// stood here: on the list, or among those who get no mail.
pub(crate) async fn erase(
    tx: &StoreTransaction,
    person: &PersonToForget<'_>,
    source: ChangeSource,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, PostgresFault> {
    let key = person.email.key();
    let suppressed = leave_hash(tx, &person.hash, &key, since).await?;
    let known = tx
        .maybe(
            "SELECT id, domain, state, suppressed FROM subscribers WHERE key = $1 FOR UPDATE",
            values![key],
            |row| {
                let suppressed = columns::maybe_code(row, "suppressed")?;
                let standing = Standing {
                    state: Some(codes::subscriber_state(columns::code(row, "state")?)?),
                    suppression: suppressed.map(codes::reason).transpose()?,
                };
                let domain: Option<i64> = row.try_get("domain")?;
                Ok((columns::subscriber(row, "id")?, domain, standing))
            },
        )
        .await?;
    if let Some((id, domain, from)) = known {
        forget(tx, id, now).await?;
        forget_domain(tx, domain).await?;
        let steps = (from, Standing::STRANGER);
        let note = HistoryNote::of(MembershipChange::Erased, source, steps, now);
        history::note(tx, id, note).await?;
    }
    stop_quoting(tx, &key).await?;
    Ok(known.is_some() || suppressed > 0)
}

/// Puts the hash in the place of the address among those who get no mail; answers how many rows named it.
async fn leave_hash(
    tx: &StoreTransaction,
    hash: &[u8],
    key: &str,
    at: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let sql = "DELETE FROM suppressions WHERE key = $1";
    let named = tx.run(sql, values![key]).await?;
    tx.run(
        "INSERT INTO suppressions (hash, reason, at) VALUES ($1, $2, $3) \
         ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason, at = excluded.at",
        values![
            hash,
            codes::reason_code(SuppressionReason::Erased),
            codes::millis(at)
        ],
    )
    .await?;
    Ok(named)
}

/// Where a person's own words and the proofs of what they agreed to lie, a row or more each.
const PERSONAL: [&str; 13] = [
    "past_consents",
    "consent_proofs",
    "consent_reminders",
    "consent_requests",
    "asks",
    "farewells",
    "moves",
    "spent_links",
    "receipts",
    // Relays like to repeat the address in their answers.
    "rehearsal_bounces",
    "report_texts",
    "soft_failures",
    "earlier_mail",
];

async fn forget(
    tx: &StoreTransaction,
    subscriber: SubscriberId,
    at: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    forget_old_addresses(tx, subscriber, at).await?;
    for table in PERSONAL {
        let sql = format!("DELETE FROM {table} WHERE subscriber = $1");
        tx.run(&sql, values![subscriber.0]).await?;
    }
    telling::forget(tx, subscriber).await?;
    // That somebody chose it stays in the count; what they said in their own words goes.
    tx.run(
        "UPDATE opinions SET text = NULL, name = NULL, may_publish = FALSE, may_reply = FALSE, \
         is_published = FALSE WHERE subscriber = $1",
        values![subscriber.0],
    )
    .await?;
    tx.run(
        "UPDATE subscribers SET email = NULL, key = NULL, domain = NULL, name = NULL, \
         editions = NULL, tags = NULL, timezone = NULL, language = NULL, consent_at = NULL, \
         consent_source = NULL, state = $2, suppressed = $3, vouched_by = 0, set_by = 0, \
         updated_at = $4, epoch = epoch + 1 WHERE id = $1",
        values![
            subscriber.0,
            codes::subscriber_state_code(SubscriberState::Inactive),
            codes::reason_code(SuppressionReason::Erased),
            codes::millis(at)
        ],
    )
    .await?;
    // As a departure does: a row of theirs that was let go before is on the wire by then, and none is after. The chunk
    // first, as a claim does.
    tx.run(
        "UPDATE chunks AS c SET domains[array_position(c.readers, $1)] = 0 \
         WHERE int8range(c.first_reader, c.last_reader, '[]') @> $1 AND $1 = ANY(c.readers)",
        values![subscriber.0],
    )
    .await?;
    unclaimed::part_readers(tx, &[subscriber.0]).await?;
    tx.run(
        "UPDATE deliveries AS d SET domain = 0, reply = NULL FROM batches AS b \
         WHERE d.batch = b.id AND d.subscriber = $1",
        values![subscriber.0],
    )
    .await
    .map(drop)
}

/// Addresses that were theirs before a move are theirs as well: of each, a hash remains.
async fn forget_old_addresses(
    tx: &StoreTransaction,
    subscriber: SubscriberId,
    at: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let old: Vec<String> = tx
        .values(
            "SELECT DISTINCT from_email FROM moves WHERE subscriber = $1 AND from_email IS NOT NULL \
             AND from_email NOT IN (SELECT email FROM subscribers WHERE email IS NOT NULL)",
            values![subscriber.0],
        )
        .await?;
    if old.is_empty() {
        return Ok(());
    }
    let keys = hash_keys::load(tx).await?;
    for email in old {
        let key = codes::address(&email)?.key();
        let hash = keys.own(&key);
        if leave_hash(tx, &hash, &key, at).await? > 0 {
            let entry = JournalEntry {
                hash,
                key: None,
                reason: Some(SuppressionReason::Erased),
                at,
            };
            journal::note(tx, &[entry]).await?;
        }
        stop_quoting(tx, &key).await?;
    }
    Ok(())
}

/// A domain of one's own is as good as a name.
async fn forget_domain(tx: &StoreTransaction, domain: Option<i64>) -> Result<(), PostgresFault> {
    let forgotten: Option<String> = tx
        .maybe_value(
            "DELETE FROM domains WHERE id = $1 \
             AND NOT EXISTS (SELECT 1 FROM subscribers WHERE domain = $1) \
             AND NOT EXISTS (SELECT 1 FROM lanes WHERE domain = $1) RETURNING name",
            values![domain],
        )
        .await?;
    if let Some(name) = forgotten {
        let sql = "DELETE FROM moods WHERE key = $1";
        tx.run(sql, values![name]).await?;
    }
    Ok(())
}
