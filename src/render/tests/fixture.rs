//! A publication and an issue in memory.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use chrono::{NaiveTime, Weekday};

use crate::{
    address::{Address, Mailbox},
    issue::Issue,
    publication::*,
    render::{
        Composition, ImagePolicy, LinkedIssue, PrepareInput, ReaderLinks, ReaderView, RenderError,
        Templates,
    },
};

pub(super) fn reader() -> ReaderView {
    ReaderView {
        name: Some("민지".into()),
        email: "minji@example.com".into(),
        language: "ko".into(),
        tags: vec![],
        links: ReaderLinks {
            unsubscribe: Some("https://daily-note.example.com/u/token".into()),
            preferences: Some("https://daily-note.example.com/p/token".into()),
            feedback: Some("https://daily-note.example.com/f/token".into()),
            web_version: Some("https://daily-note.example.com/w/token".into()),
        },
    }
}

pub(super) fn publication() -> Publication {
    let edition = |key: &str, title: &str, topic: &str, day, rgb| Edition {
        key: key.into(),
        title: title.into(),
        topic: topic.into(),
        day,
        time: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
        accent_color: Some(Color { rgb }),
    };
    Publication {
        root: PathBuf::from("/nowhere"),
        name: "데일리 노트".into(),
        tagline: Some("Transcend Borders: Software & Design".into()),
        motto: Some("멀리 보고, 짧게 씁니다.".into()),
        about: Some("소프트웨어와 디자인의 경계를 넘나드는 뉴스레터입니다.".into()),
        url: Some("https://daily-note.example.com".into()),
        language: "ko".into(),
        timezone: chrono_tz::Asia::Seoul,
        from: Mailbox {
            name: Some("데일리 노트".into()),
            address: Address::parse("hello@daily-note.example.com").unwrap(),
        },
        reply_to: None,
        postal_address: Some("서울특별시 성동구 연무장길 1".into()),
        contact: Some("hello@daily-note.example.com".into()),
        unsubscribe_email: None,
        logo: None,
        accent_color: Color { rgb: 0x24_47d8 },
        editions: vec![
            edition(
                "monday",
                "월요일 편",
                "소프트웨어 & 비즈니스",
                Weekday::Mon,
                0x24_47d8,
            ),
            edition(
                "thursday",
                "목요일 편",
                "디자인 & 아이디어",
                Weekday::Thu,
                0xc8_371b,
            ),
        ],
        smtp: SmtpSettings {
            target: SmtpTarget::Inbox,
            connections: 1,
            messages_per_connection: 1,
            rate: None,
            per_domain: BTreeMap::new(),
            helo_name: None,
            ca_file: None,
            bounce_domain: None,
            dkim: None,
        },
        delivery: DeliverySettings {
            unknown: UnknownPolicy::Hold,
            backoff_first: Duration::ZERO,
            backoff_max: Duration::ZERO,
            give_up: Duration::ZERO,
            relay_backoff_first: Duration::ZERO,
            relay_backoff_max: Duration::ZERO,
        },
        storage: Storage::Sqlite,
        schedule: ScheduleSettings {
            late: Duration::ZERO,
            by_reader_timezone: false,
        },
        web: WebSettings {
            listen: None,
            base_url: Some("https://daily-note.example.com".into()),
            secret: None,
        },
        tracking: Tracking::None,
        law: LawSettings {
            korea: true,
            us: false,
            eu: false,
        },
        audience: AudienceSettings { max_removal: 0.2 },
    }
}

/// An issue of the Monday edition with this text.
pub(super) fn issue(text: &str) -> Issue {
    let publication = publication();
    let path = publication.root.join("issues/2026-11-23-numbers.md");
    Issue::parse(&publication, &path, text).unwrap()
}

/// The issue with every block.
pub(super) fn composition() -> Composition {
    prepared(
        &publication(),
        &issue(include_str!("every-block.md")),
        &Templates::built_in(),
    )
    .unwrap()
}

pub(super) fn prepared(
    publication: &Publication,
    issue: &Issue,
    templates: &Templates,
) -> Result<Composition, RenderError> {
    Composition::prepare(&PrepareInput {
        publication,
        issue,
        linked_issue: &|slug| {
            (slug == "first-steps").then(|| LinkedIssue {
                title: "첫걸음".into(),
                url: Some("https://daily-note.example.com/issues/first-steps".into()),
            })
        },
        templates,
        images: ImagePolicy::Inline,
    })
}
