//! SPF (RFC 7208): whether the envelope's domain says that the relay may send in its name.

mod record;

use std::{net::IpAddr, pin::Pin};

use self::record::{Mechanism, Qualifier, Record, Term, holds};
use super::{Check, Provider, Topic, provider::is_at_or_below};
use crate::dns::{Dns, DnsError};

/// RFC 7208 §4.6.4: more queries than these are an error, and the record counts for nothing.
const MAX_LOOKUPS: u32 = 10;

const WHY: &str = "Gmail, Yahoo and Outlook ask for SPF, and from 5,000 mails a day refuse mail without it; Naver looks for it too";

/// What is to be found out.
pub(super) struct Asked<'a> {
    /// The envelope's domain.
    pub(super) domain: &'a str,
    /// The relay, where it is not on this machine.
    pub(super) host: Option<&'a str>,
    /// The service it belongs to.
    pub(super) provider: Option<Provider>,
}

impl Asked<'_> {
    /// The term that would cover the relay.
    fn term(&self) -> String {
        match (self.provider, self.host) {
            (Some(provider), _) => format!("include:{}", provider.include),
            (None, Some(host)) => format!("a:{host}"),
            (None, None) => "ip4:YOUR.SERVER.S.ADDRESS".to_owned(),
        }
    }

    fn publish(&self) -> String {
        let Self { domain, .. } = self;
        format!("publish  {domain}. TXT \"v=spf1 {} ~all\"", self.term())
    }
}

/// The checks, and whether mail through the relay passes in the envelope domain's name.
pub(super) async fn judge(asked: &Asked<'_>, dns: &dyn Dns) -> (Vec<Check>, bool) {
    let Asked { domain, .. } = asked;
    let mut walk = Walk::new(dns, None);
    let record = match walk.record(domain).await {
        Ok(record) => record,
        Err(error) => return (vec![trouble(asked, &error)], false),
    };
    let structure = walk.evaluate(domain, 0).await;
    if let Outcome::Broken(trouble_below) = &structure {
        return (vec![trouble(asked, trouble_below)], false);
    }
    let mut checks = Vec::new();
    if walk.lookups > MAX_LOOKUPS {
        let what = format!(
            "the SPF record of {domain} takes {} queries; {MAX_LOOKUPS} are allowed",
            walk.lookups
        );
        let why = "beyond the limit receivers stop with an error and the record counts for nothing";
        let fix = "take out include: terms of services that you no longer use";
        checks.push(Check::bad(Topic::Spf, what).because(why).fix(fix));
        return (checks, false);
    }
    checks.extend(judge_all(asked, &record));
    let (check, covers) = judge_coverage(asked, &walk, dns).await;
    checks.push(check);
    (checks, covers)
}

fn trouble(asked: &Asked<'_>, trouble: &Trouble) -> Check {
    let Asked { domain, .. } = asked;
    match trouble {
        Trouble::Dns(error) => Check::no_answer(Topic::Spf, error),
        Trouble::Missing(name) if name == domain => {
            Check::bad(Topic::Spf, format!("{domain} has no SPF record"))
                .because(WHY)
                .fix(asked.publish())
        }
        Trouble::Missing(name) => {
            let what = format!("the SPF record of {domain} includes {name}, which has none");
            let why = "receivers take that for an error, and the record counts for nothing";
            let fix = format!("take  include:{name}  out of the record");
            Check::bad(Topic::Spf, what).because(why).fix(fix)
        }
        Trouble::Several(name) => {
            let why = "receivers take two records for an error, and both count for nothing";
            let fix = "put the terms of all into one record, and delete the others";
            Check::bad(Topic::Spf, format!("{name} has more than one SPF record"))
                .because(why)
                .fix(fix)
        }
        Trouble::Term(name, term) => {
            let what = format!("the SPF record of {name} has a term that makes no sense: {term}");
            let why = "receivers take that for an error, and the record counts for nothing";
            let fix = format!("fix or delete  {term}");
            Check::bad(Topic::Spf, what).because(why).fix(fix)
        }
        Trouble::Deep(name) => {
            let what = format!("the SPF record of {domain} includes itself by way of {name}");
            let fix = format!("take the include that leads to {name} out of it");
            Check::bad(Topic::Spf, what).because(WHY).fix(fix)
        }
    }
}

