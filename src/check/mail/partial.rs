//! What clients know of a feature in part: which of its values they drop (caniemail's notes on the
//! letter `a`, of June 2026). A value that no entry speaks of is taken to hold.

use super::look::length;
use crate::{
    render::css::Declaration,
    words::{Said, say},
};

/// A feature, the clients whose support is partial in this way, the values that they drop.
struct PartialSupport {
    feature: &'static str,
    /// How their names begin in `facts.txt`.
    clients: &'static [&'static str],
    what: fn() -> Said,
    is_dropped: fn(&str) -> bool,
}

const PARTIAL: [PartialSupport; 6] = [
    PartialSupport {
        feature: "css-margin",
        clients: &["gmail.", "outlook.", "yahoo."],
        what: || say!("a negative `margin`"),
        is_dropped: is_negative,
    },
    PartialSupport {
        feature: "css-text-indent",
        clients: &["gmail.", "yahoo."],
        what: || say!("a negative `text-indent`"),
        is_dropped: is_negative,
    },
    PartialSupport {
        feature: "css-text-align",
        clients: &["outlook.windows", "yahoo."],
        what: || say!("`text-align: start` or `end`"),
        is_dropped: |value| matches!(value, "start" | "end"),
    },
    PartialSupport {
        feature: "css-font-size",
        clients: &["outlook.windows", "yahoo."],
        what: || say!("a `font-size` in rem"),
        is_dropped: |value| value.ends_with("rem"),
    },
    PartialSupport {
        feature: "css-border",
        clients: &["outlook.windows"],
        what: || say!("a border wider than 8 px"),
        is_dropped: |value| {
            let widths = value
                .split_whitespace()
                .filter_map(|word| length(word, 0.0));
            widths.into_iter().any(|pixels| pixels > 8.0)
        },
    },
    PartialSupport {
        feature: "css-white-space",
        clients: &["yahoo.ios", "yahoo.android"],
        what: || say!("`white-space: pre`"),
        is_dropped: |value| value == "pre",
    },
];

fn is_negative(value: &str) -> bool {
    value
        .split_whitespace()
        .any(|word| word.starts_with('-') && length(word, 16.0).is_some_and(|pixels| pixels < 0.0))
}

/// What is dropped, and how the names of those begin who drop it.
pub(super) type DroppedPart = (fn() -> Said, &'static [&'static str]);

/// What a declaration asks of a feature that a client with partial support drops.
pub(super) fn dropped(feature: &str, declaration: &Declaration) -> Option<DroppedPart> {
    let value = declaration.value.to_ascii_lowercase();
    PARTIAL
        .iter()
        .find(|one| one.feature == feature && (one.is_dropped)(&value))
        .map(|one| (one.what, one.clients))
}
