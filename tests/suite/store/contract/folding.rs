//! subscribers.yaml folded in: product.md's rules.

use daily_note::{
    audience::{Origin, SubscriberState, SuppressionReason},
    source::SourceError,
    store::{AudienceSize, FoldReport, StoreError},
};

use crate::store::fixture::*;

pub(crate) async fn a_fold_adds_changes_and_leaves_alone(place: &impl Place<Store: PeopleStore>) {
    let store = place.open().await;
    let report = store.fold_all(&people(3)).await.unwrap();
    assert_eq!(
        report,
        FoldReport {
            added: 3,
            ..FoldReport::default()
        }
    );
    let mut entries = people(4);
    entries[0].name = Some("민지".to_owned());
    let report = store.fold_all(&entries).await.unwrap();
    assert_eq!(
        report,
        FoldReport {
            added: 1,
            changed: 1,
            unchanged: 2,
            ..FoldReport::default()
        }
    );
    let report = store.fold_all(&entries).await.unwrap();
    assert_eq!(
        report,
        FoldReport {
            unchanged: 4,
            ..FoldReport::default()
        }
    );
}

pub(crate) async fn an_unsubscribed_reader_is_not_brought_back_by_the_file(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    store.fold_all(&people(2)).await.unwrap();
    store
        .suppress(
            &[suppression(
                "reader1@example.com",
                SuppressionReason::Unsubscribed,
            )],
            ChangeSource::Operator,
            at(0),
        )
        .await
        .unwrap();
    let mut entries = people(2);
    entries[0].name = Some("please come back".to_owned());
    let report = store.fold_all(&entries).await.unwrap();
    assert_eq!((report.suppressed, report.unchanged), (1, 1));
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 1);
    // Out of the file and in again: still gone.
    store.fold_all(&entries[1..]).await.unwrap();
    store.fold_all(&entries).await.unwrap();
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 1);
    assert_eq!(
        store.standing("reader1@example.com").await,
        Some(SuppressionReason::Unsubscribed)
    );
}

pub(crate) async fn an_entry_gone_from_the_file_leaves_and_may_return(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    store.fold_all(&people(3)).await.unwrap();
    let report = store.fold_all(&people(2)).await.unwrap();
    assert_eq!((report.deactivated, report.unchanged), (1, 2));
    let email = address("reader3@example.com");
    let gone = store.subscriber(&email).await.unwrap().unwrap();
    assert_eq!(gone.state, SubscriberState::Inactive);
    let report = store.fold_all(&people(2)).await.unwrap();
    assert_eq!(report.deactivated, 0);
    let report = store.fold_all(&people(3)).await.unwrap();
    assert_eq!((report.returned, report.unchanged), (1, 2));
    let back = store.subscriber(&email).await.unwrap().unwrap();
    assert_eq!((back.id, back.state), (gone.id, SubscriberState::Active));
}

pub(crate) async fn a_reader_whom_not_only_the_file_had_added_stays(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    store.fold_all(&people(4)).await.unwrap();
    for (n, origin) in [Origin::Import, Origin::Operator, Origin::Person]
        .into_iter()
        .enumerate()
    {
        store.add(&people(4)[n..=n], origin).await;
    }
    store
        .add(&[person("import@example.com")], Origin::Import)
        .await;
    let report = store.fold_all(&[]).await.unwrap();
    assert_eq!(report.deactivated, 1);
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 4);
}

pub(crate) async fn a_line_taken_out_of_the_file_takes_back_what_it_had_said(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let mut entry = named("minji@example.com", "민지");
    entry.tags = ["a", "b"].map(str::to_owned).into();
    entry.editions = Some(["monday".to_owned()].into());
    store.fold_all(&[entry.clone()]).await.unwrap();
    entry.tags = ["b".to_owned()].into();
    entry.editions = None;
    entry.name = None;
    let report = store.fold_all(&[entry.clone()]).await.unwrap();
    assert_eq!(report.changed, 1);
    let kept = store.subscriber(&entry.email).await.unwrap().unwrap();
    assert_eq!(kept.profile, entry);
}

