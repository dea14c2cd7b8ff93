//! A file of the archive: what it says, and how it is answered with.

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// `text/html; charset=utf-8`, …
    pub media_type: &'static str,
    /// What it says.
    pub bytes: Vec<u8>,
    /// Its name is of its content: what it says never changes.
    pub is_immutable: bool,
    /// Where it leads, if it is an address of before.
    pub moved_to: Option<String>,
}

impl SiteFile {
    pub(super) fn changing(media_type: &'static str, text: String) -> Self {
        Self {
            media_type,
            bytes: text.into_bytes(),
            is_immutable: false,
            moved_to: None,
        }
    }

    pub(super) fn immutable(media_type: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            media_type,
            bytes,
            is_immutable: true,
            moved_to: None,
        }
    }
}
