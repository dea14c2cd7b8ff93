//! Why there is no session, whose matter it is, and what to do about it.

use std::{fmt, io, time::Duration};

use super::super::{
    relay::Relay,
    reply::Reply,
    tls::TrustError,
    wire::{LostCause, shown},
};
use super::token::TokenUnavailable;
use crate::words::{Said, phrase, say};

/// A step before the first message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectStep {
    /// The TCP connection.
    Connect,
    /// The 220 greeting.
    Greeting,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS and the handshake.
    Tls,
    /// AUTH.
    Auth,
}

impl fmt::Display for ConnectStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => phrase!("while connecting"),
            Self::Greeting => phrase!("before its greeting"),
            Self::Hello => "after EHLO",
            Self::Tls => phrase!("during the TLS handshake"),
            Self::Auth => "during AUTH",
        })
    }
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The name has no address.
    #[error("the relay's name {host} has no address")]
    NoAddress {
        /// `smtp.url`'s host.
        host: String,
        /// What the resolver said.
        #[source]
        source: Option<io::Error>,
    },
    /// Nobody listens, or no way leads there.
    #[error("the relay {relay} can't be reached")]
    Unreachable {
        /// `host:port`.
        relay: String,
        /// What the network said.
        #[source]
        source: io::Error,
    },
    /// It did not answer in time.
    #[error("the relay {relay} was silent for {time} {step}", time = shown(*after))]
    Timeout {
        /// `host:port`.
        relay: String,
        /// When.
        step: ConnectStep,
        /// For how long.
        after: Duration,
    },
    /// It greeted us with a refusal.
    #[error("the relay greets with “{0}”")]
    Greeting(Reply),
    /// It refused EHLO, and HELO too.
    #[error("the relay refuses our EHLO: “{0}”")]
    Hello(Reply),
    /// TLS is required, and it offers none.
    #[error("the relay {relay} offers no STARTTLS, and mail must not go in clear")]
    TlsNotOffered {
        /// `host:port`.
        relay: String,
    },
    /// It offered STARTTLS and then refused it.
    #[error("the relay refuses STARTTLS: “{0}”")]
    StartTls(Reply),
    /// Its certificate is not one for this host that we trust.
    #[error("the relay {relay} shows a certificate that can't be trusted")]
    Certificate {
        /// `host:port`.
        relay: String,
        /// What is wrong with it.
        #[source]
        source: io::Error,
    },
    /// The handshake failed for another reason than the certificate.
    #[error("the TLS handshake with {relay} failed")]
    Handshake {
        /// `host:port`.
        relay: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Bytes came in clear after STARTTLS was granted (CVE-2021-38371 and its kin).
    #[error("somebody puts commands between us and the relay before TLS begins")]
    TlsInjection,
    /// The certificates to trust can't be loaded.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// It refused the credentials.
    #[error("the relay refuses the user name or password: “{0}”")]
    Auth(Reply),
    /// There is no token to log in with.
    #[error(transparent)]
    Token(#[from] TokenUnavailable),
    /// It refused the token.
    #[error("the relay refuses the token: “{reply}”{told}", told = told(said))]
    TokenRefused {
        /// Its last word.
        reply: Reply,
        /// What it said before that: a status, a scope that is wanted.
        said: Option<String>,
    },
    /// It asks for something in AUTH that we have no answer to.
    #[error("the relay asks for something else in AUTH {0} than user name and password")]
    AuthNotUnderstood(String),
    /// There are credentials, and it offers no way to use them.
    #[error(
        "the relay offers no AUTH for {proof} ({spoken}); it offers {offers}",
        proof = proof(spoken),
        offers = list(offered)
    )]
    NoAuthMechanism {
        /// What such credentials can be used with.
        spoken: &'static str,
        /// What it offers.
        offered: Vec<String>,
    },
    /// There are credentials, and no TLS to protect them.
    #[error("what logs us in would go to {relay} in clear")]
    AuthInClear {
        /// `host:port`.
        relay: String,
    },
    /// The connection died on the way.
    #[error("the connection to the relay was lost {step}")]
    Lost {
        /// When.
        step: ConnectStep,
        /// Why.
        #[source]
        cause: LostCause,
    },
}

