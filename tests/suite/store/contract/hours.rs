//! Slots sent once, and readers' own hours.

use std::sync::Arc;

use daily_note::{
    audience::{Origin, Profile},
    store::{Batch, BatchState, NewBatch, StoreError, WaveState},
};

use crate::store::fixture::*;

const HOUR: i64 = 3_600;
const LATE: i64 = 6 * HOUR;

fn in_zone(email: &str, zone: &str) -> Profile {
    Profile {
        timezone: Some(zone.parse().unwrap()),
        ..person(email)
    }
}

/// Monday 08:00 on everybody's own clock; `at(0)` is that in Seoul.
fn by_zone(issue: &str) -> NewBatch {
    NewBatch {
        date: Some("2026-11-23".parse().unwrap()),
        readers_hour: Some("2026-11-23T08:00:00".parse().unwrap()),
        ..new_batch(issue)
    }
}

/// One reader each in Auckland (UTC+13 in November), without a zone, in Berlin and in Los Angeles.
async fn around_the_world<S: LedgerStore + ?Sized>(
    place: &impl Place<Store = S>,
) -> (Arc<S>, Batch) {
    let store = place.open().await;
    let people = [
        in_zone("auckland@example.com", "Pacific/Auckland"),
        person("seoul@example.com"),
        in_zone("berlin@example.com", "Europe/Berlin"),
        in_zone("la@example.com", "America/Los_Angeles"),
    ];
    store.add(&people, Origin::Operator).await;
    let frozen = store.freeze(&by_zone("monday"), at(-4 * HOUR)).await;
    (store, frozen.unwrap().batch)
}

pub(crate) async fn a_slot_is_sent_once_whatever_its_issue_is_called(
    place: &impl Place<Store: LedgerStore>,
) {
    let store = place.open().await.with_people(1).await;
    let date = Some("2026-11-23".parse().unwrap());
    let first = NewBatch {
        date,
        ..new_batch("monday")
    };
    let batch = store.freeze(&first, at(0)).await.unwrap().batch;
    assert_eq!(batch.date, date);
    let renamed = NewBatch {
        date,
        ..new_batch("another")
    };
    let refused = store.freeze(&renamed, at(1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::SlotTaken { issue } if issue == "monday"));
    // Another edition has slots of its own, and what goes out of turn has none.
    let thursday = NewBatch {
        edition: "thursday".to_owned(),
        ..renamed.clone()
    };
    assert!(store.freeze(&thursday, at(1)).await.unwrap().is_new);
    let out_of_turn = new_batch("out of turn");
    assert!(store.freeze(&out_of_turn, at(1)).await.unwrap().is_new);
    // A cancelled batch leaves its slot to a person.
    let cancelled = BatchState::Cancelled;
    store
        .set_batch_state(batch.id, &cancelled, at(2))
        .await
        .unwrap();
    let renamed = NewBatch {
        issue: "a third".to_owned(),
        ..renamed
    };
    assert!(store.freeze(&renamed, at(3)).await.unwrap().is_new);
}

pub(crate) async fn each_reader_is_due_at_the_hour_on_their_own_clock(
    place: &impl Place<Store: LedgerStore>,
) {
    let (store, batch) = around_the_world(place).await;
    assert_eq!((batch.audience, batch.waves), (4, 4));
    for (hours, email) in [
        (-4, "auckland@example.com"),
        (0, "seoul@example.com"),
        (8, "berlin@example.com"),
        (17, "la@example.com"),
    ] {
        let due_at = store.next_due(batch.id).await.unwrap();
        assert_eq!(due_at, Some(at(hours * HOUR)), "{email}");
        assert!(
            store
                .claim_at(&batch, 9, at(hours * HOUR - 1))
                .await
                .is_empty()
        );
        let claims = store.claim_at(&batch, 9, at(hours * HOUR)).await;
        let emails: Vec<&str> = claims
            .iter()
            .map(|claim| claim.reader.email.as_str())
            .collect();
        assert_eq!(emails, [email]);
    }
    let waves = store.waves(batch.id).await.unwrap();
    let zones: Vec<&str> = waves.iter().map(|wave| wave.zones[0].as_str()).collect();
    assert_eq!(
        zones,
        [
            "Pacific/Auckland",
            "",
            "Europe/Berlin",
            "America/Los_Angeles"
        ]
    );
    assert!(waves.iter().all(|wave| wave.counts.claimed == 1));
    let mut named = store.zones("monday").await.unwrap();
    named.sort_by_key(|zone| zone.map(|zone| zone.name()));
    assert_eq!(named.len(), 4);
    assert_eq!(named[0], None);
}

pub(crate) async fn a_wave_that_nobody_began_in_time_waits_for_a_person(
    place: &impl Place<Store: LedgerStore>,
) {
    let (store, batch) = around_the_world(place).await;
    // Down from Auckland's hour until seven hours after it: Seoul's is three hours past.
    let now = 3 * HOUR;
    let missed = store
        .waves_come_due(batch.id, at(now - LATE), at(now))
        .await;
    assert_eq!(missed.unwrap(), 1);
    let again = store
        .waves_come_due(batch.id, at(now - LATE), at(now))
        .await;
    assert_eq!(again.unwrap(), 0);
    let emails = |claims: Vec<daily_note::store::Claim>| -> Vec<String> {
        let emails = claims.iter().map(|claim| claim.reader.email.to_string());
        emails.collect()
    };
    assert_eq!(
        emails(store.claim_at(&batch, 9, at(now)).await),
        ["seoul@example.com"]
    );
    let states: Vec<WaveState> = store
        .waves(batch.id)
        .await
        .unwrap()
        .iter()
        .map(|wave| wave.state)
        .collect();
    use WaveState::{Begun, ToCome, TooLate};
    assert_eq!(states, [TooLate, Begun, ToCome, ToCome]);
    // The others are due at their hour, and then only those who wait are left: nothing is due.
    assert_eq!(
        emails(store.claim_at(&batch, 9, at(17 * HOUR)).await).len(),
        2
    );
    assert_eq!(store.next_due(batch.id).await.unwrap(), None);
    assert_eq!(
        store.release_waves(batch.id, at(18 * HOUR)).await.unwrap(),
        1
    );
    assert_eq!(
        emails(store.claim_at(&batch, 9, at(18 * HOUR)).await),
        ["auckland@example.com"]
    );
}

pub(crate) async fn a_wave_that_was_begun_is_never_too_late(
    place: &impl Place<Store: LedgerStore>,
) {
    let (store, batch) = around_the_world(place).await;
    let claims = store.claim_at(&batch, 9, at(-4 * HOUR)).await;
    store.step(&claims[0], sending()).await.unwrap();
    // Its sender died on the wire; the row was tried, and nobody is held back.
    store
        .recover(batch.id, true, at(-4 * HOUR + 1))
        .await
        .unwrap();
    let now = 10 * HOUR;
    let missed = store
        .waves_come_due(batch.id, at(now - LATE), at(now))
        .await;
    // Seoul's hour is ten hours past and was never begun.
    assert_eq!(missed.unwrap(), 1);
    let waves = store.waves(batch.id).await.unwrap();
    assert_eq!(waves[0].state, WaveState::Begun);
    assert_eq!(waves[1].state, WaveState::TooLate);
    // Marked in time, a wave may take as long as it takes.
    let (store, batch) = around_the_world(place).await;
    assert_eq!(batch.waves, 4);
    for hour in [-4, 0] {
        let missed = store
            .waves_come_due(batch.id, at(hour * HOUR - LATE), at(hour * HOUR))
            .await;
        assert_eq!(missed.unwrap(), 0);
    }
}
