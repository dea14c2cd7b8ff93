//! Erasure: what is forgotten, and what must still be recognised.

use std::sync::Arc;

use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason},
    store::Upsert,
};

use crate::store::fixture::*;

async fn erase(store: &Arc<impl LedgerStore + ?Sized>, email: &str) -> u64 {
    let list = [suppression(email, SuppressionReason::Erased)];
    store
        .suppress(&list, ChangeSource::Operator, at(0))
        .await
        .unwrap()
}

pub(crate) async fn an_erased_person_is_forgotten_and_recognised(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await;
    store
        .add(&[named("minji@own.example.com", "민지")], Origin::Operator)
        .await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(0)).await;
    store.step(&claims[0], rejected(false)).await.unwrap();

    assert_eq!(erase(&store, "MINJI@own.example.com").await, 1);
    assert_eq!(erase(&store, "minji@own.example.com").await, 0);
    let email = address("minji@own.example.com");
    assert_eq!(store.subscriber(&email).await.unwrap(), None);
    let list = store.subscribers(None, SubscriberId(0), 9).await.unwrap();
    assert_eq!(list, []);
    let standing = store.suppression(&email).await.unwrap().unwrap();
    assert_eq!(
        (standing.email, standing.reason),
        (None, SuppressionReason::Erased)
    );
    assert_eq!(
        store.bad_rows(&batch).await,
        [(None, "rejected".to_owned(), String::new())],
        "the row stays, what it said of the person goes"
    );
    for origin in [Origin::Import, Origin::Operator] {
        assert_eq!(
            store.add(&[person("minji@own.example.com")], origin).await,
            [Upsert::Suppressed(SuppressionReason::Erased)]
        );
    }
    let report = store.fold_all(&[person("minji@own.example.com")]).await;
    assert_eq!(report.unwrap().suppressed, 1);
}

pub(crate) async fn an_erased_address_stays_erased_whatever_else_is_said_of_it(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    erase(&store, "reader1@example.com").await;
    let list = [suppression(
        "reader1@example.com",
        SuppressionReason::Complaint,
    )];
    assert_eq!(
        store
            .suppress(&list, ChangeSource::Operator, at(0))
            .await
            .unwrap(),
        0
    );
    let page = store.suppressions(0, 9).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].1.email, None);
}

pub(crate) async fn an_erased_person_may_come_again_as_someone_new(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    let email = address("reader1@example.com");
    let before = store.subscriber(&email).await.unwrap().unwrap();
    erase(&store, "reader1@example.com").await;
    assert_eq!(store.add(&people(1), Origin::Person).await, [Upsert::Added]);
    let after = store.subscriber(&email).await.unwrap().unwrap();
    assert_ne!(after.id, before.id, "a number is never used twice");
    assert_eq!(store.suppression(&email).await.unwrap(), None);
}
