//! What `doctor` reports: a line a check, and what a relay showed that let us in.

use serde::Serialize;

use crate::{
    dns::DnsError,
    smtp::{Capabilities, Reply},
    words::{Said, say},
};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    /// Well.
    Good,
    /// It could not be found out.
    Unknown,
    /// It works, and may not for long or not for all.
    Care,
    /// Mail does not leave, or is not believed.
    Bad,
}

/// What a check is about; the report is in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckTopic {
    /// The way out.
    Relay,
    /// Which servers may send in the domain's name (RFC 7208).
    Spf,
    /// Signatures (RFC 6376).
    Dkim,
    /// What holds SPF, DKIM and the From address together (RFC 7489).
    Dmarc,
    /// Where replies and bounces go.
    Mx,
    /// The name behind the relay's address.
    ReverseDns,
    /// Leaving, and complaining.
    Readers,
    /// Reading what comes back.
    Returns,
    /// The machine's time.
    Clock,
    /// The folder of the list and the ledger.
    State,
    /// What the mail is made with.
    Templates,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportLine {
    /// What it is about.
    pub topic: CheckTopic,
    /// How it came out.
    pub verdict: CheckVerdict,
    /// What was seen.
    pub what: Said,
    /// Why it matters, and to whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Said>,
    /// What to type, publish or ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Said>,
}

impl ReportLine {
    pub(super) fn new(topic: CheckTopic, verdict: CheckVerdict, what: impl Into<Said>) -> Self {
        Self {
            topic,
            verdict,
            what: what.into(),
            why: None,
            fix: None,
        }
    }

    pub(super) fn good(topic: CheckTopic, what: impl Into<Said>) -> Self {
        Self::new(topic, CheckVerdict::Good, what)
    }

    pub(super) fn care(topic: CheckTopic, what: impl Into<Said>) -> Self {
        Self::new(topic, CheckVerdict::Care, what)
    }

    pub(super) fn bad(topic: CheckTopic, what: impl Into<Said>) -> Self {
        Self::new(topic, CheckVerdict::Bad, what)
    }

    pub(super) fn unknown(topic: CheckTopic, what: impl Into<Said>) -> Self {
        Self::new(topic, CheckVerdict::Unknown, what)
    }

    pub(super) fn no_answer(topic: CheckTopic, error: &DnsError) -> Self {
        Self::unknown(topic, Said::heard(error.to_string())).fix(say!(
            "try again; if it stays so, look at /etc/resolv.conf and the domain's name servers"
        ))
    }

    pub(super) fn because(mut self, why: impl Into<Said>) -> Self {
        self.why = Some(why.into());
        self
    }

    pub(super) fn fix(mut self, fix: impl Into<Said>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// All that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Line by line.
    pub checks: Vec<ReportLine>,
}

impl Report {
    /// The worst that was seen.
    #[must_use]
    pub fn verdict(&self) -> CheckVerdict {
        let worst = self.checks.iter().map(|check| check.verdict).max();
        worst.unwrap_or(CheckVerdict::Good)
    }

    /// How many checks came out so.
    #[must_use]
    pub fn count(&self, verdict: CheckVerdict) -> usize {
        let so = |check: &&ReportLine| check.verdict == verdict;
        self.checks.iter().filter(so).count()
    }
}

/// What a relay that let us in showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayProbe {
    /// What it offers.
    pub capabilities: Capabilities,
    /// Its words on our sender's address, where it does not want it.
    pub refusal: Option<Reply>,
}
