//! Links to headings of the same issue.

use super::{
    super::{CheckSubject, Findings},
    UNKNOWN_ANCHOR,
};
use crate::words::say;
use crate::{issue::HeadingPlace, source::Span, yaml::nearest};

/// Headings that a hint has room for.
const MOST_NAMED: usize = 8;

pub(super) fn check(
    proof: &CheckSubject<'_>,
    span: Span,
    place: &str,
    findings: &mut Findings<'_>,
) {
    let document = &proof.issue.document;
    if document.anchor_of(place).is_some() {
        return;
    }
    let written = proof.issue.source.text();
    // As the writer wrote it, not as the address is encoded.
    let shown = written[span.clone()]
        .rsplit_once('#')
        .and_then(|(_, place)| place.split([')', '>', ' ', '"']).next())
        .unwrap_or(place);
    let names: Vec<String> = document.headings.iter().map(HeadingPlace::slug).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let hint = match (nearest(shown, &known), &known[..]) {
        (Some(meant), _) => say!("did you mean `#{meant}`?", meant),
        (None, []) => say!("the issue has no headings"),
        (None, [..]) => say!(
            "there are {names}",
            names = known
                .iter()
                .take(MOST_NAMED)
                .map(|name| format!("`#{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    findings
        .at(
            &UNKNOWN_ANCHOR,
            span,
            say!(
                "no heading is called `#{shown}`: readers would see the words without a link",
                shown
            ),
        )
        .hint(hint);
}
