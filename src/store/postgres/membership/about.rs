//! Everything that is kept about a reader, for the reader.

use super::{leaving, member, moving, wishes};
use crate::{
    audience::SubscriberId,
    store::{
        Member, PersonalRecord, Realm,
        postgres::{
            consent_record::proofs, delivery_records, fault::PostgresFault, history, opinion_box,
            subscriber_list::past_consents, suppression_list::suppression,
            transaction::StoreTransaction,
        },
    },
};

/// A reader as pages need them.
pub(crate) async fn member(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<Member>, PostgresFault> {
    let Some(row) = member::of(tx, reader).await? else {
        return Ok(None);
    };
    let moving_to = moving::pending(tx, reader).await?;
    Ok(Some(Member {
        subscriber: row.subscriber(),
        epoch: row.epoch,
        suppression: suppression::of(tx, &row.person.profile.email).await?,
        pending: wishes::pending(tx, reader).await?,
        moving_to: moving_to.map(|(to, _)| to),
    }))
}

/// Everything.
pub(crate) async fn all_about(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Option<PersonalRecord>, PostgresFault> {
    let Some(member) = member(tx, reader).await? else {
        return Ok(None);
    };
    let past = past_consents::of(tx, reader..=reader).await?;
    let proofs = proofs::of(tx, reader..=reader).await?;
    Ok(Some(PersonalRecord {
        subscriber: member.subscriber,
        suppression: member.suppression,
        pending: member.pending,
        proofs: proofs.into_iter().map(|(_, kept)| kept.proof).collect(),
        past_consents: past.into_iter().map(|(_, consent)| consent).collect(),
        moves: moving::all(tx, reader).await?,
        leaving_reason: leaving::reason_of(tx, reader).await?,
        history: history::of(tx, reader).await?,
        opinions: opinion_box::of(tx, reader).await?,
        issues: delivery_records::receipts(tx, realm, reader).await?,
    }))
}
