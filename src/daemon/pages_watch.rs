//! What is known of the readers' pages between two looks at them.

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use crate::app::{AppError, pages::PagesStanding};

/// What is known of the pages.
#[derive(Debug, Default)]
pub(super) struct PagesWatch {
    pub(super) asking: Option<JoinHandle<Result<PagesStanding, AppError>>>,
    pub(super) asked_at: Option<DateTime<Utc>>,
    /// They did not answer when they were asked last.
    pub(super) is_away: bool,
}
