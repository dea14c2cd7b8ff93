//! A list that somebody lived with for weeks, in SQLite's file: it has rows of every kind that there is.

use std::{path::Path, sync::Arc, time::Duration};

use daily_note::{
    audience::{Consent, Origin, Profile, SubscriberId, SuppressionReason},
    bounce::BounceClass,
    publication::Rate,
    store::{
        Batch, BatchState, CalendarRecord, ClaimQuotas, DeliveryStep, HeldRelease, NewBatch,
        NewNotice, NewReport, NoticeOutbox, OpinionLimits, PruneCursor, Realm, ReportKind,
        ReportSurroundings, SignupLimits, StoredMood, sqlite::SqliteStore,
    },
};

use crate::{
    store::{
        contract::opining,
        fixture::*,
        membership::{Lives, leaving, leaving_edition, wish},
        reports::{DAY, proved, sent, taken, unproved},
    },
    support::sqlite3,
};

/// With so many readers beside the few whose lives are told.
pub(super) async fn lived_in(folder: &Path, count: usize) -> Arc<SqliteStore> {
    let store = Arc::new(SqliteStore::open(folder).await.unwrap());
    store.add(&readers(count, 0), Origin::Import).await;
    store.add(&readers(count / 2, 1), Origin::Person).await;
    acts(&store).await;
    let first = sent(&store, "monday", at(0)).await;
    let finished = BatchState::Finished;
    let ended = store.set_batch_state(first.id, &finished, at(60)).await;
    ended.unwrap();
    reports(&store, &first).await;
    under_way(&store).await;
    by_hours(&store).await;
    rehearsed(folder).await;
    beside(&store).await;
    // Of the first, some rows are gone.
    let from = PruneCursor::default();
    let step = store.prune(at(2 * DAY), from, 7, at(60 * DAY)).await;
    assert!(step.unwrap().rows > 0);
    sqlite3(&folder.join("daily-note.sqlite"), RARE);
    store
}

fn readers(count: usize, year: i64) -> Vec<Profile> {
    let reader = |n: usize| {
        let domain = match n % 5 {
            0 => "big".to_owned(),
            _ => format!("d{}", n % 7),
        };
        let agreed = at(-400 * DAY + year * 30 * DAY).fixed_offset();
        Profile {
            name: (!n.is_multiple_of(3)).then(|| format!("독자 \"{n}\" \\{{}}")),
            tags: (0..n % 3).map(|tag| format!("tag, {tag}")).collect(),
            timezone: n.is_multiple_of(4).then_some(chrono_tz::Europe::Berlin),
            language: n.is_multiple_of(2).then(|| "ko".to_owned()),
            consent: Some(Consent {
                at: Some(agreed),
                source: Some("paper".to_owned()),
            }),
            ..person(&format!("Reader{n}@{domain}.example.com"))
        }
    };
    (1..=count).map(reader).collect()
}

/// What some readers did.
async fn acts(store: &Arc<SqliteStore>) {
    for (n, name) in ["minji", "jun", "sora", "gone"].into_iter().enumerate() {
        let then = at(-(90 - n as i64) * DAY);
        store.joined(&format!("{name}@example.com"), then).await;
    }
    store.wish_at(&wish("asked@example.com"), at(-DAY)).await;
    let [minji, jun, sora] = [
        store.number("minji@example.com").await,
        store.number("jun@example.com").await,
        store.number("sora@example.com").await,
    ];
    store.leave_one(leaving(minji), at(-9)).await;
    store.say_why(minji, "너무 많아요").await.unwrap();
    store
        .leave_one(leaving_edition(jun, "thursday"), at(-8))
        .await;
    let epoch = store.member(sora).await.unwrap().unwrap().epoch;
    let to = address("sora@new.example.com");
    let limits = SignupLimits::default();
    let asked = store.ask_move(sora, epoch, &to, &limits, at(-8)).await;
    asked.unwrap();
    let moved = store.confirm_move(sora, epoch, to.as_str(), at(-7)).await;
    moved.unwrap();
    let epoch = store.member(jun).await.unwrap().unwrap().epoch;
    let spent = store.spend_link(jun, epoch, at(DAY), at(-6)).await;
    assert!(spent.unwrap());
    for reader in [jun, sora] {
        let opinion = opining::opinion(Some(reader.0), "좋았어요");
        let limits = OpinionLimits::default();
        store.opine(&opinion, &limits, at(-5)).await.unwrap();
    }
    let gone = address("gone@example.com");
    let erased = store.erase(&gone, ChangeSource::Operator, at(-4)).await;
    erased.unwrap();
    let never = [suppression("never@example.org", SuppressionReason::Manual)];
    let kept_off = store.suppress(&never, ChangeSource::Operator, at(-3));
    kept_off.await.unwrap();
    let wording = wish("x@example.com").wording;
    let again = [SubscriberId(1), SubscriberId(2)];
    let asked = store.ask_consent_again(&again, &wording, at(-2)).await;
    asked.unwrap();
    let reminded = store.remind_of_consents(at(-300 * DAY), at(-1)).await;
    reminded.unwrap();
}

