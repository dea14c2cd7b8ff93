//! Whether the people that an issue would go to have agreed. What is known of them is gathered by
//! whoever has the list; here it is judged.

use super::{
    super::{CheckSubject, Findings},
    statutes::{EU_CONSENT, KR_CONSENT, KR_RENEWAL},
};
use crate::{
    audience::Consent,
    words::{Said, say},
};
use chrono::{DateTime, Months, Utc};

/// How the consents of the people on one edition's list stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsentTally {
    /// How many there are.
    pub total: u64,
    /// Of whom no consent is recorded.
    pub without_consent: u64,
    /// Whose consent lacks the moment, or where it was given.
    pub not_provable: u64,
    /// Who agreed more than two years ago.
    pub long_ago: u64,
    /// The first of those without, masked: somebody to look for.
    pub example: Option<String>,
}

impl ConsentTally {
    /// Counts one person; `masked` is shown where they are the first without a consent.
    pub(crate) fn count(
        &mut self,
        consent: Option<&Consent>,
        masked: impl Fn() -> String,
        now: DateTime<Utc>,
    ) {
        self.total += 1;
        let Some(consent) = consent else {
            self.without_consent += 1;
            self.example.get_or_insert_with(masked);
            return;
        };
        if consent.at.is_none() || consent.source.is_none() {
            self.not_provable += 1;
            self.example.get_or_insert_with(masked);
        }
        let limit = now.checked_sub_months(Months::new(24));
        if let (Some(at), Some(limit)) = (consent.at, limit)
            && at < limit
        {
            self.long_ago += 1;
        }
    }

    fn of_all(&self, count: u64, what: Said) -> Said {
        let total = self.total;
        match &self.example {
            Some(example) => say!(
                "{count} of {total} readers {what}, {example} for one",
                count,
                total,
                what,
                example
            ),
            None => say!("{count} of {total} readers {what}", count, total, what),
        }
    }
}

pub(super) fn korea(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let Some(recipients) = proof.recipients.filter(|_| !proof.is_sent) else {
        return;
    };
    if recipients.without_consent > 0 {
        findings
            .at_key(
                &KR_CONSENT,
                "ad",
                recipients.of_all(
                    recipients.without_consent,
                    say!("have no consent on record"),
                ),
            )
            .hint(say!("record it (`consent:` in subscribers.yaml), or ask them first: they may not get advertising"));
    }
    if recipients.long_ago > 0 {
        findings
            .at_key(
                &KR_RENEWAL,
                "ad",
                say!(
                    "{long_ago} of {total} readers agreed more than two years ago",
                    long_ago = recipients.long_ago,
                    total = recipients.total
                ),
            )
            .hint(say!(
                "tell them when they agreed and how to leave, if nobody did since"
            ));
    }
}

pub(super) fn eu(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let Some(recipients) = proof.recipients.filter(|_| !proof.is_sent) else {
        return;
    };
    let count = recipients.without_consent + recipients.not_provable;
    if count > 0 {
        findings
            .at_key(
                &EU_CONSENT,
                "edition",
                recipients.of_all(count, say!("have no consent that could be shown")),
            )
            .hint(say!(
                "`consent: {{at: …, source: …}}`: when, and by which form or words"
            ));
    }
}
