//! Git's index, read: which content each file has that git wrote or was given (gitformat-index(5),
//! versions 2 to 4). The bytes are believed in nothing but what they say: a wrong length ends the reading.

use std::collections::{BTreeMap, BTreeSet};

/// Times, device, inode, mode, owner and size: what stands before an entry's hash.
const BEFORE_HASH: usize = 40;
/// The bits of an entry's flags that say that more flags follow, and on which side of a conflict it is.
const EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;

/// The hashes of those of the names that the index has, without those in conflict. None: the bytes are
/// no index that is understood.
pub(super) fn find(
    bytes: &[u8],
    hash_len: usize,
    names: &BTreeSet<Vec<u8>>,
) -> Option<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut rest = IndexReader(bytes);
    if rest.take(4)? != b"DIRC" {
        return None;
    }
    let version = rest.number()?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let count = rest.number()?;
    let mut found = BTreeMap::new();
    let mut name = Vec::new();
    for _ in 0..count {
        let start = rest.0.len();
        rest.take(BEFORE_HASH)?;
        let hash = rest.take(hash_len)?;
        let flags = u16::from_be_bytes(rest.take(2)?.try_into().ok()?);
        if version >= 3 && flags & EXTENDED != 0 {
            rest.take(2)?;
        }
        if version == 4 {
            // As many bytes of the name before are not this one's.
            let kept = name.len().checked_sub(rest.offset()?)?;
            name.truncate(kept);
        } else {
            name.clear();
        }
        let own = rest.0.iter().position(|byte| *byte == 0)?;
        name.extend_from_slice(rest.take(own)?);
        if version == 4 {
            rest.take(1)?;
        } else {
            // One to eight zeros, to a length that eight divides.
            let read = start - rest.0.len();
            rest.take(8 - read % 8)?;
        }
        if flags & STAGE == 0 && names.contains(&name) {
            found.insert(name.clone(), hash.to_vec());
        }
    }
    Some(found)
}

/// What is still to be read.
struct IndexReader<'a>(&'a [u8]);

impl<'a> IndexReader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A number as git's packs have offsets: seven bits a byte, each further byte adds one.
    fn offset(&mut self) -> Option<usize> {
        let mut value = 0usize;
        loop {
            let byte = *self.take(1)?.first()?;
            value = value.checked_shl(7)? | usize::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                return Some(value);
            }
            value = value.checked_add(1)?;
        }
    }
}
