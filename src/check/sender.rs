//! Whether the mail may leave for readers: a way out for them, and a sender who is somebody.

use super::{CheckSubject, Findings, rule::rules};
use crate::words::say;
use crate::{address::is_reserved_name, publication::Publication};

rules! {
    NO_WAY_OUT = "sender/no-way-out", Error,
        "every mail has a way to leave the list that mail clients show", "RFC 2369; RFC 8058; Gmail and Yahoo for bulk senders";
    EXAMPLE_ADDRESS = "sender/example-address", Warning,
        "nobody can answer to a domain that is kept for examples, and no relay lets it pass", "RFC 2606; RFC 6761";
    OPEN_KEY = "sender/open-key", Warning,
        "who can read a private key signs mail in your name, and who has a token sends it", "RFC 6376 §8.3";
    PRIVACY_PLACEHOLDER = "sender/privacy-placeholder", Error,
        "the privacy notice names who really keeps readers' data, or it is none", "GDPR Art. 13; 개인정보 보호법 제30조";
    PRIVACY_OFFICER = "sender/privacy-officer", Warning,
        "the notice says by name who answers for Korean readers' data", "개인정보 보호법 제30조 제1항, 제31조";
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
        let what = say!(
            "it leaves by {file}, which everybody on this machine can read",
            file
        );
        findings
            .at_key(&OPEN_KEY, "title", what)
            .hint(format!("chmod 600 {file}"));
    }
    let publication = proof.publication;
    if publication.web.base_url.is_some() {
        privacy(publication, findings);
    }
    if !proof.leaving.reaches_readers {
        return;
    }
    if !publication.has_way_out() {
        findings
            .at_key(
                &NO_WAY_OUT,
                "title",
                say!("readers would have no way to unsubscribe"),
            )
            .hint(say!(
                "set web.base_url (https) or publication.unsubscribe_email in daily-note.yaml"
            ));
    }
    let domain = publication.from.address.domain();
    if is_reserved_name(domain) {
        findings
            .at_key(
                &EXAMPLE_ADDRESS,
                "title",
                say!(
                    "it comes from {address}",
                    address = publication.from.address
                ),
            )
            .hint(say!(
                "set publication.from in daily-note.yaml to an address of your own"
            ));
    }
}

/// What the notice at `/privacy` is made of.
fn privacy(publication: &Publication, findings: &mut Findings<'_>) {
    let privacy = &publication.privacy;
    let carriers = privacy.carriers.iter().flat_map(|carrier| {
        let country = carrier.country.as_ref();
        [Some(&carrier.name), Some(&carrier.task), country].into_iter()
    });
    let said = [
        privacy.controller.as_ref(),
        privacy.officer.as_ref(),
        privacy.contact.as_ref(),
        privacy.authority.as_ref(),
        privacy.note.as_ref(),
    ];
    let placeholders = said
        .into_iter()
        .chain(carriers)
        .flatten()
        .filter(|text| is_placeholder(text));
    for text in placeholders {
        let what = say!("the privacy notice would say `{text}`", text);
        findings
            .at_key(&PRIVACY_PLACEHOLDER, "title", what)
            .hint(say!("say in daily-note.yaml, under `privacy`, who it is"));
    }
    if publication.law.korea && privacy.officer.is_none() {
        let what = say!("the privacy notice names nobody who answers for readers' data");
        findings.at_key(&PRIVACY_OFFICER, "title", what).hint(say!(
            "privacy: {{officer: NAME, contact: HOW THEY ARE REACHED}} in daily-note.yaml"
        ));
    }
}

/// Whether a text stands for another one that nobody wrote yet.
fn is_placeholder(text: &str) -> bool {
    const MARKS: [&str; 12] = [
        "todo",
        "tbd",
        "fixme",
        "xxx",
        "lorem",
        "your name",
        "john doe",
        "jane doe",
        "홍길동",
        "○○",
        "ㅇㅇ",
        "여기에",
    ];
    let lower = text.to_lowercase();
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let is_bracketed = ["[]", "<>", "{}"].iter().any(|pair| {
        let (open, close) = pair.split_at(1);
        text.trim_start().starts_with(open) && text.trim_end().ends_with(close)
    });
    letters < 2 || is_bracketed || MARKS.iter().any(|mark| lower.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_wrote_yet_is_known() {
        for text in [
            "TODO",
            "[이름]",
            "<name>",
            "…",
            "홍길동",
            "○○○",
            "Your Name Here",
            "x",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "데일리 노트",
            "김서연",
            "Amazon Web Services (Seoul)",
            "Bo",
            "메일 발송",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
