//! From nothing to a session that may send: dial, greeting, EHLO, STARTTLS, AUTH.

use std::{fmt, io, net::IpAddr, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use tokio::{net::TcpStream, time::timeout};

use super::{
    capabilities::{Capabilities, TlsSession},
    relay::Relay,
    reply::Reply,
    tls::{self, TrustError},
    wire::{LostCause, Stream, Wire, shown},
};
use crate::publication::TlsMode;

/// A step before the first message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
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

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "while connecting",
            Self::Greeting => "before its greeting",
            Self::Hello => "after EHLO",
            Self::Tls => "during the TLS handshake",
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
    #[error("the relay {relay} was silent for {} {step}", shown(*after))]
    Timeout {
        /// `host:port`.
        relay: String,
        /// When.
        step: Step,
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
    /// There are credentials, and it offers no way to use them.
    #[error(
        "the relay offers no AUTH that we speak (PLAIN, LOGIN); it offers {}",
        list(offered)
    )]
    NoAuthMechanism {
        /// What it offers.
        offered: Vec<String>,
    },
    /// There are credentials, and no TLS to protect them.
    #[error("user name and password would go to {relay} in clear")]
    AuthInClear {
        /// `host:port`.
        relay: String,
    },
    /// The connection died on the way.
    #[error("the connection to the relay was lost {step}")]
    Lost {
        /// When.
        step: Step,
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
            Self::Hello(reply) | Self::Auth(reply) => reply.is_permanent(),
            Self::TlsNotOffered { .. }
            | Self::Certificate { .. }
            | Self::TlsInjection
            | Self::Trust(_)
            | Self::NoAuthMechanism { .. }
            | Self::AuthInClear { .. } => true,
        }
    }

    /// What a tired person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoAddress { .. } => "check the host in smtp.url, and this machine's DNS",
            Self::Unreachable { .. } => {
                "check host and port in smtp.url; many networks block port 25, so use 587 or 465"
            }
            Self::Timeout {
                step: Step::Greeting,
                ..
            } => "a server that waits for TLS says nothing in clear: try smtps:// (port 465)",
            Self::Timeout { .. } | Self::Lost { .. } => {
                "the relay or the network is in trouble: look at the relay's status page and log"
            }
            Self::Greeting(_) => "the relay takes nothing from this machine now: its words say why",
            Self::Hello(_) => "set smtp.helo_name to this machine's public host name",
            Self::TlsNotOffered { .. } => {
                "use smtps:// if the relay wants TLS from the start; ?tls=none only inside a network that you trust"
            }
            Self::StartTls(_) => {
                "the relay's TLS is broken for now: ask who runs it, or try smtps://"
            }
            Self::Certificate { .. } => {
                "use the host name that the certificate is for, or name its authority's PEM file in smtp.ca_file"
            }
            Self::Handshake { .. } => {
                "check that smtp:// and smtps:// are not mixed up (587 is STARTTLS, 465 is TLS from the start)"
            }
            Self::TlsInjection => {
                "do not send from this network: something between you and the relay tampers with mail"
            }
            Self::Trust(_) => "install the system's ca-certificates, or mend smtp.ca_file",
            Self::Auth(reply) if reply.is_permanent() => {
                "check user and password in smtp.url (DAILY_NOTE_SMTP__URL); many providers want an app password or an API key"
            }
            Self::Auth(_) => "the relay can't check passwords just now",
            Self::NoAuthMechanism { .. } => {
                "take the credentials out of smtp.url, or use the relay's submission port (587 or 465)"
            }
            Self::AuthInClear { .. } => "use smtps://, or smtp:// without ?tls=none",
        }
    }

    fn from_loss(relay: &Relay, step: Step, cause: LostCause) -> Self {
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

fn list(words: &[String]) -> String {
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}

/// Opens a connection on which MAIL may be said.
pub(super) async fn open(relay: &Relay) -> Result<(Wire, Capabilities), ConnectError> {
    let tcp = dial(relay).await?;
    let ends = Ends::of(relay, &tcp)?;
    let mut wire = match relay.tls {
        TlsMode::Implicit => secure(relay, tcp, true).await?,
        TlsMode::Required | TlsMode::Opportunistic | TlsMode::None => Wire::new(Stream::Clear(tcp)),
    };
    let lost = |step| move |cause| ConnectError::from_loss(relay, step, cause);
    let greeting = wire
        .reply(relay.timeouts.greeting)
        .await
        .map_err(lost(Step::Greeting))?;
    if !greeting.is_positive() {
        return Err(ConnectError::Greeting(greeting));
    }
    let hello_name = relay.helo_name.as_deref().unwrap_or(&ends.literal);
    let mut capabilities = hello(relay, &mut wire, hello_name).await?;

    let wants_starttls = match relay.tls {
        TlsMode::Required => true,
        TlsMode::Opportunistic => capabilities.starttls || !ends.is_loopback,
        TlsMode::Implicit | TlsMode::None => false,
    };
    let is_verified = relay.tls != TlsMode::Opportunistic || !ends.is_loopback;
    if wants_starttls {
        if !capabilities.starttls {
            return Err(ConnectError::TlsNotOffered {
                relay: relay.to_string(),
            });
        }
        wire = starttls(relay, wire, is_verified).await?;
        capabilities = hello(relay, &mut wire, hello_name).await?;
    }
    capabilities.greeting = greeting.text;
    capabilities.tls = tls_session(&wire, is_verified);
    if let Some((user, password)) = &relay.credentials {
        authenticate(relay, &mut wire, &capabilities, user, password).await?;
    }
    Ok((wire, capabilities))
}

/// What the two ends of a connection say of themselves.
struct Ends {
    /// `[192.0.2.1]`, our end as RFC 5321 §4.1.3 writes it.
    literal: String,
    is_loopback: bool,
}

impl Ends {
    fn of(relay: &Relay, tcp: &TcpStream) -> Result<Self, ConnectError> {
        let unreachable = |source| ConnectError::Unreachable {
            relay: relay.to_string(),
            source,
        };
        let ours = tcp.local_addr().map_err(unreachable)?.ip();
        let theirs = tcp.peer_addr().map_err(unreachable)?.ip();
        Ok(Self {
            literal: match ours.to_canonical() {
                IpAddr::V4(ip) => format!("[{ip}]"),
                IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
            },
            is_loopback: theirs.to_canonical().is_loopback(),
        })
    }
}

/// Tries the name's addresses in their order.
async fn dial(relay: &Relay) -> Result<TcpStream, ConnectError> {
    let within = relay.timeouts.connect;
    let silent = || ConnectError::Timeout {
        relay: relay.to_string(),
        step: Step::Connect,
        after: within,
    };
    let no_address = |source| ConnectError::NoAddress {
        host: relay.host.clone(),
        source,
    };
    let lookup = tokio::net::lookup_host((relay.host.as_str(), relay.port));
    let addresses = timeout(within, lookup)
        .await
        .map_err(|_elapsed| silent())?
        .map_err(|source| no_address(Some(source)))?;
    let mut failure = no_address(None);
    for address in addresses {
        failure = match timeout(within, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Without it each message waits for the relay's delayed acknowledgement: 40 ms.
                match tcp.set_nodelay(true) {
                    Ok(()) => return Ok(tcp),
                    Err(source) => unreachable_relay(relay, source),
                }
            }
            Ok(Err(source)) => unreachable_relay(relay, source),
            Err(_elapsed) => silent(),
        };
    }
    Err(failure)
}

