//! Transitions: rows loaded, moved by `store::machine`, written back, with what follows from them
//! (suppressions, counters), in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::SqliteConnection;

use super::{Fault, SqliteStore, codes, counters::Moves, suppression};
use crate::{
    audience::{SubscriberState, Suppression, SuppressionReason},
    store::{
        BatchId, BatchState, DeliveryId, Recovered, Refusal, RefusalReason, Step, Transition,
        UnknownAnswer,
        machine::{Circumstances, Row, State},
    },
};

pub(super) async fn record(
    store: &SqliteStore,
    transitions: &[Transition],
    now: DateTime<Utc>,
) -> Result<Vec<Refusal>, Fault> {
    let ids: BTreeSet<i64> = transitions.iter().map(|t| t.delivery.0).collect();
    let mut tx = store.write().await?;
    let mut ledger = Ledger::load(&mut tx, &ids, now).await?;
    let mut refusals = Vec::new();
    for transition in transitions {
        let applied = ledger.apply(transition);
        if let Err(reason) = applied {
            refusals.push(Refusal {
                delivery: transition.delivery,
                reason,
            });
        }
    }
    let written = ledger.write(&mut tx, store).await?;
    tx.commit().await?;
    // Before the caller hears of it, and so before anything leaves.
    for (issue, steps) in written {
        store.witness.note(&issue, steps)?;
    }
    Ok(refusals)
}

/// The rows that a transaction moves.
pub(super) struct Ledger {
    entries: BTreeMap<i64, Entry>,
    batches: BTreeMap<i64, Around>,
    /// Readers whose address the relay called dead, with its words.
    bounced: Vec<(i64, String)>,
    now: DateTime<Utc>,
}

/// What of a batch its rows' steps depend on.
struct Around {
    issue: String,
    state: BatchState,
    slot: DateTime<Utc>,
}

struct Entry {
    before: State,
    row: Row,
    suppressed: Option<SuppressionReason>,
    is_removed: bool,
    is_changed: bool,
}

