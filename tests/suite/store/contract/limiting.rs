//! How much mail forms may cause, and what becomes of a flood.

use chrono::TimeDelta;
use daily_note::{
    audience::{Origin, SubscriberId},
    store::{AskOutcome, HELD_FOR, LimitReached, ReceiptKind, SignupLimits},
};

use crate::store::{fixture::*, membership::*};

const DAY: i64 = 86_400;

pub(crate) async fn a_mailbox_gets_one_confirmation_a_day_and_three_in_all_spellings(
    place: &impl Place<Store: LivesStore>,
) {
    let spellings = [
        "min.ji@gmail.com",
        "minji@gmail.com",
        "m.i.n.j.i+news@googlemail.com",
        "MINJI+x@gmail.com",
        "minji+y@gmail.com",
    ];
    let limited = AskOutcome::Limited(LimitReached::Mailbox);
    for (days, expected) in [
        (0, [AskOutcome::Queued, limited, limited]),
        (1, [AskOutcome::Queued, limited, limited]),
        (2, [AskOutcome::Queued, limited, limited]),
        (3, [limited, limited, limited]),
        (29, [limited, limited, limited]),
        (31, [AskOutcome::Queued, limited, limited]),
    ] {
        // Limits survive a restart.
        let store = place.open().await;
        for (n, expected) in expected.into_iter().enumerate() {
            let email = spellings[(usize::try_from(days).unwrap() + n) % spellings.len()];
            let now = at(days * (DAY + 1) + i64::try_from(n).unwrap());
            assert_eq!(
                store.wish_at(&wish(email), now).await,
                expected,
                "day {days}: {email}"
            );
        }
    }
}

pub(crate) async fn a_confirmation_forgets_what_was_counted_against_its_mailbox(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    let reader = store.joined("minji@example.com", at(0)).await.id;
    store.leave_one(leaving(reader), at(1)).await;
    assert_eq!(
        store.wish_at(&wish("minji@example.com"), at(2)).await,
        AskOutcome::Queued
    );
    // Who is a reader hears so once a day.
    store.confirm_now("minji@example.com", at(3)).await;
    let again = wish("minji@example.com");
    assert_eq!(store.wish_at(&again, at(4)).await, AskOutcome::AlreadyHere);
    assert_eq!(
        store.wish_at(&again, at(5)).await,
        AskOutcome::Limited(LimitReached::Mailbox)
    );
    assert_eq!(
        store.wish_at(&again, at(5 + DAY)).await,
        AskOutcome::AlreadyHere
    );
}

pub(crate) async fn a_network_has_its_own_limit_by_the_hour(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    let ask = async |n: i64, seconds: i64| {
        let mut ask = wish(&format!("reader{n}@example.com"));
        ask.prefix = "192.0.2.0/24".to_owned();
        store.wish_at(&ask, at(seconds)).await
    };
    for n in 0..10 {
        assert_eq!(ask(n, n).await, AskOutcome::Queued);
    }
    assert_eq!(ask(10, 20).await, AskOutcome::Limited(LimitReached::Prefix));
    assert_eq!(ask(10, 3_700).await, AskOutcome::Queued);
}

pub(crate) async fn a_flood_is_held_and_people_beside_it_get_their_mail(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    // Ten from each network, one after the other, too fast for a person; now and then a person.
    let (mut people, mut since) = (0, None);
    for n in 0_i64..600 {
        let mut ask = wish(&format!("flood{n}@example.com"));
        ask.prefix = format!("network {}", n / 10);
        ask.is_hurried = true;
        if let AskOutcome::Held { since: moment } = store.wish_at(&ask, at(n)).await {
            assert_eq!(*since.get_or_insert(moment), moment, "one alarm a flood");
        }
        if n % 30 == 0 {
            let honest = wish(&format!("honest{n}@example.com"));
            people += u32::from(store.wish_at(&honest, at(n)).await == AskOutcome::Queued);
        }
    }
    assert!(people >= 19, "{people} of 20 people");
    let due = store.due(at(600)).await;
    assert!(due.len() <= 50, "{} left", due.len());
    assert_eq!(store.held_receipts().await.unwrap() + due.len() as u64, 620);
    assert!(since.is_some());
    // In a rehearsal nothing of it counts; after a restart all of it does.
    let again = place.open().await;
    let mut ask = wish("more@example.com");
    ask.is_hurried = true;
    assert!(matches!(
        again.wish_at(&ask, at(601)).await,
        AskOutcome::Held { .. }
    ));
}

