//! The person says that it was they who asked: what kept them from mail and what they themselves can lift goes, what the
//! form said counts, and its proof is kept.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    member::{self, MemberRow},
    wishes,
};
use crate::{
    audience::{
        SubscriberId,
        membership::{Standing, signup::folded_mailbox},
    },
    store::{
        ConfirmOutcome, PendingAsk, Realm, ReceiptKind,
        membership::confirming::{confirmable, confirmed_facts, take_in},
        receipt_outbox::{queued::QueuedReceipt, results::ResultRules},
        signup_counts::CountKind,
        sqlite::{
            consent_record::proofs,
            fault::SqliteFault,
            history,
            receipt_outbox::{queue, results},
            signup_counts::SignupCounts,
            statement::Statements,
            subscriber_list::{group, past_consents},
            suppression_list::{hash_keys::HashKeys, suppression},
        },
    },
};

pub(crate) fn confirm(
    tx: &Connection,
    rules: ResultRules,
    reader: SubscriberId,
    epoch: u32,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, SqliteFault> {
    let Some(row) = MemberRow::of(tx, reader)? else {
        return Ok(ConfirmOutcome::Unknown);
    };
    let standing = row.standing(tx)?;
    let pending = wishes::pending(tx, reader)?;
    let ask = match confirmable(&row, standing, pending, epoch, now) {
        Ok(ask) => ask,
        Err(outcome) => return Ok(outcome),
    };
    let row = write_down(tx, rules.realm, row, standing, &ask, now)?;
    let about = confirmed_facts(ask, now);
    // Who was a reader before confirmed what they had agreed to, and nothing begins.
    if standing.gets_mail() {
        results::post(tx, rules, (reader, row.epoch), &about, now)?;
    } else {
        let who = (reader, row.epoch);
        let welcome = QueuedReceipt::to_reader(ReceiptKind::Welcome, who, &about);
        queue::post(tx, rules.realm, &welcome, now)?;
    }
    Ok(ConfirmOutcome::Confirmed {
        subscriber: Box::new(row.subscriber()),
    })
}

fn write_down(
    tx: &Connection,
    realm: Realm,
    mut row: MemberRow,
    standing: Standing,
    ask: &PendingAsk,
    now: DateTime<Utc>,
) -> Result<MemberRow, SqliteFault> {
    let reader = row.id;
    let hash_keys = HashKeys::load(tx)?;
    let email = row.person.profile.email.clone();
    suppression::lift_key(tx, &hash_keys, &email.key())?;
    let confirmed = take_in(&mut row, standing, ask, now);
    if let Some(replaced) = &confirmed.replaced_consent {
        past_consents::keep(tx, reader, replaced, now)?;
    }
    group::rewrite(tx, reader, &row.person, now)?;
    proofs::keep(tx, reader, &confirmed.proof)?;
    tx.run("DELETE FROM asks WHERE subscriber = ?1", params![reader.0])?;
    let counts = SignupCounts {
        tx,
        realm,
        hash_keys: &hash_keys,
        now,
    };
    counts.forget(CountKind::Confirmation, &folded_mailbox(&email), None)?;
    row.epoch = member::grow_epoch(tx, reader, now)?;
    history::note(tx, reader, confirmed.note)?;
    Ok(row)
}
