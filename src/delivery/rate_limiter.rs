//! How many rows may be claimed now, and from which domains: permits, connections a domain, the rates
//! that all workers share through the store, and what the relay and its domains bear.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{in_flight::InFlightLimit, outcome_recorder::OutcomeRecorder};
use crate::{
    publication::{DomainLimit, Rate},
    store::{ClaimQuotas, DeliveryQueue, SenderShare, StoreError},
};

/// The key under which the overall rate is leased.
const ALL: &str = "*";

/// Turns limits into quotas.
pub(crate) struct RateLimiter {
    store: Arc<dyn DeliveryQueue>,
    room: Arc<InFlightLimit>,
    recorder: Arc<OutcomeRecorder>,
    rate: Option<LeasedRate>,
    domains: Vec<DomainPace>,
    /// Which part of the connections that a domain may have is this run's.
    share: SenderShare,
}

struct DomainPace {
    domain: String,
    connections: Option<u32>,
    rate: Option<LeasedRate>,
}

/// A rate and what of it is leased and not yet used.
struct LeasedRate {
    key: String,
    rate: Rate,
    credit: u32,
    again_at: DateTime<Utc>,
}

impl RateLimiter {
    pub(crate) fn new(
        store: Arc<dyn DeliveryQueue>,
        room: Arc<InFlightLimit>,
        recorder: Arc<OutcomeRecorder>,
        rate: Option<Rate>,
        per_domain: &BTreeMap<String, DomainLimit>,
    ) -> Self {
        let domains = per_domain
            .iter()
            .map(|(domain, limit)| DomainPace {
                domain: domain.clone(),
                connections: limit.connections,
                rate: limit.rate.map(|rate| LeasedRate::new(domain, rate)),
            })
            .collect();
        Self {
            store,
            room,
            recorder,
            rate: rate.map(|rate| LeasedRate::new(ALL, rate)),
            domains,
            share: SenderShare::WHOLE,
        }
    }

    /// So many send beside this run: what a domain may have at once is divided among them.
    pub(crate) fn divide(&mut self, share: SenderShare) {
        self.share = share;
    }

    /// What may be claimed now, for `permits` free permits.
    pub(crate) async fn quotas(
        &mut self,
        permits: u32,
        now: DateTime<Utc>,
    ) -> Result<ClaimQuotas, StoreError> {
        let (borne, limits) = {
            let mut health = self.recorder.health();
            health.look_at_the_clock(now);
            let claimed = |domain: &str| self.room.taken_by(domain) as usize;
            (
                health.relay_room(self.room.taken(), now),
                health.limits(claimed, now),
            )
        };
        let permits = borne.map_or(permits, |room| room.min(permits));
        let store = self.store.as_ref();
        let all = match &mut self.rate {
            Some(leased) => leased.top_up(store, permits, now).await?.min(permits),
            None => permits,
        };
        let mut quotas = ClaimQuotas {
            total: all,
            rest: all,
            domains: Vec::with_capacity(self.domains.len()),
        };
        for pace in &mut self.domains {
            let mut free = all;
            if let Some(connections) = pace.connections {
                let connections = self.share.of(connections);
                free = free.min(connections.saturating_sub(self.room.taken_by(&pace.domain)));
            }
            if let Some(leased) = &mut pace.rate {
                free = free.min(leased.top_up(store, free, now).await?);
            }
            quotas.domains.push((pace.domain.clone(), free));
        }
        for (domain, room) in limits {
            match quotas.domains.iter_mut().find(|(name, _)| *name == domain) {
                Some((_, free)) => *free = room.min(*free),
                None => quotas.domains.push((domain, room.min(all))),
            }
        }
        Ok(quotas)
    }

    /// A row to that domain was claimed.
    pub(crate) fn used(&mut self, domain: &str) {
        let of_domain = self.domains.iter_mut().find(|pace| pace.domain == domain);
        for leased in self
            .rate
            .iter_mut()
            .chain(of_domain.and_then(|pace| pace.rate.as_mut()))
        {
            leased.credit = leased.credit.saturating_sub(1);
        }
    }

    /// The earliest moment at which an exhausted rate gives more, or a rest is over.
    pub(crate) fn again_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let domains = self.domains.iter().filter_map(|pace| pace.rate.as_ref());
        let all = self.rate.iter().chain(domains);
        let leased = all
            .filter(|leased| leased.credit == 0)
            .map(|leased| leased.again_at);
        leased.chain(self.recorder.health().again_at(now)).min()
    }
}

impl LeasedRate {
    fn new(key: &str, rate: Rate) -> Self {
        Self {
            key: key.to_owned(),
            rate,
            credit: 0,
            again_at: DateTime::<Utc>::MIN_UTC,
        }
    }

    /// Leases more where what is left is not enough; answers what there is.
    async fn top_up(
        &mut self,
        store: &dyn DeliveryQueue,
        want: u32,
        now: DateTime<Utc>,
    ) -> Result<u32, StoreError> {
        if self.credit < want && self.again_at <= now {
            let lease = store
                .lease(&self.key, self.rate, want - self.credit, now)
                .await?;
            self.credit += lease.granted;
            self.again_at = lease.again_at;
        }
        Ok(self.credit)
    }
}
