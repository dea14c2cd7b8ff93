//! A publication and people for the unit tests of this room.

use std::{path::PathBuf, sync::OnceLock};

use proptest::prelude::*;

use crate::{
    address::{Address, clean_name},
    audience::{Consent, Profile},
    publication::{Environment, Publication},
};

const CONFIGURATION: &str = "
publication: {name: 데일리 노트, from: hello@example.com, language: ko, timezone: Asia/Seoul}
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: \"08:00\"}
  thursday: {title: 목요일 편, topic: 디자인, day: thu, time: \"08:00\"}
";

pub(crate) fn publication(root: PathBuf) -> Publication {
    static LOADED: OnceLock<Publication> = OnceLock::new();
    let load = || Publication::from_yaml(&root, CONFIGURATION, &Environment::empty()).unwrap();
    let mut publication = LOADED.get_or_init(load).clone();
    publication.root = root;
    publication
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
