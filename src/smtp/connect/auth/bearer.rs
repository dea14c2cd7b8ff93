//! AUTH with an OAuth token: OAUTHBEARER (RFC 7628), else XOAUTH2, which Google and Microsoft spoke
//! before it. Both send the token at once; where it is refused, the relay first says why, in JSON.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::smtp::{capabilities::Capabilities, relay::Relay, reply::Reply};

/// Longer words are nobody's reason.
const MAX_CHARS: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BearerMechanism {
    OAuthBearer,
    XOAuth2,
}

/// One login with a token.
pub(super) struct BearerLogin {
    mechanism: BearerMechanism,
    response: String,
    /// What the relay said of a token that it refuses.
    said: Option<String>,
}

impl BearerLogin {
    pub(super) const SPOKEN: &str = "OAUTHBEARER, XOAUTH2";

    /// The first of the mechanisms, the standard one first, that the relay offers.
    pub(super) fn new(
        relay: &Relay,
        capabilities: &Capabilities,
        user: &str,
        token: &str,
    ) -> Option<Self> {
        let offers = |name| capabilities.auth.iter().any(|offered| offered == name);
        let mechanism = if offers("OAUTHBEARER") {
            BearerMechanism::OAuthBearer
        } else if offers("XOAUTH2") {
            BearerMechanism::XOAuth2
        } else {
            return None;
        };
        Some(Self {
            mechanism,
            response: STANDARD.encode(response(mechanism, relay, user, token)),
            said: None,
        })
    }

    pub(super) fn name(&self) -> &'static str {
        match self.mechanism {
            BearerMechanism::OAuthBearer => "OAUTHBEARER",
            BearerMechanism::XOAuth2 => "XOAUTH2",
        }
    }

    /// The command, with the token in it.
    pub(super) fn opening(&self) -> String {
        format!("AUTH {} {}\r\n", self.name(), self.response)
    }

    /// What to say to a challenge, which is a refusal in disguise: nothing, so that the relay comes to
    /// its 535 (RFC 7628 §3.2.3 wants a Control-A for nothing).
    pub(super) fn answer(&mut self, challenge: &Reply) -> String {
        self.said = reason(&challenge.text);
        match self.mechanism {
            BearerMechanism::OAuthBearer => "AQ==\r\n".to_owned(),
            BearerMechanism::XOAuth2 => "\r\n".to_owned(),
        }
    }

    /// What the relay said of the token beside its last word.
    pub(super) fn said(self) -> Option<String> {
        self.said
    }
}

fn response(mechanism: BearerMechanism, relay: &Relay, user: &str, token: &str) -> String {
    match mechanism {
        BearerMechanism::XOAuth2 => format!("user={user}\x01auth=Bearer {token}\x01\x01"),
        BearerMechanism::OAuthBearer => {
            // A name within the first part (RFC 5801 §4).
            let user = user.replace('=', "=3D").replace(',', "=2C");
            let (host, port) = (&relay.host, relay.port);
            format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01")
        }
    }
}

/// `{"status":"401","scope":"https://mail.google.com/"}`, in base64, as people read it.
fn reason(challenge: &str) -> Option<String> {
    let json = STANDARD.decode(challenge.trim()).ok()?;
    let document: serde_json::Value = serde_json::from_slice(&json).ok()?;
    let shown = |(key, value): (&String, &serde_json::Value)| {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        format!("{key} {value}")
    };
    let words: Vec<String> = document.as_object()?.iter().map(shown).collect();
    let words = words.join(", ");
    let is_plain = |c: &char| !c.is_control();
    Some(words.chars().filter(is_plain).take(MAX_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::TlsMode;

    /// The examples of RFC 7628 §4.1 and of Google's description of XOAUTH2.
    #[test]
    fn the_token_is_said_as_the_standard_and_as_google_say_it() {
        let relay = Relay::new("server.example.com", 143, TlsMode::Required);
        let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
        assert_eq!(
            STANDARD.encode(response(
                BearerMechanism::OAuthBearer,
                &relay,
                "user@example.com",
                token
            )),
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI\
             HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
        );
        let google = response(
            BearerMechanism::XOAuth2,
            &relay,
            "someuser@example.com",
            "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg",
        );
        assert_eq!(
            STANDARD.encode(google),
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
        );
        let odd = response(BearerMechanism::OAuthBearer, &relay, "a=b,c", "t");
        assert!(odd.starts_with("n,a=a=3Db=2Cc,\x01"), "{odd:?}");
    }

    #[test]
    fn what_the_relay_says_of_a_token_is_told_in_one_harmless_line() {
        let said = |json: &str| reason(&STANDARD.encode(json));
        let google =
            r#"{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}"#;
        let told = said(google).unwrap();
        assert!(told.contains("status 401"), "{told}");
        assert!(told.contains("scope https://mail.google.com/"), "{told}");
        assert_eq!(said("{\"status\": 400}").unwrap(), "status 400");
        assert_eq!(said("{\"a\": \"b\\u001b[31m\\nc\"}").unwrap(), "a b[31mc");
        let endless = format!("{{\"a\": \"{}\"}}", "b".repeat(10_000));
        assert_eq!(said(&endless).unwrap().chars().count(), MAX_CHARS);
        for odd in ["", "[]", "no json", "\"status\""] {
            assert_eq!(said(odd), None, "{odd}");
        }
        assert_eq!(reason("no base64!"), None);
    }
}
