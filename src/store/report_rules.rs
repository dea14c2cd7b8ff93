//! What follows from what comes back, as pure functions, so that every store judges alike: who may be meant, when a
//! refusal is believed, when issues pass a mailbox by, when a domain rests. No database here.
//!
//! Behind a relay a provider's bad hour arrives as reports, after a 250 for everybody: nobody was taken who could
//! show that the domain was well. The witnesses are the other readers: a refusal is believed while the domain refuses
//! few for the first time within an hour. Once it is a crowd, what was believed of that hour is taken back, and all of
//! it held until an issue arrives or is refused again.

pub(super) mod following;
pub(super) mod held;
pub(super) mod mailed;
pub(super) mod matching;
pub(super) mod soft;

use chrono::{DateTime, TimeDelta, Utc};

use super::{ReportEffect, ReportKind, domain_history::is_beyond_doubt};
use crate::bounce::BounceClass;

/// A report that comes later than so long after its batch does nothing.
pub(super) const LATEST: TimeDelta = TimeDelta::days(30);
/// Refusals of a domain within so long of each other may be one bad hour.
pub(super) const AN_HOUR: TimeDelta = TimeDelta::hours(1);
/// A domain with no more readers has nobody to show how it is: each of them stands for themself.
const ENOUGH_BESIDE: u64 = 6;
/// So many readers refused for the first time within an hour are a crowd, whatever the share.
pub(super) const CROWD: u64 = 5;
/// From this share of a domain's readers on (one in so many) a few are one, too.
const ONE_IN: u64 = 5;
/// A reader who is refused again so much later stands for themself.
const LONGEST_DOUBT: TimeDelta = TimeDelta::hours(36);
/// An issue that was accepted has arrived when so long nothing was heard of it.
pub(super) const ARRIVED_AFTER: TimeDelta = TimeDelta::days(7);
/// Whoever is refused hears so within that time: an issue sent after a refusal of which nothing was heard for longer
/// has arrived, and the refusal was none.
pub(super) const REFUSED_WITHIN: TimeDelta = TimeDelta::hours(48);
/// A refusal that was not believed is looked at again this often.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(12);
/// So many issues in a row over so long, and a mailbox is passed by.
const SOFT_ISSUES: usize = 4;
/// Two weeks, from a Monday to the next but one: the seconds that a send takes to begin, or an hour of summer time,
/// make no other day of it.
const SOFT_FOR: TimeDelta = TimeDelta::hours(14 * 24 - 2);
/// A dormant reader's mailbox is tried again so much later.
pub(super) const DORMANT_FOR: TimeDelta = TimeDelta::days(30);
/// So many of a domain's reports against the sender within an hour, and it rests.
const AGAINST_SENDER: u64 = 10;
/// Or so many of a batch's readers: one in so many, and two at the least.
const AGAINST_ONE_IN: u64 = 100;
/// How long a domain rests whose systems send an issue back.
pub(super) const DOMAIN_RESTS: TimeDelta = TimeDelta::hours(4);

/// The mail that a report is about, and how its reader stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReportedDelivery {
    pub(super) frozen_at: DateTime<Utc>,
    /// When the relay took it.
    pub(super) sent_at: DateTime<Utc>,
    /// When the reader last confirmed, moved or was let in again.
    pub(super) member_since: Option<DateTime<Utc>>,
    /// The reader gets no mail already.
    pub(super) is_off: bool,
}

/// What a proved report leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consequence {
    /// No more than to be shown.
    Shown(ReportEffect),
    /// The address may be dead.
    Refusal,
    /// The reader's mailbox could not take this issue.
    Soft,
    /// Their system sends it back for our sake.
    AgainstSender,
    /// The reader wants no more of it.
    Complaint,
}

/// What follows from a report whose reader and batch are proved.
pub(super) fn consequence(
    kind: ReportKind,
    class: Option<BounceClass>,
    about: &ReportedDelivery,
    now: DateTime<Utc>,
) -> Consequence {
    let wanted = match (kind, class) {
        (ReportKind::Complaint, _) => Consequence::Complaint,
        (ReportKind::Bounce, Some(class)) if class.is_hard() => Consequence::Refusal,
        (ReportKind::Bounce, Some(class)) if class.is_soft_of_reader() => Consequence::Soft,
        (ReportKind::Bounce, Some(class)) if class.is_of_sender() => Consequence::AgainstSender,
        _ => return Consequence::Shown(ReportEffect::Nothing),
    };
    if about
        .member_since
        .is_some_and(|since| since > about.sent_at)
    {
        return Consequence::Shown(ReportEffect::Stale);
    }
    if now - about.frozen_at > LATEST {
        return Consequence::Shown(ReportEffect::Late);
    }
    let counts_for_the_off = matches!(wanted, Consequence::AgainstSender | Consequence::Complaint);
    match about.is_off && !counts_for_the_off {
        true => Consequence::Shown(ReportEffect::Off),
        false => wanted,
    }
}

