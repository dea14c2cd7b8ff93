//! What a confirmation leads to: for every store. Not: its rows.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::member_row::MemberRow;
use crate::{
    audience::{
        Consent, Origin, Profile,
        membership::{
            ChangeSource, MembershipAct, MembershipChange, Standing,
            signup::{ConsentProof, KeptProof},
        },
    },
    store::{ConfirmOutcome, PendingAsk, ReceiptFacts, history_note::HistoryNote},
    words::phrase,
};

/// How long a wish waits to be confirmed.
pub(crate) const GOOD_FOR: TimeDelta = TimeDelta::days(14);

/// What there is to confirm for a reader who stands like that, by a link of that epoch; else what they are answered.
pub(crate) fn confirmable(
    row: &MemberRow,
    standing: Standing,
    pending: Option<PendingAsk>,
    epoch: u32,
    now: DateTime<Utc>,
) -> Result<PendingAsk, ConfirmOutcome> {
    if standing.is_barred() {
        return Err(ConfirmOutcome::Barred);
    }
    let pending = pending.filter(|_| row.epoch == epoch);
    let Some(ask) = pending.filter(|ask| now - ask.asked_at <= GOOD_FOR) else {
        return Err(match standing.gets_mail() {
            true => ConfirmOutcome::Already,
            false => ConfirmOutcome::Stale,
        });
    };
    // Who is a reader confirms the words alone: what they chose meanwhile stands.
    Ok(match standing.gets_mail() {
        true => PendingAsk {
            editions: row.person.profile.editions.clone(),
            ..ask
        },
        false => ask,
    })
}

/// What is to be written down of a confirmation, beside the person.
pub(crate) struct Confirmed {
    pub(crate) replaced_consent: Option<Consent>,
    pub(crate) proof: KeptProof,
    pub(crate) note: HistoryNote,
}

/// Lets count what a reader's form said: the person is as it says from then on.
pub(crate) fn take_in(
    row: &mut MemberRow,
    standing: Standing,
    ask: &PendingAsk,
    now: DateTime<Utc>,
) -> Confirmed {
    let consent = Consent {
        at: Some(now.fixed_offset()),
        source: Some(phrase!("web form").to_owned()),
    };
    let said = Profile {
        email: row.person.profile.email.clone(),
        name: ask.name.clone(),
        editions: ask.editions.clone().filter(|_| !standing.gets_mail()),
        tags: BTreeSet::new(),
        timezone: ask.timezone,
        language: ask.language.clone(),
        consent: Some(consent),
    };
    let merge = row.person.merge(&said, Origin::Person);
    if !standing.gets_mail() {
        row.person.choose_editions(ask.editions.clone());
    }
    let (change, to) = match standing.after(MembershipAct::Confirm) {
        Some(step) => (step.change, step.to),
        None => (MembershipChange::Reconsented, standing),
    };
    Confirmed {
        replaced_consent: merge.replaced_consent,
        proof: proof(ask, now),
        note: HistoryNote::of(change, ChangeSource::Link, (standing, to), now),
    }
}

/// What proves the consent that stands from now on, found by its moment.
fn proof(ask: &PendingAsk, now: DateTime<Utc>) -> KeptProof {
    KeptProof {
        consent_at: now.fixed_offset(),
        proof: ConsentProof {
            asked_at: ask.asked_at,
            confirmed_at: now,
            wording: ask.wording.clone(),
            page: ask.page.clone(),
            editions: ask.editions.clone(),
            agreed_to_ads: ask.agreed_to_ads,
            network: ask.network.clone(),
        },
    }
}

/// What the mail about it speaks of.
pub(crate) fn confirmed_facts(ask: PendingAsk, now: DateTime<Utc>) -> ReceiptFacts {
    ReceiptFacts {
        source: Some(ChangeSource::Form),
        editions: ask.editions,
        agreed_to_ads: ask.agreed_to_ads,
        language: ask.language,
        ..ReceiptFacts::at(now)
    }
}
