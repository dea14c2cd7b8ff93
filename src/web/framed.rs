//! A mail's own HTML for the frame that shows it.

/// The same mail with links that leave the frame; anchors stay in it.
pub(super) fn outward(html: &str) -> String {
    html.replace(
        "href=\"http",
        "target=\"_blank\" rel=\"noopener noreferrer\" href=\"http",
    )
}
