//! A reader as their own acts find them, loaded from SQLite and written back.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

pub(crate) use crate::store::membership::member_row::{Farewell, MemberRow};
use crate::{
    audience::{SubscriberId, membership::Standing},
    store::sqlite::{
        codes,
        fault::SqliteFault,
        statement::Statements,
        subscriber_list::person::{PERSON, person_from},
    },
};

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

    /// How they stand, with all that was ever said.
    pub(crate) fn standing(&self, tx: &Connection) -> Result<Standing, SqliteFault> {
        let farewell = match self.has_left() {
            true => Farewell::of(tx, self.id)?,
            false => None,
        };
        Ok(self.standing_below(farewell.as_ref()))
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
