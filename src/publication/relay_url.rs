//! `smtp.url`: `inbox`, `smtp://…` or `smtps://…`, taken apart, and what is safe to ask of it.

use std::{fmt, net::IpAddr};

use percent_encoding::percent_decode_str;

use super::{
    credentials::{Credentials, LoginProof},
    text::{FromText, ToText},
};
use crate::{
    address::ascii_domain,
    words::{phrase, phrased},
    yaml::nearest,
};

/// Where mail is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmtpTarget {
    /// The embedded inbox: a real SMTP server inside this program, on loopback.
    Inbox,
    /// A relay.
    Relay(RelayUrl),
}

/// `smtp://user:password@host:port?tls=…` taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayUrl {
    /// Host name or address (IPv6 without its brackets).
    pub host: String,
    /// Port; 465 for smtps, 587 for smtp unless the URL says otherwise.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// Who logs in. Never printed.
    pub credentials: Option<Credentials>,
}

/// How a connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// TLS from the first byte (`smtps://`).
    Implicit,
    /// STARTTLS, required (`smtp://`).
    Required,
    /// STARTTLS when offered, clear otherwise: only to loopback, and only without credentials.
    Opportunistic,
    /// Clear (`?tls=none`). AUTH is refused.
    None,
}

impl RelayUrl {
    /// Whether the host is this machine.
    #[must_use]
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// Sets who logs in.
    ///
    /// # Errors
    /// When the connection is in clear: neither password nor token crosses the network unprotected.
    pub(super) fn log_in(&mut self, credentials: Credentials) -> Result<(), String> {
        match self.tls {
            TlsMode::None => {
                let what = match credentials.proof {
                    LoginProof::Password(_) => "password",
                    LoginProof::Token(_) => "token",
                };
                return Err(phrased!(
                    "a {what} would go over the network in clear\n\
                     remove `?tls=none`, or the user and the {what}"
                ));
            }
            TlsMode::Opportunistic => self.tls = TlsMode::Required,
            TlsMode::Implicit | TlsMode::Required => {}
        }
        self.credentials = Some(credentials);
        Ok(())
    }
}

impl fmt::Debug for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{} ({:?}, auth: {})",
            self.host,
            self.port,
            self.tls,
            self.credentials.is_some()
        )
    }
}

const HINT: &str =
    phrase!("write `inbox`, smtp://user:password@host:587 or smtps://user:password@host:465");

impl FromText for SmtpTarget {
    const NAME: &'static str = phrase!("a relay's URL");
    const PATTERN: Option<&'static str> = Some("^(inbox|smtps?://.+)$");
    const EXAMPLES: &'static [&'static str] = &[
        "inbox",
        "smtps://user:${SMTP_PASSWORD}@smtp.example.com",
        "smtp://127.0.0.1:25?tls=none",
    ];

    fn from_text(text: &str) -> Result<Self, String> {
        if text == "inbox" {
            return Ok(Self::Inbox);
        }
        // The text may hold a password: errors never repeat it.
        let (is_smtps, rest) = match text.split_once("://") {
            Some(("smtp", rest)) => (false, rest),
            Some(("smtps", rest)) => (true, rest),
            Some((scheme, _)) => {
                return Err(match nearest(scheme, &["smtp", "smtps"]) {
                    Some(meant) => {
                        phrased!("`{scheme}://` is not known\ndid you mean `{meant}://`?")
                    }
                    None => phrased!("`{scheme}://` can't send mail\n{hint}", hint = HINT),
                });
            }
            None => {
                return Err(phrased!(
                    "this is not the URL of a mail server\n{hint}",
                    hint = HINT
                ));
            }
        };
        // By the last `@`: a password may hold one, and `?`, `#` and `/` too.
        let (user, rest) = match rest.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, rest),
        };
        let (host, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, port) = host_and_port(host.strip_suffix('/').unwrap_or(host))?;
        let mut relay = RelayUrl {
            host,
            port: port.unwrap_or(if is_smtps { 465 } else { 587 }),
            tls: TlsMode::Implicit,
            credentials: None,
        };
        if !is_smtps {
            relay.tls = starttls(query, relay.is_loopback())?;
        } else if !query.is_empty() {
            return Err(
                phrase!("`smtps://` takes nothing after `?`: it is TLS from the start").to_owned(),
            );
        }
        if let Some(user) = user {
            let (user, password) = user
                .split_once(':')
                .ok_or(phrase!("the password is missing: user:password@host"))?;
            relay.log_in(Credentials::with_password(
                decoded(user)?,
                decoded(password)?,
            ))?;
        }
        Ok(Self::Relay(relay))
    }
}

