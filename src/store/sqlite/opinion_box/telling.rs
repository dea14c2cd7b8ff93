//! Which opinions the writer has heard of, by which notice; and that an erased reader's words are in none that waits.

use rusqlite::{Connection, params};

use super::row::opinion_from;
use crate::{
    address::Address,
    store::{
        Opinion, Realm, UntoldOpinion,
        sqlite::{fault::SqliteFault, membership::member::MemberRow, realm, statement::Statements},
    },
};

/// Those that nobody was told of, the first one first.
pub(crate) fn untold(
    tx: &Connection,
    realm: Realm,
    limit: u32,
) -> Result<Vec<UntoldOpinion>, SqliteFault> {
    let opinions = tx.all(
        "SELECT * FROM opinions WHERE told IS NULL AND realm = ?1 ORDER BY id LIMIT ?2",
        params![realm::code(realm), limit],
        opinion_from,
    )?;
    let answered = |opinion: Opinion| {
        Ok(UntoldOpinion {
            answer_to: answer_to(tx, &opinion)?,
            opinion,
        })
    };
    opinions.into_iter().map(answered).collect()
}

fn answer_to(tx: &Connection, opinion: &Opinion) -> Result<Option<Address>, SqliteFault> {
    let Some(reader) = opinion.reader.filter(|_| opinion.may_reply) else {
        return Ok(None);
    };
    let row = MemberRow::of(tx, reader)?;
    Ok(row.map(|row| row.person.profile.email))
}

/// Notes that they are told by the notices of that key, unless they changed meanwhile.
pub(crate) fn note(
    tx: &Connection,
    realm: Realm,
    opinions: &[Opinion],
    key: &str,
) -> Result<(), SqliteFault> {
    for Opinion {
        id,
        choice,
        text,
        name,
        ..
    } in opinions
    {
        tx.run(
            "UPDATE opinions SET told = ?3 WHERE id = ?1 AND realm = ?2 \
             AND choice IS ?4 AND text IS ?5 AND name IS ?6",
            params![id, realm::code(realm), key, choice, text, name],
        )?;
    }
    Ok(())
}

/// Takes notices that wait and have words of that reader out of the outbox; what others said in them is told anew. Whose
/// own words were not told yet never will be.
pub(crate) fn forget(tx: &Connection, subscriber: i64) -> Result<(), SqliteFault> {
    tx.run(
        "UPDATE opinions SET told = '' WHERE subscriber = ?1 AND told IS NULL",
        params![subscriber],
    )?;
    let keys: Vec<String> = tx.values(
        "SELECT DISTINCT told FROM opinions WHERE subscriber = ?1 AND told <> ''",
        params![subscriber],
    )?;
    for key in keys {
        let waiting = tx.run(
            "DELETE FROM notices WHERE due_at IS NOT NULL AND key IN (?1, 'rehearsal ' || ?1)",
            params![key],
        )?;
        if waiting > 0 {
            tx.run(
                "UPDATE opinions SET told = NULL WHERE told = ?1 AND subscriber IS NOT ?2",
                params![key, subscriber],
            )?;
        }
    }
    Ok(())
}
