//! AUTH (RFC 4954), and only under TLS: PLAIN, else LOGIN (RFC 4616), in lettre's words, with a
//! password; a bearer's mechanisms with a token.

mod bearer;

use lettre::transport::smtp::{
    authentication::{Credentials as UserAndPassword, DEFAULT_MECHANISMS, Mechanism},
    commands::Auth,
    response::Response,
};

use self::bearer::BearerLogin;
use super::{ConnectError, ConnectStep, token};
use crate::{
    publication::{Credentials, LoginProof},
    smtp::{capabilities::Capabilities, relay::Relay, reply::Reply, wire::Wire},
};

/// No mechanism that we speak asks for more.
const MAX_CHALLENGES: usize = 2;

pub(super) async fn authenticate(
    relay: &Relay,
    wire: &mut Wire,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<(), ConnectError> {
    if !wire.is_tls() {
        return Err(ConnectError::AuthInClear {
            relay: relay.to_string(),
        });
    }
    let mut exchange = LoginExchange::begin(relay, capabilities, credentials).await?;
    let lost = |cause| ConnectError::from_loss(relay, ConnectStep::Auth, cause);
    let within = relay.timeouts.auth;
    let mut says = exchange.opening()?;
    // Some relays take a first answer only when they asked for it (RFC 4954 §4 has both).
    let mut apart = apart(&exchange.name(), &says);
    for _ in 0..=MAX_CHALLENGES + 1 {
        wire.send(says.as_bytes(), within).await.map_err(lost)?;
        let reply = wire.reply(within).await.map_err(lost)?;
        match (reply.code, apart.take()) {
            (235, _) => return Ok(()),
            (501 | 504, Some((command, response))) => {
                wire.send(command.as_bytes(), within).await.map_err(lost)?;
                let asks = wire.reply(within).await.map_err(lost)?;
                if asks.code != 334 {
                    return Err(exchange.refused(asks));
                }
                says = response;
            }
            (334, _) => says = exchange.answer(&reply)?,
            (..) => return Err(exchange.refused(reply)),
        }
    }
    Err(exchange.not_understood())
}

/// The commands of one login.
enum LoginExchange {
    Password {
        mechanism: Mechanism,
        credentials: UserAndPassword,
    },
    Token(BearerLogin),
}

impl LoginExchange {
    /// Chooses a mechanism that the relay offers; fetches the token, where there is one.
    async fn begin(
        relay: &Relay,
        capabilities: &Capabilities,
        credentials: &Credentials,
    ) -> Result<Self, ConnectError> {
        let none_of = |spoken| ConnectError::NoAuthMechanism {
            spoken,
            offered: capabilities.auth.clone(),
        };
        let user = credentials.user.clone();
        match &credentials.proof {
            LoginProof::Password(password) => Ok(Self::Password {
                mechanism: choose(capabilities).ok_or_else(|| none_of("PLAIN, LOGIN"))?,
                credentials: UserAndPassword::new(user, password.clone()),
            }),
            LoginProof::Token(source) => {
                // One at a time: whoever renews a token that has run out should do it once.
                let turn = relay.token_turn.lock().await;
                let token = token::fetch(source, relay.timeouts.auth).await?;
                drop(turn);
                BearerLogin::new(relay, capabilities, &user, &token)
                    .map(Self::Token)
                    .ok_or_else(|| none_of(BearerLogin::SPOKEN))
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Password { mechanism, .. } => mechanism.to_string(),
            Self::Token(bearer) => bearer.name().to_owned(),
        }
    }

    fn opening(&self) -> Result<String, ConnectError> {
        match self {
            Self::Password {
                mechanism,
                credentials,
            } => Auth::new(*mechanism, credentials.clone(), None)
                .map(|auth| auth.to_string())
                .map_err(|_| self.not_understood()),
            Self::Token(bearer) => Ok(bearer.opening()),
        }
    }

    /// What to say to a challenge.
    fn answer(&mut self, challenge: &Reply) -> Result<String, ConnectError> {
        match self {
            Self::Password {
                mechanism,
                credentials,
            } => format!("334 {}\r\n", challenge.text)
                .parse::<Response>()
                .and_then(|asked| Auth::new_from_response(*mechanism, credentials.clone(), &asked))
                .map(|auth| auth.to_string())
                .map_err(|_| self.not_understood()),
            Self::Token(bearer) => Ok(bearer.answer(challenge)),
        }
    }

    fn refused(self, reply: Reply) -> ConnectError {
        match self {
            Self::Password { .. } => ConnectError::Auth(reply),
            Self::Token(bearer) => ConnectError::TokenRefused {
                reply,
                said: bearer.said(),
            },
        }
    }

    /// lettre's words are about its own types; these are about the relay.
    fn not_understood(&self) -> ConnectError {
        ConnectError::AuthNotUnderstood(self.name())
    }
}

/// `AUTH PLAIN` and its answer, for saying them one after the other.
fn apart(mechanism: &str, says: &str) -> Option<(String, String)> {
    let command = format!("AUTH {mechanism}");
    let response = says.strip_prefix(&command)?.strip_prefix(' ')?;
    Some((format!("{command}\r\n"), response.to_owned()))
}

/// The first of lettre's mechanisms for a password, the safest first, that the relay offers.
fn choose(capabilities: &Capabilities) -> Option<Mechanism> {
    let offers = |mechanism: &Mechanism| {
        let name = mechanism.to_string();
        capabilities.auth.contains(&name)
    };
    DEFAULT_MECHANISMS.iter().copied().find(offers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_is_answered_as_it_asks() {
        let said = |challenge: &str| {
            let reply = Reply::parse(&format!("334 {challenge}")).unwrap();
            let mut exchange = LoginExchange::Password {
                mechanism: Mechanism::Login,
                credentials: UserAndPassword::new("minji".into(), "비밀".into()),
            };
            exchange.answer(&reply)
        };
        assert_eq!(said("VXNlcm5hbWU6").unwrap(), "bWluamk=\r\n");
        assert_eq!(said("UGFzc3dvcmQ6").unwrap(), "67mE67CA\r\n");
        for odd in ["", "not base64!", "/w==", "TW9yZTo="] {
            let error = said(odd).unwrap_err();
            assert!(!format!("{error}{error:?}").contains("비밀"), "{odd}");
        }
    }
}
