//! subscribers.yaml against the list of record: whom it can't bring back, whose consent is thin,
//! what in it can't be read. The file can silence nothing; `check` without an issue looks at it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Finding, FindingPlace, Rule, rule::rules};
use crate::{
    audience::{Profile, SuppressionReason},
    source::SourceError,
    words::{Said, say},
};

rules! {
    UNREADABLE = "list/unreadable", Error,
        "an entry that can't be read stops the whole list: a doubled address, an unknown edition, a typing slip", "";
    LEFT = "list/left", Warning,
        "the file can't bring back somebody who left, bounced or complained", "RFC 8058; 정보통신망법 제50조 제2항";
    NO_CONSENT = "list/no-consent", Warning,
        "nobody can show that this person agreed", "GDPR Art. 7(1); 정보통신망법 제50조 제1항";
    NO_DATE = "list/consent-without-date", Warning,
        "a consent that nobody can date proves little, and can't be renewed in time", "GDPR Art. 7(1); 정보통신망법 제50조 제8항";
    FUTURE = "list/consent-in-future", Warning,
        "nobody has agreed tomorrow: the date is a slip", "";
}

/// Findings of one rule that are shown; the rest is counted.
const SHOWN: usize = 10;

/// Findings on a list, gathered an entry at a time.
#[derive(Debug)]
pub(crate) struct ListCheck {
    now: DateTime<Utc>,
    found: Vec<Finding>,
    counts: BTreeMap<&'static str, (&'static Rule, usize)>,
}

impl ListCheck {
    /// Nothing seen yet.
    #[must_use]
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            found: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// Something that is no entry.
    pub(crate) fn unreadable(&mut self, error: &SourceError) {
        self.add(&UNREADABLE, || Finding::of_error(&UNREADABLE, error));
    }

    /// An entry, and why its address gets no mail. `place` is asked where there is a finding.
    pub(crate) fn entry(
        &mut self,
        profile: &Profile,
        suppression: Option<SuppressionReason>,
        mut place: impl FnMut() -> Option<FindingPlace>,
    ) {
        let mut at = |rule, message: Said, hint: Said| {
            let mut finding = Finding::new(rule, message);
            finding.hint(hint);
            match place() {
                Some(place) => finding.at(place),
                None => finding,
            }
        };
        let who = profile.email.as_str();
        if let Some(reason) = suppression {
            self.add(&LEFT, || {
                at(
                    &LEFT,
                    did(who, reason),
                    say!(
                        "take the entry out; the way back is their own confirmation, or `daily-note suppressions remove`"
                    ),
                )
            });
            return;
        }
        let Some(consent) = &profile.consent else {
            self.add(&NO_CONSENT, || {
                at(
                    &NO_CONSENT,
                    say!("{who} has no consent on record", who),
                    say!("write `consent: {{at: 2026-03-01T09:00:00+09:00, source: web form}}`"),
                )
            });
            return;
        };
        match consent.at {
            None => self.add(&NO_DATE, || {
                at(
                    &NO_DATE,
                    say!("the consent of {who} has no date", who),
                    say!("add `at:` to `consent:`"),
                )
            }),
            Some(moment) if moment > self.now => self.add(&FUTURE, || {
                at(
                    &FUTURE,
                    say!(
                        "{who} agreed on {date}, which is to come",
                        who,
                        date = moment.date_naive()
                    ),
                    say!("fix the date"),
                )
            }),
            Some(_) => {}
        }
    }

    fn add(&mut self, rule: &'static Rule, finding: impl FnOnce() -> Finding) {
        let (_, count) = self.counts.entry(rule.id).or_insert((rule, 0));
        *count += 1;
        if *count <= SHOWN {
            self.found.push(finding());
        }
    }

    /// The findings in the order of the file; what was too many to show is told by its number.
    #[must_use]
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        self.found.sort_by_key(Finding::order);
        for (rule, count) in self.counts.into_values() {
            if count > SHOWN {
                let message = say!("and {more} more like these", more = count - SHOWN);
                self.found.push(Finding::new(rule, message));
            }
        }
        self.found
    }
}

fn did(who: &str, reason: SuppressionReason) -> Said {
    match reason {
        SuppressionReason::Unsubscribed => say!("{who} has unsubscribed", who),
        SuppressionReason::HardBounce => {
            say!("{who} can't be reached: their mail bounced", who)
        }
        SuppressionReason::Complaint => say!("{who} has called the mail spam", who),
        SuppressionReason::Manual => say!("{who} was taken off the list by hand", who),
        SuppressionReason::Erased => say!("{who} has asked to be erased", who),
    }
}
