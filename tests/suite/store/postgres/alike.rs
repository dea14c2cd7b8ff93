//! Any verbs of readers' lives, one after the other, on SQLite and on PostgreSQL: each is answered alike, and in the end
//! the same is known of everybody.

use std::{fmt::Debug, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason, membership::signup::ConsentWording},
    store::{
        OpinionFilter, OpinionLimits, ReaderPreferences, ReceiptOutcome, ReceiptTurn, SignupLimits,
        postgres::PostgresStore, sqlite::SqliteStore,
    },
};
use proptest::{
    prelude::{Just, Strategy, any, prop},
    prop_assert_eq, prop_oneof,
    test_runner::{Config, TestCaseError, TestRunner},
};
use tokio::runtime::Runtime;

use super::place::Schema;
use crate::store::{
    contract::opining,
    fixture::{ChangeSource, Place as _, VoicesStore, address, at, of_edition, suppression},
    membership::{both_editions, leaving, leaving_edition, wish},
};

/// Something that happens to one of a few people.
#[derive(Debug, Clone)]
enum Deed {
    Ask { hurried: bool, ads: Option<bool> },
    Confirm { late: bool },
    Leave { edition: bool, goodbye: bool },
    SayWhy,
    Undo { of_before: bool },
    Prefer { edition: Option<bool> },
    AskLink,
    AskOwnLink,
    SpendLink,
    AskMove { to: u8 },
    ConfirmMove { to: u8 },
    UndoMove { back: u32 },
    Suppress(SuppressionReason),
    Lift,
    Erase,
    Add(Origin),
    AskAgain,
    Opine { text: u8 },
    Publish,
    Take { turn: usize, comes_to: u8 },
    Pass { hours: i64 },
    Forget,
    Remind,
    Release,
}

const REASONS: [SuppressionReason; 5] = [
    SuppressionReason::Unsubscribed,
    SuppressionReason::HardBounce,
    SuppressionReason::Complaint,
    SuppressionReason::Manual,
    SuppressionReason::Erased,
];
const ORIGINS: [Origin; 3] = [Origin::Import, Origin::Operator, Origin::Person];

fn deeds() -> impl Strategy<Value = Vec<(u8, Deed)>> {
    let deed = prop_oneof![
        4 => (any::<bool>(), any::<Option<bool>>())
            .prop_map(|(hurried, ads)| Deed::Ask { hurried, ads }),
        4 => prop::bool::weighted(0.2).prop_map(|late| Deed::Confirm { late }),
        4 => (any::<bool>(), any::<bool>())
            .prop_map(|(edition, goodbye)| Deed::Leave { edition, goodbye }),
        1 => Just(Deed::SayWhy),
        3 => prop::bool::weighted(0.3).prop_map(|of_before| Deed::Undo { of_before }),
        2 => any::<Option<bool>>().prop_map(|edition| Deed::Prefer { edition }),
        1 => Just(Deed::AskLink),
        1 => Just(Deed::AskOwnLink),
        1 => Just(Deed::SpendLink),
        3 => (0..6_u8).prop_map(|to| Deed::AskMove { to }),
        3 => (0..6_u8).prop_map(|to| Deed::ConfirmMove { to }),
        3 => (0..3_u32).prop_map(|back| Deed::UndoMove { back }),
        3 => prop::sample::select(REASONS.to_vec()).prop_map(Deed::Suppress),
        2 => Just(Deed::Lift),
        1 => Just(Deed::Erase),
        2 => prop::sample::select(ORIGINS.to_vec()).prop_map(Deed::Add),
        2 => Just(Deed::AskAgain),
        2 => (0..3_u8).prop_map(|text| Deed::Opine { text }),
        1 => Just(Deed::Publish),
        3 => (0..3_usize, 0..4_u8).prop_map(|(turn, comes_to)| Deed::Take { turn, comes_to }),
        4 => (1..500_i64).prop_map(|hours| Deed::Pass { hours }),
        1 => Just(Deed::Forget),
        2 => Just(Deed::Remind),
        1 => Just(Deed::Release),
    ];
    prop::collection::vec((0..4_u8, deed), 1..70)
}

fn email(who: u8) -> String {
    format!("reader{who}@host{who}.example.com")
}

/// What a store answers, as text.
fn said(answer: impl Debug) -> String {
    format!("{answer:?}")
}

