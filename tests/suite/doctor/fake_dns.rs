//! A page of records that answers like DNS.

use std::net::IpAddr;

use async_trait::async_trait;
use daily_note::dns::{Dns, DnsError, MailExchanger};

/// `name TYPE value` a line; `name SERVFAIL` for one that does not answer.
#[derive(Debug, Clone, Default)]
pub(super) struct FakeDns {
    records: Vec<[String; 3]>,
}

/// What a sender with everything right publishes, through a relay of their own.
pub(super) const HEALTHY: &str = "
    example.com TXT v=spf1 a:mail.example.com include:_spf.example.net ~all
    example.com TXT some-verification=abc
    _spf.example.net TXT v=spf1 ip4:198.51.100.0/24 -all
    note._domainkey.example.com TXT v=DKIM1; k=rsa; p=MIIB IjANBg
    _dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:dmarc@example.com
    example.com MX 10 mx.example.com
    mail.example.com A 192.0.2.25
    192.0.2.25 PTR mail.example.com
";

impl FakeDns {
    pub(super) fn new(page: &str) -> Self {
        let record = |line: &str| {
            let mut words = line.trim().splitn(3, ' ').map(str::to_owned);
            let mut word = || words.next().unwrap_or_default();
            [word(), word(), word()]
        };
        let lines = page.lines().filter(|line| !line.trim().is_empty());
        Self {
            records: lines.map(record).collect(),
        }
    }

    /// The same page with other lines in place of those that begin so.
    pub(super) fn with(page: &str, begins: &str, lines: &str) -> Self {
        let kept: Vec<&str> = page
            .lines()
            .filter(|line| !line.trim().starts_with(begins))
            .collect();
        assert_ne!(
            kept.len(),
            page.lines().count(),
            "no line begins with {begins}"
        );
        Self::new(&format!("{}\n{lines}", kept.join("\n")))
    }

    fn values(&self, name: &str, kind: &str) -> Result<Vec<&str>, DnsError> {
        let of_name = self.records.iter().filter(|[it, ..]| it == name);
        let mut values = Vec::new();
        for [_, it, value] in of_name {
            if it == "SERVFAIL" {
                return Err(DnsError {
                    name: name.to_owned(),
                    reason: "the name server failed".to_owned(),
                });
            }
            if it == kind {
                values.push(value.as_str());
            }
        }
        Ok(values)
    }
}

#[async_trait]
impl Dns for FakeDns {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsError> {
        Ok(self
            .values(name, "TXT")?
            .into_iter()
            .map(str::to_owned)
            .collect())
    }

    async fn mx(&self, name: &str) -> Result<Vec<MailExchanger>, DnsError> {
        let mut found: Vec<MailExchanger> = self
            .values(name, "MX")?
            .into_iter()
            .map(|value| {
                let (preference, host) = value.split_once(' ').unwrap_or((value, ""));
                MailExchanger {
                    preference: preference.parse().unwrap(),
                    host: host.to_owned(),
                }
            })
            .collect();
        found.sort();
        Ok(found)
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        let found = self.values(name, "A")?;
        Ok(found.into_iter().map(|ip| ip.parse().unwrap()).collect())
    }

    async fn names(&self, ip: IpAddr) -> Result<Vec<String>, DnsError> {
        let found = self.values(&ip.to_string(), "PTR")?;
        Ok(found.into_iter().map(str::to_owned).collect())
    }
}