impl Ledger {
    pub(super) async fn load(
        connection: &mut SqliteConnection,
        ids: &BTreeSet<i64>,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Self> {
        let batches: BTreeSet<i64> = ids
            .iter()
            .map(|id| codes::batch_of(DeliveryId(*id)).0)
            .collect();
        // One row of two JSON texts: each row fetched by itself is a message between two threads.
        let (rows, batches): (String, String) = sqlx::query_as(
            "SELECT (SELECT json_group_array(json_array(d.id, d.state, d.fence, d.attempts, \
             d.losses, d.due_at, d.first_attempt_at, d.reply, s.suppressed, s.state)) \
             FROM json_each(?1) AS asked CROSS JOIN deliveries AS d ON d.id = asked.value \
             LEFT JOIN subscribers AS s ON s.id = d.subscriber), \
             (SELECT json_group_array(json_array(b.id, b.issue, b.state, b.reason, b.slot)) \
             FROM json_each(?2) AS asked CROSS JOIN batches AS b ON b.id = asked.value)",
        )
        .bind(codes::rows(ids)?)
        .bind(codes::rows(&batches)?)
        .fetch_one(connection)
        .await?;
        let entries: Vec<Columns> = codes::read_rows(&rows)?;
        let batches: Vec<(i64, String, i64, Option<String>, i64)> = codes::read_rows(&batches)?;
        let around = |(id, issue, state, reason, slot)| {
            let around = Around {
                issue,
                state: codes::batch_state(state, reason)?,
                slot: codes::time(slot)?,
            };
            Ok((id, around))
        };
        Ok(Self {
            entries: entries
                .into_iter()
                .map(entry_from)
                .collect::<sqlx::Result<_>>()?,
            batches: batches
                .into_iter()
                .map(around)
                .collect::<sqlx::Result<_>>()?,
            bounced: Vec::new(),
            now,
        })
    }

    fn apply(&mut self, transition: &Transition) -> Result<(), RefusalReason> {
        let id = transition.delivery;
        let subscriber = codes::subscriber_of(id).0;
        let (Some(entry), Some(batch)) = (
            self.entries.get_mut(&id.0),
            self.batches.get(&codes::batch_of(id).0),
        ) else {
            return Err(RefusalReason::Fenced);
        };
        let has_bounced = self.bounced.iter().any(|(other, _)| *other == subscriber);
        let around = Circumstances {
            batch: &batch.state,
            slot: batch.slot,
            suppressed: entry
                .suppressed
                .or(has_bounced.then_some(SuppressionReason::HardBounce)),
            is_removed: entry.is_removed,
            now: self.now,
        };
        let before = entry.row.clone();
        let applied = entry.row.apply(transition.fence, &transition.to, &around);
        entry.is_changed |= entry.row != before;
        if let (
            Ok(()),
            Step::Rejected {
                reply,
                suppress: true,
            },
        ) = (applied, &transition.to)
        {
            self.bounced.push((subscriber, reply.clone()));
        }
        applied
    }

    pub(super) fn recover(&mut self, resend: bool) -> Recovered {
        let mut recovered = Recovered::default();
        self.for_each(|row, around| match row.abandon(resend, around) {
            State::Unknown => recovered.unknown += 1,
            _ => recovered.returned += 1,
        });
        recovered
    }

    pub(super) fn resolve(&mut self, answer: UnknownAnswer) -> u64 {
        let mut resolved = 0;
        self.for_each(|row, around| {
            row.resolve(answer, around);
            resolved += u64::from(row.state != State::Unknown);
        });
        resolved
    }

    fn for_each(&mut self, mut change: impl FnMut(&mut Row, &Circumstances<'_>)) {
        for (id, entry) in &mut self.entries {
            let Some(batch) = self.batches.get(&codes::batch_of(DeliveryId(*id)).0) else {
                continue;
            };
            let around = Circumstances {
                batch: &batch.state,
                slot: batch.slot,
                suppressed: entry.suppressed,
                is_removed: entry.is_removed,
                now: self.now,
            };
            change(&mut entry.row, &around);
            entry.is_changed |= entry.row.state != entry.before;
        }
    }

    pub(super) async fn write(
        self,
        connection: &mut SqliteConnection,
        store: &SqliteStore,
    ) -> sqlx::Result<Vec<(String, u64)>> {
        let mut moves = Moves::default();
        let mut rows = Vec::new();
        for (id, entry) in self.entries.iter().filter(|(_, entry)| entry.is_changed) {
            moves.add(
                codes::batch_of(DeliveryId(*id)),
                entry.before,
                entry.row.state,
            );
            rows.push(columns(*id, &entry.row));
        }
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        sqlx::query(
            "UPDATE deliveries SET state = v.value->>1, attempts = v.value->>2, \
             losses = v.value->>3, due_at = v.value->>4, first_attempt_at = v.value->>5, \
             reply = v.value->>6, updated_at = ?2, \
             content = CASE WHEN v.value->>5 IS NULL THEN NULL ELSE \
             coalesce((SELECT id FROM contents WHERE hash = v.value->>7), content) END \
             FROM json_each(?1) AS v WHERE deliveries.id = v.value->>0",
        )
        .bind(codes::rows(&rows)?)
        .bind(codes::millis(self.now))
        .execute(&mut *connection)
        .await?;
        let steps = moves.write(connection).await?;
        suppress_bounced(connection, store, &self.bounced, self.now).await?;
        let issue_of = |id: BatchId| Some(self.batches.get(&id.0)?.issue.clone());
        Ok(steps
            .into_iter()
            .filter_map(|(id, steps)| Some((issue_of(id)?, steps)))
            .collect())
    }
}

/// A delivery as it is read: id, state, fence, attempts, losses, due_at, first_attempt_at, reply,
/// and the reader's suppression and state.
type Columns = (
    i64,
    i64,
    i64,
    u32,
    u32,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<i64>,
    Option<i64>,
);

fn entry_from(columns: Columns) -> sqlx::Result<(i64, Entry)> {
    let (id, state, fence, attempts, losses, due_at, first_attempt_at, reply, suppressed, reader) =
        columns;
    let state = codes::state(state)?;
    let entry = Entry {
        before: state,
        row: Row {
            state,
            fence,
            attempts,
            losses,
            due_at: due_at.map(codes::time).transpose()?,
            content: None,
            first_attempt_at: first_attempt_at.map(codes::time).transpose()?,
            reply,
        },
        suppressed: suppressed.map(codes::reason).transpose()?,
        is_removed: reader != Some(codes::subscriber_state_code(SubscriberState::Active)),
        is_changed: false,
    };
    Ok((id, entry))
}

fn columns(id: i64, row: &Row) -> serde_json::Value {
    json!([
        id,
        codes::state_code(row.state),
        row.attempts,
        row.losses,
        row.due_at.map(codes::millis),
        row.first_attempt_at.map(codes::millis),
        row.reply,
        row.content,
    ])
}

async fn suppress_bounced(
    connection: &mut SqliteConnection,
    store: &SqliteStore,
    bounced: &[(i64, String)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut suppressions = Vec::new();
    for (subscriber, reply) in bounced {
        let email: Option<String> =
            sqlx::query_scalar("SELECT email FROM subscribers WHERE id = ?1")
                .bind(subscriber)
                .fetch_optional(&mut *connection)
                .await?
                .flatten();
        // Erased meanwhile: nothing is known of the address any more, nor may be.
        let Some(email) = email else { continue };
        suppressions.push(Suppression {
            email: Some(codes::address(&email)?),
            reason: SuppressionReason::HardBounce,
            detail: Some(reply.clone()),
            at: now,
        });
    }
    if !suppressions.is_empty() {
        suppression::insert(connection, &store.erasure_key, &suppressions, now).await?;
    }
    Ok(())
}
