//! How what comes back is written in a store's columns, and how much of it is kept. Not: how a column is read.

use chrono::TimeDelta;

use super::{
    NewReport, ReportEffect, ReportKind,
    codes::{self, NotOurs},
};
use crate::{bounce::ProofKind, words::phrased};

/// Mails kept aside are kept whole as far as they all fit into so much; of what comes then, the beginning is.
const ASIDE_BYTES: i64 = 256 * 1024 * 1024;
const BEGINNING: usize = 4 * 1024;
/// Older readings of doors say nothing any more: an issue that is judged by silence was sent later.
pub(super) const DOOR_READINGS_KEPT: TimeDelta = TimeDelta::days(90);
/// Reports of one reader that are shown.
pub(super) const OF_READER: u32 = 50;
/// Reports, or readers, that are looked at again in one transaction.
pub(super) const AT_ONCE: u32 = 1_000;

/// In people's databases: never renumbered.
const EFFECTS: [(ReportEffect, i64); ReportEffect::ALL.len()] = [
    (ReportEffect::Unproven, 1),
    (ReportEffect::Nothing, 2),
    (ReportEffect::Stale, 3),
    (ReportEffect::Late, 4),
    (ReportEffect::Unmatched, 5),
    (ReportEffect::Off, 6),
    (ReportEffect::Searching, 7),
    (ReportEffect::Held, 8),
    (ReportEffect::Doubted, 9),
    (ReportEffect::Suppressed, 10),
    (ReportEffect::Counted, 11),
    (ReportEffect::AgainstSender, 12),
    (ReportEffect::Complained, 13),
    (ReportEffect::Unsubscribed, 14),
    (ReportEffect::Reviewed, 15),
    (ReportEffect::ForPerson, 16),
    (ReportEffect::KeptAside, 17),
    (ReportEffect::Probe, 18),
    (ReportEffect::TurnedAway, 19),
];

pub(super) fn effect_code(effect: ReportEffect) -> i64 {
    codes::code_in(&EFFECTS, effect)
}

pub(super) fn effect(code: i64) -> Result<ReportEffect, NotOurs> {
    codes::of_code_in("effect of a report", &EFFECTS, code)
}

pub(super) fn kind(word: &str) -> Result<ReportKind, NotOurs> {
    let found = ReportKind::ALL.into_iter().find(|kind| kind.word() == word);
    found.ok_or_else(|| NotOurs(phrased!("{word:?} is no kind of report")))
}

pub(super) fn key(bytes: &[u8]) -> Result<[u8; 32], NotOurs> {
    let key = bytes.try_into();
    key.map_err(|_| NotOurs("a report is known by 32 bytes".to_owned()))
}

/// What proves a report's reader, who was found or not.
pub(super) fn proof_word(report: &NewReport, is_found: bool) -> Option<&'static str> {
    let signature = (is_found && report.is_signed).then_some(ProofKind::ProviderSignature);
    report.proved_by().or(signature).map(ProofKind::as_str)
}

/// As much of a mail that is kept aside as there is room for beside the bytes that are kept.
pub(super) fn part_that_fits(raw: &[u8], kept_bytes: i64) -> &[u8] {
    let bytes = codes::signed(raw.len() as u64);
    match kept_bytes.saturating_add(bytes) <= ASIDE_BYTES {
        true => raw,
        false => &raw[..raw.len().min(BEGINNING)],
    }
}
