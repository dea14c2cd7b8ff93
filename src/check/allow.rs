//! The rules about silencing rules, and about files that are no issues.

use super::{Finding, Findings, rule::rules};
use crate::source::SourceError;

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
                .at_key(&UNUSED, "allow", format!("nothing here breaks `{id}`"))
                .hint("take it out of `allow`");
        }
        return;
    }
    let ids: Vec<&str> = super::rules().map(|rule| rule.id).collect();
    let hint = match crate::yaml::nearest(id, &ids) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`daily-note check --rules` lists them".to_owned(),
    };
    findings
        .at_key(&UNKNOWN_RULE, "allow", format!("there is no rule `{id}`"))
        .hint(hint);
}

/// An error of the front matter, or of the file.
pub(super) fn unreadable(error: &SourceError) -> Finding {
    Finding::of_error(&UNREADABLE, error)
}
