//! Asking to subscribe and confirming it.

use chrono::TimeDelta;
use daily_note::{
    audience::{
        Consent, Origin, SubscriberId, SubscriberState, SuppressionReason,
        membership::MembershipChange,
    },
    store::{AskOutcome, ConfirmOutcome, ReceiptKind, Upsert},
};

use crate::store::{fixture::*, membership::*};

pub(crate) async fn who_asks_and_confirms_reads_and_the_proof_of_it_is_kept(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    let mut ask = wish("minji@example.com");
    ask.name = Some("민지".to_owned());
    ask.editions = Some(["monday".to_owned()].into());
    ask.agreed_to_ads = Some(true);
    ask.network = Some("203.0.113.0/24".to_owned());
    assert_eq!(store.wish_at(&ask, at(0)).await, AskOutcome::Queued);

    let waiting = store.member_of("minji@example.com").await;
    assert_eq!(waiting.subscriber.state, SubscriberState::Unconfirmed);
    assert_eq!(
        waiting.subscriber.profile,
        person("minji@example.com"),
        "what a form said counts later"
    );
    assert_eq!(waiting.pending.unwrap().name, ask.name);
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 0);

    let outcome = store.confirm_now("minji@example.com", at(60)).await;
    let ConfirmOutcome::Confirmed { subscriber } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(subscriber.profile.name, ask.name);
    assert_eq!(subscriber.profile.editions, ask.editions);
    assert_eq!(
        subscriber.profile.consent.as_ref().unwrap().at,
        Some(at(60).fixed_offset())
    );
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 1);
    assert_eq!(store.audience_size("thursday").await.unwrap().readers, 0);

    let kept = place
        .open()
        .await
        .all_about(subscriber.id)
        .await
        .unwrap()
        .unwrap();
    let proof = &kept.proofs[0];
    assert_eq!((proof.asked_at, proof.confirmed_at), (at(0), at(60)));
    assert_eq!(proof.wording, ask.wording);
    assert_eq!((&proof.page, &proof.network), (&ask.page, &ask.network));
    assert_eq!(
        (&proof.editions, proof.agreed_to_ads),
        (&ask.editions, Some(true))
    );
    assert_eq!(kept.pending, None);
    assert_eq!(
        store.changes_of(subscriber.id).await,
        [
            (MembershipChange::Asked, ChangeSource::Form),
            (MembershipChange::Confirmed, ChangeSource::Link)
        ]
    );
    assert_eq!(
        store.due_kinds(at(60)).await,
        [ReceiptKind::Welcome],
        "the other one is overtaken"
    );
}

pub(crate) async fn asking_for_a_known_reader_changes_nothing_and_tells_them(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    let mut known = named("minji@example.com", "민지");
    known.editions = Some(["monday".to_owned()].into());
    store.add(&[known], Origin::Operator).await;
    let before = store.member_of("minji@example.com").await;
    let mut ask = wish("MINJI@example.com");
    ask.name = Some("BUY NOW".to_owned());
    ask.editions = None;
    assert_eq!(store.wish_at(&ask, at(1)).await, AskOutcome::AlreadyHere);
    assert_eq!(store.member_of("minji@example.com").await, before);
    let due = store.due(at(1)).await;
    assert_eq!((due.len(), due[0].kind), (1, ReceiptKind::AlreadyHere));
    assert_eq!(due[0].name.as_deref(), Some("민지"));
    assert_eq!(due[0].to, address("minji@example.com"));
}

pub(crate) async fn a_mail_to_an_address_that_confirmed_nothing_says_no_name(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    let mut ask = wish("victim@example.com");
    ask.name = Some("CHEAP PILLS https://spam.example".to_owned());
    store.wish_at(&ask, at(0)).await;
    let due = store.due(at(0)).await;
    assert_eq!((due.len(), due[0].kind), (1, ReceiptKind::Confirm));
    assert_eq!(
        (&due[0].name, due[0].language.as_deref()),
        (&None, Some("ko"))
    );
    assert!(!format!("{due:?}").contains("PILLS"));
}

