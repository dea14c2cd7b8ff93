//! Frozen issues and readers made by hand, and a clock that stands still.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone, Utc};
use daily_note::{
    address::{Address, Mailbox},
    audience::{Reader, SubscriberId},
    links::{LinkSecrets, LinkSigner, ListMark},
    message::{Composer, FrozenIssue, HeaderSettings, dkim::Signer},
    render::{Composition, InlineImage},
};

pub(crate) fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 23, 0, 0).unwrap()
}

pub(crate) fn links() -> LinkSigner {
    LinkSigner::new(
        &LinkSecrets::only(b"the secret of the tests"),
        &ListMark::new("0123456789abcdef0123456789abcdef"),
        None,
    )
}

pub(crate) fn headers() -> HeaderSettings {
    HeaderSettings {
        from: Mailbox {
            name: Some("데일리 노트".into()),
            address: Address::parse("hello@note.example.com").unwrap(),
        },
        reply_to: None,
        list_id: "monday.note.example.com".into(),
        list_name: "데일리 노트 월요일 편".into(),
        unsubscribe_email: Some(Address::parse("leave@note.example.com").unwrap()),
        base_url: Some("https://note.example.com".into()),
        web_version_url: Some("https://note.example.com/issues/maps".into()),
        feedback_id: "monday-2026-11-23:monday:newsletter:note-example-co".into(),
        language: "ko".into(),
        bounce_domain: None,
        feedback_domain: None,
        has_marked_tokens: true,
    }
}

/// An issue of two templates.
pub(crate) fn frozen(html: &str, text: &str) -> FrozenIssue {
    let templates = BTreeMap::from([
        ("email/issue.html".to_owned(), html.to_owned()),
        ("email/issue.txt".to_owned(), text.to_owned()),
    ]);
    FrozenIssue {
        keys: None,
        issue: "monday-2026-11-23".into(),
        edition: "monday".into(),
        composition: Composition {
            templates,
            context: serde_json::json!({"issue": {"subject": "지도를 다시 그리는 사람들"}}),
            images: Vec::new(),
            published: Vec::new(),
        },
        headers: headers(),
    }
}

/// The smallest picture there is, as an image that travels inside.
pub(crate) fn image(file_name: &str) -> InlineImage {
    InlineImage {
        content_id: "map-1@note.example.com".into(),
        media_type: "image/gif".into(),
        file_name: file_name.into(),
        bytes: b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;".to_vec(),
    }
}

pub(crate) fn composer(frozen: &FrozenIssue, signer: Option<Signer>) -> Composer {
    Composer::new(frozen, links(), signer, monday()).unwrap()
}

pub(crate) fn reader(id: i64, name: Option<&str>) -> Reader {
    Reader {
        id: SubscriberId(id),
        email: Address::parse(&format!("reader{id}@example.com")).unwrap(),
        name: name.map(str::to_owned),
        language: None,
        tags: Vec::new(),
    }
}
