//! What the other side answered about an issue's links and pictures, where `check --online` asked.
//! Asking is not done here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    super::{CheckSubject, Findings},
    BROKEN, MOVED, PRIVATE, UNREACHABLE, wording,
};
use crate::{
    issue::{Document, LinkTarget},
    source::Span,
    words::say,
};

/// Address → what was answered.
pub type LinkAnswers = BTreeMap<String, LinkAnswer>;

/// What was answered about an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum LinkAnswer {
    /// It is there.
    Found,
    /// It is there under another address, for good.
    Moved {
        /// Where.
        to: String,
    },
    /// It is not there: 404 or 410.
    Gone {
        /// Which.
        status: u16,
    },
    /// The site does not answer programs: 401, 403, 429 and their kin say nothing of the page.
    Guarded,
    /// The name leads into somebody's own network; nothing was asked.
    Private,
    /// Nobody knows: the name has no address, nobody answers, the site has a fault.
    Unreachable {
        /// What was seen.
        why: String,
    },
}

/// The addresses of an issue that can be asked about, each with its place.
pub fn addresses(document: &Document) -> Vec<(&str, Span)> {
    let links = document.links.iter().filter_map(|link| match &link.target {
        LinkTarget::Url(url) => Some((url.as_str(), link.span.clone())),
        LinkTarget::Issue(_) => None,
    });
    let images = document
        .images
        .iter()
        .map(|used| (used.image.location.as_str(), used.span.clone()));
    links
        .chain(images)
        .filter(|(url, _)| url.starts_with("https://") || url.starts_with("http://"))
        .collect()
}

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let Some(answers) = proof.online else {
        return;
    };
    for (url, span) in addresses(&proof.issue.document) {
        match answers.get(url) {
            None | Some(LinkAnswer::Found | LinkAnswer::Guarded) => {}
            Some(LinkAnswer::Moved { to }) if wording::place(to) == wording::place(url) => {}
            Some(LinkAnswer::Moved { to }) => {
                findings
                    .at(&MOVED, span, say!("the page has moved for good"))
                    .hint(say!("it is {to} now", to));
            }
            Some(LinkAnswer::Gone { status }) => {
                findings
                    .at(
                        &BROKEN,
                        span,
                        say!("the site answers {status}: there is no such page", status),
                    )
                    .hint(say!(
                        "link another page, or a copy in an archive of the web"
                    ));
            }
            Some(LinkAnswer::Private) => {
                findings
                    .at(
                        &PRIVATE,
                        span,
                        say!("the name leads into a private network"),
                    )
                    .hint(say!("link the public address"));
            }
            Some(LinkAnswer::Unreachable { why }) => {
                findings
                    .at(
                        &UNREACHABLE,
                        span,
                        say!("the page can't be reached: {why}", why),
                    )
                    .hint(say!(
                        "look at it in a browser; `check --online` asks again next time"
                    ));
            }
        }
    }
}
