//! What a sender's health asks of DNS, behind a trait, so that tests answer without a network.

mod system;

use std::net::IpAddr;

use async_trait::async_trait;

pub(crate) use system::SystemDns;

/// A resolver. A name that is not there, or has no such record, is an empty answer and no error.
#[async_trait]
pub trait Dns: Send + Sync {
    /// TXT records, the strings of each put together.
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsError>;

    /// MX records, the preferred first.
    async fn mx(&self, name: &str) -> Result<Vec<MailExchanger>, DnsError>;

    /// A and AAAA records.
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsError>;

    /// PTR records.
    async fn names(&self, ip: IpAddr) -> Result<Vec<String>, DnsError>;
}

/// A mail exchanger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MailExchanger {
    /// Lower is preferred.
    pub preference: u16,
    /// Its name without the last dot; empty for the null MX of RFC 7505.
    pub host: String,
}

/// No answer: which says nothing of what is asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("DNS does not answer for {name}: {reason}")]
pub struct DnsError {
    /// What was asked for.
    pub name: String,
    /// What the resolver said.
    pub reason: String,
}
