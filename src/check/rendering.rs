//! Whether the issue becomes a mail at all, what its templates cannot have, and whether the mail to readers
//! about what they did becomes one.

use std::sync::Arc;

use chrono::NaiveTime;

use super::{CheckSubject, Finding, FindingPlace, Findings, Level, Rule, rule::rules};
use crate::{
    receipt::{ReceiptWriter, samples},
    render::{MailWords, Misuse, RenderError, TemplateStanding, Templates, standing},
    source::Source,
    words::say,
};

rules! {
    FAILED = "render/failed", Error,
        "what can't be rendered can't be sent", "";
    OLDER = "templates/older", Warning,
        "a template taken out of an older version lacks what the program's has learned since, and may ask for what is gone", "";
    OPAQUE = "templates/opaque-value", Error,
        "templates never see a reader's name, address and links: they print them, or ask whether they are there; what they do with them beyond that does nothing", "";
    RECEIPTS = "templates/receipts", Warning,
        "a mail to readers about what they did that can't be made so leaves in the program's own look and words", "";
    WORDS = "templates/words", Advice,
        "a greeting, a date and a way to unsubscribe in English look foreign around a text in another language", "";
}

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    if let Some(templates) = proof.templates {
        check_values(templates, findings);
        check_age(templates, findings);
        check_receipts(proof, templates, findings);
        check_words(proof, templates, findings);
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

/// What mail to readers about what they did is made of.
const OF_RECEIPTS: [&str; 3] = ["receipt/", "words/receipt/", "email/"];
/// Where what is wrong with it is ours to tell: of pictures others do.
const OWN_FILES: &str = "templates/";

/// Whether every receipt can be made with the publication's own templates. Said once, of the newest issue.
fn check_receipts(proof: &CheckSubject<'_>, templates: &Templates, findings: &mut Findings<'_>) {
    let date = proof.issue.front_matter.date;
    // From the newest on: an archive may hold years.
    let mut heads = proof.archive.heads().rev();
    if heads.any(|head| head.front_matter().date > date) {
        return;
    }
    let built_in = Templates::built_in();
    let is_own = |name: &str| {
        let is_part = OF_RECEIPTS.iter().any(|folder| name.starts_with(folder));
        is_part && templates.text(name) != built_in.text(name)
    };
    if !templates.names().any(is_own) {
        return;
    }
    let at = proof.today.and_time(NaiveTime::MIN).and_utc();
    let receipts = samples(proof.publication, None, None, at);
    let mut writer = ReceiptWriter::new(Arc::new(proof.publication.clone()), templates.clone());
    let error = receipts
        .iter()
        .find_map(|receipt| writer.mail(receipt).err());
    let Some(RenderError::Source(error)) = error else {
        return;
    };
    let finding = Finding::of_error(&RECEIPTS, &error);
    let is_ours = |place: &FindingPlace| place.file().starts_with(OWN_FILES);
    if finding.place().is_none_or(is_ours) {
        findings.add(finding);
    }
}

/// Whether the program has the mail's fixed words in the publication's language. Said of every issue that
/// can still leave, and of the newest.
fn check_words(proof: &CheckSubject<'_>, templates: &Templates, findings: &mut Findings<'_>) {
    let date = proof.issue.front_matter.date;
    let is_past = proof.is_sent || date < proof.today && !proof.leaving.is_now;
    let mut heads = proof.archive.heads().rev();
    if is_past && heads.any(|head| head.front_matter().date > date) {
        return;
    }
    let language = &proof.publication.language;
    if let Some(missing) = MailWords::missing(templates, language) {
        let message = say!(
            "the mail's fixed words are English: `{language}` has none",
            language
        );
        findings.at_key(&WORDS, "title", message).hint(say!(
            "translate templates/words/en.yaml (`daily-note templates eject words/en.yaml`) and save it as templates/{missing}",
            missing
        ));
    }
}

/// Templates of the publication's own that the program has overtaken.
fn check_age(templates: &Templates, findings: &mut Findings<'_>) {
    for (name, built_in) in Templates::built_in_texts() {
        let own = templates.text(name);
        if own == Some(built_in) || standing(Some(built_in), own) != TemplateStanding::Older {
            continue;
        }
        let shown = format!("templates/{name}");
        let source = Source::new(&shown, own.unwrap_or_default());
        let end = source.text().lines().next().map_or(0, str::len);
        let message = say!(
            "`{shown}` was taken out of an older version of the program",
            shown
        );
        let mut finding = Finding::new(&OLDER, message).at(FindingPlace::new(&source, 0..end));
        finding.hint(say!(
            "`daily-note templates diff {name}` shows what has changed; eject it again, or take over what you want and its first line",
            name
        ));
        findings.add(finding);
    }
}

/// Whether a rule stands whatever the writer says.
pub(super) fn is_final(rule: &Rule) -> bool {
    rule == &FAILED
}

/// What the templates want of a reader's values, at its place.
fn check_values(templates: &Templates, findings: &mut Findings<'_>) {
    for misuse in templates.misuses() {
        let Misuse {
            template,
            span,
            value,
            by,
        } = misuse;
        let is_whole = value.as_str() == "reader";
        let message = if is_whole {
            say!("the values of `reader` go by their own names only: `reader.name`")
        } else {
            say!(
                "`{by}` never sees `{value}`: a reader's values are put in after the template",
                by,
                value
            )
        };
        let mut finding = Finding::new(&OPAQUE, message);
        finding.hint(if is_whole {
            say!(
                "write `reader.name`, `reader.email`, `reader.links.unsubscribe` …; a component may take `reader={{reader}}`"
            )
        } else {
            say!(
                "print a value as it is, `{{{{ reader.name }}}}`, or ask whether it is there, `{{% if reader.name %}}`; to be compared there are `reader.language` and `reader.tags`"
            )
        });
        let text = templates.text(template).unwrap_or_default();
        let source = Source::new(format!("templates/{template}"), text);
        findings.add(finding.at(FindingPlace::new(&source, span.clone())));
    }
}