/// What the record says of strangers.
fn judge_all(asked: &Asked<'_>, record: &Record) -> Option<Check> {
    let Asked { domain, .. } = asked;
    let (what, why) = match record.all() {
        Some(Qualifier::Pass) => (
            format!("the SPF record of {domain} ends in +all"),
            "it lets everybody in the world send in your name",
        ),
        Some(Qualifier::Neutral) => (
            format!("the SPF record of {domain} ends in ?all"),
            "it says nothing of strangers, so anybody can send in your name",
        ),
        None if record.redirect.is_none() => (
            format!("the SPF record of {domain} has no all at its end"),
            "it says nothing of strangers, so anybody can send in your name",
        ),
        _ => return None,
    };
    let fix = "end it in  ~all  (or  -all  once you are sure that every sender is named)";
    Some(Check::care(Topic::Spf, what).because(why).fix(fix))
}

/// Whether the relay is among those whom the record names.
async fn judge_coverage(asked: &Asked<'_>, walk: &Walk<'_>, dns: &dyn Dns) -> (Check, bool) {
    let Asked { domain, .. } = asked;
    if let Some(provider) = asked.provider {
        let names = walk
            .seen
            .iter()
            .any(|seen| is_at_or_below(seen, provider.include));
        if names {
            let what = format!("the SPF record of {domain} names {}", provider.name);
            return (Check::good(Topic::Spf, what), !provider.rewrites_sender);
        }
        let what = format!("the SPF record of {domain} does not name {}", provider.name);
        let fix = format!("add  include:{}  to it, before its all", provider.include);
        if provider.rewrites_sender {
            let why = format!(
                "{} puts a sender of its own on the envelope, so DKIM must carry the proof, until you set up a custom one there",
                provider.name
            );
            return (Check::care(Topic::Spf, what).because(why).fix(fix), false);
        }
        return (Check::bad(Topic::Spf, what).because(WHY).fix(fix), false);
    }
    let Some(host) = asked.host else {
        let what = format!("{domain} has an SPF record");
        return (Check::good(Topic::Spf, what), true);
    };
    let addresses = match dns.addresses(host).await {
        Ok(addresses) => addresses,
        Err(error) => return (Check::no_answer(Topic::Spf, &error), false),
    };
    for ip in addresses {
        match Walk::new(dns, Some(ip)).evaluate(domain, 0).await {
            Outcome::Match(Qualifier::Pass) => {}
            Outcome::Unforeseeable(term) => {
                let what = format!(
                    "the SPF record of {domain} leans on {term}, which can't be judged from here"
                );
                return (Check::unknown(Topic::Spf, what), true);
            }
            _ => {
                let what = format!("the SPF record of {domain} does not name {host} ({ip})");
                let fix = format!("add  {}  to it, before its all", asked.term());
                let why = format!(
                    "{WHY}. Unless the relay sends from other addresses than it listens on"
                );
                return (Check::bad(Topic::Spf, what).because(why).fix(fix), false);
            }
        }
    }
    let what = format!("the SPF record of {domain} names {host}");
    (Check::good(Topic::Spf, what), true)
}

/// Why a record counts for nothing.
enum Trouble {
    Missing(String),
    Several(String),
    Term(String, String),
    Deep(String),
    Dns(DnsError),
}

/// What a record says of an address.
enum Outcome {
    Match(Qualifier),
    NoMatch,
    /// A term whose answer depends on what only the receiver knows.
    Unforeseeable(String),
    Broken(Trouble),
}

/// A walk through a record and what it includes: for one address, or, without one, through
/// everything, to count and to see what is named.
struct Walk<'a> {
    dns: &'a dyn Dns,
    ip: Option<IpAddr>,
    lookups: u32,
    seen: Vec<String>,
}

type Evaluation<'w> = Pin<Box<dyn Future<Output = Outcome> + Send + 'w>>;

