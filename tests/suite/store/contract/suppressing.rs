//! Suppressions: who gets no mail, and why.

use daily_note::audience::{Suppression, SuppressionReason};

use crate::store::fixture::*;

pub(crate) async fn an_address_is_suppressed_once(place: &impl Place<Store: PeopleStore>) {
    let store = place.open().await.with_people(1).await;
    let list = [
        suppression("reader1@example.com", SuppressionReason::Unsubscribed),
        suppression("READER1@example.com", SuppressionReason::Unsubscribed),
        suppression("stranger@example.com", SuppressionReason::Manual),
    ];
    assert_eq!(
        store
            .suppress(&list, ChangeSource::Operator, at(0))
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        store
            .suppress(&list, ChangeSource::Operator, at(0))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        store.standing("Reader1@EXAMPLE.com").await,
        Some(SuppressionReason::Unsubscribed)
    );
    assert_eq!(store.standing("other@example.com").await, None);
}

pub(crate) async fn a_lifted_suppression_gives_the_reader_back(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await.with_people(1).await;
    let given = Suppression {
        detail: Some("list.csv".to_owned()),
        ..suppression("reader1@example.com", SuppressionReason::Manual)
    };
    store
        .suppress(std::slice::from_ref(&given), ChangeSource::Operator, at(9))
        .await
        .unwrap();
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 0);
    let email = address("READER1@example.com");
    assert_eq!(
        store
            .lift_suppressions(std::slice::from_ref(&email), at(10))
            .await
            .unwrap(),
        [given]
    );
    assert!(
        store
            .lift_suppressions(&[email], at(10))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 1);
}

pub(crate) async fn a_stronger_reason_replaces_a_weaker_one_only(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await.with_people(1).await;
    let say = async |reason| {
        let list = [suppression("reader1@example.com", reason)];
        store
            .suppress(&list, ChangeSource::Operator, at(0))
            .await
            .unwrap();
        store.standing("reader1@example.com").await.unwrap()
    };
    assert_eq!(
        say(SuppressionReason::HardBounce).await,
        SuppressionReason::HardBounce
    );
    assert_eq!(
        say(SuppressionReason::Unsubscribed).await,
        SuppressionReason::Unsubscribed
    );
    assert_eq!(
        say(SuppressionReason::HardBounce).await,
        SuppressionReason::Unsubscribed,
        "lifting a bounce must not bring back someone who left"
    );
    assert_eq!(
        say(SuppressionReason::Complaint).await,
        SuppressionReason::Complaint
    );
}

pub(crate) async fn suppressions_come_in_pages_in_their_order(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    for n in 1..=5 {
        let email = format!("reader{n}@example.com");
        let list = [suppression(&email, SuppressionReason::Manual)];
        store
            .suppress(&list, ChangeSource::Operator, at(0))
            .await
            .unwrap();
    }
    let first = store.suppressions(0, 3).await.unwrap();
    assert_eq!(first.len(), 3);
    let rest = store.suppressions(first[2].0, 3).await.unwrap();
    let emails: Vec<_> = first
        .into_iter()
        .chain(rest)
        .map(|(_, suppression)| suppression.email.unwrap().to_string())
        .collect();
    let expected: Vec<_> = people(5).iter().map(|p| p.email.to_string()).collect();
    assert_eq!(emails, expected);
}

pub(crate) async fn what_is_known_of_addresses_comes_in_their_order(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await.with_people(2).await;
    let reasons = [
        ("READER2@example.com", SuppressionReason::HardBounce),
        ("stranger@example.com", SuppressionReason::Manual),
        ("erased@example.com", SuppressionReason::Erased),
    ];
    let list = reasons.map(|(email, reason)| suppression(email, reason));
    store
        .suppress(&list, ChangeSource::Operator, at(0))
        .await
        .unwrap();
    let emails = [
        "nobody@example.com",
        "reader2@example.com",
        "Erased@example.com",
        "reader1@EXAMPLE.com",
        "stranger@example.com",
    ];
    let known = store.known(&emails.map(address)).await.unwrap();
    let told: Vec<_> = known
        .iter()
        .map(|known| (known.is_listed, known.suppression))
        .collect();
    let expected = [
        (false, None),
        (true, Some(SuppressionReason::HardBounce)),
        (false, Some(SuppressionReason::Erased)),
        (true, None),
        (false, Some(SuppressionReason::Manual)),
    ];
    assert_eq!(told, expected);
}
