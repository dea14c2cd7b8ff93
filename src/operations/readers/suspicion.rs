//! Addresses that look wrong: one letter from a large provider's, or of a domain that takes no mail. They
//! are asked back, never refused: whoever is sure says so.

use std::time::Duration;

use strsim::damerau_levenshtein;
use tokio::time::timeout;

use crate::{
    address::{Address, is_reserved_name},
    dns::Dns,
};

/// How long somebody at a form waits for DNS; no answer says nothing.
const DNS_TIME: Duration = Duration::from_secs(2);

/// Domains that most readers of mail in Korea and elsewhere have; a domain one letter away is a slip, unless
/// it is among them.
const LARGE: [&str; 24] = [
    "aol.com",
    "daum.net",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "hanmail.net",
    "hotmail.com",
    "icloud.com",
    "kakao.com",
    "korea.com",
    "live.com",
    "mac.com",
    "mail.com",
    "me.com",
    "msn.com",
    "nate.com",
    "naver.com",
    "outlook.com",
    "outlook.kr",
    "proton.me",
    "protonmail.com",
    "yahoo.co.jp",
    "yahoo.com",
    "zoho.com",
];
/// Shorter names are near each other by chance.
const LEAST_LETTERS: usize = 7;

/// The address that was probably meant.
pub(super) fn meant(email: &Address) -> Option<String> {
    let domain = email.domain().to_ascii_lowercase();
    if domain.len() < LEAST_LETTERS || LARGE.contains(&domain.as_str()) {
        return None;
    }
    let near = LARGE
        .iter()
        .find(|large| large.len() >= LEAST_LETTERS && damerau_levenshtein(large, &domain) == 1)?;
    let (local, _) = email.as_str().rsplit_once('@')?;
    Some(format!("{local}@{near}"))
}

/// Whether DNS says that nobody takes mail there: neither MX nor address, or RFC 7505's null MX.
pub(super) async fn takes_no_mail(dns: &dyn Dns, email: &Address) -> bool {
    let domain = email.domain();
    // Names for tests and examples (RFC 2606) stand for ones that take mail.
    if is_reserved_name(domain) {
        return false;
    }
    let answer = timeout(DNS_TIME, async {
        let exchangers = dns.mx(domain).await.ok()?;
        Some(match exchangers.as_slice() {
            [] => dns.addresses(domain).await.ok()?.is_empty(),
            [only] => only.host.is_empty(),
            _ => false,
        })
    });
    matches!(answer.await, Ok(Some(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_large_domain_is_asked_back_and_a_domain_of_its_own_is_not() {
        let of = |text: &str| meant(&Address::parse(text).unwrap());
        for (typed, meant) in [
            ("minji@gmial.com", "minji@gmail.com"),
            ("minji@gmail.co", "minji@gmail.com"),
            ("minji@gmail.con", "minji@gmail.com"),
            ("minji@naver.co", "minji@naver.com"),
            ("minji@hanmail.ne", "minji@hanmail.net"),
            ("minji@daum.ne", "minji@daum.net"),
            ("a@yahoo.co.jo", "a@yahoo.co.jp"),
        ] {
            assert_eq!(of(typed).as_deref(), Some(meant), "{typed}");
        }
        for own in [
            "minji@gmail.com",
            "minji@mail.com",
            "minji@example.com",
            "minji@live.de",
            "minji@nate.kr",
            "minji@aol.de",
        ] {
            assert_eq!(of(own), None, "{own}");
        }
    }
}
