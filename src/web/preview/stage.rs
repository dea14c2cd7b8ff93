//! The open issue, in the view that was asked for.

use serde::Serialize;

use super::{
    content::{OpenIssue, OwnLook},
    inbox_line::{InboxLines, InboxText},
    inputs::PageInputs,
    look_choice::{LookChoice, Typeface},
    numbered::{NumberedLine, numbered},
    phrases::{PreviewPhrases, kilobytes},
    query::{PageQuery, PreviewView, SourcePart, address},
};
use crate::{
    check::ClientView,
    look::Theme,
    render::percent_encode,
    web::{address::with_query, tab::Tab},
};

/// What of a text part a page can bear.
const MAX_TEXT_CHARS: usize = 500_000;

/// What stands in the middle.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum MiddlePart<'a> {
    /// The mail in its frame.
    Mail(MailStage),
    /// The text part.
    Text { text: String },
    /// What an inbox shows before it is opened.
    Inbox {
        lines: InboxLines<'a>,
        texts: Vec<InboxText<'a>>,
    },
    /// What it is made of.
    Source {
        parts: Vec<Tab>,
        part: &'static str,
        lines: Vec<NumberedLine<'a>>,
        is_cut: bool,
    },
}

/// A mail in a frame, and other frames to see it in.
#[derive(Debug, Serialize)]
pub(super) struct MailStage {
    src: String,
    is_narrow: bool,
    is_dark: bool,
    /// Families of clients; none where the mail is shown as it is.
    clients: Vec<Tab>,
    /// What the family's view is made by.
    simulation: Option<String>,
    widths: Vec<Tab>,
    themes: Vec<Tab>,
    fonts: Vec<Tab>,
    /// What to write to have it sent in this look; none where it is.
    setting: Option<String>,
}

impl<'a> MiddlePart<'a> {
    pub(super) fn new(inputs: PageInputs<'a>, open: &'a OpenIssue) -> Self {
        let phrases = inputs.phrases;
        match inputs.query.view {
            PreviewView::Desktop
            | PreviewView::Phone
            | PreviewView::Dark
            | PreviewView::Clients => Self::Mail(MailStage::new(inputs, open)),
            PreviewView::Text => Self::Text {
                text: open.mail.text.chars().take(MAX_TEXT_CHARS).collect(),
            },
            PreviewView::Inbox => Self::Inbox {
                lines: InboxLines::new(open, phrases),
                texts: InboxText::all(open, phrases),
            },
            PreviewView::Source => Self::source(inputs, open),
        }
    }

    fn source(inputs: PageInputs<'a>, open: &'a OpenIssue) -> Self {
        let PageInputs {
            query,
            message,
            phrases,
            ..
        } = inputs;
        let tab = |part| {
            let bytes = match part {
                SourcePart::Manuscript => open.manuscript.text().len(),
                SourcePart::Html => open.mail.html.len(),
                SourcePart::Text => open.mail.text.len(),
                SourcePart::Message => message.map_or(0, |message| message.bytes),
            };
            Tab {
                href: address(&open.name, &query.with_part(part)),
                label: phrases.part(part),
                detail: kilobytes(bytes),
                is_current: part == query.part,
            }
        };
        let mut marks = Vec::new();
        let mut chosen = None;
        let text = match query.part {
            SourcePart::Manuscript => {
                chosen = query.line;
                let own = |file: &str| file == open.manuscript.name();
                marks.extend(open.findings.iter().filter_map(|finding| {
                    let place = finding.place().filter(|place| own(place.file()))?;
                    let is_seen = !finding.is_allowed();
                    is_seen.then(|| (place.span(), finding.level()))
                }));
                open.manuscript.text()
            }
            SourcePart::Html => &open.mail.html,
            SourcePart::Text => &open.mail.text,
            SourcePart::Message => message.map_or("", |message| &message.text),
        };
        let (lines, is_cut) = numbered(text, &marks, chosen);
        Self::Source {
            parts: SourcePart::ALL.map(tab).into(),
            part: query.part.key(),
            lines,
            is_cut,
        }
    }
}

impl MailStage {
    fn new(inputs: PageInputs<'_>, open: &OpenIssue) -> Self {
        let PageInputs {
            content,
            query,
            phrases,
            ..
        } = inputs;
        let there = |query: &PageQuery| address(&open.name, query);
        let is_dark = query.view == PreviewView::Dark;
        let is_clients = query.view == PreviewView::Clients;
        let clients = ClientView::ALL.map(|client| {
            let href = there(&query.with_client(client));
            Tab::new(href, phrases.client(client), client == query.client)
        });
        let widths = [(false, "wide"), (true, "narrow")].map(|(narrow, word)| {
            let href = there(&PageQuery {
                narrow,
                ..query.clone()
            });
            Tab::new(href, phrases.get(word), narrow == query.narrow)
        });
        let (themes, fonts) = looks(query, content.own_look, phrases, there);
        Self {
            src: frame_address(&open.name, query),
            is_narrow: query.view == PreviewView::Phone || is_dark && query.narrow,
            is_dark,
            clients: if is_clients {
                clients.into()
            } else {
                Vec::new()
            },
            simulation: is_clients.then(|| phrases.simulation(query.client)),
            widths: if is_dark { widths.into() } else { Vec::new() },
            themes: if is_clients { Vec::new() } else { themes },
            fonts: if is_clients { Vec::new() } else { fonts },
            setting: (!query.look().is_own()).then(|| query.look().setting()),
        }
    }
}

/// Other looks to see the mail in: the publication's own first, then the other themes; and its type.
fn looks(
    query: &PageQuery,
    own: OwnLook,
    phrases: PreviewPhrases<'_>,
    there: impl Fn(&PageQuery) -> String,
) -> (Vec<Tab>, Vec<Tab>) {
    let chosen = query.look();
    let theme = |theme: Theme| {
        // The publication's own needs no word in the address.
        let other = (theme != own.theme).then_some(theme);
        let look = LookChoice {
            theme: other,
            ..chosen
        };
        let is_current = chosen.theme.unwrap_or(own.theme) == theme;
        Tab {
            detail: match other {
                None => phrases.get("as_sent").to_owned(),
                Some(_) => String::new(),
            },
            ..Tab::new(
                there(&query.in_look(look)),
                phrases.theme(theme),
                is_current,
            )
        }
    };
    let own_font = match own.is_serif {
        true => Typeface::Serif,
        false => Typeface::Sans,
    };
    let font = |font: Typeface| {
        let look = LookChoice {
            font: (font != own_font).then_some(font),
            ..chosen
        };
        let is_current = chosen.font.unwrap_or(own_font) == font;
        Tab::new(
            there(&query.in_look(look)),
            phrases.typeface(font),
            is_current,
        )
    };
    (Theme::ALL.map(theme).into(), Typeface::ALL.map(font).into())
}

/// Where the frame finds the mail.
fn frame_address(name: &str, query: &PageQuery) -> String {
    let scheme = match query.view {
        PreviewView::Dark => "dark",
        _ => "light",
    };
    let mut pairs = vec![("scheme", scheme)];
    if !query.reader().is_empty() {
        pairs.push(("for", query.reader()));
    }
    if query.view == PreviewView::Clients {
        pairs.push(("client", query.client.key()));
    }
    for (key, value) in query.look().pairs() {
        pairs.push((key, value));
    }
    with_query(&format!("/issue/{}/mail", percent_encode(name)), pairs)
}
