//! Adding and merging people: whose word wins.

use daily_note::{
    audience::{Consent, Origin, SubscriberId, SubscriberState, SuppressionReason},
    store::{MoveOutcome, Upsert},
};

use crate::store::fixture::*;

pub(crate) async fn a_person_is_kept_as_told(place: &impl Place<Store: PeopleStore>) {
    let store = place.open().await;
    let mut profile = named("Minji@example.com", "민지 <b>\"quoted\"</b>");
    profile.editions = Some(["monday", "thursday"].map(str::to_owned).into());
    profile.tags = ["founder", "a,b", "따옴표\""].map(str::to_owned).into();
    profile.timezone = Some(chrono_tz::Asia::Seoul);
    profile.language = Some("ko".to_owned());
    profile.consent = Some(Consent {
        at: Some("2026-03-01T09:00:00+09:00".parse().unwrap()),
        source: Some("web form".to_owned()),
    });
    let answers = store
        .add(std::slice::from_ref(&profile), Origin::Import)
        .await;
    assert_eq!(answers, [Upsert::Added]);
    let kept = store
        .subscriber(&address("MINJI@example.com"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.profile, profile);
    assert_eq!(kept.state, SubscriberState::Active);
    assert_eq!((kept.origin, kept.created_at), (Origin::Import, at(0)));
    let consent = kept.profile.consent.unwrap().at.unwrap();
    assert_eq!(consent.offset().local_minus_utc(), 9 * 3_600);
}

pub(crate) async fn one_address_is_one_reader_in_any_case(place: &impl Place<Store: PeopleStore>) {
    let store = place.open().await;
    let answers = store
        .add(
            &[
                person("minji@example.com"),
                named("MinJi@EXAMPLE.com", "민지"),
                person("min.ji@example.com"),
                person("minji+news@example.com"),
            ],
            Origin::Import,
        )
        .await;
    assert_eq!(
        answers,
        [Upsert::Added, Upsert::Merged, Upsert::Added, Upsert::Added]
    );
    let again = [named("MINJI@example.com", "민지")];
    assert_eq!(store.add(&again, Origin::Import).await, [Upsert::Unchanged]);
}

pub(crate) async fn what_a_person_set_themself_nobody_overwrites(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let email = "minji@example.com";
    store.fold_all(&[named(email, "file")]).await.unwrap();
    let name = async || {
        let kept = store.subscriber(&address(email)).await.unwrap().unwrap();
        kept.profile.name.unwrap()
    };
    store.add(&[named(email, "import")], Origin::Import).await;
    assert_eq!(name().await, "import");
    store.fold_all(&[named(email, "file again")]).await.unwrap();
    assert_eq!(name().await, "file again", "two lists kept by hand");
    store
        .add(&[named(email, "operator")], Origin::Operator)
        .await;
    store.fold_all(&[named(email, "file")]).await.unwrap();
    store.add(&[named(email, "import")], Origin::Import).await;
    assert_eq!(name().await, "operator");
    store.add(&[named(email, "민지")], Origin::Person).await;
    for origin in [Origin::Operator, Origin::Import] {
        let answer = store.add(&[named(email, "other")], origin).await;
        assert!(answer[0] != Upsert::Added);
    }
    store.fold_all(&[named(email, "file")]).await.unwrap();
    assert_eq!(name().await, "민지");
}

pub(crate) async fn what_is_not_said_changes_nothing(place: &impl Place<Store: PeopleStore>) {
    let store = place.open().await;
    let mut full = named("minji@example.com", "민지");
    full.editions = Some(["monday".to_owned()].into());
    full.tags = ["founder".to_owned()].into();
    store
        .add(std::slice::from_ref(&full), Origin::Operator)
        .await;
    for origin in [Origin::Import, Origin::Operator, Origin::Person] {
        let mut said = person("minji@example.com");
        said.tags = ["reader".to_owned()].into();
        store.add(&[said], origin).await;
    }
    let kept = store.subscriber(&full.email).await.unwrap().unwrap();
    assert_eq!(kept.profile.name, full.name);
    assert_eq!(kept.profile.editions, full.editions);
    assert_eq!(
        kept.profile.tags,
        ["founder", "reader"].map(str::to_owned).into(),
        "labels add up"
    );
}

pub(crate) async fn the_operator_does_not_add_someone_who_left(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await.with_people(1).await;
    store
        .suppress(
            &[
                suppression("reader1@example.com", SuppressionReason::Unsubscribed),
                suppression("never.here@example.com", SuppressionReason::Complaint),
            ],
            ChangeSource::Operator,
            at(0),
        )
        .await
        .unwrap();
    for origin in [Origin::Import, Origin::Operator] {
        let answers = store
            .add(
                &[
                    named("Reader1@example.com", "new name"),
                    person("never.here@example.com"),
                ],
                origin,
            )
            .await;
        assert_eq!(
            answers,
            [
                Upsert::Suppressed(SuppressionReason::Unsubscribed),
                Upsert::Suppressed(SuppressionReason::Complaint)
            ]
        );
    }
    let kept = store.subscriber(&address("reader1@example.com")).await;
    assert_eq!(kept.unwrap().unwrap().profile.name, None);
    let never = store.subscriber(&address("never.here@example.com")).await;
    assert_eq!(never.unwrap(), None);
}

pub(crate) async fn a_person_s_own_act_brings_them_back_but_not_past_the_operator(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await.with_people(4).await;
    let reasons = [
        SuppressionReason::Unsubscribed,
        SuppressionReason::Complaint,
        SuppressionReason::HardBounce,
        SuppressionReason::Manual,
    ];
    let people = people(4);
    for (profile, reason) in people.iter().zip(reasons) {
        store
            .suppress(
                &[suppression(profile.email.as_str(), reason)],
                ChangeSource::Operator,
                at(0),
            )
            .await
            .unwrap();
    }
    let answers = store.add(&people, Origin::Person).await;
    assert_eq!(
        answers[3],
        Upsert::Suppressed(SuppressionReason::Manual),
        "{answers:?}"
    );
    assert_eq!(
        answers[1],
        Upsert::Suppressed(SuppressionReason::Complaint),
        "{answers:?}"
    );
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 2);
    assert_eq!(store.standing("reader1@example.com").await, None);
}

