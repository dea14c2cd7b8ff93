//! All that a store shows of a list, in words that are the same whatever store it is.

use std::{fmt::Debug, sync::Arc};

use daily_note::{
    audience::SubscriberId,
    store::{Batch, DeliveryId, OpinionFilter, ReceiptTurn, ReportFilter, Store, StoreError},
};

use crate::store::fixture::{STATES, at};

/// A page longer than any of these lists.
const ALL: u32 = 100_000;

/// What was asked, and what the store says.
pub(super) type Answers = Vec<(String, String)>;

#[derive(Default)]
struct Asking(Answers);

impl Asking {
    /// PostgreSQL takes every character but one, and has another in its place.
    fn add(&mut self, what: impl Into<String>, answer: impl Debug) {
        let answer = format!("{answer:?}").replace("\\0", "\u{FFFD}");
        self.0.push((what.into(), answer));
    }

    /// Of rows whose order, and whose numbers, are each store's own.
    fn add_sorted<T: Debug>(
        &mut self,
        what: impl Into<String>,
        answer: Result<Vec<(DeliveryId, T)>, StoreError>,
    ) {
        let rows = answer.unwrap().into_iter();
        let mut rows: Vec<String> = rows.map(|(_, row)| format!("{row:?}")).collect();
        rows.sort();
        self.add(what, rows);
    }
}

/// `readers`: how many numbers are looked at one by one.
pub(super) async fn seen<S: Store + ?Sized>(store: &Arc<S>, readers: i64) -> Answers {
    let mut asking = Asking::default();
    of_list(store, &mut asking).await;
    for id in 1..=readers {
        let reader = SubscriberId(id);
        asking.add(format!("member {id}"), store.member(reader).await);
        asking.add(format!("about {id}"), store.all_about(reader).await);
        asking.add(format!("history {id}"), store.history(reader).await);
        asking.add(format!("receipts {id}"), store.receipts(reader).await);
        asking.add(format!("reports {id}"), store.reports_of(reader).await);
    }
    for batch in store.batches(ALL).await.unwrap() {
        of_batch(store, &batch, &mut asking).await;
    }
    beside(store, &mut asking).await;
    asking.0
}

async fn of_list<S: Store + ?Sized>(store: &Arc<S>, asking: &mut Asking) {
    let nobody = SubscriberId(0);
    let everybody = nobody..=SubscriberId(i64::from(ALL));
    asking.add("mark", store.mark().await);
    asking.add("unmarked", store.last_unmarked().await);
    asking.add("list", store.subscribers(None, nobody, ALL).await);
    asking.add("suppressions", store.suppressions(0, ALL).await);
    asking.add("departures", store.hashed_departures().await);
    asking.add(
        "past consents",
        store.past_consents(everybody.clone()).await,
    );
    asking.add("proofs", store.proofs(everybody).await);
    asking.add("wordings", store.wordings().await);
    asking.add("unproved", store.readers_without_proof(nobody, ALL).await);
    asking.add("changes", store.changes(0, ALL).await);
    asking.add("growth", store.growth(9, chrono_tz::UTC, at(0)).await);
    for edition in ["monday", "thursday"] {
        asking.add(edition, store.audience_size(edition).await);
    }
    let opinions = OpinionFilter::default();
    asking.add("opinions", store.opinions(&opinions, 0, ALL).await);
    asking.add("untold", store.untold_opinions(ALL).await);
    for turn in ReceiptTurn::ALL {
        asking.add("next receipt", store.next_receipt(turn).await);
    }
}

async fn of_batch<S: Store + ?Sized>(store: &Arc<S>, batch: &Batch, asking: &mut Asking) {
    let (id, issue) = (batch.id, &batch.issue);
    asking.add(format!("batch {issue}"), batch);
    asking.add(format!("counts {issue}"), store.counts(id).await);
    asking.add(format!("waves {issue}"), store.waves(id).await);
    asking.add(format!("due {issue}"), store.next_due(id).await);
    asking.add(format!("pruned {issue}"), store.pruned(id).await);
    asking.add(
        format!("content {issue}"),
        store.content(&batch.content).await,
    );
    let mut fared = store.fared(id, &[]).await.unwrap();
    fared.sort_by(|one, other| one.domain.cmp(&other.domain));
    asking.add(format!("fared {issue}"), fared);
    asking.add(format!("returned {issue}"), store.returned_of(id).await);
    let pauses = store.domain_pauses(id, at(0)).await;
    asking.add(format!("pauses {issue}"), pauses);
    let first = DeliveryId(0);
    asking.add_sorted(format!("bad {issue}"), store.failed(id, first, ALL).await);
    for state in STATES {
        let rows = store.deliveries(id, state, first, ALL).await;
        asking.add_sorted(format!("{state:?} of {issue}"), rows);
    }
}

async fn beside<S: Store + ?Sized>(store: &Arc<S>, asking: &mut Asking) {
    let all = ReportFilter::default();
    asking.add("reports", store.reports(&all, None, ALL).await);
    let mut totals = store.report_totals(at(-9_000_000)).await.unwrap();
    totals.reports.sort_by_key(|it| format!("{it:?}"));
    asking.add("report totals", totals);
    asking.add("doors", store.door_readings().await);
    asking.add("door", store.door_place("imap").await);
    asking.add("moods", store.moods().await);
    asking.add("kept", store.kept_since().await);
    asking.add("holds", store.holds().await);
    asking.add("next notice", store.next_notice().await);
    asking.add("adopted", store.adopted_at().await);
}
