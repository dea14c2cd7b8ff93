//! The rules about silencing rules, and about files that are no issues.

use super::{Finding, Findings, rule::rules};
use crate::{source::SourceError, words::say};

rules! {
    UNREADABLE = "issue/unreadable", Error,
        "a file that is no issue can't be sent", "";
    UNKNOWN_RULE = "allow/unknown-rule", Warning,
        "an `allow` of a rule that does not exist silences nothing", "";
    UNUSED = "allow/unused", Advice,
        "an `allow` that silences nothing hides the next real finding", "";
}

/// Judges one key of `allow:` once all else is found.
pub(super) fn judge_allow(id: &str, findings: &mut Findings<'_>) {
    if super::rules().any(|rule| rule.id == id) {
        if !findings.found.iter().any(|found| found.rule().id == id) {
            findings
                .at_key(&UNUSED, "allow", say!("nothing here breaks `{id}`", id))
                .hint(say!("take it out of `allow`"));
        }
        return;
    }
    let ids: Vec<&str> = super::rules().map(|rule| rule.id).collect();
    let hint = match crate::yaml::nearest(id, &ids) {
        Some(near) => say!("did you mean `{near}`?", near),
        None => say!("`daily-note check --rules` lists them"),
    };
    findings
        .at_key(&UNKNOWN_RULE, "allow", say!("there is no rule `{id}`", id))
        .hint(hint);
}

/// An error of the front matter, or of the file.
pub(super) fn unreadable(error: &SourceError) -> Finding {
    Finding::of_error(&UNREADABLE, error)
}
