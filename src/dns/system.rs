//! The machine's own resolver settings, through hickory.

use std::{net::IpAddr, time::Duration};

use async_trait::async_trait;
use hickory_resolver::{
    TokioResolver,
    lookup::Lookup,
    proto::rr::{RData, RecordType},
};

use super::{Dns, DnsError, MailExchanger};

/// A doctor has a waiting room: two tries of this long each.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the name servers of /etc/resolv.conf.
pub(crate) struct SystemDns {
    /// Err: why there is nobody to ask.
    resolver: Result<TokioResolver, String>,
}

impl SystemDns {
    /// Reads the machine's settings; where they make no sense, no question is answered.
    #[must_use]
    pub(crate) fn new() -> Self {
        let resolver = TokioResolver::builder_tokio().and_then(|mut builder| {
            builder.options_mut().timeout = PATIENCE;
            builder.options_mut().attempts = 2;
            builder.build()
        });
        Self {
            resolver: resolver.map_err(|error| error.to_string()),
        }
    }

    async fn lookup(&self, name: &str, kind: RecordType) -> Result<Option<Lookup>, DnsError> {
        let unanswered = |reason| DnsError {
            name: name.to_owned(),
            reason,
        };
        let resolver = self
            .resolver
            .as_ref()
            .map_err(|it| unanswered(it.clone()))?;
        // The last dot keeps the search list out of it.
        match resolver.lookup(format!("{name}."), kind).await {
            Ok(lookup) => Ok(Some(lookup)),
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => Ok(None),
            Err(error) => Err(unanswered(error.to_string())),
        }
    }

    async fn records<T>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<T>,
    ) -> Result<Vec<T>, DnsError> {
        let lookup = self.lookup(name, kind).await?;
        let answers = lookup.as_ref().map_or(&[][..], Lookup::answers);
        Ok(answers.iter().filter_map(|it| read(&it.data)).collect())
    }
}

impl Default for SystemDns {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Dns for SystemDns {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.records(name, RecordType::TXT, |data| match data {
            RData::TXT(txt) => {
                let bytes = txt.txt_data.concat();
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => None,
        })
        .await
    }

    async fn mx(&self, name: &str) -> Result<Vec<MailExchanger>, DnsError> {
        let mut found = self
            .records(name, RecordType::MX, |data| match data {
                RData::MX(mx) => Some(MailExchanger {
                    preference: mx.preference,
                    host: host(&mx.exchange.to_string()),
                }),
                _ => None,
            })
            .await?;
        found.sort();
        Ok(found)
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        let v4 = self.records(name, RecordType::A, RData::ip_addr).await?;
        let v6 = self.records(name, RecordType::AAAA, RData::ip_addr).await?;
        Ok(v4.into_iter().chain(v6).collect())
    }

    async fn names(&self, ip: IpAddr) -> Result<Vec<String>, DnsError> {
        let name = reverse_name(ip);
        self.records(&name, RecordType::PTR, |data| match data {
            RData::PTR(name) => Some(host(&name.to_string())),
            _ => None,
        })
        .await
    }
}

fn host(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// `1.2.0.192.in-addr.arpa`.
fn reverse_name(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles: String = ip
                .octets()
                .iter()
                .rev()
                .map(|byte| format!("{:x}.{:x}.", byte & 0xf, byte >> 4))
                .collect();
            format!("{nibbles}ip6.arpa")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_asked_for_backwards() {
        assert_eq!(
            reverse_name([192, 0, 2, 1].into()),
            "1.2.0.192.in-addr.arpa"
        );
        assert_eq!(
            reverse_name(IpAddr::V6("2001:db8::1".parse().unwrap())),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
        );
    }
}
