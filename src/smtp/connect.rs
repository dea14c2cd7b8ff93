//! From nothing to a session that may send: dial, greeting, EHLO, STARTTLS, AUTH.

mod auth;
mod error;
mod token;

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use lettre::transport::smtp::extension::ClientId;
use tokio::{net::TcpStream, time::timeout};

pub(crate) use self::token::login_token;
pub use self::{
    error::{ConnectError, ConnectStep},
    token::TokenUnavailable,
};
use super::{
    capabilities::{Capabilities, TlsSession},
    commands,
    relay::Relay,
    tls::{self, TrustError},
    wire::{LostCause, Wire, WireStream},
};
use crate::publication::TlsMode;

/// Opens a connection on which MAIL may be said. The name's addresses are tried in their order: one
/// machine behind it that is away, refuses to talk, or shows a certificate that is none, keeps nobody from
/// the next.
pub(super) async fn open(relay: &Relay) -> Result<(Wire, Capabilities), ConnectError> {
    let mut failure: Option<ConnectError> = None;
    for address in addresses(relay).await? {
        let attempt = match dial(relay, address).await {
            Ok(tcp) => converse(relay, tcp).await,
            Err(error) => Err(error),
        };
        match attempt {
            Err(error) if error.is_one_machines() => {
                // What a person must see is not hidden by what only time fixes.
                let weight = |error: &ConnectError| error.weight();
                if failure.as_ref().map(weight) < Some(error.weight()) {
                    failure = Some(error);
                }
            }
            ended => return ended,
        }
    }
    Err(failure.unwrap_or_else(|| ConnectError::NoAddress {
        host: relay.host.clone(),
        source: None,
    }))
}

async fn converse(relay: &Relay, tcp: TcpStream) -> Result<(Wire, Capabilities), ConnectError> {
    let ends = ConnectionEnds::of(relay, &tcp)?;
    let mut wire = match relay.tls {
        TlsMode::Implicit => secure(relay, tcp, true).await?,
        TlsMode::Required | TlsMode::Opportunistic | TlsMode::None => {
            Wire::new(WireStream::Clear(tcp))
        }
    };
    let lost = |step| move |cause| ConnectError::from_loss(relay, step, cause);
    let greeting = wire
        .reply(relay.timeouts.greeting)
        .await
        .map_err(lost(ConnectStep::Greeting))?;
    if !greeting.is_positive() {
        return Err(ConnectError::Greeting(greeting));
    }
    let hello_name = &commands::client_id(relay.helo_name.as_deref(), ends.ours);
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
    if let Some(credentials) = &relay.credentials {
        auth::authenticate(relay, &mut wire, &capabilities, credentials).await?;
    }
    Ok((wire, capabilities))
}

/// What the two ends of a connection say of themselves.
struct ConnectionEnds {
    ours: IpAddr,
    is_loopback: bool,
}

impl ConnectionEnds {
    fn of(relay: &Relay, tcp: &TcpStream) -> Result<Self, ConnectError> {
        let unreachable = |source| unreachable_relay(relay, source);
        let theirs = tcp.peer_addr().map_err(unreachable)?.ip();
        Ok(Self {
            ours: tcp.local_addr().map_err(unreachable)?.ip(),
            is_loopback: theirs.to_canonical().is_loopback(),
        })
    }
}

async fn addresses(relay: &Relay) -> Result<Vec<SocketAddr>, ConnectError> {
    if !relay.addresses.is_empty() {
        return Ok(relay.addresses.clone());
    }
    let lookup = tokio::net::lookup_host((relay.host.as_str(), relay.port));
    let addresses = timeout(relay.timeouts.connect, lookup)
        .await
        .map_err(|_elapsed| silent(relay))?
        .map_err(|source| ConnectError::NoAddress {
            host: relay.host.clone(),
            source: Some(source),
        })?;
    Ok(addresses.collect())
}

async fn dial(relay: &Relay, address: SocketAddr) -> Result<TcpStream, ConnectError> {
    let unreachable = |source| unreachable_relay(relay, source);
    let tcp = timeout(relay.timeouts.connect, TcpStream::connect(address))
        .await
        .map_err(|_elapsed| silent(relay))?
        .map_err(unreachable)?;
    // Without it each message waits for the relay's delayed acknowledgement: 40 ms.
    tcp.set_nodelay(true).map_err(unreachable)?;
    Ok(tcp)
}

fn silent(relay: &Relay) -> ConnectError {
    ConnectError::Timeout {
        relay: relay.to_string(),
        step: ConnectStep::Connect,
        after: relay.timeouts.connect,
    }
}

fn unreachable_relay(relay: &Relay, source: io::Error) -> ConnectError {
    ConnectError::Unreachable {
        relay: relay.to_string(),
        source,
    }
}

/// EHLO, and HELO where that is all the relay knows.
async fn hello(
    relay: &Relay,
    wire: &mut Wire,
    id: &ClientId,
) -> Result<Capabilities, ConnectError> {
    let lost = |cause| ConnectError::from_loss(relay, ConnectStep::Hello, cause);
    let within = relay.timeouts.ehlo;
    let ehlo = commands::ehlo(id);
    wire.send(ehlo.as_bytes(), within).await.map_err(lost)?;
    let answer = wire.reply_lines(within).await.map_err(lost)?;
    if answer.code == 250 {
        return Ok(Capabilities::from_ehlo(&answer));
    }
    let refusal = answer.reply();
    if !refusal.is_permanent() {
        return Err(ConnectError::Hello(refusal));
    }
    let helo = commands::helo(id);
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
    let lost = |cause| ConnectError::from_loss(relay, ConnectStep::Tls, cause);
    let within = relay.timeouts.starttls;
    wire.send(commands::starttls().as_bytes(), within)
        .await
        .map_err(lost)?;
    let answer = wire.reply(within).await.map_err(lost)?;
    if answer.code != 220 {
        return Err(ConnectError::StartTls(answer));
    }
    let tcp = wire.into_clear().ok_or(ConnectError::TlsInjection)?;
    secure(relay, tcp, verify).await
}

async fn secure(relay: &Relay, tcp: TcpStream, verify: bool) -> Result<Wire, ConnectError> {
    let within = relay.timeouts.starttls;
    let handshake = async {
        let trust = relay.trust().await?;
        Ok::<_, TrustError>(tls::handshake(&relay.host, trust, tcp, verify).await)
    };
    let Ok(handshake) = timeout(within, handshake).await else {
        return Err(ConnectError::from_loss(
            relay,
            ConnectStep::Tls,
            LostCause::Timeout(within),
        ));
    };
    match handshake? {
        Ok(stream) => Ok(Wire::new(WireStream::Tls(Box::new(stream)))),
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
