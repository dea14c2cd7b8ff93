//! A wish to subscribe, or for a fresh link: weighed by the limits, written down, and a mail about it queued, in one
//! transaction. Two servers that are asked for the same new address at once make one person of it, and one mail.

use chrono::{DateTime, Utc};

use super::{member, wishes};
use crate::{
    address::Address,
    audience::{
        Origin, SubscriberId, SuppressionReason,
        membership::{Standing, signup::SignupAsk},
    },
    store::{
        AskOutcome, Realm, ReceiptFacts, ReceiptKind, SignupLimits, codes,
        hash_keys::HashKeys,
        membership::{
            asking::{LawfulAsk, asked_facts, gets_links, standing_of, unconfirmed, wished_link},
            member_row::MemberRow,
        },
        postgres::{
            columns,
            fault::PostgresFault,
            history, list_lock,
            receipt_outbox::queue,
            subscriber_list::group,
            suppression_list::{hash_keys, suppression},
            transaction::StoreTransaction,
            values::values,
        },
        receipt_outbox::queued::QueuedReceipt,
    },
};

/// Somebody asks to subscribe an address.
pub(crate) async fn ask(
    tx: &StoreTransaction,
    realm: Realm,
    ask: &SignupAsk,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<AskOutcome, PostgresFault> {
    let key = ask.email.key();
    let known = found(tx, &key).await?;
    let hash_keys = hash_keys::load(tx).await?;
    let standing = standing(tx, &hash_keys, known.as_ref(), &key).await?;
    let Some(lawful) = LawfulAsk::of(standing) else {
        return Ok(AskOutcome::Barred);
    };
    let wish = lawful.mail(ask);
    let weighed = wishes::weigh(tx, (realm, &hash_keys), &wish, limits, now).await?;
    if let Some(limit) = weighed.refused() {
        return Ok(AskOutcome::Limited(limit));
    }
    let (reader, epoch) = match &known {
        Some(known) => (known.id, known.epoch),
        None => (add(tx, ask, standing.suppression, now).await?, 0),
    };
    if let Some(note) = lawful.note(now) {
        keep(tx, reader, ask, now).await?;
        history::note(tx, reader, note).await?;
    }
    let about = asked_facts(ask, now);
    let receipt = QueuedReceipt {
        is_held: weighed.is_held(),
        ..QueuedReceipt::to_reader(lawful.kind(), (reader, epoch), &about)
    };
    queue::post(tx, realm, &receipt, now).await?;
    Ok(lawful.outcome(weighed))
}

/// The reader of an address. Where there is none, nobody else makes one until this transaction ends.
async fn found(tx: &StoreTransaction, key: &str) -> Result<Option<MemberRow>, PostgresFault> {
    let known = member::locked_by_key(tx, key).await?;
    if known.is_some() {
        return Ok(known);
    }
    list_lock::be_the_only_one_who_adds(tx).await?;
    member::locked_by_key(tx, key).await
}

/// Somebody who says that they read at that address asks for a fresh link.
pub(crate) async fn ask_link(
    tx: &StoreTransaction,
    realm: Realm,
    email: &Address,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<AskOutcome, PostgresFault> {
    match member::locked_by_key(tx, &email.key()).await? {
        Some(known) => link_to(tx, realm, &known, limits, now).await,
        None => Ok(AskOutcome::Barred),
    }
}

/// Whoever holds a mail of that reader asks for a fresh link to the reader's own address.
pub(crate) async fn ask_own_link(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    let Some(known) = member::locked(tx, reader).await? else {
        return Ok(false);
    };
    let outcome = link_to(tx, realm, &known, limits, now).await?;
    Ok(outcome == AskOutcome::Queued)
}

async fn link_to(
    tx: &StoreTransaction,
    realm: Realm,
    known: &MemberRow,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<AskOutcome, PostgresFault> {
    let email = &known.person.profile.email;
    let hash_keys = hash_keys::load(tx).await?;
    if !gets_links(standing(tx, &hash_keys, Some(known), &email.key()).await?) {
        return Ok(AskOutcome::Barred);
    }
    let wish = wished_link(email);
    let weighed = wishes::weigh(tx, (realm, &hash_keys), &wish, limits, now).await?;
    if let Some(limit) = weighed.refused() {
        return Ok(AskOutcome::Limited(limit));
    }
    let (kind, about) = (ReceiptKind::ManageLink, ReceiptFacts::at(now));
    let receipt = QueuedReceipt {
        is_held: weighed.is_held(),
        ..QueuedReceipt::to_reader(kind, (known.id, known.epoch), &about)
    };
    queue::post(tx, realm, &receipt, now).await?;
    Ok(weighed.outcome())
}

/// How the person of an address stands, on the list or not.
async fn standing(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    known: Option<&MemberRow>,
    key: &str,
) -> Result<Standing, PostgresFault> {
    let said = suppression::among(tx, hash_keys, &[key.to_owned()]).await?;
    let known = match known {
        Some(known) => Some(member::standing(tx, known).await?),
        None => None,
    };
    Ok(standing_of(known, said.get(key).copied()))
}

/// Gives somebody a number, and nothing else.
async fn add(
    tx: &StoreTransaction,
    ask: &SignupAsk,
    suppressed: Option<SuppressionReason>,
    now: DateTime<Utc>,
) -> Result<SubscriberId, PostgresFault> {
    let person = unconfirmed(&ask.email);
    let reader = group::insert_one(tx, &person, Origin::Person, now, now).await?;
    if let Some(reason) = suppressed {
        let sql = "UPDATE subscribers SET suppressed = $2 WHERE id = $1";
        tx.run(sql, values![reader.0, codes::reason_code(reason)])
            .await?;
    }
    Ok(reader)
}

/// Keeps what was asked last, and the words above the button.
async fn keep(
    tx: &StoreTransaction,
    reader: SubscriberId,
    ask: &SignupAsk,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    wishes::keep_wording(tx, &ask.wording, now).await?;
    tx.run(
        "INSERT INTO asks (subscriber, asked_at, name, editions, language, timezone, wording, \
         agreed_to_ads, page, network) VALUES ($1, $2, $3, $4::text[], $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (subscriber) DO UPDATE SET asked_at = excluded.asked_at, \
         name = excluded.name, editions = excluded.editions, language = excluded.language, \
         timezone = excluded.timezone, wording = excluded.wording, \
         agreed_to_ads = excluded.agreed_to_ads, page = excluded.page, network = excluded.network",
        values![
            reader.0,
            codes::millis(now),
            columns::maybe_text(ask.name.as_deref()),
            ask.editions.as_ref().map(columns::list_text),
            columns::maybe_text(ask.language.as_deref()),
            ask.timezone.map(|zone| zone.name()),
            ask.wording.hash.as_str(),
            ask.agreed_to_ads,
            columns::maybe_text(ask.page.as_deref()),
            columns::maybe_text(ask.network.as_deref())
        ],
    )
    .await
    .map(drop)
}
