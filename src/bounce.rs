//! What comes back: bytes → who it is about, what it says, and whether it may be believed, three judgements apart.
//! Pure: no clock, no store, no network; never fails and never panics, whatever a stranger sends.
//!
//! ```text
//! bytes ─► mail_parts ─► delivery_status, narrative ─► account ─► hint, phrases, verdict ─► class
//!               └──────► clues ─► proof
//! ```
//!
//! Not: how it comes (the doors), and what follows from it (`operations`, `store`).

mod account;
mod addresses;
mod class;
mod clues;
mod codes;
mod delivery_status;
mod dialect;
mod feedback;
mod header_fields;
mod hint;
mod intake;
mod kind;
mod mail_parts;
mod narrative;
mod own_words;
mod phrases;
mod proof;
mod quotation;
mod read;
mod returned_mail;
mod ses;
mod status_class;
mod told_answer;
mod verdict;

#[cfg(test)]
mod tests;

pub use self::{
    class::{BounceClass, UnknownClass},
    clues::Clues,
    intake::{Arrival, Door, HookProvider, IntakeError, ReportIntake, TakenIn},
    own_words::own_words_of,
    proof::{ProofKind, ProvenReader, prove},
    read::read,
    returned_mail::{FeedbackType, RecipientReport, ReturnedKind, ReturnedMail},
    ses::read_ses,
    told_answer::ToldAnswer,
};
