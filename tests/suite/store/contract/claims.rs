//! Claims: who gets which rows, in what order, and how many.

use std::collections::BTreeMap;

use daily_note::{
    audience::{Origin, SuppressionReason},
    store::{ClaimQuotas, DeadSender, DeliveryCounts, DeliveryStep},
};

use crate::store::fixture::*;

pub(crate) async fn a_claim_carries_what_a_message_needs(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await;
    let mut profile = named("Minji@Example.com", "민지");
    profile.language = Some("ko".to_owned());
    profile.tags = ["founder", "design"].map(str::to_owned).into();
    store.add(&[profile], Origin::Operator).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 5, at(0)).await;
    let [claim] = claims.as_slice() else {
        panic!("{claims:?}");
    };
    let reader = &claim.reader;
    assert_eq!(reader.email.as_str(), "Minji@example.com");
    assert_eq!(reader.name.as_deref(), Some("민지"));
    assert_eq!(reader.language.as_deref(), Some("ko"));
    assert_eq!(reader.tags, ["design", "founder"]);
    assert_eq!((claim.attempts, claim.losses), (0, 0));
    assert_eq!(claim.tried_at, None);
    assert!(!claim.was_tried());
}

pub(crate) async fn a_row_is_claimed_by_one_sender_only(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(7).await;
    let batch = store.frozen("monday").await;
    let mut seen = Vec::new();
    for expected in [3, 3, 1, 0] {
        let claims = store.claim_at(&batch, 3, at(0)).await;
        assert_eq!(claims.len(), expected);
        seen.extend(claims.into_iter().map(|claim| claim.delivery));
    }
    let in_order = seen.clone();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, in_order, "each once, and in order");
    assert_eq!(store.counted(&batch).await.claimed, 7);
}

pub(crate) async fn a_deferred_row_comes_again_when_it_is_due(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    assert_eq!(store.next_due(batch.id).await.unwrap(), Some(at(0)));
    let claims = store.claim_at(&batch, 2, at(0)).await;
    assert_eq!(store.next_due(batch.id).await.unwrap(), None);
    store.step(&claims[0], deferred(at(600))).await.unwrap();
    store.step(&claims[1], deferred(at(300))).await.unwrap();
    assert_eq!(store.counted(&batch).await.deferred, 2);
    assert_eq!(store.next_due(batch.id).await.unwrap(), Some(at(300)));

    assert_eq!(store.claim_at(&batch, 5, at(299)).await, []);
    let again = store.claim_at(&batch, 5, at(300)).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].delivery, claims[1].delivery);
    assert_eq!((again[0].attempts, again[0].losses), (1, 0));
    assert_eq!(again[0].tried_at, Some(at(1)));
    assert!(again[0].was_tried());
    assert!(again[0].fence > claims[1].fence);
}

pub(crate) async fn quotas_bound_each_domain_and_a_full_one_holds_up_nobody(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await;
    let mut list = Vec::new();
    for n in 0..40 {
        list.push(person(&format!("big{n}@big.example.com")));
    }
    for n in 0..10 {
        list.push(person(&format!("slow{n}@slow.example.com")));
        list.push(person(&format!("other{n}@other.example.com")));
    }
    store.add(&list, Origin::Operator).await;
    let batch = store.frozen("monday").await;
    let quotas = |rest, big, slow| ClaimQuotas {
        total: 1_000,
        rest,
        domains: vec![
            ("big.example.com".to_owned(), big),
            ("slow.example.com".to_owned(), slow),
            ("nobody.example.com".to_owned(), 9),
        ],
    };
    for (quotas, expected) in [
        (quotas(4, 0, 3), [0, 3, 4]),
        (quotas(0, 5, 0), [5, 0, 0]),
        (quotas(100, 0, 0), [0, 0, 6]),
        (quotas(100, 0, 100), [0, 7, 0]),
        (any(30), [30, 0, 0]),
        (quotas(100, 100, 100), [5, 0, 0]),
    ] {
        let claims = store
            .claim(batch.id, &sender(), &quotas, at(0))
            .await
            .unwrap();
        let mut taken = BTreeMap::new();
        for claim in &claims {
            *taken.entry(claim.reader.email.domain()).or_insert(0) += 1;
        }
        let count = |domain| taken.get(domain).copied().unwrap_or(0);
        assert_eq!(
            ["big.example.com", "slow.example.com", "other.example.com"].map(count),
            expected,
            "{quotas:?}"
        );
    }
}

