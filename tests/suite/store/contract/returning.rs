//! What comes back, and what follows from it: each counts once, only proof acts, and only on the membership it was sent
//! under.

use daily_note::{
    audience::{SubscriberId, SuppressionReason},
    bounce::{BounceClass, ProofKind, ProvenReader},
    store::{
        BounceSelection, DeliveryState, Membership, NewOpinion, NewReport, OpinionBox,
        OpinionFilter, OpinionLimits, ReportEffect, ReportFilter, ReportKind, ReportNews,
        ReportOpinion, ReportSurroundings, ReportWords, TakenReport,
    },
};

use crate::store::{fixture::*, reports::*};

pub(crate) async fn a_report_counts_once_and_a_dead_address_is_suppressed(
    place: &impl Place<Store: ReportStore>,
) {
    let store = place.open().await.with_people(3).await;
    let batch = sent(&store, "monday", at(0)).await;
    let report = proved(&batch, 2, BounceClass::UserUnknown);
    let first = taken(&store, &report, at(60)).await;
    assert!(first.is_new);
    assert_eq!(first.effect, ReportEffect::Suppressed);
    let again = taken(&place.open().await, &report, at(120)).await;
    assert_eq!((again.id, again.is_new), (first.id, false));
    assert_eq!(again.effect, ReportEffect::Suppressed);
    let reason = Some(SuppressionReason::HardBounce);
    assert_eq!(store.standing("reader2@example.com").await, reason);
    let kept = store.suppression(&address("reader2@example.com")).await;
    let detail = kept.unwrap().unwrap().detail;
    assert_eq!(detail.as_deref(), Some("550 5.1.1 no such user"));
    assert_eq!(suppressed(&store).await, 1);
    let of_batch = BounceSelection {
        batch: Some(batch.id),
        ..BounceSelection::default()
    };
    assert_eq!(store.bounced(&of_batch).await.unwrap().len(), 1);
}

pub(crate) async fn what_is_unproven_is_shown_and_changes_nobody(
    place: &impl Place<Store: ReportStore>,
) {
    let store = place.open().await.with_people(3).await;
    sent(&store, "monday", at(0)).await;
    let forged: Vec<NewReport> = (0..400)
        .map(|n| {
            let kind = match n % 2 {
                0 => ReportKind::Bounce,
                _ => ReportKind::Complaint,
            };
            let mut report = unproved(&format!("forged {n}"), BounceClass::UserUnknown);
            report.kind = kind;
            report.words.recipient = Some(address("reader1@example.com"));
            report
        })
        .collect();
    let around = ReportSurroundings::default();
    let taken = store
        .take_in_reports(&forged, &around, at(9))
        .await
        .unwrap();
    assert!(taken.iter().all(|it| it.effect == ReportEffect::Unproven));
    settled(&store, at(30 * DAY)).await;
    assert_eq!(suppressed(&store).await, 0);
    let about = ReportFilter {
        about: Some(address("reader1@example.com")),
        ..ReportFilter::default()
    };
    assert_eq!(store.reports(&about, None, 9).await.unwrap().len(), 9);
    let of_reader = store.reports_of(SubscriberId(1)).await.unwrap();
    assert!(
        !of_reader.reports.is_empty(),
        "they are shown beside the reader"
    );
    assert!(of_reader.reports.iter().all(|it| it.proof.is_none()));
}

