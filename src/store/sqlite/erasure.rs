//! Forgetting a person: everything goes but the numbers that batches were frozen with, and a keyed
//! hash that recognises the address should a file or an import bring it again.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::codes;
use crate::{
    address::Address,
    audience::{SubscriberState, SuppressionReason},
};

/// What remains of an erased address.
pub(super) fn hash(erasure_key: &hmac::Key, address_key: &str) -> Vec<u8> {
    hmac::sign(erasure_key, address_key.as_bytes())
        .as_ref()
        .to_vec()
}

/// Those of the addresses that were erased. Hashes nothing where nobody ever was.
pub(super) async fn among(
    connection: &mut SqliteConnection,
    erasure_key: &hmac::Key,
    keys: &[String],
) -> sqlx::Result<Vec<String>> {
    let any: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM suppressions WHERE hash IS NOT NULL)")
            .fetch_one(&mut *connection)
            .await?;
    if !any {
        return Ok(Vec::new());
    }
    let hashes: Vec<String> = keys
        .iter()
        .map(|key| hex(&hash(erasure_key, key)))
        .collect();
    let places: Vec<i64> = sqlx::query_scalar(
        "SELECT said.key FROM json_each(?1) AS said CROSS JOIN suppressions AS p \
         ON p.hash = unhex(said.value)",
    )
    .bind(codes::rows(&hashes)?)
    .fetch_all(connection)
    .await?;
    Ok(places
        .into_iter()
        .filter_map(|place| keys.get(usize::try_from(place).ok()?).cloned())
        .collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) async fn erase(
    connection: &mut SqliteConnection,
    erasure_key: &hmac::Key,
    email: &Address,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM suppressions WHERE email = ?1")
        .bind(email.as_str())
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT OR IGNORE INTO suppressions (hash, reason, at) VALUES (?1, ?2, ?3)")
        .bind(hash(erasure_key, &email.key()))
        .bind(codes::reason_code(SuppressionReason::Erased))
        .bind(codes::millis(at))
        .execute(&mut *connection)
        .await?;
    let known: Option<(i64, Option<i64>)> =
        sqlx::query_as("SELECT id, domain FROM subscribers WHERE email = ?1")
            .bind(email.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    if let Some((subscriber, domain)) = known {
        forget(connection, subscriber, at).await?;
        forget_domain(connection, domain).await?;
    }
    Ok(())
}

async fn forget(
    connection: &mut SqliteConnection,
    subscriber: i64,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM past_consents WHERE subscriber = ?1")
        .bind(subscriber)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "UPDATE subscribers SET email = NULL, domain = NULL, name = NULL, editions = NULL, \
         tags = NULL, timezone = NULL, language = NULL, consent_at = NULL, consent_source = NULL, \
         state = ?2, suppressed = ?3, vouched_by = 0, set_by = 0, updated_at = ?4 WHERE id = ?1",
    )
    .bind(subscriber)
    .bind(codes::subscriber_state_code(SubscriberState::Inactive))
    .bind(codes::reason_code(SuppressionReason::Erased))
    .bind(codes::millis(at))
    .execute(&mut *connection)
    .await?;
    // Relays like to repeat the address in their answers.
    sqlx::query(
        "UPDATE deliveries SET domain = 0, reply = NULL \
         WHERE id IN (SELECT (id << 40) | ?1 FROM batches)",
    )
    .bind(subscriber)
    .execute(connection)
    .await?;
    Ok(())
}

/// A domain of one's own is as good as a name.
async fn forget_domain(connection: &mut SqliteConnection, domain: Option<i64>) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM domains WHERE id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM subscribers WHERE domain = ?1) \
         AND NOT EXISTS (SELECT 1 FROM lanes WHERE domain = ?1)",
    )
    .bind(domain)
    .execute(connection)
    .await?;
    Ok(())
}
