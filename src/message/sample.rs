//! The smallest issue, for tests of other rooms that need one to carry.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Composer, FrozenIssue, HeaderSettings};
use crate::{
    address::{Address, Mailbox},
    links::LinkSigner,
    render::Composition,
};

/// What makes its messages.
pub(crate) fn composer(frozen: &FrozenIssue, date: DateTime<Utc>) -> Composer {
    let links = LinkSigner::for_looking(None);
    Composer::new(frozen, links, None, date).unwrap()
}

/// An issue of that identity, frozen.
pub(crate) fn frozen(issue: &str) -> FrozenIssue {
    let address = |text: &str| Address::parse(text).unwrap();
    FrozenIssue {
        keys: None,
        issue: issue.to_owned(),
        edition: "monday".into(),
        composition: Composition {
            templates: BTreeMap::from([
                ("email/issue.html".to_owned(), format!("<p>{issue}</p>")),
                ("email/issue.txt".to_owned(), issue.to_owned()),
            ]),
            context: serde_json::json!({"issue": {"subject": issue}}),
            images: Vec::new(),
            published: Vec::new(),
        },
        headers: HeaderSettings {
            from: Mailbox {
                name: None,
                address: address("hello@note.example.com"),
            },
            reply_to: None,
            list_id: "monday.note.example.com".into(),
            list_name: "월요일 편".into(),
            unsubscribe_email: Some(address("leave@note.example.com")),
            base_url: None,
            web_version_url: None,
            feedback_id: issue.to_owned(),
            language: "ko".into(),
            bounce_domain: None,
            feedback_domain: None,
            has_marked_tokens: true,
        },
    }
}
