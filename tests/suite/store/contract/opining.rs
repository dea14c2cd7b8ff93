//! Opinions: one a reader and issue, published by a person's word.

use daily_note::{
    audience::{SubscriberId, membership::MembershipChange},
    store::{LimitReached, NewOpinion, OpinionFilter, OpinionLimits, OpinionOutcome, ReceiptKind},
};

use crate::store::{fixture::*, membership::*};

pub(crate) fn opinion(reader: Option<i64>, text: &str) -> NewOpinion {
    NewOpinion {
        reader: reader.map(SubscriberId),
        issue: "monday".to_owned(),
        choice: Some("good".to_owned()),
        text: Some(text.to_owned()),
        may_publish: true,
        name: Some("민지".to_owned()),
        may_reply: true,
        prefix: "192.0.2.0/24".to_owned(),
    }
}

pub(crate) async fn the_last_opinion_of_a_reader_on_an_issue_counts(
    place: &impl Place<Store: VoicesStore>,
) {
    let store = place.open().await.with_people(2).await;
    let limits = OpinionLimits::default();
    let say = async |what: &NewOpinion| store.opine(what, &limits, at(1)).await.unwrap();
    let OpinionOutcome::Kept { id, is_first: true } = say(&opinion(Some(1), "하나")).await else {
        panic!("it is their first");
    };
    assert!(store.publish_opinion(id, true).await.unwrap());
    let again = OpinionOutcome::Kept {
        id,
        is_first: false,
    };
    assert_eq!(say(&opinion(Some(1), "하나")).await, again);
    let published = async || store.published_opinions(Some("monday")).await.unwrap();
    assert_eq!(published().await.len(), 1, "it says what was published");
    assert_eq!(say(&opinion(Some(1), "둘")).await, again);
    assert_eq!(published().await, [], "nobody has looked at this one");
    say(&opinion(Some(2), "셋")).await;
    say(&NewOpinion {
        issue: "thursday".to_owned(),
        ..opinion(Some(1), "넷")
    })
    .await;
    let all = place
        .open()
        .await
        .opinions(&OpinionFilter::default(), 0, 9)
        .await
        .unwrap();
    let texts: Vec<_> = all.iter().map(|it| it.text.as_deref().unwrap()).collect();
    assert_eq!(texts, ["둘", "셋", "넷"]);
    let monday = OpinionFilter {
        issue: Some("monday".to_owned()),
        ..OpinionFilter::default()
    };
    assert_eq!(
        store.opinions(&monday, all[0].id, 9).await.unwrap(),
        all[1..2]
    );
    assert_eq!(store.opinion(id).await.unwrap().as_ref(), Some(&all[0]));
    assert_eq!(
        say(&opinion(Some(99), "nobody")).await,
        OpinionOutcome::Unknown
    );
    assert_eq!(
        store.due_kinds(at(1)).await,
        [ReceiptKind::OpinionReceived; 3],
        "once for each reader and issue"
    );
    let changes = store.changes_of(SubscriberId(2)).await;
    assert_eq!(changes.last().unwrap().0, MembershipChange::Opined);
}

pub(crate) async fn only_what_its_writer_allows_is_published(
    place: &impl Place<Store: VoicesStore>,
) {
    let store = place.open().await.with_people(1).await;
    let limits = OpinionLimits::default();
    let private = NewOpinion {
        may_publish: false,
        ..opinion(Some(1), "우리끼리")
    };
    let kept = store.opine(&private, &limits, at(1)).await.unwrap();
    let OpinionOutcome::Kept { id, .. } = kept else {
        panic!("{kept:?}")
    };
    assert!(!store.publish_opinion(id, true).await.unwrap());
    assert!(!store.publish_opinion(99, true).await.unwrap());
    let nameless = store
        .opine(&opinion(None, "지나가다"), &limits, at(2))
        .await
        .unwrap();
    let OpinionOutcome::Kept { id, .. } = nameless else {
        panic!("{nameless:?}")
    };
    assert!(store.publish_opinion(id, true).await.unwrap());
    let published = store.published_opinions(Some("monday")).await.unwrap();
    assert_eq!(
        (published.len(), published[0].name.as_deref()),
        (1, Some("민지"))
    );
    let filter = OpinionFilter {
        is_published: Some(true),
        ..OpinionFilter::default()
    };
    assert_eq!(store.opinions(&filter, 0, 9).await.unwrap().len(), 1);
    assert!(store.publish_opinion(id, false).await.unwrap());
    assert_eq!(store.published_opinions(Some("monday")).await.unwrap(), []);
}

