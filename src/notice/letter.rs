//! A notice as a mail: what the templates see, and what they make of it. Not: what it says.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::Context;

use super::phrases::FOLDER;
use crate::{
    look::Accent,
    publication::Publication,
    render::{RenderError, TemplateEngine, Templates, direction, tidy_text},
};

/// A mail to the people behind the newsletter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeMail {
    /// Its subject.
    pub subject: String,
    /// Its HTML part.
    pub html: String,
    /// Its text part.
    pub text: String,
}

/// What the templates see as `notice`.
#[derive(Debug, Default, Serialize)]
pub(super) struct Notice {
    pub(super) kind: &'static str,
    pub(super) subject: String,
    /// What it is about: edition, day, hour.
    pub(super) label: Option<String>,
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) facts: Vec<NoticeFact>,
    pub(super) items_title: Option<String>,
    pub(super) items: Vec<String>,
    /// What `items` left out.
    pub(super) more: Option<String>,
    /// What to do now, and the command that does it.
    pub(super) then: Option<String>,
    pub(super) command: Option<String>,
    pub(super) why: String,
}

#[derive(Debug, Serialize)]
pub(super) struct NoticeFact {
    pub(super) name: String,
    pub(super) value: String,
}

/// The mail of a notice, on the notices' templates.
pub(super) fn render(
    notice: &Notice,
    accent: Accent,
    publication: &Publication,
    templates: &Templates,
) -> Result<NoticeMail, RenderError> {
    let texts: BTreeMap<String, String> = templates
        .under(FOLDER)
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".yaml"))
        .collect();
    let engine = TemplateEngine::new(&texts)?;
    let mut context = Context::new();
    context.insert("notice", notice);
    context.insert("theme", &publication.look.accents(accent));
    context.insert(
        "publication",
        &serde_json::json!({
            "name": publication.name,
            "language": publication.language,
            "direction": direction(&publication.language),
        }),
    );
    let fill = |name: &str| engine.render(name, &context);
    Ok(NoticeMail {
        subject: notice.subject.clone(),
        html: fill("notice/notice.html")?,
        text: tidy_text(&fill("notice/notice.txt")?),
    })
}
