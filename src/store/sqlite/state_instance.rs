//! Which state this is and who may act from it, on SQLite: locks beside the database, and a run that no copy
//! of it knows.

mod hold;
pub(super) mod instance;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;

use self::instance::SenderRun;
use super::{
    SqliteStore,
    database::{open::refuse_full_disk, place::StatePlace},
    fault::SqliteFault,
    statement::Statements,
    suppression_list::departures,
};
use crate::{
    audience::SubscriberId,
    store::{AdoptionOutcome, SenderGuard, SenderId, StateInstance, StateServer, StoreError},
};

#[async_trait]
impl StateInstance for SqliteStore {
    async fn mark(&self) -> Result<String, StoreError> {
        self.read(|tx, _| instance::list(tx)).await
    }

    async fn last_unmarked(&self) -> Result<SubscriberId, StoreError> {
        self.read(|tx, _| {
            tx.value("SELECT last_unmarked FROM instance", [])
                .map(SubscriberId)
        })
        .await
    }

    async fn hold(&self, sender: &SenderId) -> Result<SenderGuard, StoreError> {
        let held = self.told(hold::sending(&self.state_dir, sender))?;
        self.begin_run().await?;
        Ok(held)
    }

    async fn hold_schedule(&self, keeper: &SenderId) -> Result<SenderGuard, StoreError> {
        let held = self.told(hold::schedule(&self.state_dir, self.realm, keeper))?;
        self.begin_run().await?;
        Ok(held)
    }

    /// A lock ends with its process.
    async fn bury(&self, _sender: &SenderId) -> Result<(), StoreError> {
        Ok(())
    }

    async fn adopt(
        &self,
        lost: Option<&str>,
        _without: &[String],
        now: DateTime<Utc>,
    ) -> Result<AdoptionOutcome, StoreError> {
        let (lost, outside) = (lost.map(str::to_owned), self.outside.clone());
        self.note_run(move |tx, place| {
            departures::seed(tx)?;
            let mut departed = None;
            if let Some(outside) = &outside {
                departed = departures::take_up(tx, outside, lost.as_deref())?;
                let own = instance::list(tx)?;
                place.read_witnesses_again(Some((outside, &own)));
                // What the lost list had sent is sent again by a person's word alone.
                if let Some(lost) = &lost {
                    place.learn_steps(outside, lost);
                }
            }
            let (paused, run) = instance::adopt(tx, &place.state_dir, now)?;
            let departed = departed.unwrap_or(0);
            let outcome = AdoptionOutcome {
                paused,
                departed,
                heard: Vec::new(),
            };
            Ok((outcome, run))
        })
        .await
    }

    /// One machine has it, and nothing is noted elsewhere.
    async fn hand_in(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn adopted_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(|tx, _| instance::adopted_at(tx)).await
    }

    async fn server(&self) -> Result<Option<StateServer>, StoreError> {
        Ok(None)
    }

    fn writes(&self) -> u64 {
        self.owner.database.writes()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.look_at_place()?;
        refuse_full_disk(&self.state_dir)?;
        // A row is written as it is: its page goes to the disk all the same.
        self.write(|tx, _| tx.run("UPDATE instance SET adopted_at = adopted_at", []))
            .await?;
        Ok(())
    }
}

impl SqliteStore {
    /// Finds the database at home, and begins a run of it that no copy knows.
    async fn begin_run(&self) -> Result<(), StoreError> {
        let outside = self.outside.clone();
        let state_dir = self.state_dir.clone();
        if self.realm.is_rehearsal() {
            // It leaves no run behind, and harms nobody wherever it is played.
            self.owner.place.read_witnesses_again(None);
            return Ok(());
        }
        self.note_run(move |tx, place| {
            departures::refuse_unknown(tx)?;
            let list = instance::list(tx)?;
            place.read_witnesses_again(outside.as_ref().map(|outside| (outside, list.as_str())));
            departures::seed(tx)?;
            if let Some(outside) = &outside {
                departures::telling::bring_up_to_date(tx, place, outside)?;
            }
            instance::check(tx, &state_dir, outside.as_ref())?;
            Ok(((), instance::begin_run(tx)?))
        })
        .await
    }

    /// A transaction that begins a run, and what of it is told to the files: after the database has
    /// it, so that none of them ever knows more.
    pub(super) async fn note_run<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection, &StatePlace) -> Result<(T, SenderRun), SqliteFault>
        + Send
        + 'static,
    ) -> Result<T, StoreError> {
        let folder = self.state_dir.clone();
        let lock = tokio::task::spawn_blocking(move || instance::lock_mark(&folder)).await;
        let lock = lock.map_err(|error| SqliteFault::unusable(&self.state_dir, error.into()));
        let _lock = self.told(lock.and_then(|lock| lock))?;
        let (value, run, list) = self
            .write(move |tx, place| {
                let (value, run) = verb(tx, place)?;
                Ok((value, run, instance::list(tx)?))
            })
            .await?;
        let outside = self
            .outside
            .as_ref()
            .map(|outside| (outside, list.as_str()));
        self.told(run.note(&self.state_dir, outside))?;
        Ok(value)
    }
}
