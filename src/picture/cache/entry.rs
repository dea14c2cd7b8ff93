//! An entry's bytes: what is known of the picture, with a hash of its own, then the picture. So a question about the
//! picture reads a few bytes, and neither part is believed where it was cut off or changed.

use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
};

use super::super::{MailFormat, Picture, hash_name};
use crate::fingerprint::sha256;

/// A picture's hash, its length, its kind, its sides.
const KNOWN_BYTES: usize = 32 + 8 + 1 + 4 + 4;
/// The hash of those, and those.
const HEAD_BYTES: usize = 32 + KNOWN_BYTES;

/// What is known of a picture without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PictureFacts {
    /// What it is.
    pub(crate) kind: MailFormat,
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// How many bytes it has.
    pub(crate) length: u64,
    /// SHA-256 of them.
    pub(crate) hash: [u8; 32],
}

impl PictureFacts {
    pub(super) fn of(picture: &Picture) -> Self {
        Self {
            kind: picture.kind,
            width: picture.width,
            height: picture.height,
            length: picture.bytes.len() as u64,
            hash: sha256(&picture.bytes),
        }
    }

    /// What its content is called wherever it goes.
    pub(crate) fn name(&self) -> String {
        hash_name(&self.hash)
    }

    pub(super) fn with(self, bytes: Vec<u8>) -> Picture {
        Picture {
            kind: self.kind,
            width: self.width,
            height: self.height,
            bytes,
        }
    }

    fn head(&self) -> [u8; HEAD_BYTES] {
        let kind = match self.kind {
            MailFormat::Png => 0,
            MailFormat::Jpeg => 1,
            MailFormat::Gif => 2,
        };
        let (length, width) = (self.length.to_be_bytes(), self.width.to_be_bytes());
        let known = [
            self.hash.as_slice(),
            &length,
            &[kind],
            &width,
            &self.height.to_be_bytes(),
        ];
        let known = known.concat();
        let mut head = [0; HEAD_BYTES];
        head[..32].copy_from_slice(&sha256(&known));
        head[32..].copy_from_slice(&known);
        head
    }

    fn from_head(head: &[u8; HEAD_BYTES]) -> Option<Self> {
        let (own, known) = head.split_first_chunk::<32>()?;
        if sha256(known) != *own {
            return None;
        }
        let (hash, known) = known.split_first_chunk::<32>()?;
        let (length, known) = known.split_first_chunk::<8>()?;
        let (kind, known) = known.split_first()?;
        let (width, height) = known.split_first_chunk::<4>()?;
        Some(Self {
            kind: match kind {
                0 => MailFormat::Png,
                1 => MailFormat::Jpeg,
                2 => MailFormat::Gif,
                _ => return None,
            },
            width: u32::from_be_bytes(*width),
            height: u32::from_be_bytes(height.try_into().ok()?),
            length: u64::from_be_bytes(*length),
            hash: *hash,
        })
    }
}

/// Writes one.
pub(super) fn write(
    facts: &PictureFacts,
    picture: &[u8],
    mut to: impl Write,
) -> std::io::Result<()> {
    to.write_all(&facts.head())?;
    to.write_all(picture)
}

/// What one says of its picture. None: there is none, or it is not whole.
pub(super) fn facts(entry: &Path) -> Option<PictureFacts> {
    Some(opened(entry)?.0)
}

/// The same, and the picture.
pub(super) fn whole(entry: &Path) -> Option<(PictureFacts, Vec<u8>)> {
    let (facts, file) = opened(entry)?;
    let mut bytes = Vec::with_capacity(usize::try_from(facts.length).ok()?);
    file.take(facts.length).read_to_end(&mut bytes).ok()?;
    (sha256(&bytes) == facts.hash).then_some((facts, bytes))
}

/// An entry as long as its head says, read up to the picture.
fn opened(entry: &Path) -> Option<(PictureFacts, File)> {
    let mut file = File::open(entry).ok()?;
    let mut head = [0; HEAD_BYTES];
    file.read_exact(&mut head).ok()?;
    let facts = PictureFacts::from_head(&head)?;
    let length = file.metadata().ok()?.len();
    (length == HEAD_BYTES as u64 + facts.length).then_some((facts, file))
}
