//! Signed tokens and the readers' URLs made of them. No page is served here.
//!
//! A token names a reader and proves that we wrote it: the reader's number in as few bytes as it takes, then
//! 128 bits of HMAC-SHA256 under a key of the token's own purpose, so that a feedback link never unsubscribes
//! anyone. All but the ones that must work for ever expire, and are void once the reader's membership changed.

mod key_ring;
mod mail_names;
mod page;
mod proof;
pub(crate) mod secret_file;
mod token;
mod verification;

use std::sync::Arc;

use self::{
    key_ring::{KeyRing, TokenBinding},
    page::push_path_segment,
    token::{LastingToken, TokenPurpose, purpose_of},
};
pub use self::{
    key_ring::{LinkSecrets, ListMark},
    page::PublicPage,
    token::{DeliveryToken, TimedToken, TokenError},
};
use crate::{address::Address, audience::SubscriberId};

/// Makes the readers' links and reads them back.
#[derive(Clone)]
pub struct LinkSigner {
    keys: Arc<KeyRing>,
    binding: TokenBinding,
    /// What mail of no batch stands for: a test, a look.
    batch: i64,
    base_url: Option<String>,
}

impl LinkSigner {
    /// A signer of that list under the publication's secrets. Without a `base_url` there are no pages, and
    /// no links to them.
    #[must_use]
    pub fn new(secrets: &LinkSecrets, list: &ListMark, base_url: Option<&str>) -> Self {
        Self {
            keys: Arc::new(KeyRing::new(secrets, list)),
            binding: TokenBinding::Marked,
            batch: 0,
            base_url: None,
        }
        .with_base_url(base_url)
    }

    /// A signer whose links nothing takes, for looking at an issue.
    #[must_use]
    pub fn for_looking(base_url: Option<&str>) -> Self {
        Self::new(&LinkSecrets::only(&[0; 32]), &ListMark::new(""), base_url)
    }

    /// The same keys under another address of the pages: a batch keeps the one it was frozen with.
    #[must_use]
    pub fn with_base_url(mut self, base_url: Option<&str>) -> Self {
        self.base_url = base_url.map(|url| url.trim_end_matches('/').to_owned());
        self
    }

    /// For the messages of that batch, which their return-paths and Message-IDs name.
    #[must_use]
    pub fn for_batch(mut self, batch: i64) -> Self {
        self.batch = batch;
        self
    }

    /// For a batch that was frozen before tokens carried their list's mark: it keeps its Message-IDs.
    #[must_use]
    pub(crate) fn unmarked(mut self) -> Self {
        self.binding = TokenBinding::Unmarked;
        self
    }

    /// Where the pages are, without a slash at the end.
    #[must_use]
    pub(crate) fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    /// A page whose address is the same for everybody.
    #[must_use]
    pub fn page(&self, page: PublicPage) -> Option<String> {
        made(|out| self.push_page(page, out))
    }

    /// `…/u/TOKEN`: a page that asks for one click; POSTed to, it unsubscribes (RFC 8058).
    #[must_use]
    pub fn unsubscribe(&self, reader: SubscriberId) -> Option<String> {
        made(|out| self.push_unsubscribe(reader, out))
    }

    /// `…/p/TOKEN`: editions, name, language.
    #[must_use]
    pub fn preferences(&self, reader: SubscriberId) -> Option<String> {
        made(|out| self.push_preferences(reader, out))
    }

    /// `…/f/ISSUE/TOKEN`: the reader's opinion on one issue.
    #[must_use]
    pub fn feedback(&self, reader: SubscriberId, issue: &str) -> Option<String> {
        made(|out| self.push_feedback(reader, issue, out))
    }

    /// `…/issues/SLUG`: an issue in the archive, the same for every reader.
    #[must_use]
    pub fn web_version(&self, slug: &str) -> Option<String> {
        made(|out| {
            self.push_page(PublicPage::Issue, out)?;
            push_path_segment(slug, out);
            Some(())
        })
    }

    /// `…/f/ISSUE`: an opinion on an issue from whoever has no link of their own.
    #[must_use]
    pub fn open_feedback(&self, issue: &str) -> Option<String> {
        made(|out| {
            self.push_page(PublicPage::OpenFeedback, out)?;
            push_path_segment(issue, out);
            Some(())
        })
    }

