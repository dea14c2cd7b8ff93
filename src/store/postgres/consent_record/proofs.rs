//! What proves consents: kept, read, and taken over from another list.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use crate::{
    audience::{
        SubscriberId,
        membership::signup::{ConsentProof, ConsentWording, KeptProof},
    },
    store::{
        codes,
        postgres::{
            columns, fault::PostgresFault, membership::wishes, transaction::StoreTransaction,
            values::values,
        },
    },
};

/// Those of people with these numbers, each person's first one first.
pub(crate) async fn of(
    tx: &StoreTransaction,
    people: RangeInclusive<SubscriberId>,
) -> Result<Vec<(SubscriberId, KeptProof)>, PostgresFault> {
    tx.all(
        "SELECT p.*, w.text AS wording_text, w.language AS wording_language \
         FROM consent_proofs AS p LEFT JOIN wordings AS w ON w.hash = p.wording \
         WHERE subscriber BETWEEN $1 AND $2 ORDER BY subscriber, confirmed_at",
        values![people.start().0, people.end().0],
        |row| Ok((columns::subscriber(row, "subscriber")?, kept_from(row)?)),
    )
    .await
}

fn kept_from(row: &Row) -> Result<KeptProof, PostgresFault> {
    let consent_at: String = row.try_get("consent_at")?;
    Ok(KeptProof {
        consent_at: codes::consent_time(&consent_at)?,
        proof: ConsentProof {
            asked_at: columns::time(row, "asked_at")?,
            confirmed_at: columns::time(row, "confirmed_at")?,
            wording: wishes::wording_from(row)?,
            page: row.try_get("page")?,
            editions: columns::maybe_set(row, "editions")?,
            agreed_to_ads: row.try_get("agreed_to_ads")?,
            network: row.try_get("network")?,
        },
    })
}

/// All words that somebody agreed to, in the order of their hashes.
pub(crate) async fn wordings(tx: &StoreTransaction) -> Result<Vec<ConsentWording>, PostgresFault> {
    tx.all(
        "SELECT hash, text, language FROM wordings ORDER BY hash COLLATE \"C\"",
        values![],
        |row| {
            Ok(ConsentWording {
                hash: row.try_get("hash")?,
                text: row.try_get("text")?,
                language: row.try_get("language")?,
            })
        },
    )
    .await
}

/// Keeps a proof beside the consent of its moment; false: it is kept already.
pub(crate) async fn keep(
    tx: &StoreTransaction,
    subscriber: SubscriberId,
    kept: &KeptProof,
) -> Result<bool, PostgresFault> {
    let proof = &kept.proof;
    let new = tx
        .run(
            "INSERT INTO consent_proofs (subscriber, consent_at, asked_at, confirmed_at, \
             wording, page, editions, agreed_to_ads, network) \
             VALUES ($1, $2, $3, $4, $5, $6, $7::text[], $8, $9) ON CONFLICT DO NOTHING",
            values![
                subscriber.0,
                kept.consent_at.to_rfc3339(),
                codes::millis(proof.asked_at),
                codes::millis(proof.confirmed_at),
                proof.wording.hash.as_str(),
                columns::maybe_text(proof.page.as_deref()),
                proof.editions.as_ref().map(columns::list_text),
                proof.agreed_to_ads,
                columns::maybe_text(proof.network.as_deref())
            ],
        )
        .await?;
    Ok(new > 0)
}

/// Takes over those that another list of ours kept, with their words; answers whether any was news.
pub(crate) async fn take_over(
    tx: &StoreTransaction,
    subscriber: SubscriberId,
    proofs: &[KeptProof],
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    let mut is_news = false;
    for kept in proofs {
        wishes::keep_wording(tx, &kept.proof.wording, now).await?;
        is_news |= keep(tx, subscriber, kept).await?;
    }
    Ok(is_news)
}
