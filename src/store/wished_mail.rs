//! Mails that forms cause, weighed by the limits: what is counted before and after, for every store. Not: counting.

use chrono::{DateTime, Utc};

use super::{
    AskOutcome, LimitReached, SignupLimits,
    signup_counts::{CountKind, EVERYBODY},
    signup_limits::{SignupTally, SignupVerdict},
};
use crate::address::Address;

/// A mail that a form would cause.
pub(crate) struct WishedMail<'a> {
    /// Where to.
    pub(crate) to: &'a Address,
    /// As what its mailbox counts it.
    pub(crate) counted: CountKind,
    /// Where from; None: by a link of the reader's own.
    pub(crate) prefix: Option<&'a str>,
    /// Nothing shows that a person filled in the form.
    pub(crate) is_hurried: bool,
}

impl WishedMail<'_> {
    /// Weighs it.
    pub(crate) fn judge(&self, tally: &SignupTally, limits: &SignupLimits) -> SignupVerdict {
        let limits = match self.counted {
            CountKind::FreshLink => SignupLimits {
                per_mailbox_day: limits.links_per_mailbox_day,
                ..*limits
            },
            _ => *limits,
        };
        limits.judge(tally)
    }

    /// What is counted once it is weighed, and of whom; `mailbox` is its own.
    pub(crate) fn counts<'a>(
        &'a self,
        mailbox: &'a str,
        tally: &SignupTally,
        limits: &SignupLimits,
        verdict: SignupVerdict,
    ) -> Vec<(CountKind, &'a str)> {
        let mut counts = Vec::new();
        // A network that tries and tries is known for it, as far as its own limit.
        if let Some(prefix) = self.prefix
            && tally.prefix_hour < limits.per_prefix_hour
        {
            counts.push((CountKind::Prefix, prefix));
        }
        if !matches!(verdict, SignupVerdict::Refuse(_)) {
            counts.push((self.counted, mailbox));
        }
        match verdict {
            SignupVerdict::Pass => {
                counts.push((CountKind::Publication, EVERYBODY));
                counts.push((CountKind::UsualHour, EVERYBODY));
            }
            SignupVerdict::Hold => counts.push((CountKind::Held, EVERYBODY)),
            SignupVerdict::Refuse(_) => {}
        }
        counts
    }
}

/// Whether so many left within an hour that what is usual, and what is held, matters.
pub(crate) fn is_much(publication_hour: u32, limits: &SignupLimits) -> bool {
    publication_hour >= limits.least_an_hour / 2
}

/// What became of one that was weighed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeighedMail {
    pub(crate) verdict: SignupVerdict,
    /// Since when such mails are held, where it is.
    pub(crate) since: Option<DateTime<Utc>>,
}

impl WeighedMail {
    /// Which limit it ran into.
    pub(crate) fn refused(self) -> Option<LimitReached> {
        match self.verdict {
            SignupVerdict::Refuse(limit) => Some(limit),
            SignupVerdict::Pass | SignupVerdict::Hold => None,
        }
    }

    pub(crate) fn is_held(self) -> bool {
        self.verdict == SignupVerdict::Hold
    }

    /// What whoever asked is answered.
    pub(crate) fn outcome(self) -> AskOutcome {
        match self.since {
            None => AskOutcome::Queued,
            Some(since) => AskOutcome::Held { since },
        }
    }
}
