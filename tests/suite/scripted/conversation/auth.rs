//! Logging in: by a password or a token, as the plan wants it.

use std::io;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Conversation, Next};
use crate::scripted::{play::At, stream::Stream};

impl Conversation<'_> {
    pub(super) fn auth(&mut self, argument: &str) -> io::Result<Next> {
        if self.shared.plan.tokens.is_some() {
            return self.auth_with_token(argument);
        }
        let Some((user, password)) = self.shared.plan.credentials.clone() else {
            return self.answer(At::Auth, "502 5.5.1 No AUTH here");
        };
        if matches!(self.stream, Stream::Clear(_)) {
            self.violation("sent AUTH in clear".to_owned());
        }
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        let given = if mechanism == "PLAIN" && initial.is_empty() {
            self.say(b"334 \r\n")?;
            self.line()?.unwrap_or_default()
        } else if mechanism == "PLAIN" {
            initial.to_owned()
        } else {
            let mut given = Vec::new();
            for prompt in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                self.say(format!("{prompt}\r\n").as_bytes())?;
                given.push(self.line()?.unwrap_or_default());
            }
            given.join(" ")
        };
        let encode = |text: String| BASE64_STANDARD.encode(text);
        self.is_authenticated = given == encode(format!("\0{user}\0{password}"))
            || given == format!("{} {}", encode(user), encode(password));
        let usual = if self.is_authenticated {
            "235 2.7.0 Welcome"
        } else {
            "535 5.7.8 Wrong user name or password"
        };
        self.answer(At::Auth, usual)
    }

    /// OAUTHBEARER (RFC 7628) and XOAUTH2: a token that is not taken is answered with JSON first.
    fn auth_with_token(&mut self, argument: &str) -> io::Result<Next> {
        let shared = self.shared;
        let tokens = shared.plan.tokens.as_ref().expect("a plan with tokens");
        if matches!(self.stream, Stream::Clear(_)) {
            self.violation("sent AUTH in clear".to_owned());
        }
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        let given = match initial {
            "" => {
                self.say(b"334 \r\n")?;
                self.line()?.unwrap_or_default()
            }
            initial => initial.to_owned(),
        };
        let (user, token) = (&tokens.user, tokens.valid.lock().unwrap().clone());
        let port = self.note(|it| it.socket.local_addr().unwrap().port());
        let (wanted, nothing) = match mechanism {
            "XOAUTH2" => (format!("user={user}\x01auth=Bearer {token}\x01\x01"), ""),
            _ => (
                format!(
                    "n,a={user},\x01host=localhost\x01port={port}\x01auth=Bearer {token}\x01\x01"
                ),
                "AQ==",
            ),
        };
        self.is_authenticated = given == BASE64_STANDARD.encode(wanted);
        if self.is_authenticated {
            return self.answer(At::Auth, "235 2.7.0 Welcome");
        }
        let why = BASE64_STANDARD
            .encode(r#"{"status":"401","schemes":"bearer","scope":"https://mail.example.com/"}"#);
        self.say(format!("334 {why}\r\n").as_bytes())?;
        if self.line()?.as_deref() != Some(nothing) {
            self.violation("answered a refusal with something".to_owned());
        }
        self.answer(At::Auth, "535 5.7.8 Token not accepted")
    }
}