fn unreachable_relay(relay: &Relay, source: io::Error) -> ConnectError {
    ConnectError::Unreachable {
        relay: relay.to_string(),
        source,
    }
}

/// EHLO, and HELO where that is all the relay knows.
async fn hello(relay: &Relay, wire: &mut Wire, name: &str) -> Result<Capabilities, ConnectError> {
    let lost = |cause| ConnectError::from_loss(relay, Step::Hello, cause);
    let within = relay.timeouts.ehlo;
    let ehlo = format!("EHLO {name}\r\n");
    wire.send(ehlo.as_bytes(), within).await.map_err(lost)?;
    let answer = wire.reply_lines(within).await.map_err(lost)?;
    if answer.code == 250 {
        return Ok(Capabilities::from_ehlo(&answer));
    }
    let refusal = answer.reply();
    if !refusal.is_permanent() {
        return Err(ConnectError::Hello(refusal));
    }
    let helo = format!("HELO {name}\r\n");
    wire.send(helo.as_bytes(), within).await.map_err(lost)?;
    let answer = wire.reply(within).await.map_err(lost)?;
    if answer.is_positive() {
        Ok(Capabilities::default())
    } else {
        Err(ConnectError::Hello(answer))
    }
}

/// STARTTLS (RFC 3207): what came in clear is forgotten, and nothing may come between the 220
/// and the handshake.
async fn starttls(relay: &Relay, mut wire: Wire, verify: bool) -> Result<Wire, ConnectError> {
    let lost = |cause| ConnectError::from_loss(relay, Step::Tls, cause);
    let within = relay.timeouts.starttls;
    wire.send(b"STARTTLS\r\n", within).await.map_err(lost)?;
    let answer = wire.reply(within).await.map_err(lost)?;
    if answer.code != 220 {
        return Err(ConnectError::StartTls(answer));
    }
    let tcp = wire.into_clear().ok_or(ConnectError::TlsInjection)?;
    secure(relay, tcp, verify).await
}

