//! A look into the mailbox of `bounces.imap` that changes nothing in it: whether a mail that was just sent lies there.

use std::time::Duration;

use super::opening::{MailboxFault, opened};
use crate::{imap::ImapSession, publication::ImapSettings};

/// A person waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// More mail than comes while somebody waits.
const MOST_MAILS: usize = 50;

/// The mailbox, from the mail on that comes next.
pub(crate) struct MailboxPeek {
    session: ImapSession,
    folder: String,
    next: u32,
}

impl MailboxPeek {
    /// Opens it.
    ///
    /// # Errors
    /// Why it can't be read.
    pub(crate) async fn open(settings: &ImapSettings) -> Result<Self, MailboxFault> {
        let mut session = opened(settings, PATIENCE).await?;
        let folder = settings.folder.clone();
        let mailbox = session.select(&folder).await?;
        let next = match mailbox.next {
            Some(next) => next,
            None => {
                let numbers = session.numbers_from(1).await?;
                numbers.last().map_or(1, |last| last.saturating_add(1))
            }
        };
        Ok(Self {
            session,
            folder,
            next,
        })
    }

    /// Whether one of the mails that came since names that, in whatever case.
    ///
    /// # Errors
    /// Why it can't be read.
    pub(crate) async fn has_mail_with(&mut self, wanted: &str) -> Result<bool, MailboxFault> {
        self.session.select(&self.folder).await?;
        let numbers = self.session.numbers_from(self.next).await?;
        for uid in numbers.into_iter().take(MOST_MAILS) {
            // Whoever else reads the mailbox may have moved it by now.
            if let Some(mail) = self.session.fetch(uid).await? {
                let text = mail.bytes.to_ascii_lowercase();
                let wanted = wanted.to_ascii_lowercase();
                if memchr::memmem::find(&text, wanted.as_bytes()).is_some() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Says goodbye.
    pub(crate) async fn close(self) {
        self.session.close().await;
    }
}
