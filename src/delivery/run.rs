//! What a run is made of. Not: what it does.

use std::sync::Arc;

use super::{progress::Progress, stop::StopSignal};
use crate::{
    clock::Clock,
    message::Composer,
    publication::{DeliverySettings, SmtpSettings},
    smtp::Relay,
    store::{DeliveryLedger, SenderGuard},
};

/// Rows that are claimed, ready or on the wire, a connection; the rest waits in the store.
pub(super) const SEATS_PER_CONNECTION: u32 = 16;

/// Everything that a run needs.
pub struct Run {
    /// The ledger.
    pub store: Arc<dyn DeliveryLedger>,
    /// The right to send, under the name that claims carry; held until the run is over.
    pub guard: SenderGuard,
    /// The time.
    pub clock: Clock,
    /// Makes the messages.
    pub composer: Arc<Composer>,
    /// Takes the messages.
    pub relay: Relay,
    /// Connections, rates, limits.
    pub smtp: SmtpSettings,
    /// Retries and the unknown.
    pub settings: DeliverySettings,
    /// Asked for by a signal.
    pub stop: StopSignal,
    /// For whoever watches.
    pub progress: Arc<Progress>,
}
