//! The text of an SPF record → its terms (RFC 7208 §12).

use std::net::IpAddr;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpfRecord {
    pub(super) terms: Vec<SpfTerm>,
    pub(super) redirect: Option<String>,
}

/// A mechanism and what a match of it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpfTerm {
    pub(super) qualifier: Qualifier,
    pub(super) mechanism: SpfMechanism,
}

/// `+`, `-`, `~`, `?`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qualifier {
    Pass,
    Fail,
    SoftFail,
    Neutral,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SpfMechanism {
    All,
    Include(String),
    /// A name of its own or the record's, and prefix lengths for IPv4 and IPv6.
    A(Option<String>, CidrPrefixes),
    Mx(Option<String>, CidrPrefixes),
    Ip(IpAddr, u8),
    /// `ptr` and `exists`, which cost a query and which we can't foretell.
    Other(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CidrPrefixes {
    pub(super) v4: u8,
    pub(super) v6: u8,
}

/// Whether a TXT record is an SPF record at all.
pub(super) fn is_spf(text: &str) -> bool {
    let Some((version, rest)) = text.split_at_checked("v=spf1".len()) else {
        return false;
    };
    version.eq_ignore_ascii_case("v=spf1") && (rest.is_empty() || rest.starts_with(' '))
}

impl SpfRecord {
    /// Err: the term that makes no sense.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut record = Self {
            terms: Vec::new(),
            redirect: None,
        };
        for word in text.split_ascii_whitespace().skip(1) {
            let name_end = word.find([':', '=', '/']).unwrap_or(word.len());
            if word[name_end..].starts_with('=') {
                let (name, value) = (&word[..name_end], &word[name_end + 1..]);
                if name.eq_ignore_ascii_case("redirect") {
                    record.redirect = Some(value.to_ascii_lowercase());
                }
                // Other modifiers explain, and change nothing.
                continue;
            }
            record.terms.push(SpfTerm::parse(word)?);
        }
        Ok(record)
    }

    /// What becomes of everybody whom no other term names.
    pub(super) fn all(&self) -> Option<Qualifier> {
        self.terms
            .iter()
            .find(|term| term.mechanism == SpfMechanism::All)
            .map(|term| term.qualifier)
    }
}

impl SpfTerm {
    fn parse(word: &str) -> Result<Self, String> {
        let (qualifier, rest) = match word.as_bytes().first() {
            Some(b'+') => (Qualifier::Pass, &word[1..]),
            Some(b'-') => (Qualifier::Fail, &word[1..]),
            Some(b'~') => (Qualifier::SoftFail, &word[1..]),
            Some(b'?') => (Qualifier::Neutral, &word[1..]),
            _ => (Qualifier::Pass, word),
        };
        let mechanism = SpfMechanism::parse(rest).ok_or_else(|| word.to_owned())?;
        Ok(Self {
            qualifier,
            mechanism,
        })
    }
}

impl SpfMechanism {
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name, Some(value)),
            None => (text.split('/').next()?, None),
        };
        let slash = text.find('/').map_or("", |at| &text[at..]);
        let domain = value
            .map(|value| value.split('/').next().unwrap_or(value).to_owned())
            .filter(|domain| !domain.is_empty());
        match name {
            "all" if text == "all" => Some(Self::All),
            "include" => domain.map(Self::Include),
            "a" => Some(Self::A(domain, CidrPrefixes::parse(slash)?)),
            "mx" => Some(Self::Mx(domain, CidrPrefixes::parse(slash)?)),
            "ip4" | "ip6" => Self::network(value?, name == "ip4"),
            "ptr" | "exists" => Some(Self::Other(text)),
            _ => None,
        }
    }

    fn network(value: &str, is_v4: bool) -> Option<Self> {
        let (address, prefix) = match value.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (value, None),
        };
        let ip: IpAddr = address.parse().ok()?;
        let longest = if is_v4 { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        (ip.is_ipv4() == is_v4 && prefix <= longest).then_some(Self::Ip(ip, prefix))
    }
}

impl CidrPrefixes {
    /// `/24`, `//64`, `/24//64` or nothing.
    fn parse(text: &str) -> Option<Self> {
        let (v4, v6) = match text.split_once("//") {
            Some((v4, v6)) => (v4, Some(v6)),
            None => (text, None),
        };
        let v4 = match v4.strip_prefix('/') {
            Some(length) => length.parse().ok()?,
            None => 32,
        };
        let v6 = match v6 {
            Some(length) => length.parse().ok()?,
            None => 128,
        };
        (v4 <= 32 && v6 <= 128).then_some(Self { v4, v6 })
    }

    /// Whether `ip` lies in `network` cut to the prefix of its kind.
    pub(super) fn hold(self, network: IpAddr, ip: IpAddr) -> bool {
        let prefix = if network.is_ipv4() { self.v4 } else { self.v6 };
        holds(network, prefix, ip)
    }
}

/// Whether `ip` lies in a network.
pub(super) fn holds(network: IpAddr, prefix: u8, ip: IpAddr) -> bool {
    match (network, ip.to_canonical()) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            let shift = 32 - u32::from(prefix.min(32));
            u32::from(network).checked_shr(shift) == u32::from(ip).checked_shr(shift)
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => {
            let shift = 128 - u32::from(prefix.min(128));
            u128::from(network).checked_shr(shift) == u128::from(ip).checked_shr(shift)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_the_rfc_writes_them() {
        let record = SpfRecord::parse(
            "v=spf1 +mx a:colo.example.com/28 -ip4:192.0.2.0/24 include:_spf.Example.com ?exists:%{i}.x a//64 exp=e.x ~all",
        )
        .unwrap();
        assert_eq!(record.terms.len(), 7);
        assert_eq!(record.all(), Some(Qualifier::SoftFail));
        assert_eq!(
            record.terms[3].mechanism,
            SpfMechanism::Include("_spf.example.com".into())
        );
        let redirect = SpfRecord::parse("v=spf1 redirect=_spf.example.com").unwrap();
        assert_eq!(redirect.redirect.as_deref(), Some("_spf.example.com"));
        for wrong in [
            "ip4:1.2.3",
            "ip4:::1",
            "include:",
            "a/33",
            "alll",
            "ip6:192.0.2.1",
            "all:x",
        ] {
            assert_eq!(
                SpfRecord::parse(&format!("v=spf1 {wrong}")),
                Err(wrong.to_owned())
            );
        }
    }

    #[test]
    fn only_v_spf1_is_spf() {
        assert!(is_spf("v=spf1") && is_spf("V=SPF1 -all"));
        assert!(!is_spf("v=spf10 -all") && !is_spf("v=spf") && !is_spf("가나다라"));
    }

    #[test]
    fn networks_hold_their_addresses() {
        let does_hold = |network: &str, prefix, ip: &str| {
            holds(network.parse().unwrap(), prefix, ip.parse().unwrap())
        };
        assert!(does_hold("192.0.2.0", 24, "192.0.2.255"));
        assert!(!does_hold("192.0.2.0", 24, "192.0.3.0"));
        assert!(does_hold("0.0.0.0", 0, "203.0.113.9"));
        assert!(does_hold("2001:db8::", 32, "2001:db8:ffff::1"));
        assert!(does_hold("192.0.2.1", 32, "::ffff:192.0.2.1"));
        assert!(!does_hold("2001:db8::", 32, "192.0.2.1"));
    }
}
