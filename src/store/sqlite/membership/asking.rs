//! A wish to subscribe, or for a fresh link: weighed by the limits, written down, and a mail about it queued, in one
//! transaction.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    member::MemberRow,
    wishes::{self, WishedMail},
};
use crate::{
    address::Address,
    audience::{
        Consent, Origin, Profile, SubscriberId, SubscriberState, SuppressionReason,
        membership::{ChangeSource, MembershipAct, Standing, signup::SignupAsk},
    },
    store::{
        AskOutcome, Realm, ReceiptFacts, ReceiptKind, SignupLimits,
        merge::{Origins, SetBy, StoredPerson},
        sqlite::{
            codes,
            fault::SqliteFault,
            history::{self, HistoryNote},
            receipt_outbox::queue::{self, QueuedReceipt},
            signup_counts::CountKind,
            statement::Statements,
            subscriber_list::group,
            suppression_list::{hash_keys::HashKeys, suppression},
        },
    },
};

/// Somebody asks to subscribe an address.
pub(crate) fn ask(
    tx: &Connection,
    realm: Realm,
    ask: &SignupAsk,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<AskOutcome, SqliteFault> {
    let hash_keys = HashKeys::load(tx)?;
    let key = ask.email.key();
    let known = MemberRow::by_key(tx, &key)?;
    let standing = standing(tx, &hash_keys, known.as_ref(), &key)?;
    if standing.is_barred() {
        return Ok(AskOutcome::Barred);
    }
    let step = standing.after(MembershipAct::Ask);
    let (kind, counted) = match step {
        Some(_) => (ReceiptKind::Confirm, CountKind::Confirmation),
        None => (ReceiptKind::AlreadyHere, CountKind::AlreadyHere),
    };
    let wish = WishedMail {
        to: &ask.email,
        counted,
        prefix: Some(&ask.prefix),
        is_hurried: ask.is_hurried,
    };
    let weighed = wish.weigh(tx, realm, &hash_keys, limits, now)?;
    if let Some(limit) = weighed.refused() {
        return Ok(AskOutcome::Limited(limit));
    }
    let (reader, epoch) = match &known {
        Some(known) => (known.id, known.epoch),
        None => (add(tx, ask, standing.suppression, now)?, 0),
    };
    if let Some(step) = step {
        keep(tx, reader, ask, now)?;
        let note = HistoryNote::of(step.change, ChangeSource::Form, (standing, step.to), now);
        history::note(tx, reader, note)?;
    }
    let about = ReceiptFacts {
        editions: ask.editions.clone(),
        agreed_to_ads: ask.agreed_to_ads,
        language: ask.language.clone(),
        ..ReceiptFacts::at(now)
    };
    let receipt = QueuedReceipt {
        kind,
        reader,
        epoch,
        to: None,
        about: &about,
        is_held: weighed.is_held(),
    };
    queue::post(tx, realm, &receipt, now)?;
    Ok(match step {
        Some(_) => weighed.outcome(),
        None => AskOutcome::AlreadyHere,
    })
}

/// Somebody who says that they read at that address asks for a fresh link.
pub(crate) fn ask_link(
    tx: &Connection,
    realm: Realm,
    email: &Address,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<AskOutcome, SqliteFault> {
    let hash_keys = HashKeys::load(tx)?;
    let key = email.key();
    let Some(known) = MemberRow::by_key(tx, &key)? else {
        return Ok(AskOutcome::Barred);
    };
    link_to(tx, realm, &hash_keys, &known, limits, now)
}

/// Whoever holds a mail of that reader asks for a fresh link to the reader's own address.
pub(crate) fn ask_own_link(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let Some(known) = MemberRow::of(tx, reader)? else {
        return Ok(false);
    };
    let outcome = link_to(tx, realm, &HashKeys::load(tx)?, &known, limits, now)?;
    Ok(outcome == AskOutcome::Queued)
}

fn link_to(
    tx: &Connection,
    realm: Realm,
    hash_keys: &HashKeys,
    known: &MemberRow,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<AskOutcome, SqliteFault> {
    let key = known.person.profile.email.key();
    let standing = standing(tx, hash_keys, Some(known), &key)?;
    // Who left may still look at what is kept of them, and have it erased; who only asked confirmed nothing yet.
    let is_reader = known.person.state != SubscriberState::Unconfirmed;
    if standing.suppression == Some(SuppressionReason::Complaint) || !is_reader {
        return Ok(AskOutcome::Barred);
    }
    let wish = WishedMail {
        to: &known.person.profile.email,
        counted: CountKind::FreshLink,
        prefix: None,
        is_hurried: false,
    };
    let weighed = wish.weigh(tx, realm, hash_keys, limits, now)?;
    if let Some(limit) = weighed.refused() {
        return Ok(AskOutcome::Limited(limit));
    }
    let receipt = QueuedReceipt {
        kind: ReceiptKind::ManageLink,
        reader: known.id,
        epoch: known.epoch,
        to: None,
        about: &ReceiptFacts::at(now),
        is_held: weighed.is_held(),
    };
    queue::post(tx, realm, &receipt, now)?;
    Ok(weighed.outcome())
}

/// How the person of an address stands, on the list or not.
fn standing(
    tx: &Connection,
    hash_keys: &HashKeys,
    known: Option<&MemberRow>,
    key: &str,
) -> Result<Standing, SqliteFault> {
    let said = suppression::among(tx, hash_keys, &[key.to_owned()])?;
    let said = said.get(key).copied();
    let Some(known) = known else {
        return Ok(Standing {
            state: None,
            suppression: said,
        });
    };
    let standing = known.standing(tx)?;
    let strongest = [standing.suppression, said]
        .into_iter()
        .flatten()
        .max_by_key(|it| it.strength());
    Ok(match standing.is_barred() {
        true => standing,
        false => Standing {
            suppression: strongest,
            ..standing
        },
    })
}

/// Gives somebody a number, and nothing else: what the form says counts when it is confirmed.
fn add(
    tx: &Connection,
    ask: &SignupAsk,
    suppressed: Option<SuppressionReason>,
    now: DateTime<Utc>,
) -> Result<SubscriberId, SqliteFault> {
    let person = StoredPerson {
        profile: Profile {
            email: ask.email.clone(),
            name: None,
            editions: None,
            tags: std::collections::BTreeSet::new(),
            timezone: None,
            language: None,
            consent: None::<Consent>,
        },
        state: SubscriberState::Unconfirmed,
        vouched_by: Origins::default(),
        set_by: SetBy::default(),
    };
    let reader = group::insert_one(tx, &person, Origin::Person, now, now)?;
    if let Some(reason) = suppressed {
        tx.run(
            "UPDATE subscribers SET suppressed = ?2 WHERE id = ?1",
            params![reader.0, codes::reason_code(reason)],
        )?;
    }
    Ok(reader)
}

/// Keeps what was asked last, and the words above the button.
fn keep(
    tx: &Connection,
    reader: SubscriberId,
    ask: &SignupAsk,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    wishes::keep_wording(tx, &ask.wording, now)?;
    tx.run(
        "INSERT OR REPLACE INTO asks (subscriber, asked_at, name, editions, language, timezone, \
         wording, agreed_to_ads, page, network) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            reader.0,
            codes::millis(now),
            ask.name,
            ask.editions.as_ref().map(codes::set_text),
            ask.language,
            ask.timezone.map(|zone| zone.name()),
            ask.wording.hash,
            ask.agreed_to_ads,
            ask.page,
            ask.network
        ],
    )?;
    Ok(())
}
