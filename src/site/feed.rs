//! Feeds: the newest issues with their whole text, for programs that people read in; the whole publication's, and
//! each edition's. An entry's identity is the issue's own, so that a new address makes no new issue; nothing of a
//! reader is in it, since it is made of the document and never of a mail.

mod atom;
mod json;
mod rss;
mod xml;

use chrono::{DateTime, Datelike, FixedOffset};
use serde::Serialize;

use super::{address::PageAddress, content::SiteContent, ready_issue::ReadyIssue};

/// How many issues a feed has.
const NEWEST: usize = 20;

/// A format of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedFormat {
    /// RFC 4287.
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

/// A feed, whatever its format.
#[derive(Serialize)]
struct Feed<'c> {
    /// Also its identity.
    home: String,
    own: String,
    title: String,
    subtitle: Option<&'c str>,
    publication: &'c str,
    language: &'c str,
    entries: Vec<FeedEntry<'c>>,
}

/// An issue in a feed.
#[derive(Serialize)]
struct FeedEntry<'c> {
    id: String,
    url: String,
    title: &'c str,
    summary: String,
    author: Option<&'c str>,
    tags: &'c [String],
    at: DateTime<FixedOffset>,
    /// Its place among the issues.
    place: usize,
    #[serde(skip)]
    content: &'c SiteContent,
}

/// Where a feed is, for the head of pages.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FeedLink {
    media_type: &'static str,
    title: String,
    href: String,
}

impl FeedFormat {
    pub(super) const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    fn file_name(self) -> &'static str {
        match self {
            Self::Atom => "feed.xml",
            Self::Rss => "rss.xml",
            Self::Json => "feed.json",
        }
    }

    /// The file of the whole publication's feed, or of an edition's.
    pub(super) fn file(self, edition: Option<&str>) -> String {
        match edition {
            Some(key) => format!("editions/{key}/{}", self.file_name()),
            None => self.file_name().to_owned(),
        }
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
        }
    }

    /// The feed's text.
    pub(super) fn text(self, content: &SiteContent, edition: Option<&str>) -> String {
        let feed = Feed::new(content, self, edition);
        match self {
            Self::Atom => atom::written(&feed),
            Self::Rss => rss::written(&feed),
            Self::Json => json::written(&feed),
        }
    }

    /// All that the feed says but its entries' texts, and the places of the issues whose texts those are.
    pub(super) fn around_texts(
        self,
        content: &SiteContent,
        edition: Option<&str>,
    ) -> (String, Vec<usize>) {
        let feed = Feed::new(content, self, edition);
        let places = feed.entries.iter().map(|entry| entry.place).collect();
        // A feed is a tree of texts.
        let said = serde_json::to_string(&feed).unwrap_or_default();
        (format!("{} {said}", self.media_type()), places)
    }

    /// How pages name it.
    pub(super) fn link(self, content: &SiteContent, edition: Option<&str>) -> FeedLink {
        let media_type = self.media_type();
        FeedLink {
            media_type: media_type.split(';').next().unwrap_or(media_type),
            title: title(content, edition),
            href: content.addresses().file_path(&self.file(edition)),
        }
    }
}

fn title(content: &SiteContent, edition: Option<&str>) -> String {
    let publication = &content.publication();
    match edition.and_then(|key| publication.edition(key)) {
        Some(edition) => format!("{}: {}", publication.name, edition.title),
        None => publication.name.clone(),
    }
}

impl<'c> Feed<'c> {
    fn new(content: &'c SiteContent, format: FeedFormat, edition: Option<&str>) -> Self {
        let publication = &content.publication();
        let home = match edition {
            Some(key) => PageAddress::of(&["editions", key]),
            None => PageAddress::front(),
        };
        let places = content
            .places(|front_matter| edition.is_none_or(|edition| front_matter.edition == edition));
        let newest = places.into_iter().take(NEWEST);
        Self {
            home: content.addresses().url(&home),
            own: content.addresses().file_url(&format.file(edition)),
            title: title(content, edition),
            subtitle: publication
                .about
                .as_deref()
                .or(publication.tagline.as_deref()),
            publication: &publication.name,
            language: &publication.language,
            entries: newest
                .filter_map(|at| FeedEntry::new(content, at))
                .collect(),
        }
    }

    /// When the newest came.
    fn updated(&self) -> DateTime<FixedOffset> {
        let newest = self.entries.first();
        newest.map_or_else(DateTime::default, |entry| entry.at)
    }
}

impl<'c> FeedEntry<'c> {
    fn new(content: &'c SiteContent, at: usize) -> Option<Self> {
        let ready = content.issues.get(at)?;
        let front_matter = ready.front_matter();
        Some(Self {
            id: identity(content, ready),
            url: content.addresses().url(&ready.address()),
            title: &front_matter.title,
            summary: ready.card.summary.clone(),
            author: front_matter.author.as_deref(),
            tags: &front_matter.tags,
            at: ready
                .public
                .at
                .with_timezone(&content.publication().timezone)
                .fixed_offset(),
            place: at,
            content,
        })
    }

    /// Its text, made when a feed that has it is written.
    fn html(&self) -> &str {
        self.content.feed_text(self.place).unwrap_or_default()
    }
}

/// A `tag:` URI (RFC 4151) of the sender's domain and the issue's identity in the ledger.
fn identity(content: &SiteContent, ready: &ReadyIssue) -> String {
    let domain = content.publication().from.address.domain();
    let year = ready.front_matter().date.year();
    format!("tag:{domain},{year:04}:{}", ready.id())
}
