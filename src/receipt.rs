//! Mail to readers about what they did: confirm, welcome, goodbye. Makes what is said, in the reader's language
//! and the issues' design; what happened, whom it is for and how it leaves is others'.
//!
//! Nothing that a form sent stands in a mail to an address that nobody confirmed: [`ReceiptOccasion`] has no
//! place for it there, names included.

mod occasion;
mod samples;
#[cfg(test)]
mod tests;
mod wording;
mod writer;

pub use self::{
    occasion::{ConsentAct, NewestIssue, ReaderReceipt, ReceiptLinks, ReceiptOccasion, TimedLink},
    samples::samples,
    writer::{AskedAgain, ReceiptMail, ReceiptWriter},
};

/// The folder of the receipts' templates.
const FOLDER: &str = "receipt/";
/// The folder of their words.
const WORDS: &str = "words/receipt";
