//! What is done about consents, on PostgreSQL: the verbs. Their SQL stands beside the queue that they fill.

pub(super) mod proofs;

use std::ops::RangeInclusive;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{PostgresStore, receipt_outbox::consents, tries::transaction};
use crate::{
    audience::{
        SubscriberId,
        membership::signup::{ConsentWording, KeptProof},
    },
    store::{ConsentRecord, StoreError},
};

#[async_trait]
impl ConsentRecord for PostgresStore {
    async fn readers_without_proof(
        &self,
        after: SubscriberId,
        limit: u32,
    ) -> Result<Vec<SubscriberId>, StoreError> {
        transaction!(self.reading(), |tx| consents::without_proof(
            &tx, self.realm, after, limit
        ))
    }

    async fn ask_consent_again(
        &self,
        readers: &[SubscriberId],
        wording: &ConsentWording,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| consents::ask_again(
            &tx, self.realm, readers, wording, now
        ))
    }

    async fn proofs(
        &self,
        people: RangeInclusive<SubscriberId>,
    ) -> Result<Vec<(SubscriberId, KeptProof)>, StoreError> {
        transaction!(self.reading(), |tx| proofs::of(&tx, people.clone()))
    }

    async fn wordings(&self) -> Result<Vec<ConsentWording>, StoreError> {
        transaction!(self.reading(), |tx| proofs::wordings(&tx))
    }

    async fn remind_of_consents(
        &self,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        // Most looks find nobody: those keep nobody else from reminding.
        let anybody = transaction!(self.reading(), |tx| consents::to_remind(
            &tx, self.realm, before, now
        ));
        if anybody?.is_empty() {
            return Ok(0);
        }
        transaction!(self.writing(), |tx| consents::remind(
            &tx, self.realm, before, now
        ))
    }
}
