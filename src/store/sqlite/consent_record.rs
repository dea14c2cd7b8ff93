//! What is done about consents, on SQLite: the verbs. Their SQL stands beside the queue that they fill.

pub(super) mod proofs;

use std::ops::RangeInclusive;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{SqliteStore, receipt_outbox::consents};
use crate::{
    audience::{
        SubscriberId,
        membership::signup::{ConsentWording, KeptProof},
    },
    store::{ConsentRecord, StoreError},
};

#[async_trait]
impl ConsentRecord for SqliteStore {
    async fn readers_without_proof(
        &self,
        after: SubscriberId,
        limit: u32,
    ) -> Result<Vec<SubscriberId>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| consents::without_proof(tx, realm, after, limit))
            .await
    }

    async fn ask_consent_again(
        &self,
        readers: &[SubscriberId],
        wording: &ConsentWording,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (realm, readers, wording) = (self.realm, readers.to_vec(), wording.clone());
        self.write(move |tx, _| consents::ask_again(tx, realm, &readers, &wording, now))
            .await
    }

    async fn proofs(
        &self,
        people: RangeInclusive<SubscriberId>,
    ) -> Result<Vec<(SubscriberId, KeptProof)>, StoreError> {
        self.read(move |tx, _| proofs::of(tx, people)).await
    }

    async fn wordings(&self) -> Result<Vec<ConsentWording>, StoreError> {
        self.read(|tx, _| proofs::wordings(tx)).await
    }

    async fn remind_of_consents(
        &self,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let realm = self.realm;
        // Most looks find nobody: those cost no writer's time.
        let anybody = self.read(move |tx, _| consents::to_remind(tx, realm, before, now));
        if anybody.await?.is_empty() {
            return Ok(0);
        }
        self.write(move |tx, _| consents::remind(tx, realm, before, now))
            .await
    }
}