pub(crate) async fn a_limit_on_all_together_starves_no_domain(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await;
    let domains = ["a", "b", "c", "d"];
    let list: Vec<_> = (0..40)
        .map(|n| person(&format!("r{n}@{}.example.com", domains[n % 4])))
        .collect();
    store.add(&list, Origin::Operator).await;
    let batch = store.frozen("monday").await;
    let lane = |name: &str, room| (format!("{name}.example.com"), room);
    // The first two have no rows left at the end, and never any that would fit all of their room.
    let quotas = ClaimQuotas {
        total: 8,
        rest: 8,
        domains: vec![lane("nobody", 8), lane("a", 8), lane("b", 8), lane("c", 8)],
    };
    for _ in 0..5 {
        let claims = store.claim(batch.id, &sender(), &quotas, at(0)).await;
        let mut taken = BTreeMap::new();
        for claim in claims.unwrap() {
            *taken
                .entry(claim.reader.email.domain().to_owned())
                .or_insert(0) += 1;
        }
        assert_eq!(taken.len(), 4, "{taken:?}");
        assert!(taken.values().all(|rows| *rows == 2), "{taken:?}");
    }
    assert!(store.claim_at(&batch, 9, at(0)).await.is_empty());
}

pub(crate) async fn a_lane_without_limits_any_more_shares_the_common_quota(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await;
    let list: Vec<_> = (0..10)
        .map(|n| person(&format!("r{n}@{}.example.com", ["a", "b"][n % 2])))
        .collect();
    store.add(&list, Origin::Operator).await;
    let batch = store.frozen("monday").await;
    let named = ClaimQuotas {
        total: 9,
        rest: 1,
        domains: vec![("a.example.com".to_owned(), 1)],
    };
    let claims = store.claim(batch.id, &sender(), &named, at(0)).await;
    assert_eq!(claims.unwrap().len(), 2);
    assert_eq!(store.claim_at(&batch, 3, at(0)).await.len(), 3);
    assert_eq!(store.claim_at(&batch, 9, at(0)).await.len(), 5);
}

pub(crate) async fn readers_who_left_since_the_freeze_make_room_for_others(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(6).await;
    let batch = store.frozen("monday").await;
    let left: Vec<_> = [1, 2, 3]
        .map(|n| {
            suppression(
                &format!("reader{n}@example.com"),
                SuppressionReason::Unsubscribed,
            )
        })
        .into();
    store
        .suppress(&left, ChangeSource::Operator, at(0))
        .await
        .unwrap();
    assert_eq!(store.claim_at(&batch, 3, at(0)).await.len(), 3);
    assert_eq!(
        store.counted(&batch).await,
        DeliveryCounts {
            claimed: 3,
            skipped: 3,
            ..DeliveryCounts::default()
        }
    );
    assert_eq!(
        store.bad_rows(&batch).await[0],
        (
            Some("reader1@example.com".to_owned()),
            "skipped".to_owned(),
            "unsubscribed".to_owned()
        )
    );
}

pub(crate) async fn a_dead_sender_s_claims_return_and_its_wire_is_unknown(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(4).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 3, at(0)).await;
    store.step(&claims[0], sending()).await.unwrap();
    store.step(&claims[1], held()).await.unwrap();
    drop(store);

    let store = place.open().await;
    let recovered = store.recover(batch.id, false, at(9)).await.unwrap();
    assert_eq!((recovered.returned, recovered.unknown), (2, 1));
    let dead = DeadSender {
        sender: sender().0,
        claimed: 2,
        sending: 1,
    };
    assert_eq!(recovered.dead, [dead]);
    assert_eq!(
        store.counted(&batch).await,
        DeliveryCounts {
            pending: 3,
            unknown: 1,
            ..DeliveryCounts::default()
        }
    );
    let late = store.step(&claims[0], accepted()).await;
    assert!(late.is_err(), "the dead sender's word comes too late");
    let again = store.claim_at(&batch, 9, at(9)).await;
    assert_eq!(again.len(), 3);
    assert!(
        store.step(&claims[1], sending()).await.is_err(),
        "an old fence"
    );
    let nothing = store.recover(batch.id, false, at(9)).await.unwrap();
    assert_eq!((nothing.returned, nothing.unknown), (3, 0));
}

pub(crate) async fn where_told_to_resend_the_wire_returns_too(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 1, at(0)).await;
    store.step(&claims[0], sending()).await.unwrap();
    let recovered = store.recover(batch.id, true, at(9)).await.unwrap();
    assert_eq!((recovered.returned, recovered.unknown), (1, 0));
    assert_eq!(store.claim_at(&batch, 1, at(9)).await.len(), 1);
}

pub(crate) async fn a_clock_set_back_does_not_stop_a_batch(place: &impl Place<Store: LedgerStore>) {
    let store = place.open().await.with_people(2).await;
    let batch = store.freeze(&new_batch("monday"), at(7_200)).await.unwrap();
    let claims = store.claim_at(&batch.batch, 1, at(7_200)).await;
    store
        .steps(
            &[step(&claims[0], DeliveryStep::Returned { lost: true })],
            at(7_200),
        )
        .await;
    assert_eq!(store.claim_at(&batch.batch, 2, at(3_600)).await.len(), 2);
}
