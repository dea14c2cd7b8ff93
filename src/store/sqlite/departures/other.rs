//! Who left, as another copy of this list knows it: the folder of the state that this one replaces, or
//! a later backup.

use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;
use rusqlite::{Connection, OpenFlags, params};

use super::{Fault, Journal, Standing, codes, erasure, fold_in, set_unknown, take_up};
use crate::store::{
    StoreError,
    sqlite::{FILE, SqliteStore, place::Place, statement::Statements},
};

/// Where a restored state learns who left since its backup was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Departures {
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
    pub async fn learn_departures(&self, from: &Departures) -> Result<Option<u64>, StoreError> {
        let (from, outside) = (from.clone(), self.outside.clone());
        self.write(move |tx, place| {
            let outside = outside.as_ref();
            let out = match &from {
                Departures::Nobody => Some(0),
                Departures::Of(other) => Some(of(tx, place, other)?),
                Departures::KeptOutside => match outside {
                    Some(outside) => take_up(tx, place, outside, None)?,
                    None => None,
                },
            };
            set_unknown(tx, out.is_none())?;
            Ok(out)
        })
        .await
    }
}

fn of(tx: &Connection, place: &Place, other: &Path) -> Result<u64, Fault> {
    let file = match other.is_dir() {
        true => other.join(FILE),
        false => other.to_owned(),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let no_state = |_| Fault::Told(StoreError::NoBackup);
    let copy = Connection::open_with_flags(&file, flags).map_err(no_state)?;
    copy.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;")
        .map_err(no_state)?;
    let mark: String = copy
        .value("SELECT mark FROM instance", [])
        .map_err(|_| Fault::Told(StoreError::NoBackup))?;
    if mark != super::home::list(tx)? {
        return Err(Fault::Told(StoreError::OtherList));
    }
    let journal = journal(&copy, &place.erasure_key())?;
    fold_in(tx, place, journal)
}

/// Everybody whom that copy sends nothing to. (Both hash by the same key: they are one list.)
fn journal(copy: &Connection, key: &hmac::Key) -> Result<Journal, Fault> {
    let standing = copy.all(
        "SELECT email, hash, reason, at FROM suppressions ORDER BY id",
        params![],
        |row| {
            let (email, hash): (Option<String>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            let email = email.as_deref().map(codes::address).transpose()?;
            let hash = email.map_or(hash, |email| Some(erasure::hash(key, &email.key())));
            let standing = Standing {
                reason: Some(codes::reason(row.get(2)?)?),
                at: codes::time(row.get(3)?)?,
                number: 0,
            };
            Ok(hash.map(|hash| (hash, standing)))
        },
    )?;
    Ok(standing.into_iter().flatten().collect())
}
