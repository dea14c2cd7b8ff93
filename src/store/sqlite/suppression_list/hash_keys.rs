//! The keys under which addresses that left are hashed: this list's own, which never changes, and those
//! of other lists whose departures were taken in. A hash tells nothing without its key, so it keeps it.

use aws_lc_rs::hmac;
use rusqlite::{Connection, params};

use crate::store::{
    StoreError,
    sqlite::{fault::SqliteFault, statement::Statements},
};

/// So many other lists may be taken in: each costs a hash at every address that is looked up.
const MOST: usize = 32;

/// The keys, as a transaction finds them: another process may have taken in a list since the last one.
pub(crate) struct HashKeys {
    own: HashKey,
    others: Vec<(i64, HashKey)>,
}

/// One of them.
pub(crate) struct HashKey {
    bytes: Vec<u8>,
    key: hmac::Key,
}

impl HashKeys {
    pub(crate) fn load(tx: &Connection) -> Result<Self, SqliteFault> {
        let others = tx.all("SELECT id, key FROM hash_keys ORDER BY id", [], |row| {
            Ok((row.get(0)?, HashKey::new(row.get(1)?)))
        })?;
        Ok(Self {
            own: HashKey::new(tx.value("SELECT erasure_key FROM instance", [])?),
            others,
        })
    }

    /// What remains of an address here, under the list's own key.
    pub(crate) fn own(&self, address_key: &str) -> Vec<u8> {
        self.own.hash(address_key)
    }

    /// The bytes of the list's own key.
    pub(crate) fn own_bytes(&self) -> &[u8] {
        &self.own.bytes
    }

    /// An address as each of the keys would know it, the own one first.
    pub(crate) fn all(&self, address_key: &str) -> impl Iterator<Item = Vec<u8>> {
        let others = self.others.iter().map(|(_, key)| key);
        std::iter::once(&self.own)
            .chain(others)
            .map(move |key| key.hash(address_key))
    }

    /// The number that rows name a key by; None is the list's own. It is learned where it was not known.
    pub(crate) fn number(
        &mut self,
        tx: &Connection,
        key: &[u8],
    ) -> Result<Option<i64>, SqliteFault> {
        if key == self.own.bytes {
            return Ok(None);
        }
        if let Some((number, _)) = self.others.iter().find(|(_, other)| other.bytes == key) {
            return Ok(Some(*number));
        }
        if self.others.len() == MOST {
            return Err(StoreError::TooManyHashKeys.into());
        }
        let number = tx.value(
            "INSERT INTO hash_keys (key) VALUES (?1) RETURNING id",
            params![key],
        )?;
        self.others.push((number, HashKey::new(key.to_vec())));
        Ok(Some(number))
    }
}

impl HashKey {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
            bytes,
        }
    }

    pub(crate) fn hash(&self, address_key: &str) -> Vec<u8> {
        hmac::sign(&self.key, address_key.as_bytes())
            .as_ref()
            .to_vec()
    }
}