impl ConnectError {
    /// Whether trying again later may help without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        !self.is_senders_fault()
    }

    /// Whether the sender's own configuration, or a person, is what must change: the batch is
    /// paused rather than tried again.
    #[must_use]
    pub fn is_senders_fault(&self) -> bool {
        match self {
            Self::NoAddress { .. }
            | Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::Greeting(_)
            | Self::StartTls(_)
            | Self::Handshake { .. }
            | Self::Lost { .. } => false,
            Self::Hello(reply) | Self::Auth(reply) | Self::TokenRefused { reply, .. } => {
                reply.is_permanent()
            }
            Self::Token(error) => !error.is_transient(),
            Self::TlsNotOffered { .. }
            | Self::Certificate { .. }
            | Self::TlsInjection
            | Self::Trust(_)
            | Self::AuthNotUnderstood(_)
            | Self::NoAuthMechanism { .. }
            | Self::AuthInClear { .. } => true,
        }
    }

    /// Whether it may be one machine's trouble among several that the relay's name stands for: the
    /// next address is tried. What comes after TLS is the account's, which all of them know.
    pub(super) fn is_one_machines(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Greeting(_)
            | Self::StartTls(_)
            | Self::Handshake { .. }
            | Self::Certificate { .. }
            | Self::TlsNotOffered { .. } => true,
            Self::Timeout { step, .. } | Self::Lost { step, .. } => *step != ConnectStep::Auth,
            Self::Hello(reply) => reply.is_transient(),
            _ => false,
        }
    }

    /// Which of several machines' troubles is told: what a person must fix before what time fixes, and
    /// a machine's own words before silence.
    pub(super) fn weight(&self) -> u8 {
        match self {
            error if error.is_senders_fault() => 3,
            Self::Greeting(_) | Self::StartTls(_) | Self::Hello(_) => 2,
            _ => 1,
        }
    }

    /// Whether it may pass by itself where the relay was well before, though it is a person's matter at
    /// the very start: one machine among many that is set up wrongly or knows no passwords, a token that ran
    /// out before the next one was there. Nothing goes to it meanwhile, least of all in clear.
    #[must_use]
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Certificate { .. }
                | Self::TlsNotOffered { .. }
                | Self::Auth(_)
                | Self::Token(_)
                | Self::TokenRefused { .. }
        )
    }

    /// What a tired person can do about it.
    #[must_use]
    pub fn hint(&self) -> Said {
        match self {
            Self::NoAddress { .. } => say!("check the host in smtp.url, and this machine's DNS"),
            Self::Unreachable { .. } => {
                say!(
                    "check host and port in smtp.url; many networks block port 25, so use 587 or 465"
                )
            }
            Self::Timeout {
                step: ConnectStep::Greeting,
                ..
            } => say!("a server that waits for TLS says nothing in clear: try smtps:// (port 465)"),
            Self::Timeout { .. } | Self::Lost { .. } => {
                say!(
                    "the relay or the network is in trouble: look at the relay's status page and log"
                )
            }
            Self::Greeting(_) => {
                say!("the relay takes nothing from this machine now: its words say why")
            }
            Self::Hello(_) => say!("set smtp.helo_name to this machine's public host name"),
            Self::TlsNotOffered { .. } => {
                say!(
                    "use smtps:// if the relay wants TLS from the start; ?tls=none only inside a network that you trust"
                )
            }
            Self::StartTls(_) => {
                say!("the relay's TLS is broken for now: ask who runs it, or try smtps://")
            }
            Self::Certificate { .. } => {
                say!(
                    "use the host name that the certificate is for, or name its authority's PEM file, or the certificate itself, in smtp.ca_file"
                )
            }
            Self::Handshake { .. } => {
                say!(
                    "check that smtp:// and smtps:// are not mixed up (587 is STARTTLS, 465 is TLS from the start)"
                )
            }
            Self::TlsInjection => {
                say!(
                    "do not send from this network: something between you and the relay tampers with mail"
                )
            }
            Self::Trust(_) => say!("install the system's ca-certificates, or fix smtp.ca_file"),
            Self::Auth(reply) if reply.is_permanent() => {
                say!(
                    "check user and password in smtp.url (DAILY_NOTE_SMTP__URL); many providers want an app password or an API key; in the URL a `%` is written %25, or use smtp.user and smtp.password"
                )
            }
            Self::Auth(_) => say!("the relay can't check passwords just now"),
            Self::Token(error) => error.hint(),
            Self::TokenRefused { reply, .. } if reply.is_permanent() => {
                say!(
                    "an access token lives for about an hour: see that the one in use is fresh, is smtp.user's, and may send (scope https://mail.google.com/ for Gmail, https://outlook.office.com/SMTP.Send for Microsoft 365, where SMTP AUTH must also be switched on for the mailbox)"
                )
            }
            Self::TokenRefused { .. } => say!("the relay can't check tokens just now"),
            Self::AuthNotUnderstood(_) => {
                say!(
                    "the relay speaks a dialect of AUTH LOGIN: ask who runs it for PLAIN, or use another port"
                )
            }
            Self::NoAuthMechanism { spoken, offered }
                if is_for_tokens(spoken) && !offered.is_empty() =>
            {
                say!("this relay takes no OAuth tokens: give smtp.password instead of the token")
            }
            Self::NoAuthMechanism { offered, .. } if offered.iter().any(|it| is_for_tokens(it)) => {
                say!(
                    "this relay wants an OAuth token instead of a password: set smtp.user and smtp.token_command (docs/operating.md)"
                )
            }
            Self::NoAuthMechanism { .. } => {
                say!(
                    "take the credentials out of smtp.url, or use the relay's submission port (587 or 465)"
                )
            }
            Self::AuthInClear { .. } => say!("use smtps://, or smtp:// without ?tls=none"),
        }
    }

    pub(super) fn from_loss(relay: &Relay, step: ConnectStep, cause: LostCause) -> Self {
        match cause {
            LostCause::Timeout(after) => Self::Timeout {
                relay: relay.to_string(),
                step,
                after,
            },
            cause => Self::Lost { step, cause },
        }
    }
}

/// What the relay said before its last word.
fn told(said: &Option<String>) -> String {
    said.as_ref()
        .map(|said| format!(" ({said})"))
        .unwrap_or_default()
}

fn is_for_tokens(mechanism: &str) -> bool {
    mechanism.contains("OAUTH")
}

fn proof(spoken: &str) -> &'static str {
    match is_for_tokens(spoken) {
        true => phrase!("a token"),
        false => phrase!("a password"),
    }
}

fn list(words: &[String]) -> String {
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}
