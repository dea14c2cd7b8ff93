//! A session with the mailbox of `bounces.imap`, and why there is none.

use std::time::Duration;

use crate::{
    bounce::IntakeError,
    imap::{ImapError, ImapLogin, ImapServer, ImapSession},
    publication::{ImapSettings, LoginProof},
    smtp::{TokenUnavailable, login_token},
};

/// Why a mailbox was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailboxFault {
    /// The server.
    #[error("the mailbox of bounces.imap can't be read")]
    Imap(#[from] ImapError),
    /// The store.
    #[error("the mail of bounces.imap can't be taken in")]
    Intake(#[from] IntakeError),
    /// The token.
    #[error("there is no token for bounces.imap")]
    Token(#[source] TokenUnavailable),
    /// The server takes the token no longer, or never did: the next one is fetched anew.
    #[error("the token of bounces.imap is not taken: it has expired, or is for something else")]
    TokenRefused(#[source] ImapError),
}

impl MailboxFault {
    /// Whether only a person can help.
    pub(super) fn needs_a_person(&self) -> bool {
        matches!(self, Self::Imap(error) if error.needs_a_person())
    }

    /// Whether the next token may do.
    pub(super) fn awaits_a_token(&self) -> bool {
        matches!(self, Self::Token(_) | Self::TokenRefused(_))
    }
}

/// A session with that mailbox; a token is fetched for it.
pub(super) async fn opened(
    settings: &ImapSettings,
    patience: Duration,
) -> Result<ImapSession, MailboxFault> {
    let server = ImapServer {
        host: settings.host.clone(),
        port: settings.port,
        is_implicit_tls: settings.is_implicit_tls,
        ca_file: settings.ca_file.clone(),
        patience,
    };
    let user = settings.login.user.clone();
    match &settings.login.proof {
        LoginProof::Password(password) => {
            let login = ImapLogin::Password(user, password.clone());
            Ok(ImapSession::open(&server, &login).await?)
        }
        LoginProof::Token(source) => {
            let token = login_token(source).await.map_err(MailboxFault::Token)?;
            let login = ImapLogin::Token(user, token);
            ImapSession::open(&server, &login)
                .await
                .map_err(|error| match error {
                    ImapError::Login(_) => MailboxFault::TokenRefused(error),
                    other => MailboxFault::Imap(other),
                })
        }
    }
}
