//! One of each receipt, for people who want to see them before a reader does.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    ConsentAct, NewestIssue, ReaderReceipt, ReceiptLinks, ReceiptOccasion as Occasion, TimedLink,
};
use crate::publication::Publication;

/// What stands in for a token.
const TOKEN: &str = "sample-token-as-long-as-one-is-in-a-real-mail";
/// Where the pages of a publication without any would be.
const ELSEWHERE: &str = "https://note.example.com";
/// How long the law lets a consent to advertising rest.
const TWO_YEARS: TimeDelta = TimeDelta::days(730);

/// Every receipt of a publication, with made-up readers and links that lead nowhere.
#[must_use]
pub fn samples(
    publication: &Publication,
    language: Option<&str>,
    newest: Option<&NewestIssue>,
    at: DateTime<Utc>,
) -> Vec<ReaderReceipt> {
    let occasions = occasions(publication, newest, at);
    let made = occasions.into_iter().map(|occasion| ReaderReceipt {
        at,
        language: language.map(str::to_owned),
        occasion,
    });
    made.collect()
}

fn occasions(
    publication: &Publication,
    newest: Option<&NewestIssue>,
    at: DateTime<Utc>,
) -> Vec<Occasion> {
    let base_url = publication.web.base_url.as_deref().unwrap_or(ELSEWHERE);
    let page = |path: &str| format!("{}/{path}{TOKEN}", base_url.trim_end_matches('/'));
    let timed = |path: &str, lasts| TimedLink {
        url: page(path),
        lasts,
    };
    let links = || ReceiptLinks {
        unsubscribe: Some(page("u/")),
        unsubscribe_by_mail: None,
        preferences: Some(page("p/")),
    };
    let name = || {
        Some(match publication.language.starts_with("ko") {
            true => "김민지".to_owned(),
            false => "Minji Kim".to_owned(),
        })
    };
    let fortnight = TimeDelta::days(14);
    vec![
        Occasion::Confirm {
            confirm: timed("confirm/", fortnight),
        },
        Occasion::Welcome {
            name: name(),
            act: ConsentAct::AgreedToAds,
            editions: None,
            newest: newest.cloned(),
            links: links(),
        },
        Occasion::AlreadyHere { links: links() },
        Occasion::Goodbye {
            name: name(),
            undo: Some(timed("undo/", fortnight)),
        },
        Occasion::LeftEdition {
            name: name(),
            edition: publication
                .editions
                .last()
                .map_or_else(String::new, |edition| edition.key.clone()),
            undo: Some(timed("undo/", fortnight)),
            links: links(),
        },
        Occasion::ManageLink {
            manage: timed("m/", TimeDelta::minutes(30)),
            links: links(),
        },
        Occasion::MoveConfirm {
            confirm: timed("move/", fortnight),
        },
        Occasion::Moved {
            to: Some("m***@example.net".to_owned()),
            undo: timed("move/undo/", fortnight),
        },
        Occasion::MovedHere { links: links() },
        Occasion::OpinionReceived {
            name: name(),
            issue: newest.map_or_else(|| publication.name.clone(), |issue| issue.title.clone()),
            opinion: Some(page("f/issue/")),
            links: links(),
        },
        Occasion::ResultNotice {
            name: name(),
            act: ConsentAct::Chosen,
            editions: publication
                .editions
                .first()
                .map(|edition| [edition.key.clone()].into()),
            links: links(),
        },
        Occasion::ConsentReminder {
            name: name(),
            agreed_at: at - TWO_YEARS,
            act: ConsentAct::AgreedToAds,
            links: links(),
        },
        Occasion::Reconfirm {
            confirm: timed("confirm/", fortnight),
            links: links(),
        },
    ]
}
