//! What an issue's links are called, compared with one another.

use std::collections::BTreeMap;

use super::{
    super::{CheckSubject, Findings},
    SAME_TEXT, SAME_URL, wording,
};
use crate::{
    issue::{LinkTarget, LinkUse},
    words::say,
};

fn goes_elsewhere(earlier: &LinkUse, url: &str) -> bool {
    match &earlier.target {
        LinkTarget::Url(other) => wording::place(other) != wording::place(url),
        LinkTarget::Issue(_) => true,
    }
}

/// One text for two places; one place under two texts.
pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let text = proof.issue.source.text();
    let mut by_text: BTreeMap<String, &LinkUse> = BTreeMap::new();
    let mut by_place: BTreeMap<String, &LinkUse> = BTreeMap::new();
    for link in &proof.issue.document.links {
        let LinkTarget::Url(url) = &link.target else {
            continue;
        };
        let words = link.text.trim().to_lowercase();
        if words.is_empty() || url.starts_with('#') {
            continue;
        }
        match by_text.get(&words) {
            Some(earlier) if goes_elsewhere(earlier, url) && !wording::is_vague(&words) => {
                findings
                    .at(
                        &SAME_TEXT,
                        link.span.clone(),
                        say!(
                            "another link says `{words}` too, and goes elsewhere",
                            words = link.text.trim()
                        ),
                    )
                    .hint(say!("give the two different words"));
            }
            Some(_) => {}
            None => {
                by_text.insert(words.clone(), link);
            }
        }
        // A button may say again, in its own words, where the text has led already.
        let is_button = text[link.span.end..].starts_with("{.button}");
        let place = wording::place(url);
        match by_place.get(&place) {
            Some(_) if is_button => {}
            Some(earlier) if earlier.text.trim().to_lowercase() != words => {
                findings
                    .at(
                        &SAME_URL,
                        link.span.clone(),
                        say!(
                            "the same address is called `{words}` above",
                            words = earlier.text.trim()
                        ),
                    )
                    .hint(say!("one link is enough, or give both the same words"));
            }
            Some(_) => {}
            None => {
                by_place.insert(place, link);
            }
        }
    }
}