pub(crate) async fn a_second_confirmation_changes_nothing(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    store.wish_at(&wish("minji@example.com"), at(0)).await;
    let member = store.member_of("minji@example.com").await;
    let reader = member.subscriber.id;
    let confirm = async |seconds| {
        store
            .confirm(reader, member.epoch, at(seconds))
            .await
            .unwrap()
    };
    assert!(matches!(confirm(1).await, ConfirmOutcome::Confirmed { .. }));
    assert_eq!(confirm(2).await, ConfirmOutcome::Already);
    let nobody = store.confirm(SubscriberId(99), 0, at(2)).await.unwrap();
    assert_eq!(nobody, ConfirmOutcome::Unknown);
}

pub(crate) async fn a_replayed_confirmation_brings_nobody_back(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    store.wish_at(&wish("minji@example.com"), at(0)).await;
    let first = store.member_of("minji@example.com").await;
    let reader = first.subscriber.id;
    store.confirm_now("minji@example.com", at(1)).await;
    store.leave_one(leaving(reader), at(2)).await;
    let replayed = store.confirm(reader, first.epoch, at(3)).await.unwrap();
    assert_eq!(replayed, ConfirmOutcome::Stale);
    // Not even while a new wish of theirs waits.
    let day = 86_400;
    assert_eq!(
        store.wish_at(&wish("minji@example.com"), at(2 * day)).await,
        AskOutcome::Queued
    );
    let replayed = store
        .confirm(reader, first.epoch, at(2 * day))
        .await
        .unwrap();
    assert_eq!(replayed, ConfirmOutcome::Stale);
    assert_eq!(
        store.standing("minji@example.com").await,
        Some(SuppressionReason::Unsubscribed)
    );
    let own = store
        .confirm_now("minji@example.com", at(2 * day + 1))
        .await;
    assert!(matches!(own, ConfirmOutcome::Confirmed { .. }), "{own:?}");
    assert_eq!(store.standing("minji@example.com").await, None);
}

pub(crate) async fn a_confirmation_is_too_late_after_two_weeks_and_its_person_forgotten(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    store.wish_at(&wish("late@example.com"), at(0)).await;
    store.add(&people(1), Origin::Operator).await;
    store.wish_at(&wish("reader1@example.com"), at(0)).await;
    let member = store.member_of("late@example.com").await;
    let reader = member.subscriber.id;
    let late = at(0) + TimeDelta::days(14) + TimeDelta::seconds(1);
    let outcome = store.confirm(reader, member.epoch, late).await.unwrap();
    assert_eq!(outcome, ConfirmOutcome::Stale);
    assert_eq!(store.forget_unconfirmed(at(9)).await.unwrap(), 0);
    assert_eq!(store.forget_unconfirmed(late).await.unwrap(), 1);
    assert_eq!(store.forget_unconfirmed(late).await.unwrap(), 0);
    assert_eq!(store.member(reader).await.unwrap(), None);
    assert_eq!(
        store
            .subscriber(&address("late@example.com"))
            .await
            .unwrap(),
        None
    );
    assert!(
        store
            .member_of("reader1@example.com")
            .await
            .suppression
            .is_none()
    );
    assert_eq!(
        store.changes_of(reader).await.last().unwrap().0,
        MembershipChange::Forgotten
    );
    // A number is never given again.
    let again = store.joined("late@example.com", late).await;
    assert!(again.id > reader);
}

