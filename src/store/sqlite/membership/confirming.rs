//! The person says that it was they who asked: what kept them from mail and what they themselves can lift goes, what the
//! form said counts, and its proof is kept.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::{
    member::{self, MemberRow},
    wishes,
};
use crate::{
    audience::{
        Consent, Origin, Profile, SubscriberId, SubscriberState,
        membership::{
            ChangeSource, MembershipAct, MembershipChange, Standing,
            signup::{ConsentProof, KeptProof, folded_mailbox},
        },
    },
    store::{
        ConfirmOutcome, PendingAsk, Realm, ReceiptFacts, ReceiptKind,
        sqlite::{
            consent_record::proofs,
            fault::SqliteFault,
            history::{self, HistoryNote},
            receipt_outbox::{
                queue::{self, QueuedReceipt},
                results::ResultRules,
            },
            signup_counts::{CountKind, SignupCounts},
            statement::Statements,
            subscriber_list::{group, past_consents},
            suppression_list::{hash_keys::HashKeys, suppression},
        },
    },
    words::phrase,
};

/// How long a wish waits to be confirmed.
pub(crate) const GOOD_FOR: TimeDelta = TimeDelta::days(14);

pub(crate) fn confirm(
    tx: &Connection,
    results: ResultRules,
    reader: SubscriberId,
    epoch: u32,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, SqliteFault> {
    let Some(row) = MemberRow::of(tx, reader)? else {
        return Ok(ConfirmOutcome::Unknown);
    };
    let standing = row.standing(tx)?;
    if standing.is_barred() {
        return Ok(ConfirmOutcome::Barred);
    }
    let pending = match row.epoch == epoch {
        true => wishes::pending(tx, reader)?,
        false => None,
    };
    let Some(ask) = pending.filter(|ask| now - ask.asked_at <= GOOD_FOR) else {
        return Ok(match standing.gets_mail() {
            true => ConfirmOutcome::Already,
            false => ConfirmOutcome::Stale,
        });
    };
    // Who is a reader confirms the words alone: what they chose meanwhile stands.
    let ask = match standing.gets_mail() {
        true => PendingAsk {
            editions: row.person.profile.editions.clone(),
            ..ask
        },
        false => ask,
    };
    let row = take_in(tx, results.realm, row, standing, &ask, now)?;
    let about = ReceiptFacts {
        source: Some(ChangeSource::Form),
        editions: ask.editions,
        agreed_to_ads: ask.agreed_to_ads,
        language: ask.language,
        ..ReceiptFacts::at(now)
    };
    // Who was a reader before confirmed what they had agreed to, and nothing begins.
    if standing.gets_mail() {
        results.post(tx, (reader, row.epoch), &about, now)?;
    } else {
        let welcome = QueuedReceipt {
            kind: ReceiptKind::Welcome,
            reader,
            epoch: row.epoch,
            to: None,
            about: &about,
            is_held: false,
        };
        queue::post(tx, results.realm, &welcome, now)?;
    }
    Ok(ConfirmOutcome::Confirmed {
        subscriber: Box::new(row.subscriber()),
    })
}

fn take_in(
    tx: &Connection,
    realm: Realm,
    mut row: MemberRow,
    standing: Standing,
    ask: &PendingAsk,
    now: DateTime<Utc>,
) -> Result<MemberRow, SqliteFault> {
    let reader = row.id;
    let hash_keys = HashKeys::load(tx)?;
    let email = row.person.profile.email.clone();
    suppression::lift_key(tx, &hash_keys, &email.key())?;

    let consent = Consent {
        at: Some(now.fixed_offset()),
        source: Some(phrase!("web form").to_owned()),
    };
    let said = Profile {
        email: email.clone(),
        name: ask.name.clone(),
        editions: ask.editions.clone().filter(|_| !standing.gets_mail()),
        tags: std::collections::BTreeSet::new(),
        timezone: ask.timezone,
        language: ask.language.clone(),
        consent: Some(consent),
    };
    let merge = row.person.merge(&said, Origin::Person);
    if !standing.gets_mail() {
        row.person.choose_editions(ask.editions.clone());
    }
    if let Some(replaced) = &merge.replaced_consent {
        past_consents::keep(tx, reader, replaced, now)?;
    }
    group::rewrite(tx, reader, &row.person, now)?;
    keep_proof(tx, reader, ask, now)?;
    tx.run("DELETE FROM asks WHERE subscriber = ?1", params![reader.0])?;

    let counts = SignupCounts {
        tx,
        realm,
        hash_keys: &hash_keys,
        now,
    };
    counts.forget(CountKind::Confirmation, &folded_mailbox(&email), None)?;
    row.epoch = member::grow_epoch(tx, reader, now)?;
    let (change, to) = match standing.after(MembershipAct::Confirm) {
        Some(step) => (step.change, step.to),
        None => (MembershipChange::Reconsented, standing),
    };
    let note = HistoryNote::of(change, ChangeSource::Link, (standing, to), now);
    history::note(tx, reader, note)?;
    debug_assert_eq!(row.person.state, SubscriberState::Active);
    Ok(row)
}

/// Keeps what proves the consent that stands from now on, beside it: found by its moment.
fn keep_proof(
    tx: &Connection,
    reader: SubscriberId,
    ask: &PendingAsk,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let kept = KeptProof {
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
    };
    proofs::keep(tx, reader, &kept)?;
    Ok(())
}
