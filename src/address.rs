//! Mail addresses and mailboxes: what we accept, how two are compared, how one is shown.
//! Not: who reads (`audience`), nor how headers are written (`message`).

mod mailbox;
mod plain;

use std::{borrow::Cow, fmt, str::FromStr};

use crate::words::{phrase, phrased};
use idna::{
    AsciiDenyList,
    uts46::{DnsLength, Hyphens, Uts46},
};
use serde::{Deserialize, Serialize};

pub use self::mailbox::{Mailbox, clean_name};

/// An address that we are willing to mail: `local@domain`, the domain in its ASCII (punycode)
/// lower-case form, the local part as the person wrote it.
///
/// Policy (stricter than RFC 5321 §4.1.2, on purpose): an unquoted ASCII dot-atom before the `@`,
/// a registrable-looking domain (two labels or more, no IP literal), at most 64 octets before the
/// `@`, 253 after it and 254 together (the path of RFC 5321 §4.5.3.1.3 without its brackets).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    text: String,
    at: usize,
}

/// Why a text is not an [`Address`]: which part, what is wrong with it, what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct AddressError {
    reason: String,
}

impl AddressError {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

const MAX_LOCAL_BYTES: usize = 64;
const MAX_BYTES: usize = 254;

impl Address {
    /// Parses and normalises an address.
    ///
    /// # Errors
    /// When the text breaks the policy; the error says which part and why.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        plain::parse(text).map_or_else(|| Self::judge(text), Ok)
    }

    /// By the policy, whatever the text is.
    fn judge(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::new(phrase!(
                "the address is empty: write it like name@example.com"
            )));
        }
        if text.chars().any(char::is_control) {
            return Err(AddressError::new(phrase!(
                "the address has a control character in it (a line break, a tab)"
            )));
        }
        if text.chars().any(char::is_whitespace) {
            return Err(AddressError::new(phrase!("the address has a space in it")));
        }
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(AddressError::new(phrase!(
                "the address has no @: write it like name@example.com"
            )));
        };
        check_local(local)?;
        let domain = ascii_domain(domain)?;
        let address = Self {
            text: format!("{local}@{domain}"),
            at: local.len(),
        };
        if address.text.len() > MAX_BYTES {
            return Err(AddressError::new(phrased!(
                "the address is {text} bytes long; mail allows {most}",
                text = address.text.len(),
                most = MAX_BYTES
            )));
        }
        Ok(address)
    }

    /// The address as it goes into SMTP and headers.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`.
    #[must_use]
    pub(crate) fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain in ASCII lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The key under which two spellings are one reader: the whole address in ASCII lower case.
    /// No dot or plus folding.
    #[must_use]
    pub(crate) fn key(&self) -> String {
        self.text.to_ascii_lowercase()
    }

    /// For logs: `m***@example.com`.
    #[must_use]
    pub(crate) fn masked(&self) -> String {
        let first: String = self.text.chars().take(1).collect();
        format!("{first}***@{}", self.domain())
    }
}

/// An address as people read it: its domain in its own script, `anyoung@데일리.example.com`. What is
/// no domain stays as it is.
#[must_use]
pub fn readable(address: &str) -> Cow<'_, str> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return address.into();
    };
    match idna::domain_to_unicode(domain) {
        (unicode, Ok(())) if unicode != domain => format!("{local}@{unicode}").into(),
        _ => address.into(),
    }
}

