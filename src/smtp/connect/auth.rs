//! AUTH PLAIN, else LOGIN (RFC 4954, RFC 4616), in lettre's words, and only under TLS.

use lettre::transport::smtp::{
    authentication::{Credentials, DEFAULT_MECHANISMS, Mechanism},
    commands::Auth,
    response::Response,
};

use super::{ConnectError, Step};
use crate::smtp::{capabilities::Capabilities, relay::Relay, reply::Reply, wire::Wire};

/// No mechanism that we speak asks for more.
const MAX_CHALLENGES: usize = 2;

pub(super) async fn authenticate(
    relay: &Relay,
    wire: &mut Wire,
    capabilities: &Capabilities,
    (user, password): &(String, String),
) -> Result<(), ConnectError> {
    if !wire.is_tls() {
        return Err(ConnectError::AuthInClear {
            relay: relay.to_string(),
        });
    }
    let mechanism = choose(capabilities).ok_or_else(|| ConnectError::NoAuthMechanism {
        offered: capabilities.auth.clone(),
    })?;
    let credentials = Credentials::new(user.clone(), password.clone());
    let lost = |cause| ConnectError::from_loss(relay, Step::Auth, cause);
    let within = relay.timeouts.auth;
    let mut says = Auth::new(mechanism, credentials.clone(), None)
        .map_err(|_| not_understood(mechanism))?
        .to_string();
    // Some relays take a first answer only when they asked for it (RFC 4954 §4 has both).
    let mut apart = apart(mechanism, &says);
    for _ in 0..=MAX_CHALLENGES + 1 {
        wire.send(says.as_bytes(), within).await.map_err(lost)?;
        let reply = wire.reply(within).await.map_err(lost)?;
        match (reply.code, apart.take()) {
            (235, _) => return Ok(()),
            (501 | 504, Some((command, response))) => {
                wire.send(command.as_bytes(), within).await.map_err(lost)?;
                let asks = wire.reply(within).await.map_err(lost)?;
                if asks.code != 334 {
                    return Err(ConnectError::Auth(asks));
                }
                says = response;
            }
            (334, _) => says = answer(mechanism, &credentials, &reply)?,
            (..) => return Err(ConnectError::Auth(reply)),
        }
    }
    Err(not_understood(mechanism))
}

/// `AUTH PLAIN` and its answer, for saying them one after the other.
fn apart(mechanism: Mechanism, says: &str) -> Option<(String, String)> {
    let command = format!("AUTH {mechanism}");
    let response = says.strip_prefix(&command)?.strip_prefix(' ')?;
    Some((format!("{command}\r\n"), response.to_owned()))
}

/// lettre's words are about its own types; these are about the relay.
fn not_understood(mechanism: Mechanism) -> ConnectError {
    ConnectError::AuthNotUnderstood(mechanism.to_string())
}

/// The first of lettre's mechanisms, the safest first, that the relay offers.
fn choose(capabilities: &Capabilities) -> Option<Mechanism> {
    let offers = |mechanism: &Mechanism| {
        let name = mechanism.to_string();
        capabilities.auth.contains(&name)
    };
    DEFAULT_MECHANISMS.iter().copied().find(offers)
}

/// What to say to a challenge.
fn answer(
    mechanism: Mechanism,
    credentials: &Credentials,
    challenge: &Reply,
) -> Result<String, ConnectError> {
    format!("334 {}\r\n", challenge.text)
        .parse::<Response>()
        .and_then(|response| Auth::new_from_response(mechanism, credentials.clone(), &response))
        .map(|auth| auth.to_string())
        .map_err(|_| not_understood(mechanism))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_is_answered_as_it_asks() {
        let credentials = Credentials::new("minji".into(), "비밀".into());
        let said = |challenge: &str| {
            let reply = Reply::parse(&format!("334 {challenge}")).unwrap();
            answer(Mechanism::Login, &credentials, &reply)
        };
        assert_eq!(said("VXNlcm5hbWU6").unwrap(), "bWluamk=\r\n");
        assert_eq!(said("UGFzc3dvcmQ6").unwrap(), "67mE67CA\r\n");
        for odd in ["", "not base64!", "/w==", "TW9yZTo="] {
            let error = said(odd).unwrap_err();
            assert!(!format!("{error}{error:?}").contains("비밀"), "{odd}");
        }
    }
}
