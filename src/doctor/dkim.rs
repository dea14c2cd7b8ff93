//! DKIM (RFC 6376): whether DNS publishes the keys that we sign with.

use super::report::{CheckTopic, ReportLine};
use crate::{
    dns::Dns,
    message::dkim::{DkimError, DnsRecord},
};

const WHY: &str = "Gmail, Yahoo and Outlook ask for a signature that verifies, and from 5,000 mails a day refuse mail without one; Naver looks for it too";

/// The checks, and whether every signature will verify.
pub(super) async fn judge(
    signatures: &Result<Option<Vec<DnsRecord>>, DkimError>,
    dns: &dyn Dns,
) -> (Vec<ReportLine>, bool) {
    let records = match signatures {
        Ok(Some(records)) => records,
        Ok(None) => return (vec![unsigned()], false),
        Err(error) => {
            let mut what = error.to_string();
            if let Some(cause) = std::error::Error::source(error) {
                what = format!("{what}: {cause}");
            }
            let check = ReportLine::bad(CheckTopic::Dkim, what)
                .because("nothing is sent unsigned where signing is set up: `send` stops at it")
                .fix("daily-note dkim new   # makes a key and says what to publish");
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
    ReportLine::care(CheckTopic::Dkim, "daily-note does not sign; it may be that the relay does")
        .because(WHY)
        .fix("daily-note dkim new   # unless the relay signs: `daily-note test` a mail to yourself and look for dkim=pass")
}

/// Compares what DNS says with the key in our hand.
async fn published(ours: &DnsRecord, dns: &dyn Dns) -> ReportLine {
    let name = &ours.name;
    let publish = format!("publish  {name}. TXT {}", ours.zone_value());
    let bad = |what: String| {
        ReportLine::bad(CheckTopic::Dkim, what)
            .because(WHY)
            .fix(publish.clone())
    };
    let texts = match dns.txt(name).await {
        Ok(texts) => texts,
        Err(error) => return ReportLine::no_answer(CheckTopic::Dkim, &error),
    };
    let [text] = texts.as_slice() else {
        return bad(if texts.is_empty() {
            format!("the key is not published: {name} has no TXT record")
        } else {
            format!(
                "{name} has {} TXT records, and receivers take any of them",
                texts.len()
            )
        });
    };
    match tag(text, "p").as_deref() {
        None => bad(format!("{name} is no DKIM record")),
        Some("") => bad(format!("{name} says that the key is revoked (p= is empty)")),
        Some(key) if Some(key) != tag(&ours.value, "p").as_deref() => bad(format!(
            "{name} publishes another key than the one that signs"
        )),
        Some(_) if tag(text, "t").is_some_and(|flags| flags.split(':').any(|flag| flag == "y")) => {
            ReportLine::care(
                CheckTopic::Dkim,
                format!("{name} is marked as a test (t=y)"),
            )
            .because("receivers may treat signed mail as if it were unsigned")
            .fix(publish)
        }
        Some(_) => ReportLine::good(
            CheckTopic::Dkim,
            format!("{name} publishes the key that signs"),
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