pub(crate) async fn a_flood_that_proves_nothing_leaves_room_for_all_else_and_lets_its_oldest_go(
    place: &impl Place<Store: ReportStore>,
) {
    let store = place.open().await.with_people(3).await;
    let batch = sent(&store, "monday", at(0)).await;
    let take = async |reports: &[NewReport], now| {
        let around = ReportSurroundings::default();
        store.take_in_reports(reports, &around, now).await.unwrap()
    };
    let flood = |day: i64, count: usize| -> Vec<NewReport> {
        let forged = (0..count).map(|n| unproved(&format!("{day} {n}"), BounceClass::UserUnknown));
        forged.collect()
    };
    let taken = take(&flood(0, 600), at(60)).await;
    let is_kept = |it: &TakenReport| it.effect == ReportEffect::Unproven;
    assert_eq!(taken.iter().filter(|it| is_kept(it)).count(), 500);
    let away = taken
        .iter()
        .filter(|it| it.effect == ReportEffect::TurnedAway);
    assert!(away.clone().all(|it| it.id == 0), "nothing is kept of it");
    assert_eq!(away.count(), 100);
    let told: Vec<_> = taken.into_iter().flat_map(|it| it.news).collect();
    assert!(
        matches!(told[..], [ReportNews::TurnedAway { .. }]),
        "{told:?}"
    );

    // A person's words and what can't be read have rooms of their own; what is proved needs none.
    let of_kind = |name: &str, kind| NewReport {
        kind,
        class: None,
        ..unproved(name, BounceClass::Undefined)
    };
    for (kind, follows) in [
        (ReportKind::Answer, ReportEffect::ForPerson),
        (ReportKind::Asking, ReportEffect::ForPerson),
        (ReportKind::Unreadable, ReportEffect::KeptAside),
    ] {
        let other = of_kind(kind.word(), kind);
        assert_eq!(effect(&store, &other, at(61)).await, follows);
    }
    let dead = proved(&batch, 2, BounceClass::UserUnknown);
    assert_eq!(
        effect(&store, &dead, at(62)).await,
        ReportEffect::Suppressed
    );
    let counted = store.report_totals(at(0)).await.unwrap().reports;
    let away = counted
        .iter()
        .find(|it| it.effect == ReportEffect::TurnedAway);
    assert_eq!(away.map(|it| it.reports), Some(100), "{counted:?}");

    // The next days have room again, until there is too much in all.
    for day in 1..=20 {
        let taken = take(&flood(day, 501), at(60 + day * (DAY + 1))).await;
        assert_eq!(taken.iter().filter(|it| is_kept(it)).count(), 500);
    }
    let now = at(60 + 20 * (DAY + 1));
    settled(&store, now).await;
    let counted = store.report_totals(at(0)).await.unwrap();
    let unproven = counted
        .reports
        .iter()
        .find(|it| it.effect == ReportEffect::Unproven);
    assert_eq!(unproven.map(|it| it.reports), Some(10_000));
    assert_eq!((counted.for_person, counted.kept_aside), (2, 1));
    assert_eq!(suppressed(&store).await, 1);
    // The oldest went: it is not known any more, and there is no more room for it than for others.
    let again = take(&flood(0, 1), now).await;
    assert_eq!(again[0].effect, ReportEffect::TurnedAway);
    let known = take(&flood(20, 1), now).await;
    assert_eq!(
        (known[0].is_new, known[0].effect),
        (false, ReportEffect::Unproven)
    );
}

pub(crate) async fn a_report_acts_on_the_membership_it_was_sent_under(
    place: &impl Place<Store: ReportStore>,
) {
    let store = place.open().await.with_people(3).await;
    let old = sent(&store, "monday", at(0)).await;
    let dead = proved(&old, 1, BounceClass::UserUnknown);
    assert_eq!(effect(&store, &dead, at(9)).await, ReportEffect::Suppressed);
    let reader = [address("reader1@example.com")];
    store.lift_suppressions(&reader, at(HOUR)).await.unwrap();
    let mut again = proved(&old, 1, BounceClass::HostUnknown);
    assert_eq!(
        effect(&store, &again, at(2 * HOUR)).await,
        ReportEffect::Stale
    );
    again.kind = ReportKind::Complaint;
    again.key[0] ^= 1;
    assert_eq!(
        effect(&store, &again, at(2 * HOUR)).await,
        ReportEffect::Stale
    );
    assert_eq!(suppressed(&store).await, 0);
    let new = sent(&store, "thursday", at(3 * DAY)).await;
    let dead = proved(&new, 1, BounceClass::UserUnknown);
    assert_eq!(
        effect(&store, &dead, at(3 * DAY + 9)).await,
        ReportEffect::Suppressed
    );
    let late = proved(&new, 2, BounceClass::UserUnknown);
    assert_eq!(
        effect(&store, &late, at(34 * DAY)).await,
        ReportEffect::Late
    );
    let nobody = proved(&new, 77, BounceClass::UserUnknown);
    assert_eq!(
        effect(&store, &nobody, at(4 * DAY)).await,
        ReportEffect::Unmatched
    );
}

