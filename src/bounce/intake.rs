//! What a door hands over, and what takes it in: committed before anything is acknowledged. A door is whatever brings
//! mail back: a file, a pipe, a mailbox, our own SMTP door, a provider's hook.
//!
//! Not: the doors themselves, nor what follows from a report.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::returned_mail::ReturnedMail;

/// How something came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// A file that somebody imported.
    Import,
    /// A mail system's pipe.
    Pipe,
    /// A Maildir.
    Maildir,
    /// Our own SMTP door.
    Smtp,
    /// Our own LMTP door.
    Lmtp,
    /// A mailbox.
    Imap,
    /// A provider's hook.
    Hook(HookProvider),
}

impl Door {
    /// The word that the store, `--json` and the metrics write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Pipe => "pipe",
            Self::Maildir => "maildir",
            Self::Smtp => "smtp",
            Self::Lmtp => "lmtp",
            Self::Imap => "imap",
            Self::Hook(provider) => provider.as_str(),
        }
    }
}

/// A provider that tells by HTTP what became of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HookProvider {
    /// Amazon SES, by SNS.
    Ses,
    /// Twilio SendGrid.
    SendGrid,
    /// Mailgun.
    Mailgun,
    /// Postmark.
    Postmark,
}

impl HookProvider {
    /// Each once.
    pub const ALL: [Self; 4] = [Self::Ses, Self::SendGrid, Self::Mailgun, Self::Postmark];

    /// Its name in addresses and settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ses => "ses",
            Self::SendGrid => "sendgrid",
            Self::Mailgun => "mailgun",
            Self::Postmark => "postmark",
        }
    }
}

/// One thing that came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// A mail, whole as it came: known by its bytes.
    Mail(Vec<u8>),
    /// What a provider's hook told: known by the provider and its id.
    Event {
        /// Whose event it is.
        provider: HookProvider,
        /// The provider's id of the event.
        id: String,
        /// What it says.
        report: Box<ReturnedMail>,
    },
}

/// What became of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenIn {
    /// Recorded.
    New,
    /// It was there: it counts once.
    SeenBefore,
    /// It can't be read, and is kept for a person.
    KeptAside,
    /// It proves nothing, too much of that came, and nothing of it is kept: whoever brought it has it still.
    TurnedAway,
}

/// Why nothing could be taken in: the door keeps what it has and tries again.
#[derive(Debug, thiserror::Error)]
#[error("what came back could not be recorded: {0}")]
pub struct IntakeError(pub String);

/// What takes in what doors bring.
#[async_trait]
pub trait ReportIntake: Send + Sync {
    /// Takes in what came through a door, in its order. It is committed when this returns; after an error nothing of it
    /// may be acknowledged.
    ///
    /// # Errors
    /// When the store can't commit now.
    async fn take_in(
        &self,
        door: Door,
        arrivals: Vec<Arrival>,
        now: DateTime<Utc>,
    ) -> Result<Vec<TakenIn>, IntakeError>;

    /// A door was read to its end: silence means something until now.
    ///
    /// # Errors
    /// When the store can't commit now.
    async fn door_was_read(&self, door: Door, now: DateTime<Utc>) -> Result<(), IntakeError>;

    /// How far a door had been read.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn door_place(&self, door: &str) -> Result<Option<String>, IntakeError>;

    /// Keeps how far a door has been read.
    ///
    /// # Errors
    /// When the store can't commit now.
    async fn keep_door_place(&self, door: &str, place: &str) -> Result<(), IntakeError>;
}
