//! What the address of a page asks for, and addresses that ask for something else.

use serde::Deserialize;

use super::look_choice::{LookChoice, Typeface};
use crate::{check::ClientView, look::Theme, render::percent_encode, web::address::with_query};

/// How the issue is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PreviewView {
    #[default]
    Desktop,
    Phone,
    Dark,
    Text,
    Inbox,
    Source,
    /// As a family of clients shows it.
    Clients,
}

impl PreviewView {
    /// In the order of their keys, 1 to 7.
    pub(super) const ALL: [Self; 7] = [
        Self::Desktop,
        Self::Phone,
        Self::Dark,
        Self::Text,
        Self::Inbox,
        Self::Source,
        Self::Clients,
    ];

    /// As an address says it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
            Self::Dark => "dark",
            Self::Text => "text",
            Self::Inbox => "inbox",
            Self::Source => "source",
            Self::Clients => "clients",
        }
    }
}

/// Which source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SourcePart {
    /// The issue's own file.
    #[default]
    Manuscript,
    Html,
    Text,
    /// The whole message.
    Message,
}

impl SourcePart {
    pub(super) const ALL: [Self; 4] = [Self::Manuscript, Self::Html, Self::Text, Self::Message];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Manuscript => "manuscript",
            Self::Html => "html",
            Self::Text => "text",
            Self::Message => "message",
        }
    }
}

/// A page's address, after the issue's name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PageQuery {
    pub(super) view: PreviewView,
    /// The reader as whom.
    #[serde(rename = "for")]
    pub(super) reader: String,
    /// The dark view as narrow as a phone.
    pub(super) narrow: bool,
    pub(super) part: SourcePart,
    /// Whose view of the mail.
    pub(super) client: ClientView,
    /// In another theme than the publication's own.
    pub(super) theme: Option<Theme>,
    /// In other type than the publication's own.
    pub(super) font: Option<Typeface>,
    /// A line of the manuscript.
    pub(super) line: Option<usize>,
    /// Readers whose address or name holds this are to choose from.
    pub(super) readers: Option<String>,
    /// The whole archive.
    pub(super) all: bool,
}

/// What a page asks of the preview's service.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageRequest {
    /// The issue's name.
    pub issue: Option<String>,
    /// The reader's key; empty for somebody without a name.
    pub reader: String,
    /// Which readers to choose from: their address or name holds this.
    pub readers: String,
    /// The look that the mail is to be seen in.
    pub look: LookChoice,
}

impl PageQuery {
    /// What the service has to get ready.
    pub(super) fn request(&self, issue: Option<String>) -> PageRequest {
        PageRequest {
            issue,
            reader: self.reader().to_owned(),
            readers: self.readers.clone().unwrap_or_default(),
            look: self.look(),
        }
    }

    pub(super) fn reader(&self) -> &str {
        self.reader.trim()
    }

    pub(super) fn look(&self) -> LookChoice {
        LookChoice {
            theme: self.theme,
            font: self.font,
        }
    }

    /// Whether the page shows the whole message, which nothing else needs.
    pub(super) fn needs_message(&self) -> bool {
        self.view == PreviewView::Source
    }

    /// The same page in another view.
    pub(super) fn in_view(&self, view: PreviewView) -> Self {
        Self {
            view,
            line: None,
            readers: None,
            ..self.clone()
        }
    }

    /// The manuscript at a line.
    pub(super) fn at_line(&self, line: usize) -> Self {
        Self {
            part: SourcePart::Manuscript,
            line: Some(line),
            ..self.in_view(PreviewView::Source)
        }
    }

    /// Another source.
    pub(super) fn with_part(&self, part: SourcePart) -> Self {
        Self {
            part,
            ..self.in_view(PreviewView::Source)
        }
    }

    /// The mail as another family of clients shows it.
    pub(super) fn with_client(&self, client: ClientView) -> Self {
        Self {
            client,
            ..self.in_view(PreviewView::Clients)
        }
    }

    /// The same as another reader.
    pub(super) fn as_reader(&self, key: &str) -> Self {
        Self {
            reader: key.to_owned(),
            readers: None,
            ..self.clone()
        }
    }

    /// The same in another look.
    pub(super) fn in_look(&self, look: LookChoice) -> Self {
        Self {
            theme: look.theme,
            font: look.font,
            ..self.clone()
        }
    }

    /// The page of another issue, which opens at its top.
    pub(super) fn at_top(&self) -> Self {
        Self {
            line: None,
            ..self.clone()
        }
    }

    /// What of it differs from the plain page, as an address says it.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut say = |key, value: &str| pairs.push((key, value.to_owned()));
        if self.view != PreviewView::default() {
            say("view", self.view.key());
        }
        if self.narrow && self.view == PreviewView::Dark {
            say("narrow", "true");
        }
        if self.part != SourcePart::default() && self.view == PreviewView::Source {
            say("part", self.part.key());
        }
        if self.client != ClientView::default() && self.view == PreviewView::Clients {
            say("client", self.client.key());
        }
        for (key, value) in self.look().pairs() {
            say(key, value);
        }
        if let Some(line) = self.line {
            say("line", &line.to_string());
        }
        if !self.reader().is_empty() {
            say("for", self.reader());
        }
        if let Some(readers) = &self.readers {
            say("readers", readers);
        }
        if self.all {
            say("all", "true");
        }
        pairs
    }
}

/// The address of an issue's page; its template escapes it.
pub(super) fn address(name: &str, query: &PageQuery) -> String {
    let path = format!("/issue/{}", percent_encode(name));
    let address = with_query(&path, query.pairs());
    match query.line {
        Some(line) => format!("{address}#L{line}"),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_reader_look_and_place_and_says_no_more_than_it_must() {
        let plain = PageQuery::default();
        assert_eq!(address("2026-11-23-a", &plain), "/issue/2026-11-23-a");
        let lea = plain
            .as_reader("lea+x@example.com")
            .in_view(PreviewView::Dark);
        assert_eq!(
            address("가", &lea),
            "/issue/%EA%B0%80?view=dark&for=lea%2Bx%40example.com"
        );
        assert_eq!(
            address("a", &lea.at_line(12)),
            "/issue/a?view=source&line=12&for=lea%2Bx%40example.com#L12"
        );
        let look = LookChoice {
            theme: Some(Theme::Letter),
            font: Some(Typeface::Serif),
        };
        let letter = plain.in_look(look).in_view(PreviewView::Phone);
        assert_eq!(
            address("a", &letter),
            "/issue/a?view=phone&theme=letter&font=serif"
        );
    }
}