/// What the store answers to it.
async fn done<S: VoicesStore>(
    store: &Arc<S>,
    (who, deed): &(u8, Deed),
    now: DateTime<Utc>,
) -> String {
    let named = address(&email(*who));
    let limits = SignupLimits {
        least_an_hour: 4,
        ..SignupLimits::default()
    };
    match deed {
        Deed::Ask { hurried, ads } => {
            let mut ask = wish(named.as_str());
            (ask.is_hurried, ask.agreed_to_ads) = (*hurried, *ads);
            ask.name = Some("민지".to_owned());
            ask.editions = ads.map(|_| ["monday".to_owned()].into());
            said(store.ask(&ask, &limits, now).await)
        }
        Deed::AskLink => said(store.ask_link(&named, &limits, now).await),
        Deed::Suppress(reason) => {
            let mut gone = suppression(named.as_str(), *reason);
            gone.at = now;
            said(store.suppress(&[gone], ChangeSource::Operator, now).await)
        }
        Deed::Lift => said(store.lift_suppressions(&[named], now).await),
        Deed::Erase => {
            let erasure = store.erase(&named, ChangeSource::Link, now).await.unwrap();
            said(erasure.was_known)
        }
        Deed::Add(origin) => {
            let mut profile = of_edition(named.as_str(), "thursday");
            profile.consent = Some(daily_note::audience::Consent {
                at: Some(now.fixed_offset()),
                source: Some("paper".to_owned()),
            });
            said(store.upsert([profile].into(), *origin, now).await)
        }
        Deed::Take { turn, comes_to } => take(store, ReceiptTurn::ALL[*turn], *comes_to, now).await,
        Deed::Pass { .. } => String::new(),
        Deed::Forget => said(store.forget_unconfirmed(now).await),
        Deed::Remind => {
            let before = now - TimeDelta::days(20);
            said(store.remind_of_consents(before, now).await)
        }
        Deed::Release => said(store.release_held(now).await),
        _ => {
            let known = store.subscriber(&named).await.unwrap();
            // Of whom nobody knows, and who never was.
            let reader = known.map_or(SubscriberId(999), |known| known.id);
            of_reader(store, reader, deed, &limits, now).await
        }
    }
}

async fn take<S: VoicesStore>(
    store: &Arc<S>,
    turn: ReceiptTurn,
    comes_to: u8,
    now: DateTime<Utc>,
) -> String {
    let due = store.take_due_receipts(turn, 3, now).await.unwrap();
    for receipt in &due {
        let outcome = match comes_to {
            0 => ReceiptOutcome::Sent,
            1 => ReceiptOutcome::Again(now + TimeDelta::hours(1)),
            2 => ReceiptOutcome::GivenUp,
            _ => continue,
        };
        let settled = store.settle_receipt(receipt.id, outcome, "451", now).await;
        settled.unwrap();
    }
    let next = store.next_receipt(turn).await;
    said((due, next, store.held_receipts().await))
}

