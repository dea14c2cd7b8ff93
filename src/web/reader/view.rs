//! What the service answers to a page's question: plain data, nothing changed by asking.

use std::collections::BTreeSet;

use chrono::NaiveDate;

/// An issue in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedIssue {
    /// Its name in `/issues/SLUG`.
    pub slug: String,
    /// As readers see it.
    pub title: String,
    /// What it says of itself before it is opened; may be empty.
    pub summary: String,
    /// The title of its edition.
    pub edition: String,
    /// The day it appeared on, in the publication's zone.
    pub date: NaiveDate,
}

/// An issue that went out, as a web page.
#[derive(Debug, Clone)]
pub struct FramedIssue {
    /// As readers see it.
    pub title: String,
    /// The language that it is written in.
    pub language: String,
    /// The whole document: the mail's HTML without a reader's links, pictures at `/images/NAME`.
    pub html: String,
    /// What readers said that may be shown, the first of them first.
    pub opinions: Vec<PublishedOpinion>,
    /// Whether `/f/SLUG` takes an opinion on it.
    pub takes_opinions: bool,
    /// Whether search engines may list it.
    pub is_listed: bool,
}

/// What a reader said and the publication shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedOpinion {
    /// The name that they want under it. None: they want none.
    pub name: Option<String>,
    /// The label of what they chose.
    pub choice: Option<String>,
    /// Their own words.
    pub text: Option<String>,
}

/// A picture's file.
#[derive(Debug, Clone)]
pub struct ServedPicture {
    /// `image/png`, …
    pub media_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A part of the privacy notice.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct PrivacySection {
    /// Its heading.
    pub heading: String,
    /// What it says first.
    pub paragraphs: Vec<String>,
    /// A table's rows, where it has one: what, and what is said of it.
    pub rows: Vec<(String, String)>,
}

/// A page that knows nothing of the reader but the language that they read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlainView {
    /// The reader's own. None: whatever their browser wants.
    pub language: Option<String>,
}

/// Somebody is about to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfirmView {
    /// The reader's own.
    pub language: Option<String>,
    /// The editions that they asked for, by key. None: all.
    pub editions: Option<BTreeSet<String>>,
    /// They did so already.
    pub is_confirmed: bool,
}

/// Somebody is about to unsubscribe.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeaveView {
    /// The reader's own.
    pub language: Option<String>,
    /// The editions that they get, by key. None: all.
    pub editions: Option<BTreeSet<String>>,
    /// They get nothing any more.
    pub has_left: bool,
    /// The token of `/undo/TOKEN`, where they have left by themselves and may come back.
    pub undo: Option<String>,
}

/// What a reader chose so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PreferencesView {
    /// The reader's own language; also what the mail to them is written in.
    pub language: Option<String>,
    /// As the salutation says it.
    pub name: Option<String>,
    /// The editions that they get, by key. None: all, future ones too.
    pub editions: Option<BTreeSet<String>>,
    /// Their time zone, where they named one.
    pub timezone: Option<String>,
    /// They get mail. Where not, the page says so and offers to subscribe.
    pub is_active: bool,
    /// The token of `/u/TOKEN`.
    pub unsubscribe: Option<String>,
}

/// What a fresh link shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ManageView {
    /// The reader's own.
    pub language: Option<String>,
    /// The address as it may be shown: `m***@example.com`.
    pub masked_address: String,
    /// For how many more minutes the link does.
    pub minutes_left: u32,
}

/// An issue that is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpinionView {
    /// The reader's own, where a token names them.
    pub language: Option<String>,
    /// The issue's title.
    pub title: String,
    /// What can be chosen; none where only words are asked for.
    pub choices: Vec<OpinionChoice>,
    /// Whether the publication shows opinions, so that it is worth asking whether it may.
    pub may_be_published: bool,
    /// Whether an answer could reach them.
    pub can_be_answered: bool,
}

/// One of the answers that an opinion may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpinionChoice {
    /// What the form and the mail's link say: `?choice=KEY`.
    pub key: String,
    /// What it says, in the publication's own words. None: one of the three faces (`good`, `fair`,
    /// `poor`), which the pages have words for.
    pub label: Option<String>,
}