pub(crate) async fn a_person_s_own_confirmation_lifts_what_is_theirs_to_lift(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(5).await;
    let reasons = [
        (SuppressionReason::Unsubscribed, true),
        (SuppressionReason::HardBounce, true),
        (SuppressionReason::Erased, true),
        (SuppressionReason::Complaint, false),
        (SuppressionReason::Manual, false),
    ];
    for (n, (reason, returns)) in reasons.into_iter().enumerate() {
        let email = format!("reader{}@example.com", n + 1);
        let list = [suppression(&email, reason)];
        store
            .suppress(&list, ChangeSource::Operator, at(0))
            .await
            .unwrap();
        let asked = store.wish_at(&wish(&email), at(1)).await;
        if !returns {
            assert_eq!(asked, AskOutcome::Barred, "{reason:?}");
            continue;
        }
        assert_eq!(asked, AskOutcome::Queued, "{reason:?}");
        assert_eq!(
            store.standing(&email).await,
            Some(reason),
            "asking lifts nothing"
        );
        for origin in [Origin::Import, Origin::Operator] {
            let added = store.add(&[person(&email)], origin).await;
            assert_eq!(added, [Upsert::Suppressed(reason)]);
        }
        let outcome = store.confirm_now(&email, at(2)).await;
        assert!(
            matches!(outcome, ConfirmOutcome::Confirmed { .. }),
            "{reason:?}: {outcome:?}"
        );
        assert_eq!(store.standing(&email).await, None);
    }
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 3);
    let kinds = store.due_kinds(at(3)).await;
    assert_eq!(
        kinds,
        [ReceiptKind::Welcome; 3],
        "nothing leaves to the others"
    );
}

pub(crate) async fn who_complains_after_asking_is_asked_no_more(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    store.wish_at(&wish("angry@example.com"), at(0)).await;
    let member = store.member_of("angry@example.com").await;
    let list = [suppression(
        "angry@example.com",
        SuppressionReason::Complaint,
    )];
    store
        .suppress(&list, ChangeSource::Complaint, at(1))
        .await
        .unwrap();
    assert_eq!(store.due_kinds(at(2)).await, []);
    for epoch in [member.epoch, member.epoch + 1] {
        let outcome = store
            .confirm(member.subscriber.id, epoch, at(2))
            .await
            .unwrap();
        assert_eq!(outcome, ConfirmOutcome::Barred);
    }
}

pub(crate) async fn a_departure_does_not_open_what_the_operator_closed(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    let reader = store.joined("minji@example.com", at(0)).await.id;
    let list = [suppression("minji@example.com", SuppressionReason::Manual)];
    store
        .suppress(&list, ChangeSource::Operator, at(1))
        .await
        .unwrap();
    store.leave_one(leaving(reader), at(2)).await;
    assert_eq!(
        store.standing("minji@example.com").await,
        Some(SuppressionReason::Unsubscribed)
    );
    let asked = store.wish_at(&wish("minji@example.com"), at(3)).await;
    assert_eq!(asked, AskOutcome::Barred);
    // The operator lets them in; their own word stands no longer either.
    store
        .lift_suppressions(&[address("minji@example.com")], at(4))
        .await
        .unwrap();
    let member = store.member_of("minji@example.com").await;
    assert_eq!(member.suppression, None);
}

pub(crate) async fn what_was_known_before_stays_as_proof(place: &impl Place<Store: LivesStore>) {
    let store = place.open().await;
    let mut known = named("minji@example.com", "민지");
    known.consent = Some(Consent {
        at: Some("2024-03-01T09:00:00+09:00".parse().unwrap()),
        source: Some("paper".to_owned()),
    });
    store.add(&[known.clone()], Origin::Import).await;
    let reader = store.number("minji@example.com").await;
    store.leave_one(leaving(reader), at(1)).await;
    store.joined("minji@example.com", at(2)).await;
    let kept = store.all_about(reader).await.unwrap().unwrap();
    assert_eq!(
        kept.subscriber.profile.name, known.name,
        "what the form left out stays"
    );
    assert_eq!(kept.past_consents[0].consent, known.consent.unwrap());
    assert_eq!(kept.proofs.len(), 1);
    // The file names an older consent: what they agreed to themselves stays.
    store
        .fold_all(&[named("minji@example.com", "file")])
        .await
        .unwrap();
    let again = store.all_about(reader).await.unwrap().unwrap();
    assert_eq!(
        again.subscriber.profile.consent,
        kept.subscriber.profile.consent
    );
}
