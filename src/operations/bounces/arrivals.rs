//! One thing that came back, read: what it is, what it says, and whose mail it proves to be about.

use std::collections::BTreeMap;

use super::text;
use crate::{
    bounce::{self, Arrival, BounceClass, Door, HookProvider, ReturnedKind, ReturnedMail},
    fingerprint::sha256,
    links::LinkSigner,
    store::{NewReport, ReportKind, ReportOpinion, ReportWords},
};

/// More of a mail that can't be read is not kept.
const MOST_RAW_BYTES: usize = 16 * 1024 * 1024;

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
            report.words.text = text::of_person(&bytes);
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
        let opinion = self.opinion(mail);
        let kind = kind(mail.kind, opinion.is_some());
        NewReport {
            key,
            door: door.as_str().to_owned(),
            kind,
            class: mail.class().filter(|_| is_delivery(mail.kind)),
            moment: mail.moment,
            proof: bounce::prove(&mail.clues, &self.links, issue_of),
            is_signed: false,
            relay_ids: Vec::new(),
            opinion: opinion.filter(|_| kind == ReportKind::Opinion),
            words: words(mail),
            raw: None,
        }
    }

    /// On which issue somebody says something who wrote to the address of an opinion.
    fn opinion(&self, mail: &ReturnedMail) -> Option<ReportOpinion> {
        mail.clues.feedback_tokens.iter().find_map(|token| {
            let token = token.strip_prefix("feedback+").unwrap_or(token);
            self.issues.values().rev().find_map(|issue| {
                let reader = self.links.verify_feedback(token, issue).ok()?;
                Some(ReportOpinion {
                    reader: Some(reader),
                    issue: issue.clone(),
                })
            })
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

fn kind(kind: ReturnedKind, is_opinion: bool) -> ReportKind {
    match kind {
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
        ReturnedKind::Answer { .. } if is_opinion => ReportKind::Opinion,
        ReturnedKind::Answer { .. } => ReportKind::Answer,
        ReturnedKind::Unreadable => ReportKind::Unreadable,
    }
}

fn words(mail: &ReturnedMail) -> ReportWords {
    let verdict = mail.verdict();
    let named = verdict.and_then(|verdict| verdict.address.clone());
    let reply = match (mail.kind, verdict) {
        (ReturnedKind::Complaint(feedback), _) => format!("a complaint ({})", feedback.as_str()),
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
    format!("a report says: {}", class.as_str().replace('_', " "))
}
