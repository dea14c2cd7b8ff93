//! Where the keys lie under which addresses that left are hashed, on SQLite.

use rusqlite::{Connection, params};

pub(crate) use crate::store::hash_keys::{HashKey, HashKeys};
use crate::store::sqlite::{fault::SqliteFault, statement::Statements};

impl HashKeys {
    pub(crate) fn load(tx: &Connection) -> Result<Self, SqliteFault> {
        let others = tx.all("SELECT id, key FROM hash_keys ORDER BY id", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let own = tx.value("SELECT erasure_key FROM instance", [])?;
        Ok(Self::new(own, others))
    }

    /// The number that rows name a key by; None is the list's own. It is learned where it was not known.
    pub(crate) fn number(
        &mut self,
        tx: &Connection,
        key: &[u8],
    ) -> Result<Option<i64>, SqliteFault> {
        if let Some(known) = self.known(key) {
            return Ok(known);
        }
        self.have_room()?;
        let number = tx.value(
            "INSERT INTO hash_keys (key) VALUES (?1) RETURNING id",
            params![key],
        )?;
        self.learn(number, key);
        Ok(Some(number))
    }
}
