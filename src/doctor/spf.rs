//! SPF (RFC 7208): whether the envelope's domain says that the relay may send in its name.

mod record;

use std::{net::IpAddr, pin::Pin};

use self::record::{Qualifier, SpfMechanism, SpfRecord, SpfTerm, holds};
use super::{
    provider::{Provider, is_at_or_below},
    report::{CheckTopic, ReportLine},
};
use crate::{
    dns::{Dns, DnsError},
    words::{Said, say},
};

/// RFC 7208 §4.6.4: more queries than these are an error, and the record counts for nothing.
const MAX_LOOKUPS: u32 = 10;

fn why() -> Said {
    say!(
        "Gmail, Yahoo and Outlook ask for SPF, and from 5,000 mails a day refuse mail without it; Naver looks for it too"
    )
}

/// What is to be found out.
pub(super) struct SenderQuestion<'a> {
    /// The envelope's domain.
    pub(super) domain: &'a str,
    /// The relay, where it is not on this machine.
    pub(super) host: Option<&'a str>,
    /// The service it belongs to.
    pub(super) provider: Option<Provider>,
}

impl SenderQuestion<'_> {
    /// The term that would cover the relay.
    fn term(&self) -> String {
        match (self.provider, self.host) {
            (Some(provider), _) => format!("include:{}", provider.include),
            (None, Some(host)) => format!("a:{host}"),
            (None, None) => "ip4:YOUR.SERVER.S.ADDRESS".to_owned(),
        }
    }

    fn publish(&self) -> Said {
        let Self { domain, .. } = self;
        say!(
            "publish  {domain}. TXT \"v=spf1 {term} ~all\"",
            domain,
            term = self.term()
        )
    }
}

/// The checks, and whether mail through the relay passes in the envelope domain's name.
pub(super) async fn judge(asked: &SenderQuestion<'_>, dns: &dyn Dns) -> (Vec<ReportLine>, bool) {
    let SenderQuestion { domain, .. } = asked;
    let mut walk = IncludeWalk::new(dns, None);
    let record = match walk.record(domain).await {
        Ok(record) => record,
        Err(error) => return (vec![trouble(asked, &error)], false),
    };
    let structure = walk.evaluate(domain, 0).await;
    if let MatchOutcome::Broken(trouble_below) = &structure {
        return (vec![trouble(asked, trouble_below)], false);
    }
    let mut checks = Vec::new();
    if walk.lookups > MAX_LOOKUPS {
        let what = say!(
            "the SPF record of {domain} takes {lookups} queries; {most} are allowed",
            domain,
            lookups = walk.lookups,
            most = MAX_LOOKUPS
        );
        let why =
            say!("beyond the limit receivers stop with an error and the record counts for nothing");
        let fix = say!("take out include: terms of services that you no longer use");
        checks.push(ReportLine::bad(CheckTopic::Spf, what).because(why).fix(fix));
        return (checks, false);
    }
    checks.extend(judge_all(asked, &record));
    let (check, covers) = judge_coverage(asked, &walk, dns).await;
    checks.push(check);
    (checks, covers)
}

fn trouble(asked: &SenderQuestion<'_>, trouble: &RecordTrouble) -> ReportLine {
    let SenderQuestion { domain, .. } = asked;
    match trouble {
        RecordTrouble::Dns(error) => ReportLine::no_answer(CheckTopic::Spf, error),
        RecordTrouble::Missing(name) if name == domain => {
            ReportLine::bad(CheckTopic::Spf, say!("{domain} has no SPF record", domain))
                .because(why())
                .fix(asked.publish())
        }
        RecordTrouble::Missing(name) => {
            let what = say!(
                "the SPF record of {domain} includes {name}, which has none",
                domain,
                name
            );
            let why = say!("receivers take that for an error, and the record counts for nothing");
            let fix = say!("take  include:{name}  out of the record", name);
            ReportLine::bad(CheckTopic::Spf, what).because(why).fix(fix)
        }
        RecordTrouble::Several(name) => {
            let why = say!("receivers take two records for an error, and both count for nothing");
            let fix = say!("put the terms of all into one record, and delete the others");
            ReportLine::bad(
                CheckTopic::Spf,
                say!("{name} has more than one SPF record", name),
            )
            .because(why)
            .fix(fix)
        }
        RecordTrouble::Term(name, term) => {
            let what = say!(
                "the SPF record of {name} has a term that makes no sense: {term}",
                name,
                term
            );
            let why = say!("receivers take that for an error, and the record counts for nothing");
            let fix = say!("fix or delete  {term}", term);
            ReportLine::bad(CheckTopic::Spf, what).because(why).fix(fix)
        }
        RecordTrouble::Deep(name) => {
            let what = say!(
                "the SPF record of {domain} includes itself by way of {name}",
                domain,
                name
            );
            let fix = say!("take the include that leads to {name} out of it", name);
            ReportLine::bad(CheckTopic::Spf, what)
                .because(why())
                .fix(fix)
        }
    }
}

