//! Everything that is kept about a reader, for the reader.

use rusqlite::{Connection, params};

use super::{leaving, member::MemberRow, moving, wishes};
use crate::{
    audience::{SubscriberId, membership::signup::ConsentProof},
    store::{
        Member, PersonalRecord, Realm,
        sqlite::{
            codes, delivery_records, fault::SqliteFault, history, opinion_box,
            statement::Statements, subscriber_list::past_consents, suppression_list::suppression,
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
    Ok(Some(PersonalRecord {
        subscriber: member.subscriber,
        suppression: member.suppression,
        pending: member.pending,
        proofs: proofs(tx, reader)?,
        past_consents: past.into_iter().map(|(_, consent)| consent).collect(),
        moves: moving::all(tx, reader)?,
        leaving_reason: leaving::reason_of(tx, reader)?,
        history: history::of(tx, reader)?,
        opinions: opinion_box::of(tx, reader)?,
        issues: delivery_records::receipts(tx, realm, reader)?,
    }))
}

/// The proofs of what somebody agreed to, the first one first.
fn proofs(tx: &Connection, reader: SubscriberId) -> Result<Vec<ConsentProof>, SqliteFault> {
    tx.all(
        "SELECT p.*, w.text AS wording_text, w.language AS wording_language \
         FROM consent_proofs AS p LEFT JOIN wordings AS w ON w.hash = p.wording \
         WHERE subscriber = ?1 ORDER BY confirmed_at",
        params![reader.0],
        |row| {
            let editions: Option<String> = row.get("editions")?;
            Ok(ConsentProof {
                asked_at: codes::time_at(row, "asked_at")?,
                confirmed_at: codes::time_at(row, "confirmed_at")?,
                wording: wishes::wording_from(row)?,
                page: row.get("page")?,
                editions: editions.as_deref().map(codes::set).transpose()?,
                agreed_to_ads: row.get("agreed_to_ads")?,
                network: row.get("network")?,
            })
        },
    )
}