/// What came back of the first issue.
async fn reports(store: &Arc<SqliteStore>, batch: &Batch) {
    for (n, class) in [
        BounceClass::UserUnknown,
        BounceClass::MailboxFull,
        BounceClass::Spam,
        BounceClass::Spam,
        BounceClass::Undefined,
    ]
    .into_iter()
    .enumerate()
    {
        let report = NewReport {
            class: Some(class),
            ..proved(batch, 3 + n as i64, class)
        };
        taken(store, &report, at(90)).await;
    }
    let number = NewReport {
        is_signed: true,
        relay_ids: vec!["notours99".to_owned()],
        ..unproved("by number", BounceClass::UserUnknown)
    };
    let mut aside = unproved("aside", BounceClass::Undefined);
    (aside.kind, aside.class) = (ReportKind::Unreadable, None);
    aside.raw = Some(b"\0\xFFnot a mail".to_vec());
    let mut forged = unproved("forged", BounceClass::UserUnknown);
    forged.words.recipient = Some(address("Reader9@d2.example.com"));
    forged.words.subject = "\0 zero".to_owned();
    for report in [number, aside, forged] {
        taken(store, &report, at(91)).await;
    }
    // Of a number that is not found yet.
    let late = NewReport {
        is_signed: true,
        relay_ids: vec!["notours77".to_owned(), "한글77".to_owned()],
        ..unproved("later", BounceClass::UserUnknown)
    };
    let around = ReportSurroundings::default();
    store
        .take_in_reports(&[late], &around, at(95))
        .await
        .unwrap();
    store.note_door_read("imap", None, at(99)).await.unwrap();
    store.keep_door_place("imap", "1:77").await.unwrap();
}

/// A batch in the middle: every state that a row can have, a domain with a lane of its own, rows that wait.
async fn under_way(store: &Arc<SqliteStore>) {
    let new = NewBatch {
        slot: at(7 * DAY),
        ..new_batch("next")
    };
    let batch = store.freeze(&new, at(7 * DAY)).await.unwrap().batch;
    let quotas = ClaimQuotas {
        total: 30,
        rest: 28,
        domains: vec![("big.example.com".to_owned(), 2)],
    };
    let then = at(7 * DAY + 1);
    let claims = store.claim(batch.id, &sender(), &quotas, then).await;
    for (n, claim) in claims.unwrap().into_iter().enumerate() {
        let step = |to| step(&claim, to);
        let later = at(7 * DAY + 600 + n as i64);
        let ends = match n % 7 {
            0 => Some(accepted()),
            1 => Some(deferred(later)),
            2 => Some(rejected(n % 2 == 0)),
            3 => Some(unknown()),
            4 => Some(DeliveryStep::Deferred {
                due_at: later,
                reply: "550 5.1.1 no such user".to_owned(),
                waited: Duration::from_secs(7),
                doubted: Some(true),
            }),
            // On the wire, or not yet, as its sender dies.
            5 => None,
            _ => continue,
        };
        let steps = [Some(sending()), ends].into_iter().flatten().map(step);
        store.steps(&steps.collect::<Vec<_>>(), then).await;
    }
    store
        .postpone(batch.id, "d3.example.com", at(8 * DAY))
        .await
        .unwrap();
}

/// Two more: one at each reader's own hour, and one that was cancelled.
async fn by_hours(store: &Arc<SqliteStore>) {
    let new = NewBatch {
        date: Some("2026-12-07".parse().unwrap()),
        readers_hour: Some("2026-12-07T08:00:00".parse().unwrap()),
        slot: at(14 * DAY),
        ..new_batch("hours")
    };
    let batch = store.freeze(&new, at(14 * DAY - 60)).await.unwrap().batch;
    let begun = store.waves_come_due(batch.id, at(14 * DAY - 60), at(14 * DAY));
    begun.await.unwrap();
    let paused = store
        .set_batch_state(batch.id, &paused(), at(14 * DAY))
        .await;
    paused.unwrap();
    let batch = store.frozen("cancelled").await;
    let cancelled = BatchState::Cancelled;
    let ended = store.set_batch_state(batch.id, &cancelled, at(9)).await;
    ended.unwrap();
}

async fn rehearsed(folder: &Path) {
    let played = SqliteStore::open(folder).await.unwrap();
    let played = Arc::new(played.in_realm(Realm::Rehearsal));
    let batch = played.frozen("rehearsed").await;
    for claim in played.claim_at(&batch, 2, at(0)).await {
        played.step(&claim, rejected(true)).await.unwrap();
    }
}

/// What lies beside the list and the ledger.
async fn beside(store: &Arc<SqliteStore>) {
    store.keep_calendar(at(-30 * DAY)).await.unwrap();
    let hold = HeldRelease {
        name: "monday-2026-12-14".to_owned(),
        why: "휴가".to_owned(),
        at: at(9),
    };
    assert!(store.put_on_hold(&hold).await.unwrap());
    let notice = NewNotice {
        key: "batch.finished".to_owned(),
        target: "mailto:desk@example.com".to_owned(),
        content: vec![0, 255, 7],
    };
    store.post_notices(&[notice], at(9)).await.unwrap();
    let mood = StoredMood {
        key: "*".to_owned(),
        record: "{\"reply\":\"451 later\"}".to_owned(),
        at: at(9),
    };
    store.keep_moods(&[mood]).await.unwrap();
    let rate = Rate {
        messages: 10,
        per: Duration::from_secs(1),
    };
    store.lease("relay", rate, 3, at(9)).await.unwrap();
}

/// What takes weeks to come about, or another list.
const RARE: &str = "\
    INSERT INTO hash_keys (key) VALUES (x'0102'); \
    INSERT INTO suppressions (hash, hash_key, reason, at) VALUES (x'AABB', 1, 1, 7); \
    INSERT INTO dormancies VALUES (4, 0, 1, 2, NULL), (5, 1, 1, 2, 1); \
    INSERT INTO reports_turned_away VALUES (0, 20500, 'bounce', 7); \
    INSERT OR IGNORE INTO domain_pauses VALUES (2, 1, 9, 'sent back'); \
    INSERT INTO consent_reminders VALUES (1, 1, 9); \
    INSERT OR IGNORE INTO domain_readers VALUES (1, 1, 9);";
