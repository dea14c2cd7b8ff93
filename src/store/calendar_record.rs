//! What keeping the calendar leaves behind: since when it is kept, and what a person holds of it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::StoreError;

/// The calendar as the state knows it.
#[async_trait]
pub trait CalendarRecord: Send + Sync {
    /// Notes that the calendar is kept from this state now; answers since when it is. Only the holder of
    /// that right may call it.
    async fn keep_calendar(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError>;

    /// Since when the calendar is kept from this state, at the latest since its first batch; None: it
    /// never was, and knows nothing of any slot.
    async fn kept_since(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Holds an issue or a slot until it is released; false: it is held already, and stays as it is.
    async fn put_on_hold(&self, hold: &HeldRelease) -> Result<bool, StoreError>;

    /// Releases what is held under that name; answers the hold that stood.
    async fn release_hold(&self, name: &str) -> Result<Option<HeldRelease>, StoreError>;

    /// All holds that stand, by name.
    async fn holds(&self) -> Result<Vec<HeldRelease>, StoreError>;
}

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
