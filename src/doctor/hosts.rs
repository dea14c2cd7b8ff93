//! Where replies and bounces go (MX), and the name behind the relay's address (PTR).

use super::report::{CheckTopic, ReportLine};
use crate::{
    dns::Dns,
    words::{Said, say},
};

/// The From domain's exchangers, and the envelope domain's where it is another.
pub(super) async fn judge_mx(from: &str, envelope: &str, dns: &dyn Dns) -> Vec<ReportLine> {
    let mut checks = vec![judge_exchangers(from, say!("replies"), dns).await];
    if envelope != from {
        checks.push(judge_exchangers(envelope, say!("bounces"), dns).await);
    }
    checks
}

async fn judge_exchangers(domain: &str, what: Said, dns: &dyn Dns) -> ReportLine {
    let exchangers = match dns.mx(domain).await {
        Ok(exchangers) => exchangers,
        Err(error) => return ReportLine::no_answer(CheckTopic::Mx, &error),
    };
    let why = say!(
        "{what} to {domain} are lost, and some receivers refuse mail from a domain that takes none",
        what,
        domain
    );
    let fix = say!("publish  {domain}. MX 10 YOUR.MAIL.SERVER.", domain);
    match exchangers.first() {
        Some(mx) if mx.host.is_empty() => ReportLine::bad(
            CheckTopic::Mx,
            say!("{domain} says that it takes no mail (a null MX)", domain),
        )
        .because(why)
        .fix(fix),
        Some(mx) => ReportLine::good(
            CheckTopic::Mx,
            say!(
                "{what} to {domain} go to {host}",
                what,
                domain,
                host = mx.host
            ),
        ),
        // RFC 5321 §5.1: without MX the domain's own address is its exchanger.
        None => match dns.addresses(domain).await {
            Ok(addresses) if addresses.is_empty() => {
                ReportLine::bad(CheckTopic::Mx, say!("{domain} has no mail server", domain))
                    .because(why)
                    .fix(fix)
            }
            Ok(_) => ReportLine::care(
                CheckTopic::Mx,
                say!("{domain} has an address and no MX", domain),
            )
            .because(say!(
                "it works only if a mail server listens at that very address"
            ))
            .fix(fix),
            Err(error) => ReportLine::no_answer(CheckTopic::Mx, &error),
        },
    }
}

/// RFC 1912 §2.1: address → name → the same address.
pub(super) async fn judge_reverse(host: &str, dns: &dyn Dns) -> Vec<ReportLine> {
    let addresses = match dns.addresses(host).await {
        Ok(addresses) => addresses,
        Err(error) => return vec![ReportLine::no_answer(CheckTopic::ReverseDns, &error)],
    };
    let why = say!(
        "Gmail refuses mail from addresses without a name that leads back to them; others take it for spam"
    );
    let mut checks = Vec::new();
    for ip in addresses {
        let names = match dns.names(ip).await {
            Ok(names) => names,
            Err(error) => {
                checks.push(ReportLine::no_answer(CheckTopic::ReverseDns, &error));
                continue;
            }
        };
        let mut leads_back = None;
        for name in &names {
            if dns
                .addresses(name)
                .await
                .is_ok_and(|found| found.contains(&ip))
            {
                leads_back = Some(name);
                break;
            }
        }
        let fix = say!(
            "ask who owns the address to name it: PTR of {ip} → {host}",
            ip,
            host
        );
        checks.push(match (leads_back, names.first()) {
            (Some(name), _) => ReportLine::good(
                CheckTopic::ReverseDns,
                say!("{ip} is {name}, and {name} is {ip}", ip, name),
            ),
            (None, Some(name)) => {
                let what = say!(
                    "{ip} is named {name}, which does not lead back to it",
                    ip,
                    name
                );
                ReportLine::care(CheckTopic::ReverseDns, what)
                    .because(&why)
                    .fix(fix)
            }
            (None, None) => {
                ReportLine::care(CheckTopic::ReverseDns, say!("{ip} has no name (PTR)", ip))
                    .because(&why)
                    .fix(fix)
            }
        });
    }
    checks
}
