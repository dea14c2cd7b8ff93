//! Two servers at the same readers at the same moment: what one of them answered holds for the other, and what both are
//! asked happens once.

use std::{collections::BTreeSet, future::Future, sync::Arc};

use chrono::TimeDelta;
use daily_note::{
    audience::{Consent, Origin, SubscriberId, SuppressionReason},
    store::{
        AskOutcome, ConfirmMoveOutcome, ConfirmOutcome, LeaveOutcome, LimitReached, MoveAskOutcome,
        NewOpinion, OpinionLimits, OpinionOutcome, ReceiptKind, ReceiptOutcome, ReceiptTurn,
        SignupLimits, TELLING, UndoOutcome, Upsert, postgres::PostgresStore,
    },
};
use tokio::task::JoinHandle;

use super::{place::Schema, sharing::stranger};
use crate::store::{contract::opining::opinion, fixture::*, membership::*};

/// Two processes with the same database.
pub(super) async fn two_servers(place: &Schema) -> [Arc<PostgresStore>; 2] {
    [place.open().await, place.open().await]
}

/// Asks both servers the same four times at once.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    servers: &[Arc<PostgresStore>; 2],
    ask: impl Fn(Arc<PostgresStore>) -> F,
) -> Vec<T> {
    let asked = (0..4).map(|n| tokio::spawn(ask(servers[n % 2].clone())));
    all(asked.collect()).await
}

