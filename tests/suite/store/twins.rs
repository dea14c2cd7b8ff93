//! Two states that live the same life, of which one prunes: whatever is asked of them, they answer alike, and every
//! number of every issue is equal to the digit.

use std::{fmt::Debug, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason},
    bounce::BounceClass,
    store::{
        Batch, BatchState, BounceSelection, Claim, DeliveryStep, NewBatch, UnknownAnswer,
        sqlite::SqliteStore,
    },
};
use proptest::{
    prelude::{Just, Strategy, any, prop},
    prop_assert_eq, prop_oneof,
    test_runner::{Config, TestCaseError, TestRunner},
};
use tokio::runtime::Runtime;

use super::{contract::pruning::pruned, fixture::*, reports::*};

/// As `ledger.keep: 90d` would have it.
const KEEP: TimeDelta = TimeDelta::days(90);
const READERS: usize = 24;
const CLASSES: [BounceClass; 3] = [
    BounceClass::UserUnknown,
    BounceClass::MailboxFull,
    BounceClass::Policy,
];

/// Something that happens to both.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// An issue goes out; `dice` says what becomes of each row.
    Send {
        dice: u64,
        by_zone: bool,
    },
    /// Reports about one of the last two issues.
    Report {
        who: Vec<u8>,
        class: usize,
        back: usize,
    },
    Listen,
    Pass {
        days: i64,
    },
    Leave {
        who: u8,
    },
    Lift {
        who: u8,
    },
    Erase {
        who: u8,
    },
    /// What nobody knows of an issue is settled, however old that is.
    Settle {
        back: usize,
        resend: bool,
    },
    /// One of them prunes.
    Prune {
        portion: u32,
    },
}

pub(crate) fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let who = || 1..=READERS as u8;
    let deed = prop_oneof![
        6 => (any::<u64>(), prop::bool::weighted(0.3))
            .prop_map(|(dice, by_zone)| Deed::Send { dice, by_zone }),
        4 => (prop::collection::vec(who(), 1..5), 0..CLASSES.len(), 0..2_usize)
            .prop_map(|(who, class, back)| Deed::Report { who, class, back }),
        2 => Just(Deed::Listen),
        5 => (1..40_i64).prop_map(|days| Deed::Pass { days }),
        1 => who().prop_map(|who| Deed::Leave { who }),
        1 => who().prop_map(|who| Deed::Lift { who }),
        1 => who().prop_map(|who| Deed::Erase { who }),
        2 => (0..20_usize, any::<bool>())
            .prop_map(|(back, resend)| Deed::Settle { back, resend }),
        3 => (1..30_u32).prop_map(|portion| Deed::Prune { portion }),
    ];
    prop::collection::vec(deed, 1..30)
}

fn email(who: u8) -> String {
    // A provider of many, and domains of few.
    match who % 4 {
        0 => format!("reader{who}@few{}.example.com", who % 3),
        _ => format!("reader{who}@big.example.com"),
    }
}

fn said(answer: impl Debug) -> String {
    format!("{answer:?}")
}

/// What the relay says to a reader's message.
fn answer(issue: &str, dice: u64, claim: &Claim) -> DeliveryStep {
    let reader = claim.reader.id.0.unsigned_abs();
    match (dice ^ reader.wrapping_mul(0x9E37_79B9_7F4A_7C15)) % 23 {
        0 => unknown(),
        n @ (1 | 2) => DeliveryStep::Rejected {
            reply: format!("550 5.1.1 no such user ({issue})"),
            suppress: n == 2,
        },
        3 => DeliveryStep::Rejected {
            reply: "552 5.2.2 mailbox full".to_owned(),
            suppress: false,
        },
        _ => accepted(),
    }
}

/// Carries whatever of a batch is open to its end.
async fn carry<S: RetentionStore>(store: &S, batch: &Batch, dice: u64, now: DateTime<Utc>) {
    for claim in store
        .claim(batch.id, &sender(), &any_rows(), now)
        .await
        .unwrap()
    {
        for to in [sending(), answer(&batch.issue, dice, &claim)] {
            store.record(&[step(&claim, to)], now).await.unwrap();
        }
    }
    let finished = BatchState::Finished;
    store
        .set_batch_state(batch.id, &finished, now)
        .await
        .unwrap();
}

fn any_rows() -> daily_note::store::ClaimQuotas {
    super::fixture::any(1_000)
}

/// The issue so many before the last.
async fn issue<S: RetentionStore>(store: &S, back: usize) -> Option<Batch> {
    let batches = store.batches(1_000).await.unwrap();
    batches.into_iter().nth(back)
}

