//! What a relay says of itself in its answer to EHLO (RFC 5321 §4.1.1.1).

use super::reply::ReplyLines;

/// A relay's extensions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// The greeting's text, for `doctor` and logs.
    pub greeting: String,
    /// False where EHLO was refused and HELO had to do.
    pub esmtp: bool,
    /// SIZE (RFC 1870) was announced: MAIL may say how large the message is.
    pub takes_size: bool,
    /// The largest message it takes in bytes; None where it names no limit.
    pub max_size_bytes: Option<u64>,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// 8BITMIME (RFC 6152).
    pub eight_bit_mime: bool,
    /// SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// ENHANCEDSTATUSCODES (RFC 2034).
    pub enhanced_status_codes: bool,
    /// CHUNKING (RFC 3030).
    pub chunking: bool,
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// AUTH mechanisms (RFC 4954) in upper case, as offered.
    pub auth: Vec<String>,
    /// The TLS that protects the session.
    pub tls: Option<TlsSession>,
}

/// The TLS that protects a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSession {
    /// `TLSv1_3`.
    pub version: String,
    /// `TLS13_AES_256_GCM_SHA384`.
    pub cipher: String,
    /// False on loopback with `Opportunistic`, where the certificate is not looked at.
    pub is_verified: bool,
}

impl Capabilities {
    /// Reads the answer to EHLO: a line each, after the one that names the server.
    pub(super) fn from_ehlo(reply: &ReplyLines) -> Self {
        let mut capabilities = Self {
            esmtp: true,
            ..Self::default()
        };
        for line in reply.lines().skip(1) {
            let line = line.to_ascii_uppercase();
            // Old servers write AUTH=LOGIN PLAIN.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("SIZE") => {
                    capabilities.takes_size = true;
                    capabilities.max_size_bytes = words
                        .next()
                        .and_then(|word| word.parse().ok())
                        .filter(|bytes| *bytes > 0);
                }
                Some("PIPELINING") => capabilities.pipelining = true,
                Some("8BITMIME") => capabilities.eight_bit_mime = true,
                Some("SMTPUTF8") => capabilities.smtputf8 = true,
                Some("ENHANCEDSTATUSCODES") => capabilities.enhanced_status_codes = true,
                Some("CHUNKING") => capabilities.chunking = true,
                Some("STARTTLS") => capabilities.starttls = true,
                Some("AUTH") => {
                    for word in words {
                        if !capabilities.auth.iter().any(|known| known == word) {
                            capabilities.auth.push(word.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        capabilities
    }
}

#[cfg(test)]
mod tests {
    use super::{super::reply::ReplyParser, *};

    #[test]
    fn every_keyword_is_read_in_any_case_and_unknown_ones_are_passed_over() {
        let mut parser = ReplyParser::default();
        parser.push(
            b"250-SIZE.example.com at your service\r\n250-size 35882577\r\n250-Pipelining\r\n250-X-ODD 1\r\n\
              250-AUTH PLAIN LOGIN\r\n250-AUTH=LOGIN\r\n250-STARTTLS\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
        );
        let capabilities = Capabilities::from_ehlo(&parser.next().unwrap().unwrap());
        assert_eq!(
            capabilities,
            Capabilities {
                esmtp: true,
                takes_size: true,
                max_size_bytes: Some(35_882_577),
                pipelining: true,
                eight_bit_mime: true,
                smtputf8: true,
                starttls: true,
                auth: vec!["PLAIN".into(), "LOGIN".into()],
                ..Capabilities::default()
            }
        );
    }

    #[test]
    fn a_size_of_zero_is_no_limit() {
        let mut parser = ReplyParser::default();
        parser.push(b"250-x\r\n250 SIZE 0\r\n");
        let capabilities = Capabilities::from_ehlo(&parser.next().unwrap().unwrap());
        assert!(capabilities.takes_size);
        assert_eq!(capabilities.max_size_bytes, None);
    }
}
