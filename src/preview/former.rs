//! What is remembered of issues: a file that can't be read for a while keeps its line in the list, and one
//! that was renamed is found under its former name.

use chrono::NaiveDate;

/// What is known of an issue whose file can't be read now, or is gone.
pub(super) struct FormerIssue {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) edition: String,
    pub(super) date: NaiveDate,
}
