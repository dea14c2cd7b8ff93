//! From what the preview has read to what a page shows: plain data.

use std::sync::Arc;

use super::{
    accents::accent_of, issue_preview::IssuePreview, pictures::pictures, state::PreviewState,
};
use crate::{
    app::App,
    audience,
    issue::{Issue, LinkTarget},
    publication::Publication,
    source::SourceError,
    web::preview::{
        IssueStanding, LinkLine, LookChoice, OpenIssue, PageRequest, ReaderChoice, RenderedPreview,
        SampleReader,
    },
};

/// The key of the made-up reader with a name.
pub(super) const NAMED: &str = "named";

/// How the issue that is asked for stands, as that reader gets it; what keeps it from being shown is
/// added to `faults`.
pub(super) fn standing(
    state: &mut PreviewState,
    request: &PageRequest,
    reader: &audience::Reader,
    shown: Option<ReaderChoice>,
    faults: &mut Vec<SourceError>,
) -> IssueStanding {
    let Some(name) = request.issue.as_deref() else {
        return IssueStanding::Nothing;
    };
    if state.entry(name).is_none() {
        return match state.moved(name) {
            Some(to) => IssueStanding::Moved(to.to_owned()),
            None if state.is_empty() => IssueStanding::Nothing,
            None => IssueStanding::Gone,
        };
    }
    let is_held_up = !faults.is_empty();
    let Some((sources, preview)) = state.preview(name) else {
        return IssueStanding::Gone;
    };
    let mail = preview.mail(sources, request.look, &request.reader, reader);
    faults.extend(preview.faults.iter().cloned());
    // The file as it stands now, though it can't be read as an issue.
    let manuscript = preview.faults.iter().find_map(|fault| {
        let (source, _) = fault.span()?;
        source.name().starts_with("issues").then(|| source.clone())
    });
    match (mail, preview.issue()) {
        (Some(mail), Some(issue)) => {
            let mut open = open(sources.app, preview, request.look, issue, name, mail);
            open.reader = shown;
            open.is_stale = is_held_up || preview.is_stale();
            if let Some(manuscript) = manuscript {
                open.manuscript = manuscript;
            }
            IssueStanding::Open(Box::new(open))
        }
        _ => IssueStanding::Broken { manuscript },
    }
}

fn open(
    app: &App,
    preview: &IssuePreview,
    look: LookChoice,
    issue: &Issue,
    name: &str,
    mail: Arc<RenderedPreview>,
) -> OpenIssue {
    let publication = &app.publication;
    let line = |at: usize| issue.source.position(at).line;
    let extent = issue.document.extent();
    let links = issue.document.links.iter();
    OpenIssue {
        name: name.to_owned(),
        path: std::path::absolute(&issue.path)
            .unwrap_or_else(|_| issue.path.clone())
            .display()
            .to_string(),
        accent: accent_of(publication, &issue.front_matter.edition),
        sender: publication
            .from
            .name
            .clone()
            .unwrap_or_else(|| publication.from.address.to_string()),
        is_stale: false,
        reader: None,
        manuscript: issue.source.clone(),
        findings: preview.findings.clone(),
        links: links
            .map(|used| LinkLine {
                text: used.text.clone(),
                url: match &used.target {
                    LinkTarget::Url(url) => url.clone(),
                    LinkTarget::Issue(slug) => format!("[[{slug}]]"),
                },
                line: line(used.span.start),
            })
            .collect(),
        pictures: preview
            .shown(look)
            .map(|composition| pictures(issue, name, &mail.shown_html, composition))
            .unwrap_or_default(),
        reading_time: extent.reading_time(),
        characters: extent.characters,
        words: extent.words,
        mail,
    }
}

pub(super) fn listed(reader: &audience::Reader) -> ReaderChoice {
    ReaderChoice {
        key: reader.email.to_string(),
        name: reader.name.clone(),
        language: reader.language.clone(),
        suggestion: None,
    }
}

pub(super) fn suggested(publication: &Publication, suggestion: SampleReader) -> ReaderChoice {
    let (key, name) = match suggestion {
        SampleReader::Nameless => ("", None),
        SampleReader::Named => (NAMED, Some(sample_name(publication).to_owned())),
    };
    ReaderChoice {
        key: key.to_owned(),
        name,
        language: None,
        suggestion: Some(suggestion),
    }
}

/// A name of the publication's own language.
pub(super) fn sample_name(publication: &Publication) -> &'static str {
    match publication.language.split('-').next() {
        Some("ko") => "민지",
        _ => "Alex",
    }
}
