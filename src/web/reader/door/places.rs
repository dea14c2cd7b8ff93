//! How many connections there are: in all, and of each network, so that one network can't have them all.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::web::reader::{desk::DoorSettings, network};

/// The places.
pub(super) struct Places {
    all: Arc<Semaphore>,
    networks: Arc<Networks>,
}

/// A place that is taken, given back when it is dropped.
pub(super) struct Place {
    _one: OwnedSemaphorePermit,
    networks: Arc<Networks>,
    network: Option<String>,
}

/// Who has how many.
struct Networks {
    taken: Mutex<BTreeMap<String, usize>>,
    each: usize,
    trusted: Vec<IpNet>,
}

impl Places {
    pub(super) fn new(settings: &DoorSettings) -> Self {
        Self {
            all: Arc::new(Semaphore::new(settings.connections)),
            networks: Arc::new(Networks {
                taken: Mutex::default(),
                each: settings.connections_of_network,
                trusted: settings.trusted_proxies.clone(),
            }),
        }
    }

    /// A place, as soon as there is one.
    pub(super) async fn one(&self) -> Place {
        let all = Arc::clone(&self.all);
        let Ok(one) = all.acquire_owned().await else {
            // Nobody closes it.
            return std::future::pending().await;
        };
        Place {
            _one: one,
            networks: Arc::clone(&self.networks),
            network: None,
        }
    }
}

impl Place {
    /// The same for somebody of that network; None where it has all that it may have.
    pub(super) fn of_network(mut self, peer: IpAddr) -> Option<Self> {
        let peer = peer.to_canonical();
        if self.networks.trusted.iter().any(|net| net.contains(&peer)) {
            return Some(self);
        }
        let network = network::cut(peer);
        let taken = self.networks.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(network.clone()).or_default();
        if *count >= self.networks.each {
            return None;
        }
        *count += 1;
        drop(taken);
        self.network = Some(network);
        Some(self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(network) = self.network.take() else {
            return;
        };
        let taken = self.networks.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&network);
            }
        }
    }
}