/// What the record says of strangers.
fn judge_all(asked: &SenderQuestion<'_>, record: &SpfRecord) -> Option<ReportLine> {
    let SenderQuestion { domain, .. } = asked;
    let (what, why) = match record.all() {
        Some(Qualifier::Pass) => (
            say!("the SPF record of {domain} ends in +all", domain),
            say!("it lets everybody in the world send in your name"),
        ),
        Some(Qualifier::Neutral) => (
            say!("the SPF record of {domain} ends in ?all", domain),
            say!("it says nothing of strangers, so anybody can send in your name"),
        ),
        None if record.redirect.is_none() => (
            say!("the SPF record of {domain} has no all at its end", domain),
            say!("it says nothing of strangers, so anybody can send in your name"),
        ),
        _ => return None,
    };
    let fix = say!("end it in  ~all  (or  -all  once you are sure that every sender is named)");
    Some(
        ReportLine::care(CheckTopic::Spf, what)
            .because(why)
            .fix(fix),
    )
}

/// Whether the relay is among those whom the record names.
async fn judge_coverage(
    asked: &SenderQuestion<'_>,
    walk: &IncludeWalk<'_>,
    dns: &dyn Dns,
) -> (ReportLine, bool) {
    let SenderQuestion { domain, .. } = asked;
    if let Some(provider) = asked.provider {
        let names = walk
            .seen
            .iter()
            .any(|seen| is_at_or_below(seen, provider.include));
        if names {
            let what = say!(
                "the SPF record of {domain} names {name}",
                domain,
                name = provider.name
            );
            return (
                ReportLine::good(CheckTopic::Spf, what),
                !provider.rewrites_sender,
            );
        }
        let what = say!(
            "the SPF record of {domain} does not name {name}",
            domain,
            name = provider.name
        );
        let fix = say!(
            "add  include:{include}  to it, before its all",
            include = provider.include
        );
        if provider.rewrites_sender {
            let why = say!(
                "{name} puts a sender of its own on the envelope, so DKIM must carry the proof, until you set up a custom one there",
                name = provider.name
            );
            return (
                ReportLine::care(CheckTopic::Spf, what)
                    .because(why)
                    .fix(fix),
                false,
            );
        }
        return (
            ReportLine::bad(CheckTopic::Spf, what)
                .because(why())
                .fix(fix),
            false,
        );
    }
    let Some(host) = asked.host else {
        let what = say!("{domain} has an SPF record", domain);
        return (ReportLine::good(CheckTopic::Spf, what), true);
    };
    let addresses = match dns.addresses(host).await {
        Ok(addresses) => addresses,
        Err(error) => return (ReportLine::no_answer(CheckTopic::Spf, &error), false),
    };
    for ip in addresses {
        match IncludeWalk::new(dns, Some(ip)).evaluate(domain, 0).await {
            MatchOutcome::Match(Qualifier::Pass) => {}
            MatchOutcome::Unforeseeable(term) => {
                let what = say!(
                    "the SPF record of {domain} leans on {term}, which can't be judged from here",
                    domain,
                    term
                );
                return (ReportLine::unknown(CheckTopic::Spf, what), true);
            }
            _ => {
                let what = say!(
                    "the SPF record of {domain} does not name {host} ({ip})",
                    domain,
                    host,
                    ip
                );
                let fix = say!("add  {term}  to it, before its all", term = asked.term());
                let why = Said::row(
                    [
                        why(),
                        say!("Unless the relay sends from other addresses than it listens on"),
                    ],
                    ". ",
                );
                return (
                    ReportLine::bad(CheckTopic::Spf, what).because(why).fix(fix),
                    false,
                );
            }
        }
    }
    let what = say!("the SPF record of {domain} names {host}", domain, host);
    (ReportLine::good(CheckTopic::Spf, what), true)
}

/// Why a record counts for nothing.
enum RecordTrouble {
    Missing(String),
    Several(String),
    Term(String, String),
    Deep(String),
    Dns(DnsError),
}

