//! From what the desk has to what a page shows: plain data.

use std::sync::Arc;

use super::{
    super::App,
    pictures::pictures,
    press::Press,
    shelf::{Shelf, accent_of},
};
use crate::{
    audience,
    issue::{Issue, LinkTarget},
    publication::Publication,
    source::SourceError,
    web::preview::{LinkLine, Open, Print, Reader, Standing, Suggestion, Wanted},
};

/// The key of the made-up reader with a name.
pub(super) const NAMED: &str = "named";

/// How the issue that is wanted stands, as that reader gets it; what keeps it from being shown is
/// added to `faults`.
pub(super) fn standing(
    shelf: &mut Shelf,
    wanted: &Wanted,
    reader: &audience::Reader,
    shown: Option<Reader>,
    faults: &mut Vec<SourceError>,
) -> Standing {
    let Some(name) = wanted.issue.as_deref() else {
        return Standing::Nothing;
    };
    if shelf.entry(name).is_none() {
        return match shelf.moved(name) {
            Some(to) => Standing::Moved(to.to_owned()),
            None if shelf.is_empty() => Standing::Nothing,
            None => Standing::Gone,
        };
    }
    let is_held_up = !faults.is_empty();
    let Some((app, press)) = shelf.press(name) else {
        return Standing::Gone;
    };
    let print = press.print(app, &wanted.reader, reader);
    faults.extend(press.faults.iter().cloned());
    // The file as it stands now, though it can't be read as an issue.
    let manuscript = press.faults.iter().find_map(|fault| {
        let (source, _) = fault.span()?;
        source.name().starts_with("issues").then(|| source.clone())
    });
    match (print, press.issue()) {
        (Some(print), Some(issue)) => {
            let mut open = open(app, press, issue, name, print);
            open.reader = shown;
            open.is_stale = is_held_up || press.is_stale();
            if let Some(manuscript) = manuscript {
                open.manuscript = manuscript;
            }
            Standing::Open(Box::new(open))
        }
        _ => Standing::Broken { manuscript },
    }
}

fn open(app: &App, press: &Press, issue: &Issue, name: &str, print: Arc<Print>) -> Open {
    let publication = &app.publication;
    let line = |at: usize| issue.source.position(at).line;
    let extent = issue.document.extent();
    let links = issue.document.links.iter();
    Open {
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
        findings: press.findings.clone(),
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
        pictures: press
            .shown()
            .map(|composition| pictures(issue, name, &print.shown_html, composition))
            .unwrap_or_default(),
        reading_time: extent.reading_time(),
        characters: extent.characters,
        words: extent.words,
        print,
    }
}

pub(super) fn listed(reader: &audience::Reader) -> Reader {
    Reader {
        key: reader.email.to_string(),
        name: reader.name.clone(),
        language: reader.language.clone(),
        suggestion: None,
    }
}

pub(super) fn suggested(publication: &Publication, suggestion: Suggestion) -> Reader {
    let (key, name) = match suggestion {
        Suggestion::Nameless => ("", None),
        Suggestion::Named => (NAMED, Some(sample_name(publication).to_owned())),
    };
    Reader {
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