pub(crate) async fn a_report_settles_a_row_whose_fate_nobody_knew(
    place: &impl Place<Store: ReportStore>,
) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(0)).await;
    for claim in &claims {
        store.step(claim, sending()).await.unwrap();
        store.step(claim, unknown()).await.unwrap();
    }
    let full = proved(&batch, 1, BounceClass::MailboxFull);
    assert_eq!(effect(&store, &full, at(HOUR)).await, ReportEffect::Counted);
    let counts = store.counted(&batch).await;
    assert_eq!((counts.accepted, counts.unknown), (1, 1));
    let receipts = store.receipts(SubscriberId(1)).await.unwrap();
    let delivery = &receipts[0].delivery;
    assert_eq!(delivery.state, DeliveryState::Accepted);
    let reply = delivery.reply.as_deref().unwrap();
    assert!(
        reply.contains("proves") && reply.contains("550 5.1.1"),
        "{reply}"
    );
}

pub(crate) async fn a_complaint_leaves_for_good_and_a_mail_unsubscribes(
    place: &impl Place<Store: ReportStore + Membership>,
) {
    let store = place.open().await.with_people(3).await;
    let batch = sent(&store, "monday", at(0)).await;
    let mut complaint = proved(&batch, 1, BounceClass::Undefined);
    (complaint.kind, complaint.class) = (ReportKind::Complaint, None);
    let heard = taken(&store, &complaint, at(9)).await;
    assert_eq!(heard.effect, ReportEffect::Complained);
    assert!(matches!(&heard.news[..], [ReportNews::Complaint { issue, .. }] if issue == "monday"));
    let reason = Some(SuppressionReason::Complaint);
    assert_eq!(store.standing("reader1@example.com").await, reason);
    let mut leaves = proved(&batch, 2, BounceClass::Undefined);
    (leaves.kind, leaves.class) = (ReportKind::Unsubscribe, None);
    // A token that is not ours is for a person to read.
    assert_eq!(
        effect(&store, &leaves, at(9)).await,
        ReportEffect::ForPerson
    );
    leaves.key[0] ^= 1;
    leaves.proof = leaves.proof.map(|proof| ProvenReader {
        batch: None,
        by: ProofKind::ListUnsubscribe,
        ..proof
    });
    assert_eq!(
        effect(&store, &leaves, at(9)).await,
        ReportEffect::Unsubscribed
    );
    let reason = Some(SuppressionReason::Unsubscribed);
    assert_eq!(store.standing("reader2@example.com").await, reason);
    let history = store.history(SubscriberId(2)).await.unwrap();
    assert_eq!(history.last().unwrap().source, ChangeSource::Mailto);
}

pub(crate) async fn a_relay_s_own_number_finds_the_row(place: &impl Place<Store: ReportStore>) {
    let store = place.open().await.with_people(3).await;
    sent(&store, "monday", at(0)).await;
    let event = |id: &str| NewReport {
        is_signed: true,
        relay_ids: vec![id.to_owned()],
        ..unproved(id, BounceClass::UserUnknown)
    };
    let found = event("4Xy2Zq.filter001.77");
    assert_eq!(
        effect(&store, &found, at(60)).await,
        ReportEffect::Suppressed
    );
    assert!(store.standing("reader2@example.com").await.is_some());
    let nobody = event("notours99");
    assert_eq!(
        effect(&store, &nobody, at(60)).await,
        ReportEffect::Unproven
    );
    assert_eq!(suppressed(&store).await, 1);
    // Unsigned, a number proves nothing.
    let forged = NewReport {
        is_signed: false,
        ..event("4Xy3Zq")
    };
    assert_eq!(
        effect(&store, &forged, at(60)).await,
        ReportEffect::Unproven
    );
}

pub(crate) async fn an_erasure_takes_the_words_of_reports_and_keeps_what_follows(
    place: &impl Place<Store: ReportStore>,
) {
    let store = place.open().await.with_people(2).await;
    let batch = sent(&store, "monday", at(0)).await;
    let mut report = proved(&batch, 1, BounceClass::MailboxFull);
    report.words.recipient = Some(address("reader1@example.com"));
    report.words.reply = "552 5.2.2 <reader1@example.com> is full".to_owned();
    let id = taken(&store, &report, at(9)).await.id;
    let mut forged = unproved("forged", BounceClass::UserUnknown);
    forged.words.reply = "550 reader1@example.com unknown".to_owned();
    let forged = taken(&store, &forged, at(9)).await.id;
    let mut mail = unproved("unreadable", BounceClass::Undefined);
    (mail.kind, mail.class) = (ReportKind::Unreadable, None);
    mail.raw = Some(b"\0\xFF to Reader1@Example.com \\".to_vec());
    let aside = taken(&store, &mail, at(9)).await.id;
    let reader = address("reader1@example.com");
    store
        .erase(&reader, ChangeSource::Operator, at(10))
        .await
        .unwrap();
    let shown = store.report(id).await.unwrap().unwrap();
    assert_eq!((shown.words, shown.email), (ReportWords::default(), None));
    let shown = store.report(forged).await.unwrap().unwrap();
    assert_eq!(shown.words.reply, "550 [erased] unknown");
    let aside = store.mail_kept_aside(aside).await.unwrap().unwrap();
    let aside = String::from_utf8_lossy(&aside);
    assert!(aside.contains(" to [erased] \\"), "{aside:?}");
    // What comes back of somebody who is forgotten leaves no word.
    let mut late = proved(&batch, 1, BounceClass::UserUnknown);
    late.words.recipient = Some(reader);
    let id = taken(&store, &late, at(99)).await.id;
    let shown = store.report(id).await.unwrap().unwrap();
    assert_eq!(shown.effect, ReportEffect::Unmatched);
    assert_eq!(shown.words, ReportWords::default());
}