async fn secure(relay: &Relay, tcp: TcpStream, verify: bool) -> Result<Wire, ConnectError> {
    let within = relay.timeouts.starttls;
    let handshake = timeout(within, tls::handshake(relay, tcp, verify)).await;
    let Ok(handshake) = handshake else {
        return Err(ConnectError::from_loss(
            relay,
            Step::Tls,
            LostCause::Timeout(within),
        ));
    };
    match handshake? {
        Ok(stream) => Ok(Wire::new(Stream::Tls(Box::new(stream)))),
        Err(source) if tls::is_about_the_certificate(&source) => Err(ConnectError::Certificate {
            relay: relay.to_string(),
            source,
        }),
        Err(source) => Err(ConnectError::Handshake {
            relay: relay.to_string(),
            source,
        }),
    }
}

fn tls_session(wire: &Wire, is_verified: bool) -> Option<TlsSession> {
    let (_, session) = wire.tls()?.get_ref();
    Some(TlsSession {
        version: format!("{:?}", session.protocol_version()?),
        cipher: format!("{:?}", session.negotiated_cipher_suite()?.suite()),
        is_verified,
    })
}

/// AUTH PLAIN, else LOGIN (RFC 4954, RFC 4616), only under TLS.
async fn authenticate(
    relay: &Relay,
    wire: &mut Wire,
    capabilities: &Capabilities,
    user: &str,
    password: &str,
) -> Result<(), ConnectError> {
    if !wire.is_tls() {
        return Err(ConnectError::AuthInClear {
            relay: relay.to_string(),
        });
    }
    let offers = |mechanism: &str| capabilities.auth.iter().any(|known| known == mechanism);
    let plain = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
    // What is said, and what each 334 is answered with.
    let (command, answers) = if offers("PLAIN") {
        (format!("AUTH PLAIN {plain}"), vec![plain])
    } else if offers("LOGIN") {
        let answers = vec![
            BASE64_STANDARD.encode(user),
            BASE64_STANDARD.encode(password),
        ];
        ("AUTH LOGIN".to_owned(), answers)
    } else {
        return Err(ConnectError::NoAuthMechanism {
            offered: capabilities.auth.clone(),
        });
    };
    let lost = |cause| ConnectError::from_loss(relay, Step::Auth, cause);
    let within = relay.timeouts.auth;
    let mut says = command;
    let mut answers = answers.into_iter();
    loop {
        says.push_str("\r\n");
        wire.send(says.as_bytes(), within).await.map_err(lost)?;
        let reply = wire.reply(within).await.map_err(lost)?;
        match reply.code {
            235 => return Ok(()),
            334 => match answers.next() {
                Some(answer) => says = answer,
                None => return Err(ConnectError::Auth(reply)),
            },
            _ => return Err(ConnectError::Auth(reply)),
        }
    }
}
