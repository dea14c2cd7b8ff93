//! How fast: messages in a time, and what one recipient domain gets of it.

use std::time::Duration;

/// So many messages in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Messages.
    pub messages: u32,
    /// In this time.
    pub per: Duration,
}

/// Limits for one recipient domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DomainLimit {
    /// Messages in a time.
    pub rate: Option<Rate>,
    /// Connections that may carry this domain at once.
    pub connections: Option<u32>,
}