/// What is known when a refusal is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusalEvidence {
    /// When it happened.
    pub(super) at: DateTime<Utc>,
    /// The batch's readers at that domain.
    pub(super) readers: u64,
    /// Readers who were refused there within an hour of it, this one among them.
    pub(super) refused_lately: u64,
    /// Of them, those who were never refused before.
    pub(super) refused_first: u64,
    /// The domain refuses everybody just now.
    pub(super) has_spell: bool,
    /// The reader was refused by so many issues, this one among them.
    pub(super) issues: usize,
    /// The first of them.
    pub(super) since: DateTime<Utc>,
    /// The reader got an issue before.
    pub(super) got_before: bool,
    /// The reader got an issue that was sent after it, as far as silence says so.
    pub(super) got_after: bool,
}

/// Whether a refusal is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefusalVerdict {
    /// The address is dead.
    Believed,
    /// It was the domain's doing.
    Doubted,
    /// Not known before then.
    HeldUntil(DateTime<Utc>),
}

/// Judges a refusal that came as a report.
pub(super) fn judge(evidence: &RefusalEvidence, now: DateTime<Utc>) -> RefusalVerdict {
    use RefusalVerdict::{Believed, Doubted, HeldUntil};
    if evidence.got_after {
        return Doubted;
    }
    if is_beyond_doubt(evidence.issues, evidence.since, now) {
        return Believed;
    }
    if evidence.has_spell {
        return HeldUntil(now + AN_HOUR);
    }
    match is_crowd(evidence) {
        true => HeldUntil((evidence.at + AN_HOUR).max(now + LOOK_AGAIN)),
        false => Believed,
    }
}

/// Whether a domain refused so many around that moment that its readers are not believed to be dead.
pub(super) fn is_crowd(evidence: &RefusalEvidence) -> bool {
    let RefusalEvidence {
        readers,
        refused_lately,
        refused_first,
        ..
    } = *evidence;
    if readers <= ENOUGH_BESIDE {
        return false;
    }
    let is_again = evidence.issues > 1 && evidence.at - evidence.since >= LONGEST_DOUBT;
    let is_share = refused_lately > 1 && refused_lately * ONE_IN >= readers;
    // Whoever could read at that address before, and is refused with others, most likely still can.
    let crowd = if evidence.got_before { 2 } else { CROWD };
    is_share || (!is_again && refused_first >= crowd)
}

/// Whether issues pass a reader by from now on, after these in a row that their mailbox could not take.
pub(super) fn is_dormant(failures: &[DateTime<Utc>]) -> bool {
    let (first, last) = (failures.iter().min(), failures.iter().max());
    let is_long = first
        .zip(last)
        .is_some_and(|(first, last)| *last - *first >= SOFT_FOR);
    failures.len() >= SOFT_ISSUES && is_long
}

/// Whether a relay's answer at SMTP time counts like a report that the mailbox could not take an issue.
pub(super) fn is_soft_answer(reply: &str) -> bool {
    if reply.starts_with("gave_up") {
        return true;
    }
    let mut words = reply.split_ascii_whitespace();
    let code = words.nth(1).unwrap_or_default();
    // 5.2.3 speaks of the message's size.
    code.starts_with("5.2.") && code != "5.2.3"
}

/// Whether a domain that sent so many of a batch back within an hour, and for the sender's sake, rests: of a batch to
/// so many readers, so many of whom were sent back by whomever.
pub(super) fn rests(of_domain: u64, of_batch: u64, audience: u64) -> bool {
    of_domain >= AGAINST_SENDER || (of_batch >= 2 && of_batch * AGAINST_ONE_IN >= audience)
}

/// Why it does, for people.
pub(super) fn why_it_rests(of_domain: u64, words: &str) -> String {
    format!("{of_domain} sent back within an hour, the last with: {words}")
}

#[cfg(test)]
mod tests;
