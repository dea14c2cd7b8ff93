//! The door that is a mailbox on another server: its mail is taken in, and moved aside once that is on the disk. Killed in
//! between, it finds the mail where it was, and the desk knows it.

mod opening;
mod peek;

use std::{sync::Arc, time::Duration};

use self::opening::{MailboxFault, opened};
pub(crate) use self::peek::MailboxPeek;
use crate::{
    bounce::{Arrival, Door, IntakeError, ReportIntake, TakenIn},
    clock::Clock,
    delivery::StopSignal,
    imap::{ImapError, ImapSession, NewsOfMailbox, PATIENCE},
    publication::ImapSettings,
    source::with_causes,
};

/// How long the server is waited for before it is asked again: many routers forget a silent connection after five minutes.
const IDLE: Duration = Duration::from_secs(280);
/// How often a server without IDLE is asked.
const POLL: Duration = Duration::from_secs(60);
/// The least time between two looks, whatever the server says.
const BREATH: Duration = Duration::from_secs(1);
/// What comes while mail is moved is told in between, where nobody listens: it is looked again, at most so often.
const LOOKS: usize = 5;
/// How long to wait after a failure, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// The same after a token that was not taken: whoever renews it does so soon, and no server is asked for more than a login.
const LONGEST_WITHOUT_A_TOKEN: Duration = Duration::from_secs(30);
/// Mail taken in together: so many, and no more bytes than this once there is one.
const GROUP: usize = 25;
const GROUP_BYTES: usize = 8 << 20;
/// Where mail goes that was taken in, and that can't be read.
const DONE: &str = "daily-note-done";
const UNREAD: &str = "daily-note-unread";

/// A mailbox that is read until it is told to stop.
pub(crate) struct MailboxDoor {
    settings: ImapSettings,
    intake: Arc<dyn ReportIntake>,
    clock: Clock,
    stop: StopSignal,
    /// How long the server is waited for.
    patience: Duration,
}

/// The folders that mail is moved to, as this server spells them; none where it lets nothing be moved.
struct AsideFolders {
    done: String,
    unread: String,
}

impl MailboxDoor {
    /// A door that reads that mailbox into `intake`.
    pub(crate) fn new(
        settings: ImapSettings,
        intake: Arc<dyn ReportIntake>,
        clock: Clock,
        stop: StopSignal,
    ) -> Self {
        Self {
            settings,
            intake,
            clock,
            stop,
            patience: PATIENCE,
        }
    }

    /// Where it is, for people.
    pub(crate) fn place(&self) -> String {
        let ImapSettings {
            host, port, folder, ..
        } = &self.settings;
        format!("imap {host}:{port}/{folder}")
    }

