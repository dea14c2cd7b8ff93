//! Why a file is no post.

/// Why a file is no post.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAPost {
    /// Nothing is in it.
    #[error("there is no text in it")]
    Empty,
    /// Its head can't be read.
    #[error("its head can't be read: {0}")]
    Head(String),
    /// No day is written anywhere.
    #[error("neither its head nor its name has a date")]
    NoDate,
    /// It has no title, and no heading to take one from.
    #[error("it has no title")]
    NoTitle,
}
