//! What a reader is written about, with all that a mail needs to say it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

/// A mail that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderReceipt {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The reader's language, where known. The publication's stands in for one that has no words.
    pub language: Option<String>,
    /// What happened.
    pub occasion: ReceiptOccasion,
}

/// What happened.
///
/// What goes to an address that nobody confirmed, or that anybody may have had written to
/// (`Confirm`, `AlreadyHere`, `ManageLink`, `MoveConfirm`, `Reconfirm`), says the publication's own words only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptOccasion {
    /// Somebody entered the address to subscribe.
    Confirm {
        /// Confirms it.
        confirm: TimedLink,
    },
    /// The subscription began.
    Welcome {
        /// As the reader wants to be called.
        name: Option<String>,
        /// What the reader agreed to.
        act: ConsentAct,
        /// Keys of the editions that they chose. None: all.
        editions: Option<BTreeSet<String>>,
        /// To read until the next one comes.
        newest: Option<NewestIssue>,
        /// The reader's own.
        links: ReceiptLinks,
    },
    /// Somebody entered the address to subscribe, and it is on the list.
    AlreadyHere {
        /// The reader's own.
        links: ReceiptLinks,
    },
    /// The reader unsubscribed.
    Goodbye {
        /// As the reader wants to be called.
        name: Option<String>,
        /// Brings back what there was.
        undo: Option<TimedLink>,
    },
    /// The reader unsubscribed from one edition and gets the others.
    LeftEdition {
        /// As the reader wants to be called.
        name: Option<String>,
        /// The edition's key.
        edition: String,
        /// Brings it back.
        undo: Option<TimedLink>,
        /// The reader's own.
        links: ReceiptLinks,
    },
    /// Somebody asked for a fresh link to the reader's own data.
    ManageLink {
        /// Opens it, once.
        manage: TimedLink,
        /// The reader's own.
        links: ReceiptLinks,
    },
    /// Somebody entered the address as their new one.
    MoveConfirm {
        /// Confirms it.
        confirm: TimedLink,
    },
    /// The reader moved: for the address before.
    Moved {
        /// The new address, masked.
        to: Option<String>,
        /// Brings them back.
        undo: TimedLink,
    },
    /// The reader moved: for the address that they have now.
    MovedHere {
        /// The reader's own.
        links: ReceiptLinks,
    },
    /// The reader gave an opinion.
    OpinionReceived {
        /// As the reader wants to be called.
        name: Option<String>,
        /// The title of the issue.
        issue: String,
        /// Where the opinion can be changed.
        opinion: Option<String>,
        /// The reader's own.
        links: ReceiptLinks,
    },
    /// The reader agreed to something or withdrew it, and no other mail says so.
    ResultNotice {
        /// As the reader wants to be called.
        name: Option<String>,
        /// What they did.
        act: ConsentAct,
        /// Keys of the editions that they now get. None: all.
        editions: Option<BTreeSet<String>>,
        /// The reader's own.
        links: ReceiptLinks,
    },
    /// The reader's consent to advertising, told every two years.
    ConsentReminder {
        /// As the reader wants to be called.
        name: Option<String>,
        /// When they agreed.
        agreed_at: DateTime<Utc>,
        /// To what.
        act: ConsentAct,
        /// The reader's own.
        links: ReceiptLinks,
    },
    /// The reader's consent has no proof: they are asked for it.
    Reconfirm {
        /// Confirms it.
        confirm: TimedLink,
        /// The reader's own.
        links: ReceiptLinks,
    },
}

/// An address that works for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedLink {
    /// The address.
    pub url: String,
    /// How long it works, from when the mail leaves.
    pub lasts: TimeDelta,
}

/// What a reader on the list has at the foot of their mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReceiptLinks {
    /// The page of `/u/TOKEN`.
    pub unsubscribe: Option<String>,
    /// The `mailto:` that unsubscribes; stands in the header alone.
    pub unsubscribe_by_mail: Option<String>,
    /// The page of `/p/TOKEN`.
    pub preferences: Option<String>,
}

/// The last issue that appeared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewestIssue {
    /// Its title.
    pub title: String,
    /// Its edition's key.
    pub edition: String,
    /// Its date.
    pub date: chrono::NaiveDate,
    /// Its page.
    pub url: String,
}

/// What Korea's law wants confirmed (정보통신망법 제50조 제7항).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentAct {
    /// To get the newsletter.
    Agreed,
    /// To get the newsletter, and advertising.
    AgreedToAds,
    /// No more of it.
    Withdrawn,
    /// No more advertising.
    WithdrawnFromAds,
    /// Other editions than before.
    Chosen,
}

impl ConsentAct {
    /// How the words name it, and its result.
    pub(super) fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Agreed => ("act_agreed", "result_agreed"),
            Self::AgreedToAds => ("act_agreed_to_ads", "result_agreed"),
            Self::Withdrawn => ("act_withdrawn", "result_withdrawn"),
            Self::WithdrawnFromAds => ("act_withdrawn_ads", "result_withdrawn_ads"),
            Self::Chosen => ("act_chosen", "result_chosen"),
        }
    }
}

impl ReceiptOccasion {
    /// How words and templates name it.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Confirm { .. } => "confirm",
            Self::Welcome { .. } => "welcome",
            Self::AlreadyHere { .. } => "already_here",
            Self::Goodbye { .. } => "goodbye",
            Self::LeftEdition { .. } => "left_edition",
            Self::ManageLink { .. } => "manage_link",
            Self::MoveConfirm { .. } => "move_confirm",
            Self::Moved { .. } => "moved",
            Self::MovedHere { .. } => "moved_here",
            Self::OpinionReceived { .. } => "opinion_received",
            Self::ResultNotice { .. } => "result_notice",
            Self::ConsentReminder { .. } => "consent_reminder",
            Self::Reconfirm { .. } => "reconfirm",
        }
    }

    /// As the reader wants to be called, where the mail may say it.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Welcome { name, .. }
            | Self::Goodbye { name, .. }
            | Self::LeftEdition { name, .. }
            | Self::OpinionReceived { name, .. }
            | Self::ResultNotice { name, .. }
            | Self::ConsentReminder { name, .. } => name.as_deref(),
            _ => None,
        }
    }

    /// What stands at its foot, and in List-Unsubscribe, where the address is on the list.
    pub(super) fn links(&self) -> Option<&ReceiptLinks> {
        match self {
            Self::Welcome { links, .. }
            | Self::AlreadyHere { links }
            | Self::LeftEdition { links, .. }
            | Self::MovedHere { links }
            | Self::ManageLink { links, .. }
            | Self::OpinionReceived { links, .. }
            | Self::ResultNotice { links, .. }
            | Self::ConsentReminder { links, .. }
            | Self::Reconfirm { links, .. } => Some(links),
            Self::Confirm { .. }
            | Self::Goodbye { .. }
            | Self::MoveConfirm { .. }
            | Self::Moved { .. } => None,
        }
    }
}
