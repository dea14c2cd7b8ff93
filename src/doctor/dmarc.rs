//! DMARC (RFC 7489, and the tree walk that replaces its public suffix list): whether the From
//! domain has a policy, and whether SPF or DKIM speak for that very domain.

use super::{
    dkim::tag,
    report::{CheckTopic, ReportLine},
};
use crate::{
    dns::{Dns, DnsError},
    publication::Publication,
    words::{Said, say},
};

fn why() -> Said {
    say!(
        "Gmail, Yahoo and Outlook ask for a DMARC policy from 5,000 mails a day on; p=none is enough"
    )
}

/// Who vouches for a mail.
pub(super) struct Identities<'a> {
    /// The From domain, which readers see.
    pub(super) from: &'a str,
    /// The envelope's domain, where SPF passes for it.
    pub(super) spf: Option<&'a str>,
    /// The `d=` of our signatures, where they verify.
    pub(super) dkim: Option<&'a str>,
    /// We don't sign, so the relay may.
    pub(super) relay_may_sign: bool,
}

pub(super) async fn judge(
    identities: &Identities<'_>,
    publication: &Publication,
    dns: &dyn Dns,
) -> Vec<ReportLine> {
    let from = identities.from;
    let policy = match policy(from, dns).await {
        Ok(policy) => policy,
        Err(error) => return vec![ReportLine::no_answer(CheckTopic::Dmarc, &error)],
    };
    let Some(policy) = policy else {
        let report_to = publication
            .unsubscribe_email
            .as_ref()
            .map_or_else(|| format!("postmaster@{from}"), ToString::to_string);
        let record = format!("v=DMARC1; p=none; rua=mailto:{report_to}");
        return vec![
            ReportLine::bad(CheckTopic::Dmarc, say!("{from} has no DMARC policy", from))
                .because(why())
                .fix(say!(
                    "publish  _dmarc.{from}. TXT \"{record}\"",
                    from,
                    record
                )),
        ];
    };
    vec![
        judge_policy(&policy),
        judge_alignment(identities, &policy, dns).await,
    ]
}

fn judge_policy(policy: &DmarcPolicy) -> ReportLine {
    let DmarcPolicy { at, texts, .. } = policy;
    let name = format!("_dmarc.{at}");
    if texts.len() > 1 {
        return ReportLine::bad(
            CheckTopic::Dmarc,
            say!("{name} has {texts} policies", name, texts = texts.len()),
        )
        .because(say!("receivers take more than one for none"))
        .fix(say!("leave one of them and delete the others"));
    }
    let p = tag(policy.text(), "p")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if !["none", "quarantine", "reject"].contains(&p.as_str()) {
        return ReportLine::bad(
            CheckTopic::Dmarc,
            say!("{name} has no policy that makes sense (p={p})", name, p),
        )
        .because(why())
        .fix(say!("begin it with  v=DMARC1; p=none;"));
    }
    if tag(policy.text(), "rua").is_none() {
        return ReportLine::care(
            CheckTopic::Dmarc,
            say!("{name} says p={p} and asks for no reports", name, p),
        )
        .because(say!(
            "without reports you don't see who sends in your name, nor what fails"
        ))
        .fix(say!("add  rua=mailto:postmaster@{at}  to it", at));
    }
    ReportLine::good(CheckTopic::Dmarc, say!("{name} says p={p}", name, p))
}

async fn judge_alignment(
    identities: &Identities<'_>,
    policy: &DmarcPolicy,
    dns: &dyn Dns,
) -> ReportLine {
    let from = identities.from;
    let mut vouching: Vec<Said> = Vec::new();
    for (what, domain, mode) in [
        ("SPF", identities.spf, "aspf"),
        ("DKIM", identities.dkim, "adkim"),
    ] {
        let Some(domain) = domain else { continue };
        let is_strict = tag(policy.text(), mode).as_deref() == Some("s");
        match is_aligned(from, domain, is_strict, dns).await {
            Ok(true) => vouching.push(format!("{what} ({domain})").into()),
            Ok(false) => {}
            Err(error) => return ReportLine::no_answer(CheckTopic::Dmarc, &error),
        }
    }
    if !vouching.is_empty() {
        let vouching = vouching
            .into_iter()
            .reduce(|one, other| say!("{one} and {other}", one, other));
        let what = say!(
            "DMARC passes for {from} by {vouching}",
            from,
            vouching = vouching.unwrap_or_default()
        );
        return ReportLine::good(CheckTopic::Dmarc, what);
    }
    let why =
        say!("a mail for whose From domain neither speaks fails DMARC, whatever else is right");
    if identities.relay_may_sign {
        let what = say!(
            "only a signature by the relay as {from} can make DMARC pass",
            from
        );
        let fix = say!(
            "`daily-note test` a mail to yourself and look for dmarc=pass in its Authentication-Results"
        );
        return ReportLine::care(CheckTopic::Dmarc, what)
            .because(why)
            .fix(fix);
    }
    let fix = say!(
        "sign with  smtp.dkim.domain: {from}  (and publish its key)",
        from
    );
    ReportLine::bad(
        CheckTopic::Dmarc,
        say!("neither SPF nor DKIM speaks for {from}", from),
    )
    .because(why)
    .fix(fix)
}

/// A policy and where it was found.
struct DmarcPolicy {
    at: String,
    texts: Vec<String>,
}

impl DmarcPolicy {
    fn text(&self) -> &str {
        self.texts.first().map_or("", String::as_str)
    }
}

/// The policy of a domain: its own, else the next one up that has one.
async fn policy(domain: &str, dns: &dyn Dns) -> Result<Option<DmarcPolicy>, DnsError> {
    for at in upwards(domain) {
        let texts = policies(at, dns).await?;
        if !texts.is_empty() {
            let at = at.to_owned();
            return Ok(Some(DmarcPolicy { at, texts }));
        }
    }
    Ok(None)
}

async fn policies(domain: &str, dns: &dyn Dns) -> Result<Vec<String>, DnsError> {
    let mut texts = dns.txt(&format!("_dmarc.{domain}")).await?;
    texts.retain(|text| tag(text, "v").as_deref() == Some("DMARC1"));
    Ok(texts)
}

/// `a.b.example.com`, `b.example.com`, `example.com`.
fn upwards(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |name| name.split_once('.').map(|(_, up)| up))
        .take_while(|name| name.contains('.'))
}

/// The organisation that a domain belongs to: the highest name above it with a policy, unless
/// one says by psd= where the organisation ends.
async fn organisation(domain: &str, dns: &dyn Dns) -> Result<String, DnsError> {
    let (mut highest, mut below) = (None, domain);
    for name in upwards(domain) {
        if let [text] = policies(name, dns).await?.as_slice() {
            match tag(text, "psd").as_deref() {
                Some("n") => return Ok(name.to_owned()),
                Some("y") if name != domain => return Ok(below.to_owned()),
                _ => highest = Some(name),
            }
        }
        below = name;
    }
    Ok(highest.unwrap_or(domain).to_owned())
}

async fn is_aligned(
    from: &str,
    domain: &str,
    is_strict: bool,
    dns: &dyn Dns,
) -> Result<bool, DnsError> {
    if is_strict || from == domain {
        return Ok(from == domain);
    }
    Ok(organisation(from, dns).await? == organisation(domain, dns).await?)
}