pub(crate) async fn what_cannot_be_read_is_kept_as_it_came(place: &impl Place<Store: ReportStore>) {
    let store = place.open().await.with_people(1).await;
    let mut mail = unproved("unreadable", BounceClass::Undefined);
    (mail.kind, mail.class) = (ReportKind::Unreadable, None);
    mail.raw = Some(b"\0\0not a mail".to_vec());
    let kept = taken(&store, &mail, at(1)).await;
    assert_eq!(kept.effect, ReportEffect::KeptAside);
    let raw = place.open().await.mail_kept_aside(kept.id).await.unwrap();
    assert_eq!(raw, mail.raw);
    let totals = store.report_totals(at(0)).await.unwrap();
    assert_eq!(totals.kept_aside, 1);
}

pub(crate) async fn an_opinion_by_mail_stands_below_what_its_reader_said_before(
    place: &impl Place<Store: ReportStore + OpinionBox>,
) {
    let store = place.open().await.with_people(2).await;
    let batch = sent(&store, "monday", at(0)).await;
    let said = NewOpinion {
        reader: Some(SubscriberId(1)),
        issue: "monday".to_owned(),
        choice: Some("good".to_owned()),
        text: Some("By the page.".to_owned()),
        may_publish: true,
        name: Some("Minji".to_owned()),
        may_reply: true,
        prefix: "192.0.2.0/24".to_owned(),
    };
    let limits = OpinionLimits::default();
    store.opine(&said, &limits, at(9)).await.unwrap();
    let first = store
        .opinions(&OpinionFilter::default(), 0, 9)
        .await
        .unwrap();
    store.publish_opinion(first[0].id, true).await.unwrap();
    let mail = |reader: i64, number: u8| {
        let mut mail = proved(&batch, reader, BounceClass::Undefined);
        (mail.kind, mail.class, mail.key[0]) = (ReportKind::Opinion, None, number);
        mail.opinion = Some(ReportOpinion {
            reader: SubscriberId(reader),
            issue: "monday".to_owned(),
        });
        mail.words.text = Some("By mail.".to_owned());
        mail
    };
    let by_mail = mail(1, 1);
    for now in [10, 11] {
        assert_eq!(
            effect(&store, &by_mail, at(now)).await,
            ReportEffect::Reviewed
        );
    }
    let kept = store
        .opinions(&OpinionFilter::default(), 0, 9)
        .await
        .unwrap();
    let [kept] = &kept[..] else {
        panic!("{kept:?}")
    };
    assert_eq!(kept.text.as_deref(), Some("By the page.\n\nBy mail."));
    assert_eq!(
        (kept.choice.as_deref(), kept.name.as_deref()),
        (Some("good"), Some("Minji"))
    );
    assert!(
        !kept.is_published && !kept.may_publish,
        "nobody was asked of the mail"
    );
    // Without a proof it is shown; of somebody who is forgotten nothing is kept.
    let unproven = NewReport {
        proof: None,
        opinion: None,
        ..mail(2, 2)
    };
    assert_eq!(
        effect(&store, &unproven, at(12)).await,
        ReportEffect::Unproven
    );
    let second = address("reader2@example.com");
    store
        .erase(&second, ChangeSource::Operator, at(13))
        .await
        .unwrap();
    assert_eq!(
        effect(&store, &mail(2, 3), at(14)).await,
        ReportEffect::Unmatched
    );
    assert_eq!(
        store
            .opinions(&OpinionFilter::default(), 0, 9)
            .await
            .unwrap()
            .len(),
        1
    );
}
