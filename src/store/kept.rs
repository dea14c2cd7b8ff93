//! What a person holds of the calendar.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// An issue or a slot that does not go out on its own, nor by `send`, before somebody releases it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldRelease {
    /// The id, or the slot as `edition-date`.
    pub name: String,
    /// Why, in the person's words.
    pub why: String,
    /// Since when.
    pub at: DateTime<Utc>,
}
