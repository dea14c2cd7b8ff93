//! What a file of the archive is known to be made of.

/// What a file is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileOrigin(pub(super) [u8; 32]);