pub(crate) async fn a_fold_never_takes_back_what_others_had_said(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let mut known = named("minji@example.com", "민지");
    known.editions = Some(["monday".to_owned()].into());
    store.add(&[known.clone()], Origin::Import).await;
    // The file repeats the name, then leaves it out: the import's word stands.
    store
        .fold_all(&[named("minji@example.com", "민지")])
        .await
        .unwrap();
    store
        .fold_all(&[person("minji@example.com")])
        .await
        .unwrap();
    let kept = store.subscriber(&known.email).await.unwrap().unwrap();
    assert_eq!(kept.profile, known);
}

pub(crate) async fn a_fold_that_loses_too_many_changes_nothing(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    store.fold_all(&people(100)).await.unwrap();
    let mut entries = people(79);
    entries[0].name = Some("changed".to_owned());
    let error = store.fold_all(&entries).await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::FoldLosesTooMany {
                lost: 21,
                total: 100
            }
        ),
        "{error:?}"
    );
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 100);
    let first = store.subscriber(&entries[0].email).await.unwrap().unwrap();
    assert_eq!(first.profile.name, None);
    store.fold_all(&people(80)).await.unwrap();
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 80);
}

pub(crate) async fn a_small_list_may_lose_three_readers_and_never_most_of_them(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    store.fold_all(&people(12)).await.unwrap();
    assert_eq!(store.fold_all(&people(9)).await.unwrap().deactivated, 3);
    store.fold_all(&people(10)).await.unwrap();
    for left in [0, 1, 5, 6] {
        assert!(store.fold_all(&people(left)).await.is_err(), "{left} of 10");
    }
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 10);
}

pub(crate) async fn a_list_of_two_may_lose_one_and_not_both(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    store.fold_all(&people(2)).await.unwrap();
    assert!(store.fold_all(&people(0)).await.is_err());
    assert_eq!(store.fold_all(&people(1)).await.unwrap().deactivated, 1);
    assert_eq!(store.fold_all(&people(0)).await.unwrap().deactivated, 1);
}

pub(crate) async fn an_address_that_is_the_beginning_of_one_that_is_gone_stops_the_fold(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let whole = [
        "a@example.com",
        "b@example.com",
        "c@example.com",
        "d@mail.example",
    ]
    .map(person);
    store.fold_all(&whole).await.unwrap();
    let mut cut = whole[..2].to_vec();
    cut.push(person("c@example.co"));
    let error = store.fold_all(&cut).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::FoldCut { cut, whole }
        if cut == "c@example.co" && whole == "c@example.com"),
        "{error:?}"
    );
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 4);
}

pub(crate) async fn an_entry_that_cannot_be_read_undoes_the_fold(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    let mut entries = people(1_500)
        .into_iter()
        .map(Ok)
        .chain([Err(SourceError::new("line 9000 makes no sense"))]);
    let error = store.fold(&mut entries, LIMITS, at(0)).await.unwrap_err();
    assert_eq!(error.to_string(), "line 9000 makes no sense");
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 0);
}

pub(crate) async fn a_previewed_fold_tells_all_and_changes_nothing(
    place: &impl Place<Store: PeopleStore>,
) {
    let store = place.open().await;
    store.fold_all(&people(2)).await.unwrap();
    let mut entries = people(5).into_iter().skip(1).map(Ok);
    let (report, audience) = store
        .preview(&mut entries, LIMITS, "monday", at(0))
        .await
        .unwrap();
    assert_eq!(
        report,
        FoldReport {
            added: 3,
            deactivated: 1,
            unchanged: 1,
            ..FoldReport::default()
        }
    );
    assert_eq!(
        audience,
        AudienceSize {
            readers: 4,
            suppressed: 0,
            elsewhere: 0
        }
    );
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 2);
}
