//! What every request of a reader goes to: whoever keeps the list, and what the door has to know.

use std::{sync::Arc, time::Duration};

use ipnet::IpNet;

use super::service::ReaderService;

/// What all handlers share.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) service: Arc<dyn ReaderService>,
    pub(super) settings: Arc<DoorSettings>,
}

/// What the door has to know.
#[derive(Debug, Clone)]
pub struct DoorSettings {
    /// Proxies that are believed when they say whom they ask for, and may have as many connections as
    /// there are.
    pub trusted_proxies: Vec<IpNet>,
    /// How many connections there may be; further ones wait.
    pub connections: usize,
    /// How many of them one network may have.
    pub connections_of_network: usize,
    /// How long a request's head may take to come, and a connection may be idle.
    pub head_time: Duration,
    /// How long one connection may last; it ends with the answer under way.
    pub connection_time: Duration,
}

impl Default for DoorSettings {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            connections: 512,
            connections_of_network: 64,
            head_time: Duration::from_secs(10),
            connection_time: Duration::from_secs(120),
        }
    }
}
