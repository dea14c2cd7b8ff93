//! Mails that forms cause: weighed by what was counted, and queued or held by what comes of it.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Row, params};

use crate::{
    audience::{
        SubscriberId,
        membership::signup::{ConsentWording, folded_mailbox},
    },
    store::{
        PendingAsk, Realm, SignupLimits,
        signup_counts::{CountKind, EVERYBODY},
        signup_limits::{SignupTally, SignupVerdict},
        sqlite::{
            codes, fault::SqliteFault, realm, signup_counts::SignupCounts, statement::Statements,
            suppression_list::hash_keys::HashKeys,
        },
        wished_mail::{WeighedMail, WishedMail, is_much},
    },
};

/// Weighs a mail that a form would cause, and counts it where it is not refused.
pub(crate) fn weigh(
    tx: &Connection,
    realm: Realm,
    hash_keys: &HashKeys,
    wish: &WishedMail<'_>,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<WeighedMail, SqliteFault> {
    let counts = SignupCounts {
        tx,
        realm,
        hash_keys,
        now,
    };
    let mailbox = folded_mailbox(wish.to);
    let tally = tally(&counts, wish, &mailbox, limits)?;
    let verdict = wish.judge(&tally, limits);
    for (kind, what) in wish.counts(&mailbox, &tally, limits, verdict) {
        counts.add(kind, what)?;
    }
    let since = match verdict {
        SignupVerdict::Hold => Some(counts.flood_since()?),
        _ => None,
    };
    Ok(WeighedMail { verdict, since })
}

fn tally(
    counts: &SignupCounts<'_>,
    wish: &WishedMail<'_>,
    mailbox: &str,
    limits: &SignupLimits,
) -> Result<SignupTally, SqliteFault> {
    let publication_hour = counts.in_an_hour(CountKind::Publication, EVERYBODY)?;
    let is_much = is_much(publication_hour, limits);
    Ok(SignupTally {
        mailbox_day: counts.since(wish.counted, mailbox, TimeDelta::days(1))?,
        mailbox: match wish.counted {
            CountKind::Confirmation => counts.since(wish.counted, mailbox, limits.fades)?,
            _ => 0,
        },
        prefix_hour: match wish.prefix {
            Some(prefix) => counts.in_an_hour(CountKind::Prefix, prefix)?,
            None => 0,
        },
        publication_hour,
        usual_hour: if is_much { counts.usual_hour()? } else { 0 },
        held: if is_much {
            held(counts.tx, counts.realm)?
        } else {
            0
        },
        is_hurried: wish.is_hurried,
    })
}

/// How many are held.
fn held(tx: &Connection, realm: Realm) -> Result<u32, SqliteFault> {
    tx.value(
        "SELECT count(*) FROM receipts WHERE is_held AND realm = ?1",
        params![realm::code(realm)],
    )
}

/// Keeps the words above a form's button, once.
pub(crate) fn keep_wording(
    tx: &Connection,
    wording: &ConsentWording,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT OR IGNORE INTO wordings (hash, text, language, since) VALUES (?1, ?2, ?3, ?4)",
        params![
            wording.hash,
            wording.text,
            wording.language,
            codes::millis(now)
        ],
    )?;
    Ok(())
}

/// What was asked for somebody and is not confirmed.
pub(crate) fn pending(
    tx: &Connection,
    reader: SubscriberId,
) -> Result<Option<PendingAsk>, SqliteFault> {
    tx.maybe(
        "SELECT a.*, w.text AS wording_text, w.language AS wording_language FROM asks AS a \
         LEFT JOIN wordings AS w ON w.hash = a.wording WHERE subscriber = ?1",
        params![reader.0],
        pending_from,
    )
}

fn pending_from(row: &Row<'_>) -> Result<PendingAsk, SqliteFault> {
    let (editions, timezone): (Option<String>, Option<String>) =
        (row.get("editions")?, row.get("timezone")?);
    Ok(PendingAsk {
        asked_at: codes::time_at(row, "asked_at")?,
        name: row.get("name")?,
        editions: editions.as_deref().map(codes::set).transpose()?,
        language: row.get("language")?,
        timezone: timezone.as_deref().map(codes::timezone).transpose()?,
        wording: wording_from(row)?,
        agreed_to_ads: row.get("agreed_to_ads")?,
        page: row.get("page")?,
        network: row.get("network")?,
    })
}

/// The words that a row names by their hash.
pub(crate) fn wording_from(row: &Row<'_>) -> Result<ConsentWording, SqliteFault> {
    let text: Option<String> = row.get("wording_text")?;
    let language: Option<String> = row.get("wording_language")?;
    Ok(ConsentWording {
        hash: row.get("wording")?,
        text: text.unwrap_or_default(),
        language: language.unwrap_or_default(),
    })
}
