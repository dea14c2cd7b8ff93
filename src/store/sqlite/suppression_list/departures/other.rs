//! Who left, as another copy of this list knows it: the folder of the state that this one replaces, or
//! a later backup.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};

use super::{
    DepartureRecord, HashKeys, LastDeparture, codes, fold_in, number_behind, set_unknown, take_up,
};
use crate::store::{
    StoreError,
    sqlite::{SqliteStore, database::place::FILE, fault::SqliteFault, statement::Statements},
};

/// Where a restored state learns who left since its backup was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Departures {
    /// From what is kept outside the state folder.
    KeptOutside,
    /// From the folder of another copy of the state, or a backup.
    Of(PathBuf),
    /// A person says that nobody left.
    Nobody,
}

impl SqliteStore {
    /// Learns who left since this copy was made, and keeps them out; answers how many those are. None:
    /// nobody knows, and nothing is sent before a person has said more.
    ///
    /// # Errors
    /// [`StoreError::NoBackup`] where that place is neither a state nor a backup, or one of another list.
    pub(crate) async fn learn_departures(
        &self,
        from: &Departures,
    ) -> Result<Option<u64>, StoreError> {
        let (from, outside) = (from.clone(), self.outside.clone());
        self.write(move |tx, _| {
            let outside = outside.as_ref();
            if let Some(outside) = outside {
                number_behind(tx, outside)?;
            }
            let out = match &from {
                Departures::Nobody => Some(0),
                Departures::Of(other) => Some(of(tx, other)?),
                Departures::KeptOutside => match outside {
                    Some(outside) => take_up(tx, outside, None)?,
                    None => None,
                },
            };
            set_unknown(tx, out.is_none())?;
            Ok(out)
        })
        .await
    }
}

fn of(tx: &Connection, other: &Path) -> Result<u64, SqliteFault> {
    let file = match other.is_dir() {
        true => other.join(FILE),
        false => other.to_owned(),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let no_state = |_| SqliteFault::Told(StoreError::NoBackup);
    let copy = Connection::open_with_flags(&file, flags).map_err(no_state)?;
    copy.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;")
        .map_err(no_state)?;
    let mark: String = copy
        .value("SELECT mark FROM instance", [])
        .map_err(|_| SqliteFault::Told(StoreError::NoBackup))?;
    if mark != crate::store::sqlite::suppression_list::departures::instance::list(tx)? {
        return Err(StoreError::OtherList.into());
    }
    let journal = journal(&copy, &HashKeys::load(tx)?)?;
    fold_in(tx, journal, None)
}

/// Everybody whom that copy sends nothing to: whose address it has, by the key that this list hashes by.
fn journal(copy: &Connection, keys: &HashKeys) -> Result<DepartureRecord, SqliteFault> {
    let mut journal = DepartureRecord::default();
    copy.all(
        &format!(
            "SELECT email, hash, reason, at, {} FROM suppressions AS s ORDER BY s.id",
            key_in(copy)?
        ),
        params![],
        |row| {
            let (email, hash): (Option<String>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            let standing = LastDeparture {
                reason: Some(codes::reason(row.get(2)?)?),
                at: codes::time(row.get(3)?)?,
                number: 0,
            };
            match (email, hash) {
                (Some(email), _) => {
                    let hash = keys.own(&codes::address(&email)?.key());
                    journal.add(keys.own_bytes().to_owned(), hash, standing);
                }
                (None, Some(hash)) => journal.add(row.get(4)?, hash, standing),
                (None, None) => {}
            }
            Ok(())
        },
    )?;
    Ok(journal)
}

/// Under which key a hash was made, in SQL: a copy of the time before knows its own alone.
fn key_in(copy: &Connection) -> Result<&'static str, SqliteFault> {
    let knows_others: bool = copy.value(
        "SELECT EXISTS (SELECT 1 FROM pragma_table_info('suppressions') WHERE name = 'hash_key')",
        [],
    )?;
    Ok(match knows_others {
        true => {
            "coalesce((SELECT key FROM hash_keys WHERE id = s.hash_key), \
             (SELECT erasure_key FROM instance))"
        }
        false => "(SELECT erasure_key FROM instance)",
    })
}
