//! Keys of the front matter that another program reads, and this one does not: told once.

use super::{
    super::{CheckSubject, Findings},
    SET_ASIDE,
};

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
    let (verb, them) = match told.len() {
        1 => ("says", "it"),
        _ => ("say", "them"),
    };
    findings
        .at(
            &SET_ASIDE,
            place.clone(),
            format!("{} {verb} nothing here", told.join(", ")),
        )
        .hint(format!("take {them} out, or keep {them} below `extra:`"));
}
