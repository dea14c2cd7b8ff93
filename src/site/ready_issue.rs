//! An issue with what pages show of it, whichever of them: made once, and kept as long as its text and its pictures
//! stay as they are.

use std::sync::Arc;

use serde_json::json;

use super::{
    address::PageAddress, design::SiteDesign, gist::IssueGist, issue_card::IssueCard,
    pictures::IssuePictures, public_issue::PublicIssue,
};
use crate::issue::FrontMatter;

/// An issue with what its page needs.
#[derive(Debug)]
pub(super) struct ReadyIssue {
    pub(super) public: PublicIssue,
    pub(super) pictures: IssuePictures,
    /// As lists show it.
    pub(super) card: IssueCard,
    /// Where the picture is that stands for it.
    pub(super) share_card: String,
}

impl ReadyIssue {
    pub(super) fn new(design: &SiteDesign, public: PublicIssue, pictures: IssuePictures) -> Self {
        let cards = &design.set_text.cards;
        Self {
            card: IssueCard::new(design, &public),
            share_card: cards.file(
                &design.publication,
                &design.set_text.words,
                public.gist.front_matter(),
            ),
            public,
            pictures,
        }
    }

    /// Whether it is the same in everything that it is made of, but for the design.
    pub(super) fn is_of(&self, public: &PublicIssue, pictures: &IssuePictures) -> bool {
        let own = &self.public;
        Arc::ptr_eq(&own.gist, &public.gist)
            && (own.at, &own.slug) == (public.at, &public.slug)
            && self.pictures == *pictures
    }

    pub(super) fn gist(&self) -> &IssueGist {
        &self.public.gist
    }

    pub(super) fn front_matter(&self) -> &FrontMatter {
        self.public.gist.front_matter()
    }

    /// What the ledger knows it by.
    pub(super) fn id(&self) -> &str {
        &self.public.gist.head.id
    }

    /// What the script of the search shows of it.
    pub(super) fn searched(&self) -> String {
        json!({ "card": self.card, "texts": self.gist().texts }).to_string()
    }

    pub(super) fn address(&self) -> PageAddress {
        self.public.address()
    }
}