/// What a record says of an address.
enum MatchOutcome {
    Match(Qualifier),
    NoMatch,
    /// A term whose answer depends on what only the receiver knows.
    Unforeseeable(String),
    Broken(RecordTrouble),
}

/// A walk through a record and what it includes: for one address, or, without one, through
/// everything, to count and to see what is named.
struct IncludeWalk<'a> {
    dns: &'a dyn Dns,
    ip: Option<IpAddr>,
    lookups: u32,
    seen: Vec<String>,
}

type SpfEvaluation<'w> = Pin<Box<dyn Future<Output = MatchOutcome> + Send + 'w>>;

impl<'a> IncludeWalk<'a> {
    fn new(dns: &'a dyn Dns, ip: Option<IpAddr>) -> Self {
        Self {
            dns,
            ip,
            lookups: 0,
            seen: Vec::new(),
        }
    }

    async fn record(&self, domain: &str) -> Result<SpfRecord, RecordTrouble> {
        let texts = self.dns.txt(domain).await.map_err(RecordTrouble::Dns)?;
        let mut records = texts.iter().filter(|text| record::is_spf(text));
        let text = records
            .next()
            .ok_or_else(|| RecordTrouble::Missing(domain.to_owned()))?;
        if records.next().is_some() {
            return Err(RecordTrouble::Several(domain.to_owned()));
        }
        SpfRecord::parse(text).map_err(|term| RecordTrouble::Term(domain.to_owned(), term))
    }

    fn evaluate<'w>(&'w mut self, domain: &'w str, depth: u32) -> SpfEvaluation<'w> {
        Box::pin(async move {
            if depth > MAX_LOOKUPS {
                return MatchOutcome::Broken(RecordTrouble::Deep(domain.to_owned()));
            }
            let record = match self.record(domain).await {
                Ok(record) => record,
                Err(trouble) => return MatchOutcome::Broken(trouble),
            };
            for term in &record.terms {
                match self.term(term, domain, depth).await {
                    MatchOutcome::NoMatch => {}
                    outcome => return outcome,
                }
            }
            match record.redirect {
                Some(next) if record.all().is_none() => {
                    self.lookups += 1;
                    self.seen.push(next.clone());
                    self.evaluate(&next, depth + 1).await
                }
                _ => MatchOutcome::NoMatch,
            }
        })
    }

    async fn term(&mut self, term: &SpfTerm, domain: &str, depth: u32) -> MatchOutcome {
        let matches = match &term.mechanism {
            // A walk through everything goes past `all` too: what follows is still counted by nobody.
            SpfMechanism::All => Ok(self.ip.is_some()),
            SpfMechanism::Ip(network, prefix) => {
                Ok(self.ip.is_some_and(|ip| holds(*network, *prefix, ip)))
            }
            SpfMechanism::Include(name) => return self.include(term.qualifier, name, depth).await,
            SpfMechanism::A(name, prefixes) => {
                self.lookups += 1;
                let name = name.as_deref().unwrap_or(domain);
                self.addresses_hold(name, *prefixes).await
            }
            SpfMechanism::Mx(name, prefixes) => {
                self.lookups += 1;
                let name = name.as_deref().unwrap_or(domain);
                self.exchangers_hold(name, *prefixes).await
            }
            SpfMechanism::Other(text) => {
                self.lookups += 1;
                if self.ip.is_some() {
                    return MatchOutcome::Unforeseeable(text.clone());
                }
                Ok(false)
            }
        };
        match matches {
            Ok(true) => MatchOutcome::Match(term.qualifier),
            Ok(false) => MatchOutcome::NoMatch,
            Err(error) => MatchOutcome::Broken(RecordTrouble::Dns(error)),
        }
    }

    /// RFC 7208 §5.2: an include matches where the other record says pass.
    async fn include(&mut self, qualifier: Qualifier, name: &str, depth: u32) -> MatchOutcome {
        self.lookups += 1;
        self.seen.push(name.to_owned());
        if name.contains('%') {
            return match self.ip {
                Some(_) => MatchOutcome::Unforeseeable(format!("include:{name}")),
                None => MatchOutcome::NoMatch,
            };
        }
        match self.evaluate(name, depth + 1).await {
            MatchOutcome::Match(Qualifier::Pass) => MatchOutcome::Match(qualifier),
            MatchOutcome::Match(_) | MatchOutcome::NoMatch => MatchOutcome::NoMatch,
            broken => broken,
        }
    }

    async fn addresses_hold(
        &self,
        name: &str,
        prefixes: record::CidrPrefixes,
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
        prefixes: record::CidrPrefixes,
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