/// What the store answers to it.
async fn done<S: RetentionStore>(store: &Arc<S>, deed: &Deed, now: DateTime<Utc>) -> String {
    match deed {
        Deed::Send { dice, by_zone } => {
            let number = store.batches(1_000).await.unwrap().len();
            let local = (now + TimeDelta::hours(9)).naive_utc();
            let new = NewBatch {
                slot: now,
                readers_hour: by_zone.then_some(local),
                ..new_batch(&format!("issue-{number}"))
            };
            let batch = store.freeze(&new, now).await.unwrap().batch;
            let later = now + TimeDelta::hours(30);
            let begun = store.waves_come_due(batch.id, now, later).await.unwrap();
            carry(&**store, &batch, *dice, later).await;
            said((batch.audience, begun))
        }
        Deed::Report { who, class, back } => {
            let Some(batch) = issue(&**store, *back).await else {
                return String::new();
            };
            // So late that it only stands beside the issue: of that the contract speaks.
            if now - batch.frozen_at > TimeDelta::days(60) {
                return String::new();
            }
            let mut effects = Vec::new();
            for reader in who {
                let report = proved(&batch, i64::from(*reader), CLASSES[*class]);
                effects.push(taken(store, &report, now).await);
            }
            said(effects)
        }
        Deed::Listen => said(store.note_door_read("import", None, now).await),
        Deed::Leave { who } => {
            let left = suppression(&email(*who), SuppressionReason::Unsubscribed);
            said(store.suppress(&[left], ChangeSource::OneClick, now).await)
        }
        Deed::Lift { who } => said(store.lift_suppressions(&[address(&email(*who))], now).await),
        Deed::Erase { who } => {
            let named = address(&email(*who));
            let erased = store.erase(&named, ChangeSource::Operator, now).await;
            said(erased.unwrap().was_known)
        }
        Deed::Settle { back, resend } => {
            let Some(batch) = issue(&**store, *back).await else {
                return String::new();
            };
            let answer = match resend {
                true => UnknownAnswer::Resend,
                false => UnknownAnswer::Accept,
            };
            let settled = store.resolve_unknown(batch.id, answer, now).await;
            carry(&**store, &batch, 7, now).await;
            said(settled)
        }
        Deed::Pass { .. } | Deed::Prune { .. } => said(settled(store, now).await),
    }
}

/// All that can be asked of it; of rows, those of issues that are younger than `KEEP`.
async fn known<S: RetentionStore>(store: &Arc<S>, now: DateTime<Utc>) -> Vec<String> {
    let mut known = vec![said(store.report_totals(at(0)).await.unwrap())];
    let young = now - KEEP;
    for batch in store.batches(1_000).await.unwrap() {
        let of_issue = BounceSelection {
            batch: Some(batch.id),
            ..BounceSelection::default()
        };
        known.push(said((
            &batch,
            store.counts(batch.id).await.unwrap(),
            store.waves(batch.id).await.unwrap(),
            store.bounced(&of_issue).await.unwrap(),
            store.returned_of(batch.id).await.unwrap(),
        )));
    }
    for who in 1..=READERS as u8 {
        let of = store.reports_of(SubscriberId(i64::from(who))).await;
        let receipts = store.receipts(SubscriberId(i64::from(who))).await;
        let mut receipts = receipts.unwrap();
        receipts.retain(|receipt| receipt.slot >= young);
        let standing = store.suppression(&address(&email(who))).await;
        known.push(said((of.unwrap(), receipts, standing.unwrap())));
    }
    known
}

/// Lets both live; the second prunes.
pub(crate) async fn live<S: RetentionStore>(
    kept: &Arc<S>,
    pruning: &Arc<S>,
    deeds: &[Deed],
) -> Result<(), TestCaseError> {
    let zones = ["Asia/Seoul", "Europe/Berlin"];
    let people: Vec<_> = (1..=READERS as u8)
        .map(|who| daily_note::audience::Profile {
            timezone: Some(zones[usize::from(who % 2)].parse().unwrap()),
            ..person(&email(who))
        })
        .collect();
    for store in [kept, pruning] {
        store
            .upsert(people.clone().into(), Origin::Operator, at(0))
            .await
            .unwrap();
    }
    let mut now = at(0);
    for deed in deeds {
        now += match deed {
            Deed::Pass { days } => TimeDelta::days(*days),
            Deed::Send { .. } => TimeDelta::hours(30),
            _ => TimeDelta::hours(1),
        };
        if let Deed::Prune { portion } = deed {
            pruned(pruning, now - KEEP, *portion).await;
        }
        let answers = (done(kept, deed, now).await, done(pruning, deed, now).await);
        prop_assert_eq!(answers.0, answers.1, "{:?}", deed);
    }
    pruned(pruning, now - KEEP, 5).await;
    let (all, rest) = (known(kept, now).await, known(pruning, now).await);
    prop_assert_eq!(all.len(), rest.len());
    for (all, rest) in all.iter().zip(&rest) {
        prop_assert_eq!(all, rest);
    }
    // A row is there or counted as gone, and nothing twice.
    for batch in pruning.batches(1_000).await.unwrap() {
        let gone = pruning.pruned(batch.id).await.unwrap();
        let mut left = 0;
        for state in STATES {
            let start = daily_note::store::DeliveryId(0);
            let page = pruning.deliveries(batch.id, state, start, 1_000).await;
            left += page.unwrap().len() as u64;
        }
        prop_assert_eq!(left + gone.map_or(0, |it| it.rows), batch.audience);
    }
    Ok(())
}

/// So many lives by any deeds, or as many as `TWIN_LIVES` says.
pub(crate) fn run<F: Future<Output = Result<(), TestCaseError>>>(
    usual: u32,
    runtime: &Runtime,
    one: impl Fn(Vec<Deed>) -> F,
) {
    let lives = std::env::var("TWIN_LIVES").ok();
    let mut runner = TestRunner::new(Config {
        cases: lives.and_then(|it| it.parse().ok()).unwrap_or(usual),
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    let ran = runner.run(&deeds(), |deeds| runtime.block_on(one(deeds)));
    ran.unwrap();
}

#[test]
fn a_state_that_prunes_answers_as_one_that_keeps_everything() {
    let runtime = Runtime::new().unwrap();
    run(8, &runtime, async |deeds: Vec<Deed>| {
        let folder = tempfile::tempdir().unwrap();
        let open = async |name: &str| {
            let place = folder.path().join(name);
            Arc::new(SqliteStore::open(&place).await.unwrap())
        };
        live(&open("kept").await, &open("pruning").await, &deeds).await
    });
}
