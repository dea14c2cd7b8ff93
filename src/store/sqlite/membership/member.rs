//! A reader as their own acts find them.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::{
    audience::{
        Origin, Subscriber, SubscriberId, Suppression, SuppressionReason, membership::Standing,
    },
    store::{
        merge::StoredPerson,
        sqlite::{
            codes,
            fault::SqliteFault,
            statement::Statements,
            subscriber_list::person::{PERSON, person_from},
        },
    },
};

/// A row of the list that has an address.
#[derive(Debug, Clone)]
pub(crate) struct MemberRow {
    pub(crate) id: SubscriberId,
    pub(crate) person: StoredPerson,
    pub(crate) epoch: u32,
    suppressed: Option<SuppressionReason>,
    origin: Origin,
    created_at: DateTime<Utc>,
}

impl MemberRow {
    /// The reader of that number, unless they are erased or forgotten.
    pub(crate) fn of(tx: &Connection, reader: SubscriberId) -> Result<Option<Self>, SqliteFault> {
        let sql = format!(
            "SELECT {PERSON}, origin, created_at, suppressed, epoch FROM subscribers \
             WHERE id = ?1 AND email IS NOT NULL"
        );
        tx.maybe(&sql, params![reader.0], row_from)
    }

    /// The reader of that address.
    pub(crate) fn by_key(tx: &Connection, key: &str) -> Result<Option<Self>, SqliteFault> {
        let sql = format!(
            "SELECT {PERSON}, origin, created_at, suppressed, epoch FROM subscribers \
             WHERE email = ?1"
        );
        tx.maybe(&sql, params![key], row_from)
    }

    /// How they stand, with all that was ever said: who left on top of the operator's word is still kept off by it.
    pub(crate) fn standing(&self, tx: &Connection) -> Result<Standing, SqliteFault> {
        let mut suppression = self.suppressed;
        if suppression == Some(SuppressionReason::Unsubscribed)
            && let Some(farewell) = Farewell::of(tx, self.id)?
            && !farewell.is_undone
            && farewell.before.was_kept_off_by_operator()
        {
            suppression = Some(SuppressionReason::Manual);
        }
        Ok(Standing {
            state: Some(self.person.state),
            suppression,
        })
    }

    /// How they stand, as the list says it.
    pub(crate) fn plain_standing(&self) -> Standing {
        Standing {
            state: Some(self.person.state),
            suppression: self.suppressed,
        }
    }

    /// As the list shows them.
    pub(crate) fn subscriber(&self) -> Subscriber {
        Subscriber {
            id: self.id,
            profile: self.person.profile.clone(),
            state: self.person.state,
            origin: self.origin,
            created_at: self.created_at,
        }
    }
}

fn row_from(row: &Row<'_>) -> Result<MemberRow, SqliteFault> {
    let (id, person) = person_from(row)?;
    let suppressed: Option<i64> = row.get("suppressed")?;
    Ok(MemberRow {
        id,
        person,
        epoch: row.get("epoch")?,
        suppressed: suppressed.map(codes::reason).transpose()?,
        origin: codes::origin(row.get("origin")?)?,
        created_at: codes::time_at(row, "created_at")?,
    })
}

/// Ends the links that were made for a reader; answers what new ones are made for.
pub(crate) fn grow_epoch(
    tx: &Connection,
    reader: SubscriberId,
    now: DateTime<Utc>,
) -> Result<u32, SqliteFault> {
    tx.run(
        "UPDATE subscribers SET epoch = epoch + 1, updated_at = ?2 WHERE id = ?1",
        params![reader.0, codes::millis(now)],
    )?;
    tx.value(
        "SELECT epoch FROM subscribers WHERE id = ?1",
        params![reader.0],
    )
}

/// The last departure of somebody.
#[derive(Debug, Clone)]
pub(crate) struct Farewell {
    /// What an undo is made for.
    pub(crate) epoch: u32,
    pub(crate) before: StandingBefore,
    pub(crate) is_undone: bool,
}

/// What a departure took away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StandingBefore {
    /// One edition: these were chosen before, and who had chosen them. None: it was everything.
    pub(crate) edition: Option<ChosenBefore>,
    /// What had kept them from mail already.
    pub(crate) suppression: Option<SuppressionBefore>,
}

/// Editions as they were chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ChosenBefore {
    pub(crate) editions: Option<BTreeSet<String>>,
    pub(crate) set_by: u32,
}

/// A suppression that a departure replaced.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SuppressionBefore {
    reason: SuppressionReason,
    detail: Option<String>,
    at: DateTime<Utc>,
}

impl StandingBefore {
    fn was_kept_off_by_operator(&self) -> bool {
        let before = self.suppression.as_ref();
        before.is_some_and(|it| it.reason == SuppressionReason::Manual)
    }
}

impl SuppressionBefore {
    pub(crate) fn new(stood: &Suppression) -> Self {
        Self {
            reason: stood.reason,
            detail: stood.detail.clone(),
            at: stood.at,
        }
    }

    pub(crate) fn suppression(&self, email: crate::address::Address) -> Suppression {
        Suppression {
            email: Some(email),
            reason: self.reason,
            detail: self.detail.clone(),
            at: self.at,
        }
    }
}

impl Farewell {
    pub(crate) fn of(tx: &Connection, reader: SubscriberId) -> Result<Option<Self>, SqliteFault> {
        tx.maybe(
            "SELECT epoch, before, is_undone FROM farewells WHERE subscriber = ?1",
            params![reader.0],
            |row| {
                let before: String = row.get(1)?;
                Ok(Self {
                    epoch: row.get(0)?,
                    before: serde_json::from_str(&before)
                        .map_err(|error| SqliteFault::Damaged(error.to_string()))?,
                    is_undone: row.get(2)?,
                })
            },
        )
    }

    /// Keeps it in the place of the one before; the reason that somebody gave then is of that one.
    pub(crate) fn keep(
        &self,
        tx: &Connection,
        reader: SubscriberId,
        now: DateTime<Utc>,
    ) -> Result<(), SqliteFault> {
        tx.run(
            "INSERT INTO farewells (subscriber, epoch, before, at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET epoch = excluded.epoch, before = excluded.before, \
             at = excluded.at, is_undone = 0, reason = NULL",
            params![
                reader.0,
                self.epoch,
                codes::rows(&self.before)?,
                codes::millis(now)
            ],
        )?;
        Ok(())
    }
}
