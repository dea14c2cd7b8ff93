//! Keys of the front matter that another program reads, and this one does not: told once.

use super::{
    super::{CheckSubject, Findings},
    SET_ASIDE,
};
use crate::words::say;

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let keys = &proof.issue.front_matter.set_aside;
    let Some((_, place)) = keys.first() else {
        return;
    };
    // Whoever files a key below `extra` knows that it says nothing.
    let told: Vec<String> = keys
        .iter()
        .filter(|(key, _)| key != "extra")
        .map(|(key, _)| format!("`{key}`"))
        .collect();
    if told.is_empty() {
        return;
    }
    let (message, hint) = match &told[..] {
        [key] => (
            say!("{told} says nothing here", told = key),
            say!("take it out, or keep it below `extra:`"),
        ),
        keys => (
            say!("{told} say nothing here", told = keys.join(", ")),
            say!("take them out, or keep them below `extra:`"),
        ),
    };
    findings.at(&SET_ASIDE, place.clone(), message).hint(hint);
}
