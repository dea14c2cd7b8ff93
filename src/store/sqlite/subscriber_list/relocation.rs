//! A reader whose address changes: the same person, number, consent and history, under another one.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::group;
use crate::{
    address::Address,
    audience::{Origin, Suppression, SuppressionReason},
    store::{
        MoveOutcome,
        merge::Origins,
        sqlite::{codes, fault::SqliteFault, statement::Statements, suppression_list::suppression},
    },
};

pub(crate) fn relocate(
    tx: &Connection,
    from: &Address,
    to: &Address,
    now: DateTime<Utc>,
) -> Result<MoveOutcome, SqliteFault> {
    let number = |email: &Address| -> Result<Option<i64>, SqliteFault> {
        let sql = "SELECT id FROM subscribers WHERE email = ?1";
        tx.maybe_value(sql, params![email.as_str()])
    };
    let Some(subscriber) = number(from)? else {
        return Ok(MoveOutcome::Unknown);
    };
    let is_same = from.key() == to.key();
    let left = suppression::of(tx, from)?.map(|it| it.reason);
    match left {
        // An address that died is why people write from another one.
        None | Some(SuppressionReason::HardBounce) if !is_same => {}
        None => {}
        Some(reason) => return Ok(MoveOutcome::Left(reason)),
    }
    if !is_same {
        if number(to)?.is_some() {
            return Ok(MoveOutcome::Taken);
        }
        if let Some(there) = suppression::of(tx, to)? {
            return Ok(MoveOutcome::Suppressed(there.reason));
        }
    }
    let domain = group::domain_id(tx, to.domain())?;
    // A person says that they are on the list: the file may still name the old address.
    tx.run(
        "UPDATE subscribers SET email = ?2, domain = ?3, suppressed = NULL, \
         vouched_by = vouched_by | ?4, updated_at = ?5 WHERE id = ?1",
        params![
            subscriber,
            to.as_str(),
            domain,
            Origins::only(Origin::Operator).0,
            codes::millis(now)
        ],
    )?;
    if !is_same && left.is_none() {
        let gone = Suppression {
            email: Some(from.clone()),
            reason: SuppressionReason::Manual,
            detail: Some(format!("moved to {}", to.masked())),
            at: now,
        };
        suppression::suppress(tx, &[gone], now)?;
    }
    Ok(MoveOutcome::Moved)
}
