//! Leaving and complaining, as the large providers ask for it.

use super::report::{CheckTopic, ReportLine};
use crate::{
    publication::{Publication, is_https},
    words::{Said, say},
};

/// What a click on a mail client's button would meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneClickProof {
    /// Mail promises no pages.
    NoPages,
    /// The pages answered as this list alone can.
    Answered,
    /// Nobody asked them, for that reason.
    NotAsked(&'static str),
    /// Something else answered, or nobody.
    Away(String),
}

pub(super) fn judge(
    publication: &Publication,
    one_click: &OneClickProof,
    from: &str,
) -> Vec<ReportLine> {
    vec![leaving(publication, one_click), complaining(from)]
}

/// RFC 8058, which Gmail and Yahoo demand of bulk senders.
fn leaving(publication: &Publication, one_click: &OneClickProof) -> ReportLine {
    let base_url = publication.web.base_url.as_deref();
    let why = say!(
        "Gmail and Yahoo demand one-click unsubscribe (RFC 8058) from 5,000 mails a day on, Outlook a way that works"
    );
    let fix = say!("set  web.base_url: https://…  to where readers reach this publication");
    match one_click {
        OneClickProof::Away(seen) => {
            let what = say!(
                "readers can't unsubscribe by the links of their mail: {seen}",
                seen = Said::heard(seen)
            );
            return ReportLine::bad(CheckTopic::Readers, what)
                .because(why)
                .fix(say!(
                    "run  daily-note serve  behind web.base_url (docs/readers.md)"
                ));
        }
        OneClickProof::Answered if base_url.is_some_and(is_https) => {
            let what =
                say!("readers leave with one click (RFC 8058): their pages answered a probe");
            return ReportLine::good(CheckTopic::Readers, what);
        }
        OneClickProof::NotAsked(reason) if base_url.is_some_and(is_https) => {
            let what = say!(
                "whether readers can leave with one click is unproven: {reason}",
                reason = Said::heard(*reason)
            );
            return ReportLine::unknown(CheckTopic::Readers, what).because(why);
        }
        _ => {}
    }
    match &publication.unsubscribe_email {
        Some(address) => ReportLine::care(
            CheckTopic::Readers,
            say!(
                "readers leave by a mail to {address}, not with one click",
                address
            ),
        ),
        None => ReportLine::bad(CheckTopic::Readers, say!("readers have no way to leave")),
    }
    .because(why)
    .fix(fix)
}

fn complaining(from: &str) -> ReportLine {
    ReportLine::unknown(
        CheckTopic::Readers,
        say!("how many readers call it spam can't be seen from here"),
    )
    .because(say!("Gmail wants it under 0.1 %; from 0.3 % on Gmail and Yahoo hold mail back"))
    .fix(say!("register {from} at postmaster.google.com and senders.yahooinc.com, the address at Outlook's SNDS", from))
}
