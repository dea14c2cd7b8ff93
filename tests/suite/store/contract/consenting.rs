//! Consents that readers are asked for once more, or reminded of.

use chrono::TimeDelta;
use daily_note::{
    audience::{
        Consent, Origin, SubscriberId,
        membership::{MembershipChange, signup::ConsentWording},
    },
    store::{ConfirmOutcome, ReaderPreferences, ReceiptKind, ReceiptOutcome, ReceiptTurn},
};

use crate::store::{fixture::*, membership::*};

fn wording() -> ConsentWording {
    ConsentWording::new("다시 동의합니다.", "ko")
}

pub(crate) async fn readers_without_proof_are_asked_once_and_what_they_chose_stays(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    store
        .add(&[of_edition("minji@example.com", "monday")], Origin::Import)
        .await;
    store
        .add(&[person("two@example.com")], Origin::Import)
        .await;
    store.joined("proven@example.com", at(0)).await;
    let without = async || {
        let readers = store.readers_without_proof(SubscriberId(0), 9).await;
        readers.unwrap()
    };
    let asked = without().await;
    assert_eq!(asked.len(), 2);
    let ask = async |seconds| {
        let (readers, wording) = (&asked[..1], wording());
        let asked = store.ask_consent_again(readers, &wording, at(seconds));
        asked.await.unwrap()
    };
    assert_eq!(ask(1).await, 1);
    assert_eq!(ask(2).await, 0);
    assert_eq!(without().await, asked[1..]);
    let due = store.due(at(3)).await.pop().unwrap();
    assert_eq!(due.kind, ReceiptKind::Reconfirm);
    // They choose before they answer: that counts, and the answer is to the words alone.
    let choice = ReaderPreferences {
        editions: Some(["thursday".to_owned()].into()),
        name: None,
        language: None,
        timezone: None,
    };
    store.prefer(asked[0], &choice, at(3)).await.unwrap();
    let confirmed = store.confirm(asked[0], due.epoch, at(4)).await.unwrap();
    let ConfirmOutcome::Confirmed { subscriber } = confirmed else {
        panic!("{confirmed:?}")
    };
    assert_eq!(subscriber.profile.editions, choice.editions);
    let kept = store.all_about(asked[0]).await.unwrap().unwrap();
    assert_eq!(kept.proofs[0].wording, wording());
    assert_eq!(kept.proofs[0].editions, choice.editions);
    assert_eq!(
        kept.history.last().unwrap().change,
        MembershipChange::Reconsented
    );
}

pub(crate) async fn who_does_not_answer_stays_and_is_not_asked_again(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(2).await;
    let (silent, late) = (SubscriberId(1), SubscriberId(2));
    let (both, wording) = ([silent, late], wording());
    let asked = store.ask_consent_again(&both, &wording, at(0));
    assert_eq!(asked.await.unwrap(), 2);
    let epoch = store.due(at(1)).await[0].epoch;
    let over = at(0) + TimeDelta::days(14) + TimeDelta::seconds(1);
    assert_eq!(store.forget_unconfirmed(over).await.unwrap(), 0, "nobody");
    for reader in both {
        let member = store.member(reader).await.unwrap().unwrap();
        assert_eq!(member.pending, None);
        assert_eq!(member.suppression, None);
    }
    assert_eq!(store.audience_size("monday").await.unwrap().readers, 2);
    // An answer that comes too late proves nothing, and takes nothing away.
    let answer = store.confirm(late, epoch, over).await.unwrap();
    assert_eq!(answer, ConfirmOutcome::Already);
    assert_eq!(store.all_about(late).await.unwrap().unwrap().proofs, []);
    let again = place.open().await;
    let rest = again.readers_without_proof(SubscriberId(0), 9);
    assert_eq!(rest.await.unwrap(), []);
}

pub(crate) async fn what_somebody_waits_for_leaves_before_what_many_get(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await.with_people(30).await;
    let all: Vec<_> = (1..=30).map(SubscriberId).collect();
    let wording = wording();
    let asked = store.ask_consent_again(&all, &wording, at(0));
    assert_eq!(asked.await.unwrap(), 30);
    assert_eq!(store.next().await, None);
    store.wish_at(&wish("now@example.com"), at(5)).await;
    let awaited = store.take_due_receipts(ReceiptTurn::Awaited, 20, at(5));
    let awaited: Vec<_> = awaited.await.unwrap().iter().map(|it| it.kind).collect();
    assert_eq!(awaited, [ReceiptKind::Confirm]);
    let next = store.next_receipt(ReceiptTurn::Bulk).await.unwrap();
    assert_eq!(next, Some(at(0)));
}

