//! What the readers' pages ask of whoever keeps the list: one method a page's question or act. It speaks
//! plain data. A token is handed on as it came in the address; who verifies it answers what a page may
//! show, which is never a reader's whole address. What a body, a header or the network says has been read
//! before; what is answered is put in words after.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    act::{
        ActOutcome, LeaveAnswer, LeaveScope, MailPromise, OpinionForm, OpinionReceived,
        PreferencesForm, PromisedMail, SignupAnswer, SignupForm,
    },
    site::ReaderSite,
    view::{
        ConfirmView, FramedIssue, LeaveView, ListedIssue, ManageView, OpinionView, PlainView,
        PreferencesView, PrivacySection, ServedPicture,
    },
};
use crate::{address::Address, site::ArchiveSite};

/// Why a page can't do what it was asked for. What is behind it is for the log of whoever answers so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderRefusal {
    /// The link does not do.
    Link(LinkFault),
    /// There is no such thing here.
    NotFound,
    /// Somebody asks too often; later it goes again.
    TooMany,
    /// Nothing was done and nothing is half done: the disk is full, the list can't be asked.
    Unavailable,
}

/// What is wrong with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    /// Cut, changed, another list's, for another purpose.
    Broken,
    /// Its time is over.
    Expired,
    /// It did its work already, or something happened since that it must not undo.
    Used,
}

/// What every method answers.
pub type ReaderResult<T> = Result<T, ReaderRefusal>;

/// Everything that the pages show and do goes through here. What is named after a page's question changes
/// nothing; only what is named after an act does, and is durable when it answers.
#[async_trait]
pub trait ReaderService: Send + Sync + 'static {
    // The publication.

    /// What all pages show, as the publication's files could be read last. Cheap.
    fn site(&self) -> Arc<ReaderSite>;
    /// The archive. None: the publication has none, and `/` and `/issues/SLUG` are as below.
    async fn archive(&self) -> ReaderResult<Option<Arc<ArchiveSite>>> {
        Ok(None)
    }
    /// The newest issues that went out, the newest first; a handful.
    async fn newest(&self) -> ReaderResult<Vec<ListedIssue>>;
    /// An issue that went out, as its web page.
    async fn issue(&self, slug: &str) -> ReaderResult<FramedIssue>;
    /// A picture of an issue that went out, or of the look (`/images/NAME`).
    async fn picture(&self, name: &str) -> ReaderResult<ServedPicture>;
    /// How the publication handles what it knows of its readers, in that language.
    async fn privacy(&self, language: &str) -> ReaderResult<Vec<PrivacySection>>;

    // Coming.

    /// A mark for a form that is shown now, by which its age is known later; signed.
    fn form_seal(&self) -> String;
    /// How long ago that mark was given. None: it is none of ours, or too old to say.
    fn seal_age(&self, seal: &str) -> Option<Duration>;
    /// Somebody asks to get the newsletter.
    async fn sign_up(&self, form: &SignupForm) -> ReaderResult<SignupAnswer>;
    /// What `/confirm/TOKEN` shows before its button is pressed.
    async fn confirmation(&self, token: &str) -> ReaderResult<ConfirmView>;
    /// They do want it.
    async fn confirm(&self, token: &str) -> ReaderResult<ActOutcome>;

    // Choosing.

    /// What `/p/TOKEN` shows.
    async fn preferences(&self, token: &str) -> ReaderResult<PreferencesView>;
    /// The reader chose.
    async fn prefer(&self, token: &str, form: &PreferencesForm) -> ReaderResult<ActOutcome>;
    /// A fresh link, written to the reader's own address; `token` is that of the preferences.
    async fn write_own_link(&self, token: &str, network: &str) -> ReaderResult<PromisedMail>;
    /// A fresh link, written to that address if it is on the list. The answer does not say whether it is.
    async fn write_link(&self, email: &Address, network: &str) -> ReaderResult<MailPromise>;

    // What a forwarded mail must not give away: behind a fresh link.

    /// What `/m/TOKEN` shows.
    async fn management(&self, token: &str) -> ReaderResult<ManageView>;
    /// Everything that is kept about the reader: a JSON document.
    async fn personal_record(&self, token: &str) -> ReaderResult<Vec<u8>>;
    /// The reader is forgotten.
    async fn erase(&self, token: &str) -> ReaderResult<ActOutcome>;
    /// The reader wants the newsletter at another address, which is asked first.
    async fn ask_move(
        &self,
        token: &str,
        to: &Address,
        network: &str,
    ) -> ReaderResult<PromisedMail>;
    /// What `/move/TOKEN` shows, at the new address.
    async fn moving(&self, token: &str) -> ReaderResult<PlainView>;
    /// The new address is the reader's.
    async fn confirm_move(&self, token: &str) -> ReaderResult<ActOutcome>;
    /// What `/move/undo/TOKEN` shows, at the old address.
    async fn moving_back(&self, token: &str) -> ReaderResult<PlainView>;
    /// The old address is the reader's again.
    async fn undo_move(&self, token: &str) -> ReaderResult<ActOutcome>;

    // Leaving.

    /// What `/u/TOKEN` shows.
    async fn departure(&self, token: &str) -> ReaderResult<LeaveView>;
    /// The reader unsubscribes. Twice is as good as once: the same answer.
    async fn leave(&self, token: &str, scope: &LeaveScope) -> ReaderResult<LeaveAnswer>;
    /// What this list answers to a probe of its own at `/u/TOKEN`, by which `send` knows that a click would be
    /// answered. None: it is none.
    async fn probe_answer(&self, token: &str) -> Option<String>;
    /// Why they left; `token` is that of unsubscribing. At most a few hundred characters.
    async fn say_why(&self, token: &str, reason: &str) -> ReaderResult<PlainView>;
    /// What `/undo/TOKEN` shows.
    async fn returning(&self, token: &str) -> ReaderResult<PlainView>;
    /// They did not want to leave: what stood before stands again.
    async fn undo_leave(&self, token: &str) -> ReaderResult<ActOutcome>;

    // Speaking.

    /// What `/f/ISSUE/TOKEN` and `/f/ISSUE` show.
    async fn opinion(&self, issue: &str, token: Option<&str>) -> ReaderResult<OpinionView>;
    /// The reader said what they think of an issue.
    async fn opine(
        &self,
        issue: &str,
        token: Option<&str>,
        form: &OpinionForm,
    ) -> ReaderResult<OpinionReceived>;
}
