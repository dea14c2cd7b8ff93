//! A whole page: the list, the open issue, the notes; and what keeps it from being shown. Plain data;
//! `templates/web/` makes a page of it.

use serde::Serialize;

use super::{
    content::{AccentColors, IssueStanding},
    excerpt::Excerpt,
    inputs::PageInputs,
    issue_list::IssueList,
    notes::Notes,
    numbered::{NumberedLine, numbered},
    phrases::PreviewPhrases,
    query::{PreviewView, address},
    reader_chooser::ReaderChooser,
    sentence::{SentencePart, sentence},
    stage::MiddlePart,
};
use crate::source::{Source, SourceError};

/// The page's template.
pub(super) const PREVIEW: &str = "web/preview.html";

/// The page.
#[derive(Debug, Serialize)]
pub(super) struct PreviewPage<'a> {
    /// What the window is called, before the program's own word.
    title: String,
    publication: &'a str,
    revision: u64,
    /// The open issue's edition's, by its number.
    accent: usize,
    list: IssueList<'a>,
    faults: Vec<FaultLine<'a>>,
    /// What is shown instead of the files as they are.
    consequence: Option<&'a str>,
    body: PageBody<'a>,
}

/// What stands beside the list.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum PageBody<'a> {
    /// An issue.
    Open {
        subject: &'a str,
        reader: Box<ReaderChooser<'a>>,
        views: Vec<ViewTab>,
        stage: Box<MiddlePart<'a>>,
        notes: Box<Notes<'a>>,
    },
    /// An issue that can't be shown: its file.
    Broken {
        lines: Option<Vec<NumberedLine<'a>>>,
        is_cut: bool,
    },
    /// There are no issues.
    Nothing,
    /// There is no such issue.
    Gone,
}

/// A view with its key.
#[derive(Debug, Serialize)]
struct ViewTab {
    key: usize,
    href: String,
    label: String,
    is_current: bool,
}

/// Why a file can't be used as it stands.
#[derive(Debug, Serialize)]
struct FaultLine<'a> {
    message: Vec<SentencePart>,
    hint: Vec<SentencePart>,
    excerpt: Option<Excerpt<'a>>,
}

impl<'a> PreviewPage<'a> {
    pub(super) fn new(inputs: PageInputs<'a>) -> Self {
        let PageInputs {
            content, phrases, ..
        } = inputs;
        let open = content.standing.open();
        let body = PageBody::new(inputs);
        let consequence = match (&content.standing, open) {
            (IssueStanding::Broken { .. }, _) => Some("never_good"),
            (_, Some(open)) if open.is_stale => Some("stale"),
            _ => None,
        };
        Self {
            title: match open {
                Some(open) => format!("{} · {}", open.mail.subject, content.publication),
                None => content.publication.clone(),
            },
            publication: &content.publication,
            revision: content.revision,
            accent: open.map_or(0, |open| open.accent),
            list: IssueList::new(inputs),
            faults: content
                .faults
                .iter()
                .map(|fault| FaultLine::new(fault, phrases))
                .collect(),
            consequence: consequence.map(|word| phrases.get(word)),
            body,
        }
    }
}

impl<'a> PageBody<'a> {
    fn new(inputs: PageInputs<'a>) -> Self {
        let PageInputs {
            content,
            query,
            phrases,
            ..
        } = inputs;
        match &content.standing {
            IssueStanding::Open(open) => {
                let tab = |(index, view): (usize, PreviewView)| ViewTab {
                    key: index + 1,
                    href: address(&open.name, &query.in_view(view)),
                    label: phrases.view(view),
                    is_current: view == query.view,
                };
                Self::Open {
                    subject: &open.mail.subject,
                    reader: Box::new(ReaderChooser::new(inputs, open)),
                    views: PreviewView::ALL.into_iter().enumerate().map(tab).collect(),
                    stage: Box::new(MiddlePart::new(inputs, open)),
                    notes: Box::new(Notes::new(inputs, open)),
                }
            }
            IssueStanding::Broken { manuscript } => {
                let lines = |source: &'a Source| numbered(source.text(), &[], query.line);
                let (lines, is_cut) = manuscript.as_ref().map(lines).unzip();
                Self::Broken {
                    lines,
                    is_cut: is_cut.unwrap_or_default(),
                }
            }
            IssueStanding::Nothing => Self::Nothing,
            IssueStanding::Gone | IssueStanding::Moved(_) => Self::Gone,
        }
    }
}

impl<'a> FaultLine<'a> {
    fn new(fault: &'a SourceError, phrases: PreviewPhrases<'_>) -> Self {
        let hint = fault.hint().map(|hint| phrases.said(hint));
        Self {
            message: sentence(&phrases.said(fault.message())),
            hint: sentence(&hint.unwrap_or_default()),
            excerpt: Excerpt::of(fault),
        }
    }
}

/// The editions' accents as classes, since a page without inline styles can't carry them.
pub(super) fn accents(colors: &[AccentColors]) -> String {
    use std::fmt::Write;

    let mut light = String::new();
    let mut dark = String::new();
    for (index, colors) in colors.iter().enumerate() {
        // Hex colours: nothing else gets into the style sheet.
        let is_hex = |colour: &str| {
            colour.len() == 7
                && colour.starts_with('#')
                && colour[1..].bytes().all(|b| b.is_ascii_hexdigit())
        };
        if is_hex(&colors.light) && is_hex(&colors.dark) {
            let _ = writeln!(light, ".accent-{index} {{ --accent: {} }}", colors.light);
            let _ = writeln!(dark, ".accent-{index} {{ --accent: {} }}", colors.dark);
        }
    }
    format!("{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n")
}