impl ToText for SmtpTarget {
    /// A relay is told without its password, which nothing needs.
    fn to_text(&self) -> String {
        match self {
            Self::Inbox => "inbox".to_owned(),
            Self::Relay(relay) => format!("smtp://{}:{}", relay.host, relay.port),
        }
    }
}

fn starttls(query: &str, is_loopback: bool) -> Result<TlsMode, String> {
    match query {
        "" if is_loopback => Ok(TlsMode::Opportunistic),
        "" | "tls=required" => Ok(TlsMode::Required),
        "tls=none" => Ok(TlsMode::None),
        _ => Err(phrased!(
            "`?{query}` is not known\n`?tls=none` and `?tls=required` are"
        )),
    }
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => rest
            .split_once(']')
            .ok_or_else(|| phrase!("the `]` after the host's address is missing").to_owned())?,
        None => text
            .find(':')
            .map_or((text, ""), |colon| text.split_at(colon)),
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(digits) => match digits.parse() {
            Ok(0) | Err(_) => {
                return Err(phrase!("the port is not a number from 1 to 65535\n\
                            in a user or a password write `@` as %40, `:` as %3A, `/` as %2F and `%` \
                            as %25; or use smtp.user and smtp.password")
                    .to_owned());
            }
            Ok(port) => Some(port),
        },
        None => {
            return Err(phrased!(
                "what follows the host is not a port\n{hint}",
                hint = HINT
            ));
        }
    };
    if host.is_empty() {
        return Err(phrased!("the host is missing\n{hint}", hint = HINT));
    }
    if host.parse::<IpAddr>().is_ok() || host == "localhost" {
        return Ok((host.to_owned(), port));
    }
    // Container networks know hosts of one label, which mail domains can't be.
    let is_short_name = host.len() <= 63
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_short_name {
        return Ok((host.to_ascii_lowercase(), port));
    }
    let host = ascii_domain(host)
        .map_err(|_| phrased!("the host is not a host name\n{hint}", hint = HINT))?;
    Ok((host, port))
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| phrase!("the user or the password is not UTF-8 behind its %").to_owned())?;
    if decoded.chars().any(char::is_control) {
        return Err(phrase!("the user or the password has a control character in it").to_owned());
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(text: &str) -> Result<RelayUrl, String> {
        match SmtpTarget::from_text(text)? {
            SmtpTarget::Relay(relay) => Ok(relay),
            SmtpTarget::Inbox => Err("inbox".into()),
        }
    }

    #[test]
    fn a_url_is_taken_apart() {
        let taken = relay("smtps://news%40example.com:p%3A%2Fs@smtp.example.com").unwrap();
        assert_eq!((taken.host.as_str(), taken.port), ("smtp.example.com", 465));
        assert_eq!(taken.tls, TlsMode::Implicit);
        assert_eq!(
            taken.credentials,
            Some(Credentials::with_password("news@example.com", "p:/s"))
        );
        assert!(!format!("{taken:?}").contains("p:/s"));
        let taken = relay("smtp://[::1]:2525/").unwrap();
        assert_eq!((taken.host.as_str(), taken.port), ("::1", 2525));
        assert!(taken.is_loopback());
        assert_eq!(SmtpTarget::from_text("inbox"), Ok(SmtpTarget::Inbox));
    }

    #[test]
    fn a_password_may_hold_what_urls_are_made_of() {
        for (written, read) in [
            ("p?q", "p?q"),
            ("p@q", "p@q"),
            ("p#q", "p#q"),
            ("p/q:r", "p/q:r"),
            ("p%q", "p%q"),
            ("p%25q%40", "p%q@"),
            ("?tls=none", "?tls=none"),
        ] {
            let taken = relay(&format!(
                "smtp://me:{written}@smtp.example.com?tls=required"
            ));
            let taken = taken.unwrap();
            assert_eq!(taken.host, "smtp.example.com", "{written}");
            assert_eq!(
                taken.credentials,
                Some(Credentials::with_password("me", read))
            );
        }
    }

    #[test]
    fn clear_text_is_for_loopback_or_by_request_and_never_with_a_password() {
        let mode = |url: &str| relay(url).map(|relay| relay.tls);
        assert_eq!(mode("smtp://smtp.example.com"), Ok(TlsMode::Required));
        assert_eq!(mode("smtp://127.0.0.1:25"), Ok(TlsMode::Opportunistic));
        assert_eq!(
            mode("smtp://127.0.0.1:25?tls=required"),
            Ok(TlsMode::Required)
        );
        assert_eq!(mode("smtp://localhost"), Ok(TlsMode::Opportunistic));
        assert_eq!(mode("smtp://relay:25?tls=none"), Ok(TlsMode::None));
        assert_eq!(mode("smtp://u:p@127.0.0.1:25"), Ok(TlsMode::Required));
        assert!(
            mode("smtp://u:p@127.0.0.1:25?tls=none")
                .unwrap_err()
                .contains("in clear")
        );
    }

    #[test]
    fn a_bad_url_is_refused_without_repeating_its_password() {
        let refusals: Vec<String> = [
            "smtp.example.com",
            "smpt://host",
            "https://example.com",
            "smtp://",
            "smtp://user@host",
            "smtp://u:sec/ret@host:x",
            "smtp://u:s@cret:9@host:99999",
            "smtp://host:0",
            "smtp://host?tls=maybe",
            "smtps://host?tls=none",
            "smtp://[::1",
            "smtp://[::1]x",
            "smtp://bad host",
            "smtp://u:%ff@host",
            "smtp://u:a%0d%0ab@host",
            "",
        ]
        .map(|url| format!("{url}: {}", relay(url).unwrap_err().replace('\n', " — ")))
        .into();
        let refusals = refusals.join("\n");
        insta::assert_snapshot!(refusals, @r#"
    smtp.example.com: this is not the URL of a mail server — write `inbox`, smtp://user:password@host:587 or smtps://user:password@host:465
    smpt://host: `smpt://` is not known — did you mean `smtp://`?
    https://example.com: `https://` can't send mail — write `inbox`, smtp://user:password@host:587 or smtps://user:password@host:465
    smtp://: the host is missing — write `inbox`, smtp://user:password@host:587 or smtps://user:password@host:465
    smtp://user@host: the password is missing: user:password@host
    smtp://u:sec/ret@host:x: the port is not a number from 1 to 65535 — in a user or a password write `@` as %40, `:` as %3A, `/` as %2F and `%` as %25; or use smtp.user and smtp.password
    smtp://u:s@cret:9@host:99999: the port is not a number from 1 to 65535 — in a user or a password write `@` as %40, `:` as %3A, `/` as %2F and `%` as %25; or use smtp.user and smtp.password
    smtp://host:0: the port is not a number from 1 to 65535 — in a user or a password write `@` as %40, `:` as %3A, `/` as %2F and `%` as %25; or use smtp.user and smtp.password
    smtp://host?tls=maybe: `?tls=maybe` is not known — `?tls=none` and `?tls=required` are
    smtps://host?tls=none: `smtps://` takes nothing after `?`: it is TLS from the start
    smtp://[::1: the `]` after the host's address is missing
    smtp://[::1]x: what follows the host is not a port — write `inbox`, smtp://user:password@host:587 or smtps://user:password@host:465
    smtp://bad host: the host is not a host name — write `inbox`, smtp://user:password@host:587 or smtps://user:password@host:465
    smtp://u:%ff@host: the user or the password is not UTF-8 behind its %
    smtp://u:a%0d%0ab@host: the user or the password has a control character in it
    : this is not the URL of a mail server — write `inbox`, smtp://user:password@host:587 or smtps://user:password@host:465
    "#);
    }
}
