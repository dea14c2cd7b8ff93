//! What people send: mails that unsubscribe, opinions, complaints. What of them is a departure, an opinion, a word. Nothing
//! here is ever answered.

use crate::{
    audience::{SubscriberId, membership::ChangeSource},
    publication::MOST_OPINION_CHARS,
    store::{
        DepartureScope, LeaveOutcome, LeaveRequest, NewOpinion, Opinion, ReportEffect,
        ReportOpinion,
    },
    words::phrase,
};

/// A reader unsubscribes by mail.
pub(crate) fn departure(reader: SubscriberId, wants_goodbye: bool) -> LeaveRequest {
    LeaveRequest {
        reader,
        scope: DepartureScope::All,
        source: ChangeSource::Mailto,
        wants_goodbye,
    }
}

/// What that led to.
pub(crate) fn effect_of(outcome: Option<&LeaveOutcome>) -> ReportEffect {
    match outcome {
        Some(LeaveOutcome::Left { .. } | LeaveOutcome::LeftEdition { .. }) => {
            ReportEffect::Unsubscribed
        }
        Some(LeaveOutcome::Already { .. }) => ReportEffect::Off,
        Some(LeaveOutcome::Unknown) | None => ReportEffect::Unmatched,
    }
}

/// A reader called an issue spam, in the words of the report where it has any.
pub(crate) fn words_of_complaint(reply: &str) -> String {
    match reply.is_empty() {
        true => phrase!("called it spam").to_owned(),
        false => reply.to_owned(),
    }
}

/// An opinion on an issue, as those of the pages are. What its reader said before stays, above it: a mail is written
/// without a look at that.
pub(crate) fn opinion(about: &ReportOpinion, text: &str, before: Option<Opinion>) -> NewOpinion {
    let (choice, name, may_reply, said) = match before {
        Some(before) => (before.choice, before.name, before.may_reply, before.text),
        None => (None, None, false, None),
    };
    let text = match said {
        Some(said) => format!("{said}\n\n{text}"),
        None => text.to_owned(),
    };
    NewOpinion {
        reader: Some(about.reader),
        issue: about.issue.clone(),
        choice,
        text: Some(text.chars().take(MOST_OPINION_CHARS).collect()),
        // Whoever wrote a mail was not asked.
        may_publish: false,
        name,
        may_reply,
        prefix: String::new(),
    }
}
