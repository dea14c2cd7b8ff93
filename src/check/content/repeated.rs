//! The same paragraph twice: two drafts merged, or one pasted twice. Refrains are shorter, and stand in verse.

use std::collections::HashMap;

use super::{super::Findings, REPEATED_PARAGRAPH};
use crate::{
    issue::{Prose, ProseKind},
    words::say,
};

/// Shorter ones are said again on purpose; of two with code or pictures in them nobody here sees whether they differ.
const AT_LEAST_CHARACTERS: usize = 30;

pub(super) fn check(all: &[Prose], findings: &mut Findings<'_>) {
    let mut seen: HashMap<&str, &Prose> = HashMap::new();
    for prose in all {
        let text = prose.text.trim();
        let is_paragraph = prose.kind == ProseKind::Paragraph
            && text.chars().count() >= AT_LEAST_CHARACTERS
            && !text.contains(['\n', Prose::OBJECT]);
        if is_paragraph && seen.insert(text, prose).is_some() {
            findings
                .at(
                    &REPEATED_PARAGRAPH,
                    prose.span(0..prose.text.len()),
                    say!("this paragraph stands above already"),
                )
                .hint(say!("take one of the two out"));
        }
    }
}