pub(crate) async fn the_list_comes_in_pages_by_number(place: &impl Place<Store: PeopleStore>) {
    let store = place.open().await.with_people(5).await;
    store.fold_all(&[person("gone@example.com")]).await.unwrap();
    store.fold_all(&[]).await.unwrap();
    let first = store.subscribers(None, SubscriberId(0), 4).await.unwrap();
    assert_eq!(first.len(), 4);
    let rest = store.subscribers(None, first[3].id, 4).await.unwrap();
    assert_eq!(rest.len(), 2);
    let inactive = store
        .subscribers(Some(SubscriberState::Inactive), SubscriberId(0), 9)
        .await
        .unwrap();
    assert_eq!(inactive.len(), 1);
    assert_eq!(inactive[0].profile.email.as_str(), "gone@example.com");
}

pub(crate) async fn a_list_longer_than_a_group_is_added_whole(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let answers = store.add(&people(2_345), Origin::Import).await;
    assert!(answers.iter().all(|answer| *answer == Upsert::Added));
    assert_eq!(answers.len(), 2_345);
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 2_345);
    let answers = store.add(&people(2_345), Origin::Import).await;
    assert!(answers.iter().all(|answer| *answer == Upsert::Unchanged));
}

pub(crate) async fn a_reader_who_moves_keeps_number_consent_and_history(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let mut known = named("old@example.com", "민지");
    known.tags = ["founder".to_owned()].into();
    known.consent = Some(Consent {
        at: Some("2026-03-01T09:00:00+09:00".parse().unwrap()),
        source: Some("web form".to_owned()),
    });
    store.fold_all(&[known.clone()]).await.unwrap();
    let before = store.subscriber(&known.email).await.unwrap().unwrap();
    let (old, new) = (address("old@example.com"), address("new@elsewhere.example"));
    let moved = store.move_subscriber(&old, &new, at(1)).await.unwrap();
    assert_eq!(moved, MoveOutcome::Moved);
    let after = store.subscriber(&new).await.unwrap().unwrap();
    assert_eq!(
        (after.id, after.created_at, after.origin),
        (before.id, before.created_at, before.origin)
    );
    known.email = new.clone();
    assert_eq!(after.profile, known);
    // The file still names the old address: nobody becomes two readers, and nobody is lost.
    let stale = [named("old@example.com", "민지")];
    assert_eq!(store.fold_all(&stale).await.unwrap().suppressed, 1);
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 1);
    assert_eq!(store.fold_all(&[known]).await.unwrap().added, 0);
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 1);
}

