//! How domains and the relay have fared: in a batch, in those before, and as it is remembered between runs.

use daily_note::{
    audience::Origin,
    store::{DomainRecord, StoredMood},
};

use crate::store::fixture::*;

fn record(domain: &str, taken: usize, refused: usize, untried: usize) -> DomainRecord {
    DomainRecord {
        domain: domain.to_owned(),
        taken,
        refused,
        untried,
    }
}

fn sorted(mut records: Vec<DomainRecord>) -> Vec<DomainRecord> {
    records.sort_by(|one, other| one.domain.cmp(&other.domain));
    records
}

pub(crate) async fn a_domain_s_readers_are_taken_refused_or_untried(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(3).await;
    store
        .add(&[person("a@other.example")], Origin::Operator)
        .await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(0)).await;
    for (claim, outcome) in claims.iter().zip([accepted(), rejected(false)]) {
        store.step(claim, sending()).await.unwrap();
        store.step(claim, outcome).await.unwrap();
    }
    let all = [
        record("example.com", 1, 1, 1),
        record("other.example", 0, 0, 1),
    ];
    assert_eq!(sorted(store.fared(batch.id, &[]).await.unwrap()), all);
    let one = ["other.example".to_owned()];
    assert_eq!(store.fared(batch.id, &one).await.unwrap(), all[1..]);
}

pub(crate) async fn the_batches_before_say_how_a_domain_fared_in_them(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(3).await;
    let before = store.frozen("monday").await;
    let claims = store.claim_at(&before, 2, at(0)).await;
    for (claim, outcome) in claims.iter().zip([accepted(), rejected(false)]) {
        store.step(claim, sending()).await.unwrap();
        store.step(claim, outcome).await.unwrap();
    }
    let batch = store.frozen("thursday").await;
    let fared = store.fared_before(batch.id, &[], at(0)).await.unwrap();
    // Who was not tried says nothing of a domain.
    assert_eq!(fared, [record("example.com", 1, 1, 0)]);
    assert_eq!(store.fared_before(batch.id, &[], at(1)).await.unwrap(), []);
    assert_eq!(store.fared_before(before.id, &[], at(0)).await.unwrap(), []);
}

pub(crate) async fn a_mood_takes_the_place_of_the_one_before(
    place: &impl Place<Store: LedgerStore>,
) {
    let mood = |key: &str, record: &str, seconds: i64| StoredMood {
        key: key.to_owned(),
        record: record.to_owned(),
        at: at(seconds),
    };
    let store = place.open().await;
    let first = [mood("b.example", "{}", 1), mood("a.example", "{}", 1)];
    store.keep_moods(&first).await.unwrap();
    let later = mood("b.example", "{\"rests\":1}", 2);
    store
        .keep_moods(std::slice::from_ref(&later))
        .await
        .unwrap();
    let [_, a] = first;
    assert_eq!(place.open().await.moods().await.unwrap(), [a, later]);
}
