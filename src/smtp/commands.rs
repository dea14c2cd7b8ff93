//! What a session says: lettre's commands, rendered for the wire.

use std::net::IpAddr;

use lettre::{
    Address as Path,
    transport::smtp::{
        commands::{Data, Ehlo, Mail, Quit, Rcpt, Rset, Starttls},
        extension::{ClientId, MailParameter},
    },
};

use super::answer::Stage;
use crate::{address::Address, message::Envelope};

/// MAIL, RCPT and DATA of one message, each with its line end.
pub(super) struct EnvelopeCommands {
    pub(super) mail: Mail,
    pub(super) rcpt: Rcpt,
}

impl EnvelopeCommands {
    /// The commands for an envelope; `size` where the relay wants to know it (RFC 1870).
    /// Err: which of them can't carry its address.
    pub(super) fn new(envelope: &Envelope, size: Option<usize>) -> Result<Self, Stage> {
        let from = envelope.from.as_ref().map(path).transpose();
        let from = from.map_err(|_| Stage::Mail)?;
        let to = path(&envelope.to).map_err(|_| Stage::Rcpt)?;
        let size = size.map(MailParameter::Size);
        Ok(Self {
            mail: Mail::new(from, size.into_iter().collect()),
            rcpt: Rcpt::new(to, Vec::new()),
        })
    }

    /// All in one write (RFC 2920), RSET in front where a refused transaction lies open.
    pub(super) fn group(&self, reset: bool) -> String {
        let Self { mail, rcpt } = self;
        if reset {
            format!("{Rset}{mail}{rcpt}{Data}")
        } else {
            format!("{mail}{rcpt}{Data}")
        }
    }
}

/// Our policy on addresses is the stricter one; what lettre refuses beyond it is refused.
fn path(address: &Address) -> Result<Path, lettre::address::AddressError> {
    Path::new(address.local(), address.domain())
}

/// How we introduce ourselves: a host name, or the literal of our end (RFC 5321 §4.1.3).
pub(super) fn client_id(name: Option<&str>, our_end: IpAddr) -> ClientId {
    match (name, our_end.to_canonical()) {
        (Some(name), _) => ClientId::Domain(name.to_owned()),
        (None, IpAddr::V4(ip)) => ClientId::Ipv4(ip),
        (None, IpAddr::V6(ip)) => ClientId::Ipv6(ip),
    }
}

/// EHLO.
pub(super) fn ehlo(id: &ClientId) -> String {
    Ehlo::new(id.clone()).to_string()
}

/// HELO, which lettre has no use for.
pub(super) fn helo(id: &ClientId) -> String {
    format!("HELO {id}\r\n")
}

/// MAIL alone, to hear what the relay says of a sender. None where SMTP can't carry it.
pub(super) fn mail(from: &Address) -> Option<String> {
    let from = path(from).ok()?;
    Some(Mail::new(Some(from), Vec::new()).to_string())
}

pub(super) fn rset() -> String {
    Rset.to_string()
}

pub(super) fn data() -> String {
    Data.to_string()
}

pub(super) fn starttls() -> String {
    Starttls.to_string()
}

pub(super) fn quit() -> String {
    Quit.to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn envelope(from: Option<&str>, to: &str) -> Envelope {
        let parse = |text: &str| Address::parse(text).unwrap();
        Envelope {
            from: from.map(parse),
            to: parse(to),
        }
    }

    #[test]
    fn an_envelope_is_said_in_one_group() {
        let to = envelope(Some("hello@example.com"), "minji@한국.example.com");
        let commands = EnvelopeCommands::new(&to, Some(42)).unwrap();
        assert_eq!(
            commands.group(true),
            "RSET\r\nMAIL FROM:<hello@example.com> SIZE=42\r\n\
             RCPT TO:<minji@xn--3e0b707e.example.com>\r\nDATA\r\n"
        );
        let bounce = EnvelopeCommands::new(&envelope(None, "minji@example.com"), None).unwrap();
        assert!(bounce.group(false).starts_with("MAIL FROM:<>\r\nRCPT"));
    }

    #[test]
    fn without_a_name_we_are_our_address() {
        let id = |name, ip: &str| client_id(name, ip.parse().unwrap()).to_string();
        assert_eq!(
            id(Some("mail.example.com"), "192.0.2.1"),
            "mail.example.com"
        );
        assert_eq!(id(None, "192.0.2.1"), "[192.0.2.1]");
        assert_eq!(id(None, "::ffff:192.0.2.1"), "[192.0.2.1]");
        assert_eq!(id(None, "2001:db8::1"), "[IPv6:2001:db8::1]");
    }

    proptest! {
        /// Whatever our policy lets in, SMTP can carry, in one line each.
        #[test]
        fn every_address_we_accept_can_be_said(text in "[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,20}@[a-z0-9.가-힣-]{1,30}") {
            if let Ok(to) = Address::parse(&text) {
                let envelope = Envelope { from: Some(to.clone()), to };
                let commands = EnvelopeCommands::new(&envelope, None);
                prop_assert!(commands.is_ok());
                let group = commands.ok().map(|commands| commands.group(false)).unwrap_or_default();
                prop_assert_eq!(group.matches('\r').count(), 3);
                prop_assert_eq!(group.matches('\n').count(), 3);
            }
        }
    }
}