async fn of_reader<S: VoicesStore>(
    store: &Arc<S>,
    reader: SubscriberId,
    deed: &Deed,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> String {
    let member = store.member(reader).await.unwrap();
    let epoch = member.as_ref().map_or(0, |member| member.epoch);
    let elsewhere = |to: u8| address(&format!("elsewhere{to}@example.com"));
    match deed {
        Deed::Confirm { late } => {
            let epoch = epoch.saturating_sub(u32::from(*late));
            said(store.confirm(reader, epoch, now).await)
        }
        Deed::Leave { edition, goodbye } => {
            let mut request = match edition {
                true => leaving_edition(reader, "monday"),
                false => leaving(reader),
            };
            request.wants_goodbye = *goodbye;
            said(store.leave(&[request], now).await)
        }
        Deed::SayWhy => said(store.say_why(reader, " 너무 많아요 ").await),
        Deed::Undo { of_before } => {
            let epoch = epoch.saturating_sub(u32::from(*of_before));
            said(store.undo_leave(reader, epoch, now).await)
        }
        Deed::Prefer { edition } => {
            let choice = ReaderPreferences {
                editions: edition.map(|is_one| match is_one {
                    true => ["monday".to_owned()].into(),
                    false => both_editions(),
                }),
                name: edition.map(|_| "새 \"이름\\{}".to_owned()),
                language: None,
                timezone: Some(chrono_tz::Asia::Seoul),
            };
            said(store.prefer(reader, &choice, now).await)
        }
        Deed::AskOwnLink => said(store.ask_own_link(reader, limits, now).await),
        Deed::SpendLink => {
            let until = at(100 * 86_400);
            said(store.spend_link(reader, epoch, until, now).await)
        }
        Deed::AskMove { to } => {
            let to = elsewhere(*to);
            said(store.ask_move(reader, epoch, &to, limits, now).await)
        }
        Deed::ConfirmMove { to } => {
            let wanted = member.and_then(|member| member.moving_to);
            let key = wanted.unwrap_or_else(|| elsewhere(*to)).to_string();
            said(store.confirm_move(reader, epoch, &key, now).await)
        }
        Deed::UndoMove { back } => {
            let epoch = epoch.saturating_sub(*back);
            said(store.undo_move(reader, epoch, now).await)
        }
        Deed::AskAgain => {
            let wording = ConsentWording::new("다시 동의합니다.", "ko");
            said(store.ask_consent_again(&[reader], &wording, now).await)
        }
        Deed::Opine { text } => {
            let opinion = opining::opinion(Some(reader.0), &format!("의견 {text}"));
            said(store.opine(&opinion, &OpinionLimits::default(), now).await)
        }
        Deed::Publish => {
            let all = store.opinions(&OpinionFilter::default(), 0, 99).await;
            let last = all.unwrap().last().map_or(0, |opinion| opinion.id);
            said(store.publish_opinion(last, true).await)
        }
        other => unreachable!("{other:?} is nobody's own"),
    }
}

/// All that a store knows in the end.
async fn known<S: VoicesStore>(store: &Arc<S>, now: DateTime<Utc>) -> Vec<String> {
    let mut known = Vec::new();
    for id in 1..40 {
        let reader = SubscriberId(id);
        known.push(said(store.member(reader).await));
        known.push(said(store.all_about(reader).await));
        known.push(said(store.history(reader).await));
    }
    let stand = store.suppressions(0, 99).await.unwrap();
    let mut stand: Vec<_> = stand.into_iter().map(|(_, it)| said(it)).collect();
    stand.sort();
    known.extend(stand);
    let everybody = SubscriberId(0)..=SubscriberId(99);
    known.push(said(store.changes(0, 9_999).await));
    known.push(said(store.proofs(everybody.clone()).await));
    known.push(said(store.past_consents(everybody).await));
    known.push(said(store.wordings().await));
    known.push(said(store.readers_without_proof(SubscriberId(0), 99).await));
    known.push(said(store.opinions(&OpinionFilter::default(), 0, 99).await));
    known.push(said(store.published_opinions(None).await));
    known.push(said(store.growth(9, chrono_tz::Asia::Seoul, now).await));
    for turn in ReceiptTurn::ALL {
        known.push(said(store.next_receipt(turn).await));
    }
    known
}

async fn play(
    place: &Schema,
    lite: &Arc<SqliteStore>,
    server: &Arc<PostgresStore>,
    deeds: &[(u8, Deed)],
) -> Result<(), TestCaseError> {
    let mut now = at(0);
    for deed in deeds {
        now += TimeDelta::seconds(1);
        if let Deed::Pass { hours } = &deed.1 {
            let time = TimeDelta::hours(*hours);
            now += time;
            place.pass(time).await;
        }
        let (one, other) = (done(lite, deed, now).await, done(server, deed, now).await);
        prop_assert_eq!(one, other, "{:?}", deed);
    }
    for (one, other) in known(lite, now).await.iter().zip(known(server, now).await) {
        prop_assert_eq!(one, &other);
    }
    Ok(())
}

/// Twelve lives, or as many as `ALIKE_LIVES` says.
pub(super) fn runner() -> TestRunner {
    let lives = std::env::var("ALIKE_LIVES").ok();
    TestRunner::new(Config {
        cases: lives.and_then(|it| it.parse().ok()).unwrap_or(12),
        max_shrink_iters: 400,
        failure_persistence: None,
        ..Config::default()
    })
}

#[test]
fn any_life_is_the_same_on_both_stores() {
    let runtime = Runtime::new().unwrap();
    if runtime.block_on(Schema::new()).is_none() {
        return;
    }
    let run = runner().run(&deeds(), |deeds| {
        runtime.block_on(async {
            let place = Schema::new().await.unwrap();
            let folder = tempfile::tempdir().unwrap();
            let lite = SqliteStore::open(folder.path()).await.unwrap();
            let server = place.try_open().await.unwrap();
            let (lite, server) = (lite.owing_results(true), server.owing_results(true));
            play(&place, &Arc::new(lite), &Arc::new(server), &deeds).await
        })
    });
    run.unwrap();
}