pub(crate) async fn a_move_merges_nobody_and_brings_nobody_back(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let emails = [
        "a@example.com",
        "b@example.com",
        "left@example.com",
        "dead@example.com",
    ];
    store.fold_all(&emails.map(person)).await.unwrap();
    let gone = [
        suppression("left@example.com", SuppressionReason::Unsubscribed),
        suppression("dead@example.com", SuppressionReason::HardBounce),
        suppression("angry@example.com", SuppressionReason::Complaint),
        suppression("erased@example.com", SuppressionReason::Erased),
    ];
    store
        .suppress(&gone, ChangeSource::Operator, at(0))
        .await
        .unwrap();
    for (from, to, answer) in [
        (
            "nobody@example.com",
            "new@example.com",
            MoveOutcome::Unknown,
        ),
        ("a@example.com", "b@example.com", MoveOutcome::Taken),
        (
            "a@example.com",
            "angry@example.com",
            MoveOutcome::Suppressed(SuppressionReason::Complaint),
        ),
        (
            "a@example.com",
            "erased@example.com",
            MoveOutcome::Suppressed(SuppressionReason::Erased),
        ),
        (
            "left@example.com",
            "new@example.com",
            MoveOutcome::Left(SuppressionReason::Unsubscribed),
        ),
    ] {
        let moved = store
            .move_subscriber(&address(from), &address(to), at(1))
            .await
            .unwrap();
        assert_eq!(moved, answer, "{from} {to}");
    }
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 2);
    // Whose address died writes from another one; their spelling may change too.
    for (from, to) in [
        ("dead@example.com", "alive@example.com"),
        ("a@example.com", "A@Example.com"),
    ] {
        let moved = store
            .move_subscriber(&address(from), &address(to), at(1))
            .await
            .unwrap();
        assert_eq!(moved, MoveOutcome::Moved, "{from}");
        assert!(store.suppression(&address(to)).await.unwrap().is_none());
    }
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 3);
    let dead = store
        .suppression(&address("dead@example.com"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(dead.reason, SuppressionReason::HardBounce);
}

pub(crate) async fn people_who_come_in_order_are_who_they_are_in_none(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let numbered = |numbers: std::ops::Range<usize>| -> Vec<_> {
        let person = |number| named(&format!("r{number:04}@Example.com"), "Ada");
        numbers.map(person).collect()
    };
    let off = suppression("R0007@example.com", SuppressionReason::Complaint);
    let source = ChangeSource::Operator;
    store.suppress(&[off], source, at(0)).await.unwrap();
    // Where nobody stands, but for one who is kept off.
    let answers = store.add(&numbered(0..500), Origin::Import).await;
    let is_off = |(number, answer): (usize, &Upsert)| match number {
        7 => *answer == Upsert::Suppressed(SuppressionReason::Complaint),
        _ => *answer == Upsert::Added,
    };
    assert!(answers.iter().enumerate().all(is_off), "{answers:?}");
    assert!(
        store
            .subscriber(&address("r0007@example.com"))
            .await
            .unwrap()
            .is_none()
    );
    let joined = store
        .subscriber(&address("r0499@example.com"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (joined.profile, joined.origin),
        (numbered(499..500).remove(0), Origin::Import)
    );
    // Among others, and one at the very edge of them.
    let mut people = numbered(400..700);
    people[150].name = Some("Grace".to_owned());
    let answers = store.add(&people, Origin::Import).await;
    assert!(answers[..100].iter().all(|it| *it == Upsert::Unchanged));
    assert!(answers[100..].iter().all(|it| *it == Upsert::Added));
    let mut edge = numbered(699..900);
    edge[0].name = Some("Grace".to_owned());
    let answers = store.add(&edge, Origin::Import).await;
    assert_eq!(answers[0], Upsert::Merged);
    assert!(answers[1..].iter().all(|it| *it == Upsert::Added));
    // Behind all, and one of them twice.
    let mut twice = numbered(1_000..1_200);
    twice.insert(11, named("R1010@example.com", "Grace"));
    let answers = store.add(&twice, Origin::Import).await;
    assert_eq!(answers[11], Upsert::Merged);
    assert_eq!(
        answers.iter().filter(|it| **it == Upsert::Added).count(),
        200
    );
    assert_eq!(
        store.audience_size("monday").await.unwrap().readers,
        899 + 200
    );
}
