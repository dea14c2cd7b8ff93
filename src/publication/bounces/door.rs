//! Where we take mail ourselves: a protocol, and an address or a socket.

use std::{fmt, net::SocketAddr, path::PathBuf};

use super::super::text::FromText;
use crate::words::{phrase, phrased};

/// Where mail that comes back is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorAddress {
    /// How it is spoken to.
    pub protocol: DoorProtocol,
    /// Where.
    pub place: DoorPlace,
}

/// How a door is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorProtocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033: an answer a recipient.
    Lmtp,
}

/// Where a door is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoorPlace {
    /// At an address of this machine.
    Tcp(SocketAddr),
    /// At a socket in the file system.
    Unix(PathBuf),
}

impl fmt::Display for DoorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            DoorProtocol::Smtp => "smtp",
            DoorProtocol::Lmtp => "lmtp",
        };
        match &self.place {
            DoorPlace::Tcp(address) => write!(f, "{protocol}://{address}"),
            DoorPlace::Unix(path) => write!(f, "{protocol}:{}", path.display()),
        }
    }
}

impl FromText for DoorAddress {
    const NAME: &'static str = phrase!("where mail is taken");
    const EXAMPLES: &'static [&'static str] = &[
        "smtp://0.0.0.0:25",
        "lmtp://127.0.0.1:24",
        "lmtp:/run/daily-note/lmtp.sock",
    ];

    fn from_text(text: &str) -> Result<Self, String> {
        let hint = phrase!(
            "write it like smtp://0.0.0.0:25, lmtp://127.0.0.1:24 or lmtp:/run/daily-note/lmtp.sock"
        );
        let wrong = |what: String| format!("{what}\n{hint}");
        let (protocol, rest) = text
            .split_once(':')
            .ok_or_else(|| wrong(phrased!("`{text}` is no address to take mail at")))?;
        let protocol = match protocol {
            "smtp" => DoorProtocol::Smtp,
            "lmtp" => DoorProtocol::Lmtp,
            other => return Err(wrong(phrased!("`{other}` is no way to take mail"))),
        };
        let place = match rest.strip_prefix("//") {
            Some(address) => DoorPlace::Tcp(
                address
                    .parse()
                    .map_err(|_| wrong(phrased!("`{address}` is no address and port")))?,
            ),
            None if rest.starts_with('/') => DoorPlace::Unix(rest.into()),
            None => return Err(wrong(phrased!("`{rest}` is neither an address nor a path"))),
        };
        Ok(Self { protocol, place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_a_protocol_and_a_place() {
        for text in DoorAddress::EXAMPLES {
            assert_eq!(DoorAddress::from_text(text).unwrap().to_string(), *text);
        }
        for text in ["25", "imap://a", "smtp://localhost", "lmtp:run/x"] {
            let error = DoorAddress::from_text(text).unwrap_err();
            assert!(error.contains('\n'), "{text}: {error}");
        }
    }
}
