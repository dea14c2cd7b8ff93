//! One thing that came back, read: what it is, what it says, and whose mail it proves to be about.

use std::collections::BTreeMap;

use crate::{
    bounce::{
        self, Arrival, BounceClass, Door, HookProvider, ProvenReader, ReturnedKind, ReturnedMail,
    },
    fingerprint::sha256,
    links::LinkSigner,
    store::{NewReport, ReportKind, ReportOpinion, ReportWords},
    words::phrased,
};

/// More of a mail that can't be read is not kept.
const MOST_RAW_BYTES: usize = 16 * 1024 * 1024;
/// More of what a person writes is not kept.
const MOST_CHARS: usize = 8_000;

/// Reads arrivals.
pub(super) struct ArrivalReader {
    pub(super) links: LinkSigner,
    /// By batch, the issue's identity.
    pub(super) issues: BTreeMap<i64, String>,
}

impl ArrivalReader {
    /// Reads one.
    pub(super) fn read(&self, door: Door, arrival: Arrival) -> NewReport {
        match arrival {
            Arrival::Mail(bytes) => self.mail(door, bytes),
            Arrival::Event {
                provider,
                id,
                report,
            } => self.event(door, provider, &id, &report),
        }
    }

    fn mail(&self, door: Door, bytes: Vec<u8>) -> NewReport {
        let mail = bounce::read(&bytes);
        let key = key_of(&bytes);
        let mut report = self.report(door, key, &mail);
        if matches!(
            mail.kind,
            ReturnedKind::Answer { .. } | ReturnedKind::Unsubscribe
        ) {
            report.words.text =
                bounce::own_words_of(&bytes).map(|own| own.chars().take(MOST_CHARS).collect());
        }
        if report.kind == ReportKind::Unreadable {
            let mut raw = bytes;
            raw.truncate(MOST_RAW_BYTES);
            report.raw = Some(raw);
        }
        report
    }

    fn event(
        &self,
        door: Door,
        provider: HookProvider,
        id: &str,
        mail: &ReturnedMail,
    ) -> NewReport {
        let key = sha256(format!("{} {id}", provider.as_str()).as_bytes());
        NewReport {
            is_signed: true,
            relay_ids: mail.clues.relay_ids.clone(),
            ..self.report(door, key, mail)
        }
    }

    fn report(&self, door: Door, key: [u8; 32], mail: &ReturnedMail) -> NewReport {
        let issue_of = |batch: i64| self.issues.get(&batch).cloned();
        let kind = kind(mail);
        let proof = bounce::prove(&mail.clues, &self.links, issue_of);
        NewReport {
            key,
            door: door.as_str().to_owned(),
            kind,
            class: mail.class().filter(|_| is_delivery(mail.kind)),
            moment: mail.moment,
            opinion: match kind {
                ReportKind::Opinion => proof.and_then(|proof| self.opinion(&proof)),
                _ => None,
            },
            proof,
            is_signed: false,
            relay_ids: Vec::new(),
            words: words(mail),
            raw: None,
        }
    }

    /// On which issue somebody says something whom a batch's mail proves.
    fn opinion(&self, proof: &ProvenReader) -> Option<ReportOpinion> {
        let issue = self.issues.get(&proof.batch?)?;
        Some(ReportOpinion {
            reader: proof.reader,
            issue: issue.clone(),
        })
    }
}

/// What a mail is known by: its bytes, whatever a door's line ends are.
fn key_of(bytes: &[u8]) -> [u8; 32] {
    if memchr::memchr(b'\r', bytes).is_none() {
        return sha256(bytes);
    }
    let plain: Vec<u8> = bytes.iter().copied().filter(|it| *it != b'\r').collect();
    sha256(&plain)
}

fn is_delivery(kind: ReturnedKind) -> bool {
    matches!(
        kind,
        ReturnedKind::Bounce | ReturnedKind::Delayed | ReturnedKind::Delivered
    )
}

fn kind(mail: &ReturnedMail) -> ReportKind {
    let is_for_review = !mail.clues.feedback_addresses.is_empty();
    match mail.kind {
        ReturnedKind::Bounce => ReportKind::Bounce,
        ReturnedKind::Delayed => ReportKind::Delayed,
        ReturnedKind::Delivered => ReportKind::Delivered,
        ReturnedKind::Complaint(feedback) if feedback.is_complaint() => ReportKind::Complaint,
        ReturnedKind::Complaint(_) => ReportKind::Feedback,
        ReturnedKind::AutoReply => ReportKind::AutoReply,
        ReturnedKind::Challenge => ReportKind::Challenge,
        ReturnedKind::Unsubscribe => ReportKind::Unsubscribe,
        ReturnedKind::Answer {
            asks_to_leave: true,
        } => ReportKind::Asking,
        ReturnedKind::Answer { .. } if is_for_review => ReportKind::Opinion,
        ReturnedKind::Answer { .. } => ReportKind::Answer,
        ReturnedKind::Unreadable => ReportKind::Unreadable,
    }
}

fn words(mail: &ReturnedMail) -> ReportWords {
    let verdict = mail.verdict();
    let named = verdict.and_then(|verdict| verdict.address.clone());
    let reply = match (mail.kind, verdict) {
        (ReturnedKind::Complaint(feedback), _) => {
            phrased!("a complaint ({feedback})", feedback = feedback.as_str())
        }
        (_, Some(verdict)) => reply(verdict),
        (_, None) => String::new(),
    };
    ReportWords {
        recipient: named.or_else(|| mail.clues.recipients.first().cloned()),
        from: mail.from.clone(),
        subject: mail.subject.clone(),
        reply,
        text: None,
    }
}

/// `550 5.1.1 No such user`: as a relay would have said it at SMTP time.
fn reply(verdict: &bounce::RecipientReport) -> String {
    let code = verdict.code.map(|code| code.to_string());
    let status = verdict.status.map(|status| status.to_string());
    let words = verdict.words.trim();
    let is_said = |part: &String| words.split_ascii_whitespace().take(3).any(|it| it == part);
    let mut parts: Vec<String> = [code, status].into_iter().flatten().collect();
    parts.retain(|part| !is_said(part));
    parts.push(words.to_owned());
    let reply = parts.join(" ").trim().to_owned();
    match reply.is_empty() {
        true => default_words(verdict.class),
        false => reply,
    }
}

fn default_words(class: BounceClass) -> String {
    phrased!(
        "a report says: {word}",
        word = class.as_str().replace('_', " ")
    )
}