pub(crate) async fn a_consent_of_two_years_ago_is_reminded_of_once(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    store.joined("old@example.com", at(0)).await;
    let mut no = wish("no@example.com");
    no.agreed_to_ads = Some(false);
    store.wish_at(&no, at(0)).await;
    store.confirm_now("no@example.com", at(0)).await;
    store.due(at(0)).await;
    let later = at(0) + TimeDelta::days(730);
    store.joined("new@example.com", later).await;
    store.due(later).await;
    let before = later - TimeDelta::days(1);
    let remind = async |before, now| store.remind_of_consents(before, now).await.unwrap();
    assert_eq!(remind(before, later).await, 1);
    assert_eq!(remind(before, later).await, 0, "one waits");
    let taken = store.take_due_receipts(ReceiptTurn::Quiet, 9, later);
    let taken = taken.await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, address("old@example.com"));
    assert_eq!(
        (taken[0].kind, taken[0].about.at),
        (ReceiptKind::ConsentReminder, at(0))
    );
    let sent = store.settle_receipt(taken[0].id, ReceiptOutcome::Sent, "250", later);
    sent.await.unwrap();
    let days = |days| later + TimeDelta::days(days);
    // After a restart as before it, and two years after that again.
    let again = place.open().await;
    for (moment, reminded) in [(1, 0), (300, 0), (731, 1)] {
        let now = days(moment);
        let queued = again.remind_of_consents(now - TimeDelta::days(730), now);
        assert_eq!(queued.await.unwrap(), reminded, "day {moment}");
    }
}

pub(crate) async fn who_said_no_to_advertising_gets_none_of_it(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    for (email, agreed) in [("yes", Some(true)), ("no", Some(false)), ("unasked", None)] {
        let email = format!("{email}@example.com");
        let mut ask = wish(&email);
        ask.agreed_to_ads = agreed;
        store.wish_at(&ask, at(0)).await;
        store.confirm_now(&email, at(0)).await;
    }
    let letter = store.freeze(&new_batch("a letter"), at(1)).await.unwrap();
    let counts = store.counts(letter.batch.id).await.unwrap();
    assert_eq!((counts.pending, counts.skipped), (3, 0));
    let mut advert = new_batch("an advert");
    advert.is_ad = true;
    advert.edition = "thursday".to_owned();
    let advert = store.freeze(&advert, at(2)).await.unwrap().batch;
    let counts = store.counts(advert.id).await.unwrap();
    assert_eq!((counts.pending, counts.skipped), (2, 1));
    let claims = store.claim_at(&advert, 10, at(2)).await;
    let named: Vec<_> = claims
        .iter()
        .map(|claim| claim.reader.email.clone())
        .collect();
    assert_eq!(
        named,
        [address("yes@example.com"), address("unasked@example.com")]
    );
}

pub(crate) async fn of_a_hundred_who_agreed_on_one_day_two_a_day_are_reminded(
    place: &impl Place<Store: LivesStore>,
) {
    let store = place.open().await;
    let agreed = |n: i64| {
        let mut reader = person(&format!("reader{n}@example.com"));
        reader.consent = Some(Consent {
            at: Some(at(0).fixed_offset()),
            source: None,
        });
        reader
    };
    let readers: Vec<_> = (0..100).map(agreed).collect();
    store.add(&readers, Origin::Import).await;
    let (mut reminded, mut latest) = (0, 0);
    for day in 600..900 {
        let now = at(0) + TimeDelta::days(day);
        let mut of_day = 0;
        for hour in 0..3 {
            let now = now + TimeDelta::hours(hour);
            let queued = store.remind_of_consents(now - TimeDelta::days(730), now);
            of_day += queued.await.unwrap();
            for due in store.due(now).await {
                let sent = store.settle_receipt(due.id, ReceiptOutcome::Sent, "250", now);
                sent.await.unwrap();
            }
        }
        assert!(of_day <= 2, "day {day}: {of_day}");
        reminded += of_day;
        latest = if of_day > 0 { day } else { latest };
    }
    assert_eq!(reminded, 100);
    assert!(latest <= 730, "nobody late: {latest}");
}