/// A text with every address in it masked, for logs and for other programs: a relay's words often
/// name the reader.
#[must_use]
pub(crate) fn masked_within(text: &str) -> String {
    // A backslash: in text that was escaped for JSON, `\n` stands between two addresses.
    let is_part =
        |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\"'`|\\".contains(c);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_part(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        masked.push_str(before);
        // The local part may hold an `=` of VERP, or the `mailto:` and `?` of a link around it.
        match word.rsplit_once('@') {
            Some((local, domain)) if !local.is_empty() && !domain.is_empty() => {
                masked.extend(local.chars().take(1));
                masked.push_str("***@");
                masked.push_str(domain);
            }
            _ => masked.push_str(word),
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// [`masked_within`] every text of a document that leaves for other programs.
pub(crate) fn mask_strings(document: &mut serde_json::Value) {
    use serde_json::Value;
    match document {
        Value::String(text) if text.contains('@') => *text = masked_within(text),
        Value::Array(items) => items.iter_mut().for_each(mask_strings),
        Value::Object(fields) => fields.values_mut().for_each(mask_strings),
        _ => {}
    }
}

/// RFC 5322 §3.2.3 `dot-atom`, ASCII.
fn check_local(local: &str) -> Result<(), AddressError> {
    let error = |reason: String| Err(AddressError::new(reason));
    if local.is_empty() {
        return error(phrase!("nothing stands before the @").to_owned());
    }
    if local.starts_with('"') {
        return error(phrased!(
            "the part before the @, `{local}`, is quoted: few servers take such addresses, and we don't"
        ));
    }
    if let Some(character) = local.chars().find(|character| !character.is_ascii()) {
        return error(phrased!(
            "the part before the @ has `{character}` in it: only letters a–z, digits and a few \
             signs can stand there"
        ));
    }
    let may_stand = |byte: u8| byte == b'.' || plain::is_atext(byte);
    if let Some(byte) = local.bytes().find(|byte| !may_stand(*byte)) {
        return error(phrased!(
            "the part before the @ has `{byte}` in it, which can't stand there",
            byte = char::from(byte)
        ));
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return error(phrased!(
            "the part before the @, `{local}`, has a dot at its start or end, or two in a row"
        ));
    }
    if local.len() > MAX_LOCAL_BYTES {
        return error(phrased!(
            "the part before the @ is {local} bytes long; mail allows {most}",
            local = local.len(),
            most = MAX_LOCAL_BYTES
        ));
    }
    Ok(())
}

/// A domain name in its ASCII, lower-case form; internationalised names become punycode.
///
/// # Errors
/// When it can't be a public mail domain; the error says why.
pub(crate) fn ascii_domain(domain: &str) -> Result<String, AddressError> {
    let error = |reason: String| Err(AddressError::new(reason));
    if domain.is_empty() {
        return error(phrase!("nothing stands after the @").to_owned());
    }
    if domain.starts_with('[') {
        return error(phrased!(
            "`{domain}` is a network address: we mail to domain names only"
        ));
    }
    // UTS 46 lets empty labels pass.
    if domain.split(['.', '。', '．', '｡']).any(str::is_empty) {
        return error(phrased!(
            "the domain `{domain}` has a dot at its start or end, or two in a row"
        ));
    }
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    let Ok(ascii) = ascii else {
        return error(phrased!(
            "`{domain}` is not a domain name (letters, digits and hyphens, at most 63 in a part \
             and 253 in all)"
        ));
    };
    let Some((_, top)) = ascii.rsplit_once('.') else {
        return error(phrased!(
            "the domain `{domain}` has no dot: write it like example.com"
        ));
    };
    if top.bytes().all(|byte| byte.is_ascii_digit()) {
        return error(phrased!(
            "`{domain}` looks like a network address: we mail to domain names only"
        ));
    }
    Ok(ascii.into_owned())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.text
    }
}

/// Whether that is a name for tests and examples, which nobody has (RFC 2606, RFC 6761).
pub(crate) fn is_reserved_name(domain: &str) -> bool {
    const EXAMPLES: [&str; 3] = ["example.com", "example.net", "example.org"];
    const TOPS: [&str; 4] = ["test", "example", "invalid", "localhost"];
    let domain = domain.to_ascii_lowercase();
    let is_below = |name: &str| {
        let above = domain.strip_suffix(name);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    };
    EXAMPLES.iter().chain(&TOPS).any(|name| is_below(name))
}

#[cfg(test)]
mod tests;
