//! Where replies and bounces go (MX), and the name behind the relay's address (PTR).

use super::{Check, Topic};
use crate::dns::Dns;

/// The From domain's exchangers, and the envelope domain's where it is another.
pub(super) async fn judge_mx(from: &str, envelope: &str, dns: &dyn Dns) -> Vec<Check> {
    let mut checks = vec![judge_exchangers(from, "replies", dns).await];
    if envelope != from {
        checks.push(judge_exchangers(envelope, "bounces", dns).await);
    }
    checks
}

async fn judge_exchangers(domain: &str, what: &str, dns: &dyn Dns) -> Check {
    let exchangers = match dns.mx(domain).await {
        Ok(exchangers) => exchangers,
        Err(error) => return Check::no_answer(Topic::Mx, &error),
    };
    let why = format!(
        "{what} to {domain} are lost, and some receivers refuse mail from a domain that takes none"
    );
    let fix = format!("publish  {domain}. MX 10 YOUR.MAIL.SERVER.");
    match exchangers.first() {
        Some(mx) if mx.host.is_empty() => Check::bad(
            Topic::Mx,
            format!("{domain} says that it takes no mail (a null MX)"),
        )
        .because(why)
        .fix(fix),
        Some(mx) => Check::good(Topic::Mx, format!("{what} to {domain} go to {}", mx.host)),
        // RFC 5321 §5.1: without MX the domain's own address is its exchanger.
        None => match dns.addresses(domain).await {
            Ok(addresses) if addresses.is_empty() => {
                Check::bad(Topic::Mx, format!("{domain} has no mail server"))
                    .because(why)
                    .fix(fix)
            }
            Ok(_) => Check::care(Topic::Mx, format!("{domain} has an address and no MX"))
                .because("it works only if a mail server listens at that very address")
                .fix(fix),
            Err(error) => Check::no_answer(Topic::Mx, &error),
        },
    }
}

/// RFC 1912 §2.1: address → name → the same address.
pub(super) async fn judge_reverse(host: &str, dns: &dyn Dns) -> Vec<Check> {
    let addresses = match dns.addresses(host).await {
        Ok(addresses) => addresses,
        Err(error) => return vec![Check::no_answer(Topic::ReverseDns, &error)],
    };
    let why = "Gmail refuses mail from addresses without a name that leads back to them; others take it for spam";
    let mut checks = Vec::new();
    for ip in addresses {
        let names = match dns.names(ip).await {
            Ok(names) => names,
            Err(error) => {
                checks.push(Check::no_answer(Topic::ReverseDns, &error));
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
        let fix = format!("ask who owns the address to name it: PTR of {ip} → {host}");
        checks.push(match (leads_back, names.first()) {
            (Some(name), _) => Check::good(
                Topic::ReverseDns,
                format!("{ip} is {name}, and {name} is {ip}"),
            ),
            (None, Some(name)) => {
                let what = format!("{ip} is named {name}, which does not lead back to it");
                Check::care(Topic::ReverseDns, what).because(why).fix(fix)
            }
            (None, None) => Check::care(Topic::ReverseDns, format!("{ip} has no name (PTR)"))
                .because(why)
                .fix(fix),
        });
    }
    checks
}