pub(crate) async fn opinions_are_limited_by_network_and_without_a_name_altogether(
    place: &impl Place<Store: VoicesStore>,
) {
    let store = place.open().await.with_people(1).await;
    let limits = OpinionLimits {
        per_prefix_hour: 3,
        nameless_an_hour: 5,
    };
    let say = async |prefix: &str, seconds: i64| {
        let said = NewOpinion {
            prefix: prefix.to_owned(),
            ..opinion(None, "광고")
        };
        store.opine(&said, &limits, at(seconds)).await.unwrap()
    };
    for n in 0..3 {
        assert!(matches!(say("one", n).await, OpinionOutcome::Kept { .. }));
    }
    assert_eq!(
        say("one", 3).await,
        OpinionOutcome::Limited(LimitReached::Prefix)
    );
    for n in 0..2 {
        assert!(matches!(say("two", n).await, OpinionOutcome::Kept { .. }));
    }
    assert_eq!(
        say("three", 4).await,
        OpinionOutcome::Limited(LimitReached::Publication)
    );
    // A reader's own is not what they mean.
    let own = NewOpinion {
        prefix: "four".to_owned(),
        ..opinion(Some(1), "진심")
    };
    let kept = store.opine(&own, &limits, at(5)).await.unwrap();
    assert!(matches!(kept, OpinionOutcome::Kept { .. }), "{kept:?}");
    assert!(matches!(
        say("one", 4_000).await,
        OpinionOutcome::Kept { .. }
    ));
}

pub(crate) async fn an_erased_reader_s_words_go_and_the_count_stays(
    place: &impl Place<Store: VoicesStore>,
) {
    let store = place.open().await.with_people(2).await;
    let limits = OpinionLimits::default();
    let one = store
        .opine(&opinion(Some(1), "제 이름은 민지"), &limits, at(1))
        .await
        .unwrap();
    let OpinionOutcome::Kept { id, .. } = one else {
        panic!("{one:?}")
    };
    store.publish_opinion(id, true).await.unwrap();
    let quoting = opinion(Some(2), "reader1@example.com said so");
    store.opine(&quoting, &limits, at(1)).await.unwrap();
    store.leave_one(leaving(SubscriberId(1)), at(2)).await;
    store.say_why(SubscriberId(1), "비밀").await.unwrap();
    store
        .erase(&address("reader1@example.com"), ChangeSource::Link, at(3))
        .await
        .unwrap();
    let all = store
        .opinions(&OpinionFilter::default(), 0, 9)
        .await
        .unwrap();
    assert_eq!((&all[0].text, &all[0].name), (&None, &None));
    assert_eq!(all[0].choice.as_deref(), Some("good"));
    assert_eq!(all[1].text.as_deref(), Some("[erased] said so"));
    assert_eq!(store.published_opinions(Some("monday")).await.unwrap(), []);
    assert_eq!(store.all_about(SubscriberId(1)).await.unwrap(), None);
}

pub(crate) async fn the_writer_hears_of_each_opinion_once_and_of_none_that_is_erased(
    place: &impl Place<Store: VoicesStore>,
) {
    use daily_note::{
        audience::membership::ChangeSource,
        store::{NewNotice, UntoldOpinion},
    };
    let store = place.open().await.with_people(2).await;
    let limits = OpinionLimits::default();
    let say = async |what: &NewOpinion| store.opine(what, &limits, at(1)).await.unwrap();
    let untold = async || store.untold_opinions(9).await.unwrap();
    say(&opinion(Some(1), "하나")).await;
    say(&opinion(Some(2), "둘")).await;
    say(&NewOpinion {
        may_reply: false,
        ..opinion(None, "셋")
    })
    .await;
    let answers: Vec<_> = untold()
        .await
        .iter()
        .map(|it| it.answer_to.clone())
        .collect();
    let reader = |n: i64| Some(address(&format!("reader{n}@example.com")));
    assert_eq!(answers, [reader(1), reader(2), None]);
    let told: Vec<_> = untold().await.into_iter().map(|it| it.opinion).collect();
    // One of them changes while the mail is made.
    say(&opinion(Some(2), "넷")).await;
    let notice = NewNotice {
        key: "opinion 3".to_owned(),
        target: "mailto:hello@example.com".to_owned(),
        content: b"what they said".to_vec(),
    };
    store
        .tell_opinions(&told, "opinion 3", &[notice], at(2))
        .await
        .unwrap();
    let texts = async || {
        let left: Vec<UntoldOpinion> = untold().await;
        let texts = left.into_iter().map(|it| it.opinion.text.unwrap());
        texts.collect::<Vec<_>>()
    };
    assert_eq!(texts().await, ["넷"]);
    say(&opinion(Some(1), "하나")).await;
    assert_eq!(texts().await, ["넷"], "the same is no news");
    // The mail waits still, and has words of somebody who is erased: it is made anew without them.
    store
        .erase(&reader(1).unwrap(), ChangeSource::Link, at(3))
        .await
        .unwrap();
    assert_eq!(store.take_due_notices(&[], at(4)).await.unwrap(), []);
    assert_eq!(texts().await, ["넷", "셋"]);
}