/// What all of them came to.
pub(super) async fn all<T>(tasks: Vec<JoinHandle<T>>) -> Vec<T> {
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

/// That many races, or as many as `CLICK_RACES` says.
pub(super) fn click_races(few: usize) -> usize {
    let races = std::env::var("CLICK_RACES").ok();
    races.and_then(|it| it.parse().ok()).unwrap_or(few)
}

/// How many rows of readers who left were let go. The server knows when each departure was durable, and when its row was:
/// none was let go after it.
pub(super) async fn let_go_before_the_answer(place: &Schema) -> usize {
    let client = stranger(place).await;
    // Of a departure and its row that was let go (2), the departure is the later one.
    let sql = "SELECT count(*), count(*) FILTER (WHERE pg_xact_commit_timestamp(d.xmin) \
               <= pg_xact_commit_timestamp(s.xmin)) FROM deliveries AS d \
               JOIN subscribers AS s ON s.id = d.subscriber WHERE d.state = 2";
    let row = client.query_one(sql, &[]).await.unwrap();
    let (all, before): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(all - before, 0, "let go after the answer");
    usize::try_from(all).unwrap()
}

/// How many of the answers are that one.
fn how_many<T: PartialEq>(answers: &[T], one: &T) -> usize {
    answers.iter().filter(|answer| *answer == one).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_that_two_servers_are_asked_for_at_once_is_lived_once() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let servers = two_servers(&place).await;
    for round in 0..6 {
        let email = format!("racer{round}@example.com");
        let reader = joins(&servers, &email).await;
        leaves_and_returns(&servers, reader).await;
        moves_and_returns(&servers, reader, &email, round).await;
        says(&servers, reader).await;
        let forgotten = at_once(&servers, |server| {
            let email = address(&email);
            async move { server.erase(&email, ChangeSource::Link, at(9)).await }
        })
        .await;
        let known: Vec<bool> = forgotten
            .into_iter()
            .map(|it| it.unwrap().was_known)
            .collect();
        assert_eq!(how_many(&known, &true), 1);
        let changes = servers[0].changes_of(reader).await;
        assert_eq!(changes.len(), 9, "{changes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_gets_one_mail_by_whatever_spelling_servers_are_asked_at_once() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let servers = two_servers(&place).await;
    for round in 0..6 {
        // Four readers who left, of one mailbox: each has a row of their own.
        let spelled = ["min.ji", "m.inji", "mi.nji", "mi.n.ji"];
        let spelled = spelled.map(|name| format!("{name}{round}@gmail.com"));
        let people: Vec<_> = spelled.iter().map(|email| person(email)).collect();
        servers[0].add(&people, Origin::Import).await;
        let gone = spelled
            .clone()
            .map(|email| suppression(&email, SuppressionReason::Unsubscribed));
        let source = ChangeSource::Link;
        servers[1].suppress(&gone, source, at(1)).await.unwrap();
        let asking = spelled.into_iter().zip(servers.iter().cycle().cloned());
        let asking = asking.map(|(email, server)| {
            tokio::spawn(async move { server.wish_at(&wish(&email), at(2)).await })
        });
        let asked = all(asking.collect()).await;
        assert_eq!(how_many(&asked, &AskOutcome::Queued), 1, "{asked:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_form_and_an_import_name_at_once_is_one_reader() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let servers = two_servers(&place).await;
    for round in 0..12 {
        let email = format!("both{round}@example.com");
        let (importer, named) = (servers[0].clone(), person(&email));
        let imports = tokio::spawn(async move { importer.add(&[named], Origin::Import).await });
        let asked = servers[1].wish_at(&wish(&email), at(round)).await;
        let imported = imports.await.unwrap();
        let expected = match imported.as_slice() {
            [Upsert::Added] => AskOutcome::AlreadyHere,
            [Upsert::Merged] => AskOutcome::Queued,
            other => panic!("{other:?}"),
        };
        assert_eq!(asked, expected);
    }
    assert_eq!(
        servers[0].audience_size("monday").await.unwrap().readers,
        12
    );
}

async fn joins(servers: &[Arc<PostgresStore>; 2], email: &str) -> SubscriberId {
    let asked = at_once(servers, |server| {
        let ask = wish(email);
        async move { server.wish_at(&ask, at(0)).await }
    })
    .await;
    let enough = AskOutcome::Limited(LimitReached::Mailbox);
    assert_eq!(how_many(&asked, &AskOutcome::Queued), 1, "{asked:?}");
    assert_eq!(how_many(&asked, &enough), 3, "{asked:?}");
    let member = servers[0].member_of(email).await;
    let (reader, epoch) = (member.subscriber.id, member.epoch);
    let confirmed = at_once(servers, |server| async move {
        server.confirm(reader, epoch, at(1)).await.unwrap()
    })
    .await;
    assert_eq!(how_many(&confirmed, &ConfirmOutcome::Already), 3);
    assert_eq!(servers[1].due_kinds(at(1)).await, [ReceiptKind::Welcome]);
    reader
}

async fn leaves_and_returns(servers: &[Arc<PostgresStore>; 2], reader: SubscriberId) {
    let left = at_once(servers, |server| async move {
        server.leave_one(leaving(reader), at(2)).await
    })
    .await;
    let epoch = servers[0].member(reader).await.unwrap().unwrap().epoch;
    assert_eq!(how_many(&left, &LeaveOutcome::Left { epoch }), 1);
    assert_eq!(how_many(&left, &LeaveOutcome::Already { epoch }), 3);
    assert_eq!(servers[1].due_kinds(at(2)).await, [ReceiptKind::Goodbye]);
    let returned = at_once(servers, |server| async move {
        server.undo_leave(reader, epoch, at(3)).await.unwrap()
    })
    .await;
    assert_eq!(how_many(&returned, &UndoOutcome::Returned), 1);
    assert_eq!(how_many(&returned, &UndoOutcome::Already), 3);
}

async fn moves_and_returns(
    servers: &[Arc<PostgresStore>; 2],
    reader: SubscriberId,
    email: &str,
    round: usize,
) {
    let epoch = servers[0].member_of(email).await.epoch;
    let until = at(1_800);
    let spent = at_once(servers, |server| async move {
        server
            .spend_link(reader, epoch, until, at(4))
            .await
            .unwrap()
    })
    .await;
    assert_eq!(how_many(&spent, &true), 1);
    let (to, limits) = (
        address(&format!("moved{round}@example.com")),
        SignupLimits::default(),
    );
    let asked = at_once(servers, |server| {
        let to = to.clone();
        async move {
            let asked = server.ask_move(reader, epoch, &to, &limits, at(4));
            asked.await.unwrap()
        }
    })
    .await;
    assert_eq!(how_many(&asked, &MoveAskOutcome::Queued), 1, "{asked:?}");
    let moved = at_once(servers, |server| {
        let key = to.to_string();
        async move { server.confirm_move(reader, epoch, &key, at(5)).await }
    })
    .await;
    let moved: Vec<_> = moved.into_iter().map(Result::unwrap).collect();
    assert_eq!(how_many(&moved, &ConfirmMoveOutcome::Moved), 1);
    assert_eq!(how_many(&moved, &ConfirmMoveOutcome::Already), 3);
    let moved_epoch = epoch + 1;
    let undone = at_once(servers, |server| async move {
        server.undo_move(reader, moved_epoch, at(6)).await.unwrap()
    })
    .await;
    assert_eq!(how_many(&undone, &UndoOutcome::Returned), 1);
    assert_eq!(how_many(&undone, &UndoOutcome::Already), 3);
    assert_eq!(servers[1].number(email).await, reader);
}

async fn says(servers: &[Arc<PostgresStore>; 2], reader: SubscriberId) {
    let opinion = NewOpinion {
        prefix: format!("network {}", reader.0),
        ..opinion(Some(reader.0), "좋아요")
    };
    let said = at_once(servers, |server| {
        let opinion = opinion.clone();
        async move {
            server
                .opine(&opinion, &OpinionLimits::default(), at(8))
                .await
        }
    })
    .await;
    let is_first = |it: &OpinionOutcome| matches!(it, OpinionOutcome::Kept { is_first: true, .. });
    let said: Vec<_> = said.into_iter().map(Result::unwrap).collect();
    assert_eq!(said.iter().filter(|it| is_first(it)).count(), 1, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_sent_by_one_of_many_senders_whose_clocks_differ() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let servers = two_servers(&place).await;
    let store = servers[0].clone().with_people(40).await;
    let gone: Vec<_> = (1..=40).map(|n| leaving(SubscriberId(n))).collect();
    store.leave(&gone, at(0)).await.unwrap();
    let taken = at_once(&servers, |server| async move {
        let mut taken = Vec::new();
        loop {
            let due = server.take_due_receipts(ReceiptTurn::Awaited, 3, at(1));
            let due = due.await.unwrap();
            if due.is_empty() {
                return taken;
            }
            taken.extend(due.into_iter().map(|receipt| receipt.id));
        }
    })
    .await;
    let taken: Vec<_> = taken.into_iter().flatten().collect();
    assert_eq!(taken.len(), 40);
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 40);
    // A server whose clock is ahead by as long as a sender has for it takes none of them.
    let ahead = at(1) + TELLING;
    assert_eq!(servers[1].due_kinds(ahead).await, []);
    place.pass(TELLING).await;
    let again = servers[1].due(ahead).await;
    assert_eq!(again.len(), 40, "their senders died");
    // The first of two late words counts.
    let (id, now) = (again[0].id, ahead);
    for outcome in [ReceiptOutcome::Sent, ReceiptOutcome::Again(now)] {
        let settled = store.settle_receipt(id, outcome, "250", now).await;
        settled.unwrap();
    }
    assert_eq!(store.due_kinds(ahead).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_by_itself_is_done_by_one_of_many_servers() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let servers = two_servers(&place).await;
    let agreed = |n: i64| {
        let mut reader = person(&format!("reader{n}@example.com"));
        reader.consent = Some(Consent {
            at: Some(at(0).fixed_offset()),
            source: None,
        });
        reader
    };
    let readers: Vec<_> = (0..100).map(agreed).collect();
    servers[0].add(&readers, Origin::Import).await;
    let now = at(0) + TimeDelta::days(731);
    let reminded = at_once(&servers, |server| async move {
        let before = now - TimeDelta::days(730);
        server.remind_of_consents(before, now).await.unwrap()
    })
    .await;
    assert_eq!(reminded.iter().sum::<u64>(), 2, "a day's share");
    for n in 0..20 {
        let ask = wish(&format!("late{n}@example.com"));
        servers[0].wish_at(&ask, at(n)).await;
    }
    let over = at(60) + TimeDelta::days(14);
    let forgotten = at_once(&servers, |server| async move {
        server.forget_unconfirmed(over).await.unwrap()
    })
    .await;
    assert_eq!(forgotten.iter().sum::<u64>(), 20);
}

/// Many verbs on few readers, by three tasks at once: none fails, and in the end the list agrees with its history.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_servers_do_to_the_same_readers_at_once_the_list_adds_up() {
    let Some(place) = Schema::new().await else {
        return;
    };
    let servers = two_servers(&place).await;
    servers[0].add(&people(4), Origin::Operator).await;
    let batch = servers[0].frozen("monday").await;
    servers[0].claim_at(&batch, 4, at(0)).await;
    let living = (0..3_u64).map(|seed| {
        let server = servers[usize::try_from(seed).unwrap() % 2].clone();
        tokio::spawn(async move { live(&server, seed).await })
    });
    all(living.collect()).await;
    let client = stranger(&place).await;
    let off = "SELECT (SELECT count(*) FROM subscribers WHERE state = 0 AND suppressed IS NULL) \
               - (SELECT coalesce(sum(gain), 0)::int8 FROM history)";
    let row = client.query_one(off, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0, "the history says another number");
    // 5: erased, of whom a hash alone is left.
    let otherwise = "SELECT count(*) FROM subscribers AS s LEFT JOIN suppressions AS p \
                     ON p.key = s.key WHERE s.email IS NOT NULL AND s.suppressed IS DISTINCT FROM 5 \
                     AND s.suppressed IS DISTINCT FROM p.reason";
    let row = client.query_one(otherwise, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0, "marked otherwise than it stands");
}

/// Verbs in the order that a seed says.
async fn live(server: &Arc<PostgresStore>, seed: u64) {
    let mut state = seed * 7 + 1;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for n in 0..80 {
        let now = at(10 + n);
        let email = format!("reader{}@example.com", next(4) + 1);
        let known = server.subscriber(&address(&email)).await.unwrap();
        let Some(reader) = known.map(|known| known.id) else {
            server.wish_at(&wish(&email), now).await;
            continue;
        };
        let Some(member) = server.member(reader).await.unwrap() else {
            continue;
        };
        let epoch = member.epoch;
        match next(8) {
            0 | 1 => drop(server.leave_one(leaving(reader), now).await),
            2 => drop(server.undo_leave(reader, epoch, now).await.unwrap()),
            3 => drop(server.confirm(reader, epoch, now).await.unwrap()),
            4 => {
                let edition = leaving_edition(reader, "monday");
                server
                    .leave(&[edition, leaving(reader)], now)
                    .await
                    .unwrap();
            }
            5 if next(4) == 0 => {
                let (email, source) = (address(&email), ChangeSource::Link);
                server.erase(&email, source, now).await.unwrap();
            }
            6 => drop(
                server
                    .lift_suppressions(&[address(&email)], now)
                    .await
                    .unwrap(),
            ),
            _ => drop(
                server
                    .wish_at(&wish(&email), now + TimeDelta::days(n))
                    .await,
            ),
        }
    }
}