pub(crate) async fn what_is_held_leaves_by_a_person_s_word_or_dies_unsent(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    let limits = SignupLimits {
        least_an_hour: 0,
        ..SignupLimits::default()
    };
    let ask = async |email: &str, seconds: i64| {
        store.ask(&wish(email), &limits, at(seconds)).await.unwrap()
    };
    assert_eq!(
        ask("one@example.com", 0).await,
        AskOutcome::Held { since: at(0) }
    );
    assert_eq!(store.due_kinds(at(1)).await, []);
    assert_eq!(store.next().await, None);
    assert_eq!(store.release_held(at(2)).await.unwrap(), 1);
    assert_eq!(store.due_kinds(at(2)).await, [ReceiptKind::Confirm]);

    assert_eq!(
        ask("two@example.com", 10).await,
        AskOutcome::Held { since: at(0) }
    );
    store.forget_unconfirmed(at(10) + HELD_FOR).await.unwrap();
    assert_eq!(store.held_receipts().await.unwrap(), 1);
    let dead = at(11) + HELD_FOR;
    store.forget_unconfirmed(dead).await.unwrap();
    assert_eq!(store.held_receipts().await.unwrap(), 0);
    assert_eq!(store.release_held(dead).await.unwrap(), 0);
    assert_eq!(
        store.subscriber(&address("two@example.com")).await.unwrap(),
        None
    );
    // Nothing left to them, and nothing is counted against them.
    assert_eq!(
        store.wish_at(&wish("two@example.com"), dead).await,
        AskOutcome::Queued
    );
    // Of the other one a mail left: it may still be confirmed.
    assert!(store.member_of("one@example.com").await.pending.is_some());
}

pub(crate) async fn what_is_usual_is_more_than_the_least(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    let limits = SignupLimits {
        least_an_hour: 2,
        ..SignupLimits::default()
    };
    // One an hour, for two weeks.
    for hour in 0_i64..14 * 24 {
        let ask = wish(&format!("usual{hour}@example.com"));
        let asked = store.ask(&ask, &limits, at(hour * 3_600)).await.unwrap();
        assert_eq!(asked, AskOutcome::Queued);
    }
    let now = at(14 * DAY);
    let mut queued = 0;
    for n in 0..30 {
        let asked = store
            .ask(&wish(&format!("rush{n}@example.com")), &limits, now)
            .await
            .unwrap();
        queued += u32::from(asked == AskOutcome::Queued);
    }
    assert!((9..=10).contains(&queued), "{queued}");
}

pub(crate) async fn a_fresh_link_goes_to_a_reader_s_own_address_and_is_good_once(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(1).await;
    let (limits, reader) = (SignupLimits::default(), SubscriberId(1));
    let ask = async |email: &str, seconds: i64| {
        store
            .ask_link(&address(email), &limits, at(seconds))
            .await
            .unwrap()
    };
    assert_eq!(ask("nobody@example.com", 0).await, AskOutcome::Barred);
    assert_eq!(ask("READER1@example.com", 0).await, AskOutcome::Queued);
    assert!(store.ask_own_link(reader, &limits, at(1)).await.unwrap());
    assert_eq!(ask("reader1@example.com", 2).await, AskOutcome::Queued);
    assert!(
        !store.ask_own_link(reader, &limits, at(3)).await.unwrap(),
        "three a day"
    );
    assert!(
        store
            .ask_own_link(reader, &limits, at(3 + DAY))
            .await
            .unwrap()
    );
    let due = store.due(at(3)).await;
    assert!(due.iter().all(|due| due.kind == ReceiptKind::ManageLink));
    assert_eq!(due[0].to, address("reader1@example.com"));

    let until = at(1_800);
    let spend = async |epoch, seconds| {
        store
            .spend_link(reader, epoch, until, at(seconds))
            .await
            .unwrap()
    };
    assert!(!spend(1, 10).await, "of another time");
    assert!(spend(0, 10).await);
    assert!(!spend(0, 11).await, "used");
    let other = store
        .spend_link(reader, 0, at(1_900), at(12))
        .await
        .unwrap();
    assert!(other, "another link");
    assert!(
        !store.spend_link(reader, 0, at(20), at(20)).await.unwrap(),
        "over"
    );
    assert!(
        !store
            .spend_link(SubscriberId(9), 0, until, at(10))
            .await
            .unwrap()
    );
}

pub(crate) async fn a_wish_of_someone_on_another_list_of_spellings_is_their_own(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    store
        .add(&[person("min.ji@gmail.com")], Origin::Import)
        .await;
    // The list folds no spelling: they may read at both.
    assert_eq!(
        store.wish_at(&wish("minji@gmail.com"), at(0)).await,
        AskOutcome::Queued
    );
    let due = TimeDelta::seconds(1);
    assert_eq!(
        store.due(at(0) + due).await[0].to,
        address("minji@gmail.com")
    );
}