    /// `…/confirm/TOKEN`: makes a reader of who asked.
    #[must_use]
    pub fn confirm(&self, token: TimedToken) -> Option<String> {
        self.timed(PublicPage::Confirm, token)
    }

    /// `…/undo/TOKEN`: takes a departure back.
    #[must_use]
    pub fn undo(&self, token: TimedToken) -> Option<String> {
        self.timed(PublicPage::Undo, token)
    }

    /// `…/m/TOKEN`: what a forwarded mail must not open.
    #[must_use]
    pub fn manage(&self, token: TimedToken) -> Option<String> {
        self.timed(PublicPage::Manage, token)
    }

    /// `…/move/TOKEN`: confirms that address, which the token is good for alone.
    #[must_use]
    pub fn move_to(&self, token: TimedToken, to: &Address) -> Option<String> {
        self.timed_about(PublicPage::Move, token, &to.key())
    }

    /// `…/move/undo/TOKEN`: the old address takes a move back.
    #[must_use]
    pub fn undo_move(&self, token: TimedToken) -> Option<String> {
        self.timed(PublicPage::MoveUndo, token)
    }

    /// The token of a page's link, where the page itself leads to another one.
    #[must_use]
    pub(crate) fn timed_token(&self, page: PublicPage, token: TimedToken) -> String {
        let mut text = String::new();
        if let Some(purpose) = purpose_of(page) {
            self.push_timed(purpose, token, b"", &mut text);
        }
        text
    }

    /// The token of [`LinkSigner::unsubscribe`].
    #[must_use]
    pub(crate) fn unsubscribe_token(&self, reader: SubscriberId) -> String {
        let mut token = String::new();
        self.push_lasting(TokenPurpose::Unsubscribe, reader, b"", &mut token);
        token
    }

    /// The token of [`LinkSigner::preferences`].
    #[must_use]
    pub(crate) fn preferences_token(&self, reader: SubscriberId) -> String {
        let mut token = String::new();
        self.push_lasting(TokenPurpose::Preferences, reader, b"", &mut token);
        token
    }

    // The same, appended to what the caller has: a message is composed without a string a link.

    pub(crate) fn push_unsubscribe(&self, reader: SubscriberId, out: &mut String) -> Option<()> {
        self.push_page(PublicPage::Unsubscribe, out)?;
        self.push_lasting(TokenPurpose::Unsubscribe, reader, b"", out);
        Some(())
    }

    pub(crate) fn push_preferences(&self, reader: SubscriberId, out: &mut String) -> Option<()> {
        self.push_page(PublicPage::Preferences, out)?;
        self.push_lasting(TokenPurpose::Preferences, reader, b"", out);
        Some(())
    }

    pub(crate) fn push_feedback(
        &self,
        reader: SubscriberId,
        issue: &str,
        out: &mut String,
    ) -> Option<()> {
        self.push_page(PublicPage::Feedback, out)?;
        push_path_segment(issue, out);
        out.push('/');
        self.push_lasting(TokenPurpose::Feedback, reader, issue.as_bytes(), out);
        Some(())
    }

    fn push_page(&self, page: PublicPage, out: &mut String) -> Option<()> {
        out.push_str(self.base_url.as_deref()?);
        out.push_str(page.prefix());
        Some(())
    }

    fn push_lasting(
        &self,
        purpose: TokenPurpose,
        reader: SubscriberId,
        about: &[u8],
        out: &mut String,
    ) {
        LastingToken::push(self.keys.signing(purpose, self.binding), reader, about, out);
    }

    fn push_timed(&self, purpose: TokenPurpose, token: TimedToken, about: &[u8], out: &mut String) {
        token.push(self.keys.signing(purpose, TokenBinding::Marked), about, out);
    }

    fn timed(&self, page: PublicPage, token: TimedToken) -> Option<String> {
        self.timed_about(page, token, "")
    }

    fn timed_about(&self, page: PublicPage, token: TimedToken, about: &str) -> Option<String> {
        let purpose = purpose_of(page)?;
        made(|out| {
            self.push_page(page, out)?;
            self.push_timed(purpose, token, about.as_bytes(), out);
            Some(())
        })
    }
}

impl std::fmt::Debug for LinkSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "links under {:?}", self.base_url)
    }
}

fn made(push: impl FnOnce(&mut String) -> Option<()>) -> Option<String> {
    let mut url = String::with_capacity(96);
    push(&mut url)?;
    Some(url)
}

#[cfg(test)]
mod tests;
