//! Cautious limits for the large mail providers of Korea and of the world, as a list of facts.
//!
//! No provider publishes a rate. The values are what a sender with a good name and one address
//! passes without being deferred; whoever knows better says so under `smtp.per_domain`.

use std::{collections::BTreeMap, time::Duration};

use super::rate::{DomainLimit, Rate};

/// Domains of one provider, messages a second, connections at once.
const PROVIDERS: &[(&[&str], u32, u32)] = &[
    (&["gmail.com", "googlemail.com"], 20, 5),
    (&["naver.com"], 10, 3),
    (&["daum.net", "hanmail.net", "kakao.com"], 10, 3),
    (&["nate.com"], 5, 2),
    (
        &["outlook.com", "hotmail.com", "live.com", "msn.com"],
        10,
        4,
    ),
    (&["yahoo.com", "yahoo.co.jp", "ymail.com", "aol.com"], 10, 4),
    (&["icloud.com", "me.com", "mac.com"], 10, 3),
];

/// The limits of every known provider, by domain.
pub(super) fn limits() -> BTreeMap<String, DomainLimit> {
    let limit = |messages, connections| DomainLimit {
        rate: Some(Rate {
            messages,
            per: Duration::from_secs(1),
        }),
        connections: Some(connections),
    };
    PROVIDERS
        .iter()
        .flat_map(|(domains, messages, connections)| {
            domains
                .iter()
                .map(move |domain| ((*domain).to_owned(), limit(*messages, *connections)))
        })
        .collect()
}
