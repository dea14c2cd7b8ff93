//! Everything that is kept about a reader, for the reader.

use rusqlite::Connection;

use super::{leaving, member::MemberRow, moving, wishes};
use crate::{
    audience::SubscriberId,
    store::{
        Member, PersonalRecord, Realm,
        sqlite::{
            consent_record::proofs, delivery_records, fault::SqliteFault, history, opinion_box,
            subscriber_list::past_consents, suppression_list::suppression,
        },
    },
};

/// A reader as pages need them.
pub(crate) fn member(tx: &Connection, reader: SubscriberId) -> Result<Option<Member>, SqliteFault> {
    let Some(row) = MemberRow::of(tx, reader)? else {
        return Ok(None);
    };
    Ok(Some(Member {
        subscriber: row.subscriber(),
        epoch: row.epoch,
        suppression: suppression::of(tx, &row.person.profile.email)?,
        pending: wishes::pending(tx, reader)?,
        moving_to: moving::pending(tx, reader)?.map(|(to, _)| to),
    }))
}

/// Everything.
pub(crate) fn all_about(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Option<PersonalRecord>, SqliteFault> {
    let Some(member) = member(tx, reader)? else {
        return Ok(None);
    };
    let past = past_consents::of(tx, reader..=reader)?;
    let proofs = proofs::of(tx, reader..=reader)?;
    Ok(Some(PersonalRecord {
        subscriber: member.subscriber,
        suppression: member.suppression,
        pending: member.pending,
        proofs: proofs.into_iter().map(|(_, kept)| kept.proof).collect(),
        past_consents: past.into_iter().map(|(_, consent)| consent).collect(),
        moves: moving::all(tx, reader)?,
        leaving_reason: leaving::reason_of(tx, reader)?,
        history: history::of(tx, reader)?,
        opinions: opinion_box::of(tx, reader)?,
        issues: delivery_records::receipts(tx, realm, reader)?,
    }))
}
