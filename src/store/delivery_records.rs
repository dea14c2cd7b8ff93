//! Deliveries as people read them: the proof of what became of each.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{BatchId, DeliveryId, DeliveryState, StoreError};
use crate::{address::Address, audience::SubscriberId};

/// What became of deliveries.
#[async_trait]
pub trait DeliveryRecords: Send + Sync {
    /// A page of the rows that did not end well, or wait.
    async fn failed(
        &self,
        batch: BatchId,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, FailedDelivery)>, StoreError>;

    /// A page of the rows that stand in a state, in the order of their numbers.
    async fn deliveries(
        &self,
        batch: BatchId,
        state: DeliveryState,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, DeliveryRow)>, StoreError>;

    /// Every issue that a reader was frozen into, the newest first, and what became of it.
    async fn receipts(&self, subscriber: SubscriberId) -> Result<Vec<Receipt>, StoreError>;
}

/// A row that did not end well, for `status --failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedDelivery {
    /// Who; None once erased.
    pub email: Option<Address>,
    /// `deferred`, `rejected`, `unknown` or `skipped`.
    pub outcome: String,
    /// The relay's words.
    pub reply: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A row of a batch as it stands, for people: the proof of what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryRow {
    /// Who; None once erased, or where it is clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Address>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Since when; None: nothing was tried yet.
    pub at: Option<DateTime<Utc>>,
    /// Attempts that ended in a deferral.
    pub attempts: u32,
    /// The relay's words, with its number for the message where it names one.
    pub reply: Option<String>,
}

/// An issue that a reader was to get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Its identity.
    pub issue: String,
    /// The edition's key.
    pub edition: String,
    /// When it was due.
    pub slot: DateTime<Utc>,
    /// It was tried out: it left for nobody.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rehearsal: bool,
    /// What became of it.
    #[serde(flatten)]
    pub delivery: DeliveryRow,
}
