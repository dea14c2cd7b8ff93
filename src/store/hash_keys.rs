//! The keys under which addresses that left are hashed: this list's own, which never changes, and those
//! of other lists whose departures were taken in. A hash tells nothing without its key, so it keeps it. For every
//! store; where the keys lie is each one's own.

use aws_lc_rs::hmac;

use super::StoreError;

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
    pub(crate) fn new(own: Vec<u8>, others: Vec<(i64, Vec<u8>)>) -> Self {
        let others = others.into_iter();
        Self {
            own: HashKey::new(own),
            others: others
                .map(|(number, key)| (number, HashKey::new(key)))
                .collect(),
        }
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

    /// The number that rows name a key by, where it is known; the list's own has none.
    pub(crate) fn known(&self, key: &[u8]) -> Option<Option<i64>> {
        if key == self.own.bytes {
            return Some(None);
        }
        let mut others = self.others.iter();
        let other = others.find(|(_, other)| other.bytes == key)?;
        Some(Some(other.0))
    }

    /// One more may be learned.
    pub(crate) fn have_room(&self) -> Result<(), StoreError> {
        match self.others.len() == MOST {
            true => Err(StoreError::TooManyHashKeys),
            false => Ok(()),
        }
    }

    pub(crate) fn learn(&mut self, number: i64, key: &[u8]) {
        self.others.push((number, HashKey::new(key.to_vec())));
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
