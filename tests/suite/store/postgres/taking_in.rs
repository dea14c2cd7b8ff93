//! Many machines hear of what comes back: each report counts once, whoever brings it and however often, and what time has
//! come to mean is settled once.

use std::{collections::BTreeSet, sync::Arc};

use daily_note::{
    audience::SuppressionReason,
    bounce::BounceClass,
    store::{
        NewReport, ReportEffect, ReportNews, ReportSurroundings, TakenReport,
        postgres::PostgresStore,
    },
};

use super::place::Schema;
use crate::store::{fixture::*, reports::*};

/// Two machines at one database with so many readers, each at a domain of their own, who got an issue; and that nobody
/// knows any of them as reports.
async fn two_machines(place: &Schema, count: i64) -> ([Arc<PostgresStore>; 2], Vec<NewReport>) {
    let one = readers(place, count.unsigned_abs() as usize, |n| {
        format!("d{n}.example.com")
    })
    .await;
    let batch = sent(&one, "monday", at(0)).await;
    let dead = (1..=count).map(|reader| proved(&batch, reader, BounceClass::UserUnknown));
    ([one, place.open().await], dead.collect())
}

async fn take_in(store: Arc<PostgresStore>, reports: Vec<NewReport>) -> Vec<TakenReport> {
    let around = ReportSurroundings::default();
    let taken = store.take_in_reports(&reports, &around, at(60)).await;
    taken.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_machines_take_in_at_once_counts_once() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let ([one, other], reports) = two_machines(&place, 30).await;
    let backwards: Vec<NewReport> = reports.iter().rev().cloned().collect();
    let leaves = (1..=30).rev().map(|n| {
        let email = format!("reader{n}@d{n}.example.com");
        suppression(&email, SuppressionReason::Unsubscribed)
    });
    let leaves: Vec<_> = leaves.collect();
    let machines = [
        tokio::spawn(take_in(one.clone(), reports)),
        tokio::spawn(take_in(other.clone(), backwards)),
    ];
    // Everybody leaves meanwhile by one click: nobody waits for another for ever.
    other
        .suppress(&leaves, ChangeSource::OneClick, at(60))
        .await
        .unwrap();
    let mut taken = Vec::new();
    for machine in machines {
        taken.extend(machine.await.unwrap());
    }
    assert_eq!(taken.iter().filter(|it| it.is_new).count(), 30);
    let ids: BTreeSet<i64> = taken.iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), 30, "both know them by the same numbers");
    let follows = [ReportEffect::Suppressed, ReportEffect::Off];
    assert!(taken.iter().all(|it| follows.contains(&it.effect)));
    let told: usize = taken.iter().map(|it| it.news.len()).sum();
    let dead = taken.iter().filter(|it| it.is_new);
    let dead = dead.filter(|it| it.effect == ReportEffect::Suppressed);
    assert_eq!(told, dead.count(), "each is told once");
    assert_eq!(suppressed(&one).await, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_machines_settle_at_once_is_settled_once() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let ([one, other], reports) = two_machines(&place, 20).await;
    // Their domains refuse everybody just now: nobody is believed.
    let around = ReportSurroundings {
        spells: (1..=20).map(|n| format!("d{n}.example.com")).collect(),
        ..ReportSurroundings::default()
    };
    let taken = one.take_in_reports(&reports, &around, at(60)).await;
    assert!(
        taken
            .unwrap()
            .iter()
            .all(|it| it.effect == ReportEffect::Held)
    );
    let machines = [&one, &other].map(|store| {
        let store = store.clone();
        tokio::spawn(async move { settled(&store, at(3 * HOUR)).await })
    });
    let mut told = Vec::new();
    for machine in machines {
        told.extend(machine.await.unwrap());
    }
    let suppressed_now = |it: &&ReportNews| matches!(it, ReportNews::Suppressed { .. });
    assert_eq!(told.iter().filter(suppressed_now).count(), 20);
    assert_eq!(told.len(), 20);
    assert_eq!(suppressed(&one).await, 20);
}

#[tokio::test]
async fn a_zero_byte_in_what_came_back_holds_up_nobody() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let ([store, _], mut reports) = two_machines(&place, 1).await;
    let report = &mut reports[0];
    report.class = Some(BounceClass::Spam);
    report.words.reply = "554 5.7.1 sp\0am".to_owned();
    report.words.subject = "\0".to_owned();
    let id = taken(&store, report, at(60)).await.id;
    let shown = store.report(id).await.unwrap().unwrap();
    assert_eq!(shown.words.reply, "554 5.7.1 sp\u{FFFD}am");
}
