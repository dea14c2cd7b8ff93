//! Any verbs on a batch, one after the other, on SQLite and on PostgreSQL: each is answered alike, and after each the same
//! is known of every row – of those, too, that have none in PostgreSQL yet.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason},
    store::{
        Batch, BatchState, Claim, ClaimQuotas, DeliveryId, DeliveryStep, NewBatch, RetrySelection,
        RetryState, UnknownAnswer, sqlite::SqliteStore,
    },
};
use proptest::{
    prelude::{Just, Strategy, any, prop},
    prop_assert_eq, prop_oneof,
    test_runner::TestCaseError,
};
use tokio::runtime::Runtime;

use super::{alike::runner, place::Schema};
use crate::store::{
    fixture::{
        ChangeSource, LivesStore, PeopleShorthand as _, STATES, accepted, address, at, deferred,
        new_batch, paused, person, rejected, sender, sending, step, suppression, unknown,
    },
    membership::leaving,
};

const READERS: u8 = 14;
const DOMAINS: [&str; 3] = ["many.example.com", "some.example.com", "few.example.com"];
const HOUR: i64 = 3_600;

#[derive(Debug, Clone)]
enum Deed {
    /// All that is due, of all domains, of all but one or of one alone: of part of them each store has its own order.
    Claim {
        apart: Option<(usize, bool)>,
    },
    Step {
        nth: usize,
        how: u8,
    },
    Leave(u8),
    Suppress(u8),
    Lift(u8),
    Erase(u8),
    Postpone {
        domain: usize,
        hours: i64,
    },
    PullBack {
        hours: i64,
    },
    Wave {
        hours: i64,
    },
    Release,
    Set(u8),
    Refreeze(u8),
    Retry,
    Resolve(bool),
    Pass {
        hours: i64,
    },
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let who = || 0..READERS;
    let deed = prop_oneof![
        6 => prop::option::weighted(0.8, (0..3_usize, any::<bool>()))
            .prop_map(|apart| Deed::Claim { apart }),
        12 => (0..9_usize, 0..6_u8).prop_map(|(nth, how)| Deed::Step { nth, how }),
        3 => who().prop_map(Deed::Leave),
        2 => who().prop_map(Deed::Suppress),
        1 => who().prop_map(Deed::Lift),
        1 => who().prop_map(Deed::Erase),
        1 => (0..3_usize, 0..5_i64).prop_map(|(domain, hours)| Deed::Postpone { domain, hours }),
        1 => (0..3_i64).prop_map(|hours| Deed::PullBack { hours }),
        2 => (0..20_i64).prop_map(|hours| Deed::Wave { hours }),
        1 => Just(Deed::Release),
        2 => (0..9_u8).prop_map(Deed::Set),
        1 => any::<u8>().prop_map(Deed::Refreeze),
        1 => Just(Deed::Retry),
        1 => any::<bool>().prop_map(Deed::Resolve),
        2 => (1..8_i64).prop_map(|hours| Deed::Pass { hours }),
    ];
    prop::collection::vec(deed, 1..40)
}

/// Half of them have a zone of their own.
fn email(who: u8) -> String {
    let domain = match who % 7 {
        0..4 => DOMAINS[0],
        4..6 => DOMAINS[1],
        _ => DOMAINS[2],
    };
    format!("reader{who}@{domain}")
}

/// A store with its batch, and what a sender holds of it.
struct Life<S: ?Sized> {
    store: Arc<S>,
    batch: Batch,
    held: BTreeMap<String, Claim>,
}

impl<S: LivesStore + ?Sized> Life<S> {
    async fn begin(store: Arc<S>, has_waves: bool) -> Self {
        let readers = (0..READERS).map(|who| {
            let mut reader = person(&email(who));
            reader.timezone = match who % 4 {
                0 => Some(chrono_tz::Asia::Seoul),
                1 => Some(chrono_tz::America::New_York),
                _ => None,
            };
            reader
        });
        store
            .add(&readers.collect::<Vec<_>>(), Origin::Operator)
            .await;
        let new = NewBatch {
            readers_hour: has_waves.then(|| "2026-11-23T08:00:00".parse().unwrap()),
            ..new_batch("monday")
        };
        let batch = store.freeze(&new, at(0)).await.unwrap().batch;
        Self {
            store,
            batch,
            held: BTreeMap::new(),
        }
    }

