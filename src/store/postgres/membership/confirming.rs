//! The person says that it was they who asked: what kept them from mail and what they themselves can lift goes, what the
//! form said counts, and its proof is kept.

use chrono::{DateTime, Utc};

use super::{member, wishes};
use crate::{
    audience::{
        SubscriberId,
        membership::{Standing, signup::folded_mailbox},
    },
    store::{
        ConfirmOutcome, PendingAsk, Realm, ReceiptKind,
        membership::{
            confirming::{confirmable, confirmed_facts, take_in},
            member_row::MemberRow,
        },
        postgres::{
            consent_record::proofs,
            fault::PostgresFault,
            history,
            receipt_outbox::{queue, results},
            signup_counts::SharedCounts,
            subscriber_list::{group, past_consents},
            suppression_list::{hash_keys, suppression},
            transaction::StoreTransaction,
            values::values,
        },
        receipt_outbox::{queued::QueuedReceipt, results::ResultRules},
        signup_counts::CountKind,
    },
};

pub(crate) async fn confirm(
    tx: &StoreTransaction,
    rules: ResultRules,
    reader: SubscriberId,
    epoch: u32,
    now: DateTime<Utc>,
) -> Result<ConfirmOutcome, PostgresFault> {
    let Some(row) = member::locked(tx, reader).await? else {
        return Ok(ConfirmOutcome::Unknown);
    };
    let standing = member::standing(tx, &row).await?;
    let pending = wishes::pending(tx, reader).await?;
    let ask = match confirmable(&row, standing, pending, epoch, now) {
        Ok(ask) => ask,
        Err(outcome) => return Ok(outcome),
    };
    let row = write_down(tx, rules.realm, row, standing, &ask, now).await?;
    let about = confirmed_facts(ask, now);
    // Who was a reader before confirmed what they had agreed to, and nothing begins.
    if standing.gets_mail() {
        results::post(tx, rules, (reader, row.epoch), &about, now).await?;
    } else {
        let who = (reader, row.epoch);
        let welcome = QueuedReceipt::to_reader(ReceiptKind::Welcome, who, &about);
        queue::post(tx, rules.realm, &welcome, now).await?;
    }
    Ok(ConfirmOutcome::Confirmed {
        subscriber: Box::new(row.subscriber()),
    })
}

async fn write_down(
    tx: &StoreTransaction,
    realm: Realm,
    mut row: MemberRow,
    standing: Standing,
    ask: &PendingAsk,
    now: DateTime<Utc>,
) -> Result<MemberRow, PostgresFault> {
    let reader = row.id;
    let hash_keys = hash_keys::load(tx).await?;
    let email = row.person.profile.email.clone();
    suppression::lift_quietly(tx, &hash_keys, &email.key()).await?;
    let confirmed = take_in(&mut row, standing, ask, now);
    if let Some(replaced) = &confirmed.replaced_consent {
        past_consents::keep(tx, reader, replaced, now).await?;
    }
    group::rewrite(tx, &[(reader, &row.person)], now).await?;
    proofs::keep(tx, reader, &confirmed.proof).await?;
    let sql = "DELETE FROM asks WHERE subscriber = $1";
    tx.run(sql, values![reader.0]).await?;
    let counts = SharedCounts {
        tx,
        realm,
        hash_keys: &hash_keys,
        now,
    };
    let mailbox = folded_mailbox(&email);
    counts
        .forget(CountKind::Confirmation, &mailbox, None)
        .await?;
    row.epoch = member::grow_epoch(tx, reader, now).await?;
    history::note(tx, reader, confirmed.note).await?;
    Ok(row)
}
