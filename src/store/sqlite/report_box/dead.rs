//! Readers whose mailbox is gone: put beyond mail's reach, and back.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    address::Address,
    audience::{
        SubscriberId, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        Realm,
        sqlite::{
            fault::SqliteFault,
            membership::member::MemberRow,
            realm,
            statement::Statements,
            suppression_list::{
                hash_keys::HashKeys,
                suppression::{self, LiftNote},
            },
        },
    },
};

/// Puts a reader beyond mail's reach whose mailbox is gone: in a rehearsal, beyond that of rehearsals.
pub(super) fn suppress_dead(
    tx: &Connection,
    realm: Realm,
    (email, reader): (&Address, SubscriberId),
    reply: String,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    if realm == Realm::Rehearsal {
        return realm::note_bounces(tx, &[(reader, reply)], now);
    }
    let dead = Suppression {
        email: Some(email.clone()),
        reason: SuppressionReason::HardBounce,
        detail: Some(reply),
        at: now,
    };
    suppression::suppress(tx, &[dead], ChangeSource::Bounce, now)?;
    Ok(())
}

/// Takes back what [`suppress_dead`] did; false: something else keeps them from mail by now.
pub(super) fn lift_dead(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    if realm == Realm::Rehearsal {
        let sql = "DELETE FROM rehearsal_bounces WHERE subscriber = ?1";
        return Ok(tx.run(sql, params![reader.0])? > 0);
    }
    let Some(member) = MemberRow::of(tx, reader)? else {
        return Ok(false);
    };
    if member.plain_standing().suppression != Some(SuppressionReason::HardBounce) {
        return Ok(false);
    }
    let by = LiftNote {
        change: MembershipChange::Lifted,
        source: ChangeSource::Bounce,
        at: now,
    };
    let key = member.person.profile.email.key();
    suppression::lift(tx, &HashKeys::load(tx)?, &key, by)?;
    Ok(true)
}
