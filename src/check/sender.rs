//! Whether the mail may leave for readers: a way out for them, and a sender who is somebody.

use super::{CheckSubject, Findings, rule::rules};

rules! {
    NO_WAY_OUT = "sender/no-way-out", Error,
        "every mail has a way to leave the list that mail clients show", "RFC 2369; RFC 8058; Gmail and Yahoo for bulk senders";
    EXAMPLE_ADDRESS = "sender/example-address", Warning,
        "nobody can answer to a domain that is kept for examples, and no relay lets it pass", "RFC 2606; RFC 6761";
    OPEN_KEY = "sender/open-key", Warning,
        "who can read a private key signs mail in your name, and who has a token sends it", "RFC 6376 §8.3";
}

/// What is known of how an issue would leave.
#[derive(Debug, Clone, Copy, Default)]
pub struct SendingFacts<'a> {
    /// The relay carries to readers: it is neither the embedded inbox nor a sink for tests.
    pub reaches_readers: bool,
    /// It is about to leave by a person's word or the calendar's, whatever its date.
    pub is_now: bool,
    /// The issue that went out on the same slot.
    pub slot_taken_by: Option<&'a str>,
    /// Files with private keys or tokens that everybody on this machine may read.
    pub exposed: &'a [String],
    /// Why a person holds it.
    pub held_because: Option<&'a str>,
}

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let date = proof.issue.front_matter.date;
    // What went out, or will not by the calendar, has no way before it.
    let has_gone_by = date < proof.today && !proof.leaving.is_now;
    if proof.is_sent || has_gone_by {
        return;
    }
    for file in proof.leaving.exposed {
        let what = format!("it leaves by {file}, which everybody on this machine can read");
        findings
            .at_key(&OPEN_KEY, "title", what)
            .hint(format!("chmod 600 {file}"));
    }
    if !proof.leaving.reaches_readers {
        return;
    }
    let publication = proof.publication;
    if !publication.has_way_out() {
        findings
            .at_key(
                &NO_WAY_OUT,
                "title",
                "readers would have no way to unsubscribe",
            )
            .hint("set web.base_url (https) or publication.unsubscribe_email in daily-note.yaml");
    }
    let domain = publication.from.address.domain();
    if is_example(domain) {
        findings
            .at_key(
                &EXAMPLE_ADDRESS,
                "title",
                format!("it comes from {}", publication.from.address),
            )
            .hint("set publication.from in daily-note.yaml to an address of your own");
    }
}

/// Domains that are nobody's.
fn is_example(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let mut labels = domain.rsplit('.');
    match labels.next() {
        Some("example" | "test" | "invalid" | "localhost") => true,
        Some("com" | "net" | "org") => labels.next() == Some("example"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_nobody_are_known_and_those_that_only_look_like_them_are_not() {
        for domain in [
            "example.com",
            "note.Example.org",
            "a.test",
            "example",
            "x.invalid",
        ] {
            assert!(is_example(domain), "{domain}");
        }
        for domain in [
            "example.kr",
            "myexample.com",
            "example.com.kr",
            "contest",
            "test.com",
        ] {
            assert!(!is_example(domain), "{domain}");
        }
    }
}
