//! What a reader's choice leads to: for every store. Not: its rows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::member_row::MemberRow;
use crate::{
    audience::membership::ChangeSource,
    store::{ConsentDeed, PreferOutcome, ReaderPreferences, ReceiptFacts},
};

/// Lets a reader's choice count; answers what became of it, and what the law wants said of it.
pub(crate) fn choose(
    row: &mut MemberRow,
    choice: &ReaderPreferences,
    now: DateTime<Utc>,
) -> (PreferOutcome, Option<ReceiptFacts>) {
    if choice.editions.as_ref().is_some_and(BTreeSet::is_empty) {
        return (PreferOutcome::NoEdition, None);
    }
    let before = row.person.profile.editions.clone();
    if !row.person.choose(choice) {
        return (PreferOutcome::Unchanged, None);
    }
    let editions = row.person.profile.editions.clone();
    let is_told = editions != before && row.plain_standing().gets_mail();
    let about = is_told.then(|| ReceiptFacts {
        source: Some(ChangeSource::Link),
        editions,
        deed: Some(ConsentDeed::Chose),
        ..ReceiptFacts::at(now)
    });
    (PreferOutcome::Changed, about)
}
