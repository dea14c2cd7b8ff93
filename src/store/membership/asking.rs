//! What a wish to subscribe leads to, or one for a fresh link: for every store. Not: how it is weighed
//! (`store::wished_mail`), nor its rows.

use std::collections::BTreeSet;

use crate::{
    address::Address,
    audience::{
        Profile, SubscriberState, SuppressionReason,
        membership::{ChangeSource, MembershipAct, MembershipStep, Standing, signup::SignupAsk},
    },
    store::{
        AskOutcome, ReceiptFacts, ReceiptKind,
        history_note::HistoryNote,
        merge::{Origins, SetBy, StoredPerson},
        signup_counts::CountKind,
        wished_mail::{WeighedMail, WishedMail},
    },
};
use chrono::{DateTime, Utc};

/// How the person of an address stands: by the list, where it knows them, and by what is said of the address.
pub(crate) fn standing_of(known: Option<Standing>, said: Option<SuppressionReason>) -> Standing {
    let Some(known) = known else {
        return Standing {
            state: None,
            suppression: said,
        };
    };
    let both = [known.suppression, said].into_iter().flatten();
    match known.is_barred() {
        true => known,
        false => Standing {
            suppression: both.max_by_key(|it| it.strength()),
            ..known
        },
    }
}

/// A wish of somebody who may have it.
pub(crate) struct LawfulAsk {
    from: Standing,
    /// None: they get mail already.
    step: Option<MembershipStep>,
}

impl LawfulAsk {
    /// None: they are barred, and nothing is written down.
    pub(crate) fn of(from: Standing) -> Option<Self> {
        let step = from.after(MembershipAct::Ask);
        (!from.is_barred()).then_some(Self { from, step })
    }

    /// The mail that it would cause.
    pub(crate) fn mail<'a>(&self, ask: &'a SignupAsk) -> WishedMail<'a> {
        WishedMail {
            to: &ask.email,
            counted: match self.step {
                Some(_) => CountKind::Confirmation,
                None => CountKind::AlreadyHere,
            },
            prefix: Some(&ask.prefix),
            is_hurried: ask.is_hurried,
        }
    }

    /// What that mail is.
    pub(crate) fn kind(&self) -> ReceiptKind {
        match self.step {
            Some(_) => ReceiptKind::Confirm,
            None => ReceiptKind::AlreadyHere,
        }
    }

    /// What the history says of it; None: nothing is kept of it.
    pub(crate) fn note(&self, now: DateTime<Utc>) -> Option<HistoryNote> {
        let step = self.step?;
        let steps = (self.from, step.to);
        Some(HistoryNote::of(step.change, ChangeSource::Form, steps, now))
    }

    /// What whoever asked is answered.
    pub(crate) fn outcome(&self, weighed: WeighedMail) -> AskOutcome {
        match self.step {
            Some(_) => weighed.outcome(),
            None => AskOutcome::AlreadyHere,
        }
    }
}

/// What its mail speaks of.
pub(crate) fn asked_facts(ask: &SignupAsk, now: DateTime<Utc>) -> ReceiptFacts {
    ReceiptFacts {
        editions: ask.editions.clone(),
        agreed_to_ads: ask.agreed_to_ads,
        language: ask.language.clone(),
        ..ReceiptFacts::at(now)
    }
}

/// Somebody with a number and an address, and nothing else: what the form says counts when it is confirmed.
pub(crate) fn unconfirmed(email: &Address) -> StoredPerson {
    StoredPerson {
        profile: Profile {
            email: email.clone(),
            name: None,
            editions: None,
            tags: BTreeSet::new(),
            timezone: None,
            language: None,
            consent: None,
        },
        state: SubscriberState::Unconfirmed,
        vouched_by: Origins::default(),
        set_by: SetBy::default(),
    }
}

/// Whether somebody who stands like that gets a fresh link: who left may still look at what is kept of them, and have it
/// erased; who only asked confirmed nothing yet.
pub(crate) fn gets_links(standing: Standing) -> bool {
    standing.suppression != Some(SuppressionReason::Complaint)
        && standing.state != Some(SubscriberState::Unconfirmed)
}

/// The mail with a fresh link.
pub(crate) fn wished_link(to: &Address) -> WishedMail<'_> {
    WishedMail {
        to,
        counted: CountKind::FreshLink,
        prefix: None,
        is_hurried: false,
    }
}
