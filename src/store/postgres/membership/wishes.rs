//! Mails that forms cause: weighed by what was counted, and queued or held by what comes of it.

use chrono::{DateTime, TimeDelta, Utc};
use tokio_postgres::Row;

use crate::{
    audience::{
        SubscriberId,
        membership::signup::{ConsentWording, folded_mailbox},
    },
    store::{
        PendingAsk, Realm, SignupLimits, codes,
        hash_keys::HashKeys,
        postgres::{
            columns, fault::PostgresFault, list_lock, realm, signup_counts::SharedCounts,
            transaction::StoreTransaction, values::values,
        },
        signup_counts::{CountKind, EVERYBODY},
        signup_limits::{SignupTally, SignupVerdict},
        wished_mail::{WeighedMail, WishedMail, is_much},
    },
};

/// Weighs a mail that a form would cause, and counts it where it is not refused.
pub(crate) async fn weigh(
    tx: &StoreTransaction,
    (realm, hash_keys): (Realm, &HashKeys),
    wish: &WishedMail<'_>,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<WeighedMail, PostgresFault> {
    list_lock::be_the_only_one_who_counts(tx).await?;
    let counts = SharedCounts {
        tx,
        realm,
        hash_keys,
        now,
    };
    let mailbox = folded_mailbox(wish.to);
    let tally = tally(&counts, wish, &mailbox, limits).await?;
    let verdict = wish.judge(&tally, limits);
    for (kind, what) in wish.counts(&mailbox, &tally, limits, verdict) {
        counts.add(kind, what).await?;
    }
    let since = match verdict {
        SignupVerdict::Hold => Some(counts.flood_since().await?),
        _ => None,
    };
    Ok(WeighedMail { verdict, since })
}

async fn tally(
    counts: &SharedCounts<'_>,
    wish: &WishedMail<'_>,
    mailbox: &str,
    limits: &SignupLimits,
) -> Result<SignupTally, PostgresFault> {
    let publication_hour = counts.in_an_hour(CountKind::Publication, EVERYBODY).await?;
    let (usual_hour, held) = match is_much(publication_hour, limits) {
        true => (
            counts.usual_hour().await?,
            held(counts.tx, counts.realm).await?,
        ),
        false => (0, 0),
    };
    let day = TimeDelta::days(1);
    Ok(SignupTally {
        mailbox_day: counts.since(wish.counted, mailbox, day).await?,
        mailbox: match wish.counted {
            CountKind::Confirmation => counts.since(wish.counted, mailbox, limits.fades).await?,
            _ => 0,
        },
        prefix_hour: match wish.prefix {
            Some(prefix) => counts.in_an_hour(CountKind::Prefix, prefix).await?,
            None => 0,
        },
        publication_hour,
        usual_hour,
        held,
        is_hurried: wish.is_hurried,
    })
}

/// How many are held.
async fn held(tx: &StoreTransaction, realm: Realm) -> Result<u32, PostgresFault> {
    let sql = "SELECT count(*) AS held FROM receipts WHERE is_held AND realm = $1";
    let read = |row: &Row| columns::small_count(row, "held");
    tx.one(sql, values![realm::code(realm)], read).await
}

/// Keeps the words above a form's button, once.
pub(crate) async fn keep_wording(
    tx: &StoreTransaction,
    wording: &ConsentWording,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO wordings (hash, text, language, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (hash) DO NOTHING",
        values![
            wording.hash.as_str(),
            columns::text(&wording.text),
            columns::text(&wording.language),
            codes::millis(now)
        ],
    )
    .await
    .map(drop)
}

/// What was asked for somebody and is not confirmed.
pub(crate) async fn pending(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<PendingAsk>, PostgresFault> {
    tx.maybe(
        "SELECT a.*, w.text AS wording_text, w.language AS wording_language FROM asks AS a \
         LEFT JOIN wordings AS w ON w.hash = a.wording WHERE a.subscriber = $1",
        values![reader.0],
        pending_from,
    )
    .await
}

fn pending_from(row: &Row) -> Result<PendingAsk, PostgresFault> {
    let timezone: Option<String> = row.try_get("timezone")?;
    Ok(PendingAsk {
        asked_at: columns::time(row, "asked_at")?,
        name: row.try_get("name")?,
        editions: columns::maybe_set(row, "editions")?,
        language: row.try_get("language")?,
        timezone: timezone.as_deref().map(codes::timezone).transpose()?,
        wording: wording_from(row)?,
        agreed_to_ads: row.try_get("agreed_to_ads")?,
        page: row.try_get("page")?,
        network: row.try_get("network")?,
    })
}

/// The words that a row names by their hash.
pub(crate) fn wording_from(row: &Row) -> Result<ConsentWording, PostgresFault> {
    let text: Option<String> = row.try_get("wording_text")?;
    let language: Option<String> = row.try_get("wording_language")?;
    Ok(ConsentWording {
        hash: row.try_get("wording")?,
        text: text.unwrap_or_default(),
        language: language.unwrap_or_default(),
    })
}
