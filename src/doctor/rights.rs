//! Leaving and complaining, as the large providers ask for it.

use super::report::{CheckTopic, ReportLine};
use crate::publication::Publication;

pub(super) fn judge(publication: &Publication, from: &str) -> Vec<ReportLine> {
    vec![leaving(publication), complaining(from)]
}

/// RFC 8058, which Gmail and Yahoo demand of bulk senders.
fn leaving(publication: &Publication) -> ReportLine {
    let base_url = publication.web.base_url.as_deref().unwrap_or_default();
    let why = "Gmail and Yahoo demand one-click unsubscribe (RFC 8058) from 5,000 mails a day on, Outlook a way that works";
    let fix = "set  web.base_url: https://…  to where readers reach this publication";
    if base_url.starts_with("https://") {
        return ReportLine::good(
            CheckTopic::Readers,
            "readers leave with one click (RFC 8058)",
        );
    }
    match &publication.unsubscribe_email {
        Some(address) => ReportLine::care(
            CheckTopic::Readers,
            format!("readers leave by a mail to {address}, not with one click"),
        ),
        None => ReportLine::bad(CheckTopic::Readers, "readers have no way to leave"),
    }
    .because(why)
    .fix(fix)
}

fn complaining(from: &str) -> ReportLine {
    ReportLine::unknown(
        CheckTopic::Readers,
        "how many readers call it spam can't be seen from here",
    )
    .because("Gmail wants it under 0.1 %; from 0.3 % on Gmail and Yahoo hold mail back")
    .fix(format!(
        "register {from} at postmaster.google.com and senders.yahooinc.com, the address at Outlook's SNDS"
    ))
}