impl<'a> Walk<'a> {
    fn new(dns: &'a dyn Dns, ip: Option<IpAddr>) -> Self {
        Self {
            dns,
            ip,
            lookups: 0,
            seen: Vec::new(),
        }
    }

    async fn record(&self, domain: &str) -> Result<Record, Trouble> {
        let texts = self.dns.txt(domain).await.map_err(Trouble::Dns)?;
        let mut records = texts.iter().filter(|text| record::is_spf(text));
        let text = records
            .next()
            .ok_or_else(|| Trouble::Missing(domain.to_owned()))?;
        if records.next().is_some() {
            return Err(Trouble::Several(domain.to_owned()));
        }
        Record::parse(text).map_err(|term| Trouble::Term(domain.to_owned(), term))
    }

    fn evaluate<'w>(&'w mut self, domain: &'w str, depth: u32) -> Evaluation<'w> {
        Box::pin(async move {
            if depth > MAX_LOOKUPS {
                return Outcome::Broken(Trouble::Deep(domain.to_owned()));
            }
            let record = match self.record(domain).await {
                Ok(record) => record,
                Err(trouble) => return Outcome::Broken(trouble),
            };
            for term in &record.terms {
                match self.term(term, domain, depth).await {
                    Outcome::NoMatch => {}
                    outcome => return outcome,
                }
            }
            match record.redirect {
                Some(next) if record.all().is_none() => {
                    self.lookups += 1;
                    self.seen.push(next.clone());
                    self.evaluate(&next, depth + 1).await
                }
                _ => Outcome::NoMatch,
            }
        })
    }

    async fn term(&mut self, term: &Term, domain: &str, depth: u32) -> Outcome {
        let matches = match &term.mechanism {
            // A walk through everything goes past `all` too: what follows is still counted by nobody.
            Mechanism::All => Ok(self.ip.is_some()),
            Mechanism::Ip(network, prefix) => {
                Ok(self.ip.is_some_and(|ip| holds(*network, *prefix, ip)))
            }
            Mechanism::Include(name) => return self.include(term.qualifier, name, depth).await,
            Mechanism::A(name, prefixes) => {
                self.lookups += 1;
                let name = name.as_deref().unwrap_or(domain);
                self.addresses_hold(name, *prefixes).await
            }
            Mechanism::Mx(name, prefixes) => {
                self.lookups += 1;
                let name = name.as_deref().unwrap_or(domain);
                self.exchangers_hold(name, *prefixes).await
            }
            Mechanism::Other(text) => {
                self.lookups += 1;
                if self.ip.is_some() {
                    return Outcome::Unforeseeable(text.clone());
                }
                Ok(false)
            }
        };
        match matches {
            Ok(true) => Outcome::Match(term.qualifier),
            Ok(false) => Outcome::NoMatch,
            Err(error) => Outcome::Broken(Trouble::Dns(error)),
        }
    }

    /// RFC 7208 §5.2: an include matches where the other record says pass.
    async fn include(&mut self, qualifier: Qualifier, name: &str, depth: u32) -> Outcome {
        self.lookups += 1;
        self.seen.push(name.to_owned());
        if name.contains('%') {
            return match self.ip {
                Some(_) => Outcome::Unforeseeable(format!("include:{name}")),
                None => Outcome::NoMatch,
            };
        }
        match self.evaluate(name, depth + 1).await {
            Outcome::Match(Qualifier::Pass) => Outcome::Match(qualifier),
            Outcome::Match(_) | Outcome::NoMatch => Outcome::NoMatch,
            broken => broken,
        }
    }

    async fn addresses_hold(
        &self,
        name: &str,
        prefixes: record::Prefixes,
    ) -> Result<bool, DnsError> {
        let Some(ip) = self.ip else {
            return Ok(false);
        };
        let addresses = self.dns.addresses(name).await?;
        Ok(addresses.into_iter().any(|known| prefixes.hold(known, ip)))
    }

    async fn exchangers_hold(
        &self,
        name: &str,
        prefixes: record::Prefixes,
    ) -> Result<bool, DnsError> {
        if self.ip.is_none() {
            return Ok(false);
        }
        for mx in self.dns.mx(name).await? {
            if self.addresses_hold(&mx.host, prefixes).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