    /// What the store answers to it.
    async fn done(&mut self, deed: &Deed, now: DateTime<Utc>) -> String {
        let (store, batch) = (Arc::clone(&self.store), self.batch.id);
        let hours = |hours: &i64| now + TimeDelta::hours(*hours);
        match deed {
            Deed::Claim { apart } => {
                let all = u32::from(READERS);
                let room = |is_open: bool| if is_open { all } else { 0 };
                let quotas = ClaimQuotas {
                    total: all,
                    rest: apart.map_or(all, |(_, is_alone)| room(!is_alone)),
                    domains: apart
                        .map(|(domain, is_alone)| (DOMAINS[domain].to_owned(), room(is_alone)))
                        .into_iter()
                        .collect(),
                };
                self.claim(&quotas, now).await
            }
            Deed::Step { nth, how } => self.step(*nth, *how, now).await,
            Deed::Leave(who) => {
                let known = store.subscriber(&address(&email(*who))).await.unwrap();
                let reader = known.map_or(SubscriberId(999), |known| known.id);
                said(store.leave(&[leaving(reader)], now).await)
            }
            Deed::Suppress(who) => {
                let gone = suppression(&email(*who), SuppressionReason::Manual);
                said(store.suppress(&[gone], ChangeSource::Operator, now).await)
            }
            Deed::Lift(who) => {
                let lifted = [address(&email(*who))];
                said(store.lift_suppressions(&lifted, now).await)
            }
            Deed::Erase(who) => {
                let who = address(&email(*who));
                let erasure = store.erase(&who, ChangeSource::Link, now).await;
                said(erasure.unwrap().was_known)
            }
            Deed::Postpone { domain, hours: by } => {
                said(store.postpone(batch, DOMAINS[*domain], hours(by)).await)
            }
            Deed::PullBack { hours: by } => said(store.pull_back(batch, hours(by)).await),
            Deed::Wave { hours: earliest } => {
                let earliest = now - TimeDelta::hours(*earliest);
                said(store.waves_come_due(batch, earliest, now).await)
            }
            Deed::Release => said(store.release_waves(batch, now).await),
            Deed::Set(state) => {
                let state = match state {
                    0..4 => paused(),
                    4..7 => BatchState::Open,
                    7 => BatchState::Finished,
                    _ => BatchState::Cancelled,
                };
                said(store.set_batch_state(batch, &state, now).await)
            }
            Deed::Refreeze(text) => {
                let hash = format!("hash {text}");
                said(store.refreeze(batch, &hash, &[*text], now).await)
            }
            Deed::Retry => {
                let wanted = RetrySelection {
                    state: RetryState::Rejected,
                    domain: None,
                    code: None,
                    emails: Vec::new(),
                };
                said(store.retry(batch, &wanted, now).await)
            }
            Deed::Resolve(again) => {
                let answer = match again {
                    true => UnknownAnswer::Resend,
                    false => UnknownAnswer::Accept,
                };
                said(store.resolve_unknown(batch, answer, now).await)
            }
            Deed::Pass { .. } => String::new(),
        }
    }

    async fn claim(&mut self, quotas: &ClaimQuotas, now: DateTime<Utc>) -> String {
        let who = sender();
        let claims = self.store.claim(self.batch.id, &who, quotas, now);
        let claims = claims.await.unwrap();
        let mut answer: Vec<String> = claims
            .iter()
            .map(|claim| {
                let Claim {
                    fence,
                    attempts,
                    losses,
                    waited,
                    tried_at,
                    content,
                    reader,
                    ..
                } = claim;
                said((fence, attempts, losses, waited, tried_at, content, reader))
            })
            .collect();
        answer.sort();
        for claim in claims {
            self.held.insert(claim.reader.email.to_string(), claim);
        }
        answer.join("\n")
    }

    async fn step(&mut self, nth: usize, how: u8, now: DateTime<Utc>) -> String {
        let Some((email, claim)) = self.held.iter().nth(nth) else {
            return String::new();
        };
        let to = match how {
            0 | 1 => sending(),
            2 => accepted(),
            3 => deferred(now + TimeDelta::hours(1)),
            4 => rejected(nth.is_multiple_of(2)),
            _ if nth.is_multiple_of(2) => DeliveryStep::Returned { lost: true },
            _ => unknown(),
        };
        let refused = self.store.record(&[step(claim, to)], now).await.unwrap();
        let refused: Vec<_> = refused.iter().map(|it| it.reason).collect();
        said((email, refused))
    }

    /// All that a store says of it.
    async fn known(&self) -> Vec<String> {
        let (store, batch) = (&self.store, self.batch.id);
        let mut known = vec![
            said(store.batch("monday").await.map(|it| it.unwrap().state)),
            said(store.counts(batch).await),
            said(store.waves(batch).await),
            said(store.next_due(batch).await),
            said(store.awaits_first_try(batch).await),
        ];
        let mut fared = store.fared(batch, &[]).await.unwrap();
        fared.sort_by(|one, other| one.domain.cmp(&other.domain));
        fared.retain(|it| it.taken + it.refused + it.untried > 0);
        known.push(said(fared));
        for state in STATES {
            let mut rows = Vec::new();
            let mut after = DeliveryId(0);
            // In pages that end in the middle of anything.
            loop {
                let page = store.deliveries(batch, state, after, 3).await.unwrap();
                let Some((last, _)) = page.last() else { break };
                assert!(after < *last, "a page goes back");
                after = *last;
                rows.extend(page.iter().map(|(_, row)| said(row)));
            }
            rows.sort();
            known.push(said((state, rows)));
        }
        for reader in 1..=i64::from(READERS) {
            known.push(said(store.receipts(SubscriberId(reader)).await));
        }
        known
    }
}

/// An answer, as text.
fn said(answer: impl Debug) -> String {
    format!("{answer:?}")
}

async fn play(place: &Schema, has_waves: bool, deeds: &[Deed]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let lite = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let mut one = Life::begin(lite, has_waves).await;
    let mut other = Life::begin(Arc::new(place.try_open().await.unwrap()), has_waves).await;
    // Waves begin some hours before the slot.
    let mut now = at(-14 * HOUR);
    for deed in deeds {
        now += TimeDelta::seconds(1);
        if let Deed::Pass { hours } = deed {
            now += TimeDelta::hours(*hours);
        }
        let answers = (one.done(deed, now).await, other.done(deed, now).await);
        prop_assert_eq!(answers.0, answers.1, "{:?}", deed);
        prop_assert_eq!(one.known().await, other.known().await, "after {:?}", deed);
    }
    Ok(())
}

#[test]
fn any_batch_goes_the_same_way_on_both_stores() {
    let runtime = Runtime::new().unwrap();
    if runtime.block_on(Schema::new()).is_none() {
        return;
    }
    let run = runner().run(&(any::<bool>(), deeds()), |(has_waves, deeds)| {
        runtime.block_on(async {
            let place = Schema::new().await.unwrap();
            play(&place, has_waves, &deeds).await
        })
    });
    run.unwrap();
}
