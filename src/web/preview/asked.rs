//! What the address of a page asks for, and addresses that ask for something else.

use std::fmt::{self, Display};

use serde::Deserialize;

use crate::{check::ClientView, web::markup::UrlPart};

/// How the issue is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum View {
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

impl View {
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
pub(super) enum Part {
    /// The issue's own file.
    #[default]
    Manuscript,
    Html,
    Text,
    /// The whole message.
    Message,
}

impl Part {
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
pub(super) struct Asked {
    pub(super) view: View,
    /// The reader as whom.
    #[serde(rename = "for")]
    pub(super) reader: String,
    /// The dark view as narrow as a phone.
    pub(super) narrow: bool,
    pub(super) part: Part,
    /// Whose view of the mail.
    pub(super) client: ClientView,
    /// A line of the manuscript.
    pub(super) line: Option<usize>,
    /// Readers whose address or name holds this are to choose from.
    pub(super) readers: Option<String>,
    /// The whole archive.
    pub(super) all: bool,
}

/// What a page wants of the desk.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The issue's name.
    pub issue: Option<String>,
    /// The reader's key; empty for somebody without a name.
    pub reader: String,
    /// Which readers to choose from: their address or name holds this.
    pub readers: String,
}

impl Asked {
    /// What the desk has to get ready.
    pub(super) fn wanted(&self, issue: Option<String>) -> Wanted {
        Wanted {
            issue,
            reader: self.reader().to_owned(),
            readers: self.readers.clone().unwrap_or_default(),
        }
    }

    pub(super) fn reader(&self) -> &str {
        self.reader.trim()
    }

    /// Whether the page shows the whole message, which nothing else needs.
    pub(super) fn needs_message(&self) -> bool {
        self.view == View::Source
    }

    /// The same page in another view.
    pub(super) fn in_view(&self, view: View) -> Self {
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
            part: Part::Manuscript,
            line: Some(line),
            ..self.in_view(View::Source)
        }
    }

    /// Another source.
    pub(super) fn with_part(&self, part: Part) -> Self {
        Self {
            part,
            ..self.in_view(View::Source)
        }
    }

    /// The mail as another family of clients shows it.
    pub(super) fn with_client(&self, client: ClientView) -> Self {
        Self {
            client,
            ..self.in_view(View::Clients)
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
}

/// The address of an issue's page; `&` is for the reader of the text to escape.
pub(super) fn address(name: &str, asked: &Asked) -> String {
    format!("/issue/{}{}", UrlPart(name), Query(asked))
}

/// The part of an address after the path: what differs from the plain page.
pub(super) struct Query<'a>(pub(super) &'a Asked);

impl Display for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Asked {
            view,
            reader,
            narrow,
            part,
            client,
            line,
            readers,
            all,
        } = self.0;
        let mut pairs = Vec::new();
        if *view != View::default() {
            pairs.push(format!("view={}", view.key()));
        }
        if *narrow && *view == View::Dark {
            pairs.push("narrow=true".to_owned());
        }
        if *part != Part::default() && *view == View::Source {
            pairs.push(format!("part={}", part.key()));
        }
        if *client != ClientView::default() && *view == View::Clients {
            pairs.push(format!("client={}", client.key()));
        }
        if let Some(line) = line {
            pairs.push(format!("line={line}"));
        }
        if !reader.trim().is_empty() {
            pairs.push(format!("for={}", UrlPart(reader.trim())));
        }
        if let Some(readers) = readers {
            pairs.push(format!("readers={}", UrlPart(readers)));
        }
        if *all {
            pairs.push("all=true".to_owned());
        }
        if pairs.is_empty() {
            return Ok(());
        }
        write!(f, "?{}", pairs.join("&"))?;
        match line {
            Some(line) => write!(f, "#L{line}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_reader_and_place_and_says_no_more_than_it_must() {
        let plain = Asked::default();
        assert_eq!(address("2026-11-23-a", &plain), "/issue/2026-11-23-a");
        let minji = plain.as_reader("lea+x@example.com").in_view(View::Dark);
        assert_eq!(
            address("가", &minji),
            "/issue/%EA%B0%80?view=dark&for=lea%2Bx%40example.com"
        );
        assert_eq!(
            address("a", &minji.at_line(12)),
            "/issue/a?view=source&line=12&for=lea%2Bx%40example.com#L12"
        );
    }
}
