//! Lanes: within a batch, a domain with limits of its own gets a number that leads the index of due
//! rows, so that a claim reads the rows it may take and no others, however many wait elsewhere.

use sqlx::SqliteConnection;

use super::codes;
use crate::store::{BatchId, Quotas, machine::State};

/// Everyone whose domain has no limits.
const COMMON: i64 = 0;

/// A lane and how many rows may be taken from it.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) number: i64,
    pub(super) room: u32,
    is_common: bool,
}

/// The lanes of a batch with their room. Domains that the quotas name for the first time get theirs.
pub(super) async fn open(
    connection: &mut SqliteConnection,
    batch: BatchId,
    quotas: &Quotas,
) -> sqlx::Result<Vec<Lane>> {
    let mut known = all(connection, batch).await?;
    let is_new = |(name, _): &&(String, u32)| !known.iter().any(|(known, _)| known == name);
    let new: Vec<&str> = quotas
        .domains
        .iter()
        .filter(is_new)
        .map(|(name, _)| name.as_str())
        .collect();
    if !new.is_empty() && split_off(connection, batch, &new).await? {
        known = all(connection, batch).await?;
    }
    let common = std::iter::once((None, COMMON));
    let named = known.into_iter().map(|(name, lane)| (Some(name), lane));
    Ok(common
        .chain(named)
        .map(|(name, number)| {
            let quota = quotas
                .domains
                .iter()
                .find(|(domain, _)| Some(domain) == name.as_ref());
            Lane {
                number,
                room: quota.map_or(quotas.rest, |(_, room)| *room),
                // A lane that lost its limits is drained together with the common one.
                is_common: quota.is_none(),
            }
        })
        .collect())
}

/// Takes one of a lane's rows out of its room; false where there is none left.
pub(super) fn use_one(lanes: &mut [Lane], number: i64) -> bool {
    let Some(lane) = lanes.iter().find(|lane| lane.number == number) else {
        return false;
    };
    if lane.room == 0 {
        return false;
    }
    let is_common = lane.is_common;
    for lane in lanes {
        if lane.number == number || (is_common && lane.is_common) {
            lane.room -= 1;
        }
    }
    true
}

async fn all(
    connection: &mut SqliteConnection,
    batch: BatchId,
) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query_as(
        "SELECT d.name, l.lane FROM lanes AS l JOIN domains AS d ON d.id = l.domain \
         WHERE l.batch = ?1 ORDER BY l.lane",
    )
    .bind(batch.0)
    .fetch_all(connection)
    .await
}

/// Gives domains their lanes and moves their rows there; false where no reader has such an address.
async fn split_off(
    connection: &mut SqliteConnection,
    batch: BatchId,
    names: &[&str],
) -> sqlx::Result<bool> {
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(lane), 0) FROM lanes WHERE batch = ?1")
        .bind(batch.0)
        .fetch_one(&mut *connection)
        .await?;
    let made = sqlx::query(
        "INSERT INTO lanes (batch, domain, lane) \
         SELECT ?1, d.id, ?3 + row_number() OVER (ORDER BY d.id) \
         FROM domains AS d WHERE d.name IN (SELECT value FROM json_each(?2))",
    )
    .bind(batch.0)
    .bind(codes::rows(names)?)
    .bind(last)
    .execute(&mut *connection)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    let (first, end) = codes::deliveries_of(batch);
    let ended = [State::Accepted, State::Rejected, State::Skipped].map(codes::state_code);
    sqlx::query(
        "UPDATE deliveries SET lane = l.lane FROM lanes AS l \
         WHERE l.batch = ?1 AND l.lane > ?2 AND l.domain = deliveries.domain \
         AND deliveries.id BETWEEN ?3 AND ?4 AND deliveries.state NOT IN (?5, ?6, ?7)",
    )
    .bind(batch.0)
    .bind(last)
    .bind(first)
    .bind(end)
    .bind(ended[0])
    .bind(ended[1])
    .bind(ended[2])
    .execute(connection)
    .await?;
    Ok(true)
}
