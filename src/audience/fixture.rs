//! A publication and people for the unit tests of this room.

use std::{path::PathBuf, time::Duration};

use chrono::{NaiveTime, Weekday};

use proptest::prelude::*;

use crate::{
    address::{Address, Mailbox, clean_name},
    audience::{Consent, Profile},
    publication::*,
};

pub(crate) fn publication(root: PathBuf) -> Publication {
    let edition = |key: &str, day| Edition {
        key: key.to_owned(),
        title: key.to_owned(),
        topic: String::new(),
        day,
        time: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
        accent_color: None,
    };
    Publication {
        root,
        name: "데일리 노트".to_owned(),
        tagline: None,
        motto: None,
        about: None,
        url: None,
        language: "ko".to_owned(),
        timezone: chrono_tz::Asia::Seoul,
        from: Mailbox {
            name: None,
            address: Address::parse("hello@example.com").unwrap(),
        },
        reply_to: None,
        postal_address: None,
        contact: None,
        unsubscribe_email: None,
        logo: None,
        accent_color: Color { rgb: 0 },
        editions: vec![
            edition("monday", Weekday::Mon),
            edition("thursday", Weekday::Thu),
        ],
        smtp: SmtpSettings {
            target: SmtpTarget::Inbox,
            connections: 1,
            messages_per_connection: 100,
            rate: None,
            per_domain: std::collections::BTreeMap::new(),
            helo_name: None,
            ca_file: None,
            bounce_domain: None,
            dkim: None,
        },
        delivery: DeliverySettings {
            unknown: UnknownPolicy::Hold,
            backoff_first: Duration::from_secs(600),
            backoff_max: Duration::from_secs(14_400),
            give_up: Duration::from_secs(172_800),
            relay_backoff_first: Duration::from_secs(1),
            relay_backoff_max: Duration::from_secs(300),
        },
        storage: Storage::Sqlite,
        schedule: ScheduleSettings {
            late: Duration::from_secs(21_600),
            by_reader_timezone: false,
        },
        web: WebSettings {
            listen: None,
            base_url: None,
            secret: None,
        },
        tracking: Tracking::None,
        law: LawSettings::default(),
        audience: AudienceSettings { max_removal: 0.2 },
    }
}

/// Somebody of whom only the address is known.
pub(crate) fn profile(email: &str) -> Profile {
    Profile {
        email: Address::parse(email).unwrap(),
        name: None,
        editions: None,
        tags: std::collections::BTreeSet::new(),
        timezone: None,
        language: None,
        consent: None,
    }
}

prop_compose! {
    pub(crate) fn any_profile()(
        local in "[A-Za-z0-9+=-][A-Za-z0-9_+]{0,12}[A-Za-z0-9]",
        name in proptest::option::of("[^\\p{C}\\p{Z}][^\\p{C}\u{2028}\u{2029}]{0,12}[^\\p{C}\\p{Z}]"),
        editions in proptest::option::of(proptest::sample::subsequence(vec!["monday", "thursday"], 1..=2)),
        tags in proptest::collection::btree_set("[^\\p{C}\\p{Z}]{1,8}", 0..3),
        zone in proptest::option::of(proptest::sample::select(&chrono_tz::TZ_VARIANTS[..])),
        language in proptest::option::of("(no|ko|pt-BR)"),
        at in proptest::option::of(0_i64..4_000_000_000),
        source in proptest::option::of("[a-z: #]{0,6}[a-z]"),
    ) -> Profile {
        let at = at.and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
        let source = source.and_then(|source| clean_name(&source));
        Profile {
            email: Address::parse(&format!("{local}@example.com")).unwrap(),
            name: name.and_then(|name| clean_name(&name)),
            editions: editions.map(|keys| keys.into_iter().map(str::to_owned).collect()),
            tags,
            timezone: zone,
            language,
            consent: (at.is_some() || source.is_some()).then(|| Consent {
                at: at.map(|at| at.fixed_offset()),
                source,
            }),
        }
    }
}
