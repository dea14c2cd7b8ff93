//! A wish to subscribe, or for a fresh link: weighed by the limits, written down, and a mail about it queued, in one
//! transaction.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{member::MemberRow, wishes};
use crate::{
    address::Address,
    audience::{
        Origin, SubscriberId, SuppressionReason,
        membership::{Standing, signup::SignupAsk},
    },
    store::{
        AskOutcome, Realm, ReceiptFacts, ReceiptKind, SignupLimits,
        membership::asking::{
            LawfulAsk, asked_facts, gets_links, standing_of, unconfirmed, wished_link,
        },
        receipt_outbox::queued::QueuedReceipt,
        sqlite::{
            codes,
            fault::SqliteFault,
            history,
            receipt_outbox::queue,
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
    let Some(lawful) = LawfulAsk::of(standing) else {
        return Ok(AskOutcome::Barred);
    };
    let wish = lawful.mail(ask);
    let weighed = wishes::weigh(tx, realm, &hash_keys, &wish, limits, now)?;
    if let Some(limit) = weighed.refused() {
        return Ok(AskOutcome::Limited(limit));
    }
    let (reader, epoch) = match &known {
        Some(known) => (known.id, known.epoch),
        None => (add(tx, ask, standing.suppression, now)?, 0),
    };
    if let Some(note) = lawful.note(now) {
        keep(tx, reader, ask, now)?;
        history::note(tx, reader, note)?;
    }
    let about = asked_facts(ask, now);
    let receipt = QueuedReceipt {
        is_held: weighed.is_held(),
        ..QueuedReceipt::to_reader(lawful.kind(), (reader, epoch), &about)
    };
    queue::post(tx, realm, &receipt, now)?;
    Ok(lawful.outcome(weighed))
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
    let email = &known.person.profile.email;
    if !gets_links(standing(tx, hash_keys, Some(known), &email.key())?) {
        return Ok(AskOutcome::Barred);
    }
    let wish = wished_link(email);
    let weighed = wishes::weigh(tx, realm, hash_keys, &wish, limits, now)?;
    if let Some(limit) = weighed.refused() {
        return Ok(AskOutcome::Limited(limit));
    }
    let (kind, about) = (ReceiptKind::ManageLink, ReceiptFacts::at(now));
    let receipt = QueuedReceipt {
        is_held: weighed.is_held(),
        ..QueuedReceipt::to_reader(kind, (known.id, known.epoch), &about)
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
    let known = known.map(|known| known.standing(tx)).transpose()?;
    Ok(standing_of(known, said.get(key).copied()))
}

/// Gives somebody a number, and nothing else.
fn add(
    tx: &Connection,
    ask: &SignupAsk,
    suppressed: Option<SuppressionReason>,
    now: DateTime<Utc>,
) -> Result<SubscriberId, SqliteFault> {
    let person = unconfirmed(&ask.email);
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