    /// Reads until the stop. A server that can't be reached is tried again, ever more seldom.
    pub(crate) async fn keep_open(self) {
        let mut pause = FIRST_PAUSE;
        while !self.stop.is_requested() {
            let ended = tokio::select! {
                ended = self.session(&mut pause) => ended,
                () = self.stop.requested() => return,
            };
            let Err(fault) = ended else { continue };
            let longest = match fault.awaits_a_token() {
                true => LONGEST_WITHOUT_A_TOKEN,
                false => LONGEST_PAUSE,
            };
            if fault.needs_a_person() {
                pause = LONGEST_PAUSE;
                tracing::error!(place = self.place(), "{}", with_causes(&fault));
            } else {
                tracing::warn!(place = self.place(), "{}; retrying", with_causes(&fault));
            }
            pause = pause.min(longest);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.requested() => return,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One session: all there is, and then what comes.
    async fn session(&self, pause: &mut Duration) -> Result<(), MailboxFault> {
        let mut session = opened(&self.settings, self.patience).await?;
        let aside = aside_folders(&mut session).await?;
        while !self.stop.is_requested() {
            for _ in 0..LOOKS {
                let has_moved = self.look(&mut session, aside.as_ref()).await?;
                *pause = FIRST_PAUSE;
                tokio::time::sleep(BREATH).await;
                if !has_moved {
                    break;
                }
            }
            if session.wait(IDLE).await? == NewsOfMailbox::Poll {
                tokio::time::sleep(POLL).await;
            }
        }
        session.close().await;
        Ok(())
    }

    /// Takes in everything that lies in the folder; says whether anything was there that is not any more.
    async fn look(
        &self,
        session: &mut ImapSession,
        aside: Option<&AsideFolders>,
    ) -> Result<bool, MailboxFault> {
        // Opened anew each time: its numbers count while the server says so.
        let mailbox = session.select(&self.settings.folder).await?;
        let first = match aside {
            Some(_) => 1,
            None => self.place_in(mailbox.validity, mailbox.next).await?,
        };
        let mut has_moved = false;
        let mut numbers = session.numbers_from(first).await?.into_iter().peekable();
        while numbers.peek().is_some() {
            let (mut uids, mut arrivals, mut bytes) = (Vec::new(), Vec::new(), 0);
            while arrivals.len() < GROUP && bytes < GROUP_BYTES {
                let Some(uid) = numbers.next() else { break };
                if let Some(mail) = session.fetch(uid).await? {
                    bytes += mail.bytes.len();
                    uids.push(mail.uid);
                    arrivals.push(Arrival::Mail(mail.bytes));
                }
            }
            let taken = match arrivals.is_empty() {
                true => Vec::new(),
                false => {
                    self.intake
                        .take_in(Door::Imap, arrivals, self.clock.now())
                        .await?
                }
            };
            match aside {
                Some(aside) => has_moved |= put_aside(session, aside, &uids, &taken).await?,
                None => {
                    self.keep_place(mailbox.validity, &uids).await?;
                    has_moved |= !uids.is_empty();
                }
            }
        }
        self.intake
            .door_was_read(Door::Imap, self.clock.now())
            .await?;
        Ok(has_moved)
    }

    /// The first number that was not read yet, where nothing can be moved. A folder whose numbers began anew, or go on
    /// below what was read, is read from its beginning: what is known counts once.
    async fn place_in(&self, validity: u32, next: Option<u32>) -> Result<u32, IntakeError> {
        let kept = self.intake.door_place(&self.place()).await?;
        let read = kept.as_deref().and_then(|kept| {
            let (kept_validity, last) = kept.split_once(':')?;
            let last: u32 = last.parse().ok()?;
            (kept_validity.parse() == Ok(validity)).then_some(last)
        });
        Ok(match read {
            Some(last) if next.is_none_or(|next| next > last) => last.saturating_add(1),
            _ => 1,
        })
    }

    async fn keep_place(&self, validity: u32, uids: &[u32]) -> Result<(), IntakeError> {
        match uids.iter().max() {
            Some(last) => {
                let place = format!("{validity}:{last}");
                self.intake.keep_door_place(&self.place(), &place).await
            }
            None => Ok(()),
        }
    }
}

/// Moves what was taken in, and says whether any could be. A mail that the server won't move stays, and counts once however often it is read.
async fn put_aside(
    session: &mut ImapSession,
    aside: &AsideFolders,
    uids: &[u32],
    taken: &[TakenIn],
) -> Result<bool, ImapError> {
    let mut has_moved = false;
    for (uid, taken) in uids.iter().zip(taken) {
        let folder = match taken {
            TakenIn::KeptAside | TakenIn::TurnedAway => &aside.unread,
            TakenIn::New | TakenIn::SeenBefore => &aside.done,
        };
        match session.move_to(*uid, folder).await {
            Ok(()) => has_moved = true,
            Err(ImapError::Refused { command, words }) => {
                tracing::warn!("a mail of bounces.imap stays where it is: {command}: {words}");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(has_moved)
}

/// The two folders, made where they are not there: servers want them at the top or below INBOX.
async fn aside_folders(session: &mut ImapSession) -> Result<Option<AsideFolders>, ImapError> {
    for prefix in ["", "INBOX.", "INBOX/"] {
        let (done, unread) = (format!("{prefix}{DONE}"), format!("{prefix}{UNREAD}"));
        session.make_folder(&done).await?;
        session.make_folder(&unread).await?;
        if session.has_folder(&done).await? && session.has_folder(&unread).await? {
            return Ok(Some(AsideFolders { done, unread }));
        }
    }
    tracing::warn!(
        "the server of bounces.imap has no folders to move mail to: it stays where it is"
    );
    Ok(None)
}

#[cfg(test)]
mod tests;
