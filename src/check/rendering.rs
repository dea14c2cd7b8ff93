//! Whether the issue becomes a mail at all, and whether its mails can be made fast.

use super::{Finding, Findings, Level, Place, Proof, Rule, rule::rules};
use crate::{
    message,
    render::{RenderError, Standing, Templates, standing},
    source::Source,
};

rules! {
    FAILED = "render/failed", Error,
        "what can't be rendered can't be sent", "";
    OLDER = "templates/older", Warning,
        "a template taken out of an older version lacks what the program's has learned since, and may ask for what is gone", "";
    SLOW = "render/slow", Advice,
        "a mail that is rendered for each reader anew takes dozens of times as long to make", "";
}

pub(super) fn check(proof: &Proof<'_>, findings: &mut Findings<'_>) {
    if let Some(templates) = proof.templates {
        check_speed(templates, findings);
        check_age(templates, findings);
    }
    let Some(Err(error)) = proof.rendering else {
        return;
    };
    let finding = match error {
        RenderError::Source(error) => Finding::of_error(&FAILED, error),
        error => Finding::new(&FAILED, error.to_string()),
    };
    // A missing picture is told once, by the rule on pictures, unless that is silenced.
    let allow = &proof.issue.front_matter.allow;
    let is_told = findings.found.iter().any(|found| {
        let places = (found.place(), finding.place());
        found.level() == Level::Error
            && !allow.contains_key(found.rule().id)
            && matches!(places, (Some(one), Some(other)) if one.file() == other.file() && one.span() == other.span())
    });
    if !is_told {
        findings.add(finding);
    }
}

/// Templates of the publication's own that the program has overtaken.
fn check_age(templates: &Templates, findings: &mut Findings<'_>) {
    let built_in = Templates::built_in();
    for name in built_in.names() {
        let own = templates.text(name);
        if own == built_in.text(name) || standing(built_in.text(name), own) != Standing::Older {
            continue;
        }
        let shown = format!("templates/{name}");
        let source = Source::new(&shown, own.unwrap_or_default());
        let end = source.text().lines().next().map_or(0, str::len);
        let message = format!("`{shown}` was taken out of an older version of the program");
        let mut finding = Finding::new(&OLDER, message).at(Place::new(&source, 0..end));
        finding.hint(format!(
            "`daily-note templates diff {name}` shows what has changed; take it out anew, or take \
             over what you want and its first line"
        ));
        findings.add(finding);
    }
}

/// Whether a rule stands whatever the writer says.
pub(super) fn is_final(rule: &Rule) -> bool {
    rule == &FAILED
}

/// What keeps the messages from being made out of ready pieces, at its place in the template.
fn check_speed(templates: &Templates, findings: &mut Findings<'_>) {
    for defeat in message::defeats(templates) {
        let mut finding = Finding::new(&SLOW, defeat.reason);
        finding.hint(
            "readers get the right mail all the same; to have it made out of ready pieces, print \
             `reader` values as they are and ask of them only whether they are there",
        );
        let text = defeat.template.as_deref().and_then(|name| {
            let text = templates.text(name)?;
            Some(Source::new(format!("templates/{name}"), text))
        });
        findings.add(match text {
            Some(source) => finding.at(Place::new(&source, defeat.span)),
            None => finding,
        });
    }
}
