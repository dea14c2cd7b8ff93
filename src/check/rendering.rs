//! Whether the issue becomes a mail at all.

use super::{Finding, Findings, Level, Proof, rule::rules};
use crate::render::RenderError;

rules! {
    FAILED = "render/failed", Error,
        "what can't be rendered can't be sent", "";
}

pub(super) fn check(proof: &Proof<'_>, findings: &mut Findings<'_>) {
    let Some(Err(error)) = proof.rendering else {
        return;
    };
    let finding = match error {
        RenderError::Source(error) => Finding::of_error(&FAILED, error),
        error => Finding::new(&FAILED, error.to_string()),
    };
    // A missing picture is told once, by the rule on pictures.
    let is_told = findings.found.iter().any(|found| {
        let places = (found.place(), finding.place());
        found.level() == Level::Error
            && matches!(places, (Some(one), Some(other)) if one.file() == other.file() && one.span() == other.span())
    });
    if !is_told {
        findings.add(finding);
    }
}
