//! DKIM (RFC 6376): whether DNS publishes the keys that we sign with.

use super::report::{CheckTopic, ReportLine};
use crate::{
    dns::Dns,
    message::dkim::{DkimError, DnsRecord},
    source::with_causes,
    words::{Said, say},
};

fn why() -> Said {
    say!(
        "Gmail, Yahoo and Outlook ask for a signature that verifies, and from 5,000 mails a day refuse mail without one; Naver looks for it too"
    )
}

/// The checks, and whether every signature will verify.
pub(super) async fn judge(
    signatures: &Result<Option<Vec<DnsRecord>>, DkimError>,
    dns: &dyn Dns,
) -> (Vec<ReportLine>, bool) {
    let records = match signatures {
        Ok(Some(records)) => records,
        Ok(None) => return (vec![unsigned()], false),
        Err(error) => {
            let what = Said::heard(with_causes(error));
            let check = ReportLine::bad(CheckTopic::Dkim, what)
                .because(say!(
                    "nothing is sent unsigned where signing is set up: `send` stops at it"
                ))
                .fix(say!(
                    "daily-note dkim new   # makes a key and says what to publish"
                ));
            return (vec![check], false);
        }
    };
    let mut checks = Vec::new();
    for record in records {
        checks.push(published(record, dns).await);
    }
    let verifies = checks
        .iter()
        .all(|check| check.verdict <= super::report::CheckVerdict::Care);
    (checks, verifies)
}

fn unsigned() -> ReportLine {
    ReportLine::care(CheckTopic::Dkim, say!("daily-note does not sign; it may be that the relay does"))
        .because(why())
        .fix(say!("daily-note dkim new   # unless the relay signs: `daily-note test` a mail to yourself and look for dkim=pass"))
}

/// Compares what DNS says with the key in our hand.
async fn published(ours: &DnsRecord, dns: &dyn Dns) -> ReportLine {
    let name = &ours.name;
    let publish = say!(
        "publish  {name}. TXT {zone_value}",
        name,
        zone_value = ours.zone_value()
    );
    let bad = |what: Said| {
        ReportLine::bad(CheckTopic::Dkim, what)
            .because(why())
            .fix(publish.clone())
    };
    let texts = match dns.txt(name).await {
        Ok(texts) => texts,
        Err(error) => return ReportLine::no_answer(CheckTopic::Dkim, &error),
    };
    let [text] = texts.as_slice() else {
        return bad(if texts.is_empty() {
            say!("the key is not published: {name} has no TXT record", name)
        } else {
            say!(
                "{name} has {texts} TXT records, and receivers take any of them",
                name,
                texts = texts.len()
            )
        });
    };
    match tag(text, "p").as_deref() {
        None => bad(say!("{name} is no DKIM record", name)),
        Some("") => bad(say!(
            "{name} says that the key is revoked (p= is empty)",
            name
        )),
        Some(key) if Some(key) != tag(&ours.value, "p").as_deref() => bad(say!(
            "{name} publishes another key than the one that signs",
            name
        )),
        Some(_) if tag(text, "t").is_some_and(|flags| flags.split(':').any(|flag| flag == "y")) => {
            ReportLine::care(
                CheckTopic::Dkim,
                say!("{name} is marked as a test (t=y)", name),
            )
            .because(say!(
                "receivers may treat signed mail as if it were unsigned"
            ))
            .fix(publish)
        }
        Some(_) => ReportLine::good(
            CheckTopic::Dkim,
            say!("{name} publishes the key that signs", name),
        ),
    }
}

/// A tag's value without its white space (RFC 6376 §3.2).
pub(super) fn tag(text: &str, wanted: &str) -> Option<String> {
    text.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name.trim() == wanted).then(|| value.split_ascii_whitespace().collect())
    })
}
