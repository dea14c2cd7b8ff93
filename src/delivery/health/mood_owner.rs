//! Whom a mood is kept of.

/// Whose mood it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MoodOwner {
    Relay,
    Domain(String),
}
