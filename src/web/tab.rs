//! One of several links of which one is where the reader is.

use serde::Serialize;

/// A link to another view of the same thing.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Tab {
    pub(super) href: String,
    pub(super) label: String,
    /// What is said beside the label, more quietly: a size.
    pub(super) detail: String,
    pub(super) is_current: bool,
}

impl Tab {
    pub(super) fn new(href: String, label: impl Into<String>, is_current: bool) -> Self {
        Self {
            href,
            label: label.into(),
            detail: String::new(),
            is_current,
        }
    }
}
