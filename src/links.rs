//! Signed tokens and the readers' URLs made of them. No page is served here.
//!
//! A token names a reader and proves that we wrote it: the reader's number in as few bytes as it
//! takes, then 128 bits of HMAC-SHA256 under a key of the token's own purpose, so that a feedback
//! link never unsubscribes anyone. A token has exactly one spelling.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{address::Address, audience::SubscriberId};

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenPurpose {
    Unsubscribe,
    Preferences,
    Feedback,
    Bounce,
    MessageId,
}

/// Why a token is refused. Says nothing that would help to forge one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Cut short, with strange characters, or spelled in a way that we never write.
    #[error("the link is incomplete or was changed on its way")]
    Malformed,
    /// Not signed by us, or for another purpose.
    #[error("the link was not made by this newsletter")]
    NotOurs,
}

const MAC_BYTES: usize = 16;

/// Makes the readers' links and reads them back.
#[derive(Clone)]
pub struct LinkSigner {
    unsubscribe: hmac::Key,
    preferences: hmac::Key,
    feedback: hmac::Key,
    bounce: hmac::Key,
    message_id: hmac::Key,
    base_url: Option<String>,
}

impl LinkSigner {
    /// A signer under the publication's secret. Without a `base_url` there are no pages, and no
    /// links to them.
    #[must_use]
    pub fn new(secret: &[u8], base_url: Option<&str>) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let derive = |purpose: TokenPurpose| {
            let label = format!("daily-note links 1 {purpose:?}");
            hmac::Key::new(
                hmac::HMAC_SHA256,
                hmac::sign(&root, label.as_bytes()).as_ref(),
            )
        };
        Self {
            unsubscribe: derive(TokenPurpose::Unsubscribe),
            preferences: derive(TokenPurpose::Preferences),
            feedback: derive(TokenPurpose::Feedback),
            bounce: derive(TokenPurpose::Bounce),
            message_id: derive(TokenPurpose::MessageId),
            base_url: None,
        }
        .with_base_url(base_url)
    }

    /// The same keys under another address of the pages: a batch keeps the one it was frozen with.
    #[must_use]
    pub fn with_base_url(mut self, base_url: Option<&str>) -> Self {
        self.base_url = base_url.map(|url| url.trim_end_matches('/').to_owned());
        self
    }

    /// Where the pages are, without a slash at the end.
    #[must_use]
    pub(crate) fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    /// `…/u/TOKEN`: a page that asks for one click; POSTed to, it unsubscribes (RFC 8058).
    #[must_use]
    pub fn unsubscribe(&self, reader: SubscriberId) -> Option<String> {
        made(|out| self.push_unsubscribe(reader, out))
    }

    /// `…/p/TOKEN`: editions, name, language.
    #[must_use]
    pub(crate) fn preferences(&self, reader: SubscriberId) -> Option<String> {
        made(|out| self.push_preferences(reader, out))
    }

    /// `…/f/ISSUE/TOKEN`: the reader's opinion on one issue.
    #[must_use]
    pub(crate) fn feedback(&self, reader: SubscriberId, issue: &str) -> Option<String> {
        made(|out| self.push_feedback(reader, issue, out))
    }

    /// `…/issues/SLUG`: an issue in the archive, the same for every reader.
    #[must_use]
    pub fn web_version(&self, slug: &str) -> Option<String> {
        made(|out| {
            self.push_page("issues/", out)?;
            push_path_segment(slug, out);
            Some(())
        })
    }

    /// A mailto: that unsubscribes, for publications without pages and for the header.
    #[must_use]
    pub(crate) fn unsubscribe_mailto(&self, mailbox: &Address, reader: SubscriberId) -> String {
        let mut url = String::new();
        self.push_unsubscribe_mailto(mailbox, reader, &mut url);
        url
    }

    /// The local part of the reader's own return-path, `bounce+TOKEN` (VERP). In hexadecimal, for
    /// mail systems that fold its case.
    #[must_use]
    pub(crate) fn bounce_local_part(&self, reader: SubscriberId) -> String {
        let mut local = String::with_capacity(7 + 2 * 24);
        local.push_str("bounce+");
        for byte in token_bytes(&self.bounce, reader, b"").as_slice() {
            push_hex(*byte, &mut local);
        }
        local
    }

    /// The part of the Message-ID before the `@`: the same for one issue and reader, however often
    /// it is tried; nobody else can guess it.
    #[must_use]
    pub fn message_id(&self, reader: SubscriberId, issue: &str) -> String {
        let mut id = String::with_capacity(2 * MAC_BYTES);
        self.push_message_id(reader, issue, &mut id);
        id
    }

    // The same, appended to what the caller has: a message is composed without a string a link.

    pub(crate) fn push_unsubscribe(&self, reader: SubscriberId, out: &mut String) -> Option<()> {
        self.push_page("u/", out)?;
        push_token(&self.unsubscribe, reader, b"", out);
        Some(())
    }

    pub(crate) fn push_unsubscribe_mailto(
        &self,
        mailbox: &Address,
        reader: SubscriberId,
        out: &mut String,
    ) {
        out.push_str("mailto:");
        out.push_str(mailbox.as_str());
        out.push_str("?subject=unsubscribe%20");
        push_token(&self.unsubscribe, reader, b"", out);
    }

    pub(crate) fn push_preferences(&self, reader: SubscriberId, out: &mut String) -> Option<()> {
        self.push_page("p/", out)?;
        push_token(&self.preferences, reader, b"", out);
        Some(())
    }

    pub(crate) fn push_feedback(
        &self,
        reader: SubscriberId,
        issue: &str,
        out: &mut String,
    ) -> Option<()> {
        self.push_page("f/", out)?;
        push_path_segment(issue, out);
        out.push('/');
        push_token(&self.feedback, reader, issue.as_bytes(), out);
        Some(())
    }

    pub(crate) fn push_message_id(&self, reader: SubscriberId, issue: &str, out: &mut String) {
        for byte in &mac(&self.message_id, reader, issue.as_bytes()) {
            push_hex(*byte, out);
        }
    }

    fn push_page(&self, page: &str, out: &mut String) -> Option<()> {
        out.push_str(self.base_url.as_deref()?);
        out.push('/');
        out.push_str(page);
        Some(())
    }

    /// The reader of an unsubscribe token.
    ///
    /// # Errors
    /// When the token is not one of ours for this purpose.
    pub fn verify_unsubscribe(&self, token: &str) -> Result<SubscriberId, TokenError> {
        verify_base64(&self.unsubscribe, token, b"")
    }

    /// The reader of a preferences token.
    ///
    /// # Errors
    /// When the token is not one of ours for this purpose.
    pub fn verify_preferences(&self, token: &str) -> Result<SubscriberId, TokenError> {
        verify_base64(&self.preferences, token, b"")
    }

    /// The reader of a feedback token on that issue.
    ///
    /// # Errors
    /// When the token is not one of ours for this purpose and issue.
    pub fn verify_feedback(&self, token: &str, issue: &str) -> Result<SubscriberId, TokenError> {
        verify_base64(&self.feedback, token, issue.as_bytes())
    }

    /// The reader whose return-path has this local part (`bounce+TOKEN`, in any case).
    ///
    /// # Errors
    /// When the local part is not one of ours.
    pub fn verify_bounce(&self, local_part: &str) -> Result<SubscriberId, TokenError> {
        let (mark, token) = local_part.split_once('+').ok_or(TokenError::Malformed)?;
        if !mark.eq_ignore_ascii_case("bounce") {
            return Err(TokenError::Malformed);
        }
        let bytes = parse_hex(token).ok_or(TokenError::Malformed)?;
        verify_bytes(&self.bounce, &bytes, b"")
    }
}

impl std::fmt::Debug for LinkSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "links under {:?}", self.base_url)
    }
}

/// Up to eight bytes of a reader's number and the MAC.
struct TokenBytes {
    bytes: [u8; 8 + MAC_BYTES],
    start: usize,
}

impl TokenBytes {
    fn as_slice(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

fn made(push: impl FnOnce(&mut String) -> Option<()>) -> Option<String> {
    let mut url = String::with_capacity(96);
    push(&mut url)?;
    Some(url)
}

fn mac(key: &hmac::Key, reader: SubscriberId, about: &[u8]) -> [u8; MAC_BYTES] {
    let mut context = hmac::Context::with_key(key);
    context.update(&reader.0.to_be_bytes());
    context.update(about);
    let tag = context.sign();
    let mut short = [0; MAC_BYTES];
    short.copy_from_slice(&tag.as_ref()[..MAC_BYTES]);
    short
}

fn token_bytes(key: &hmac::Key, reader: SubscriberId, about: &[u8]) -> TokenBytes {
    let mut bytes = [0; 8 + MAC_BYTES];
    bytes[..8].copy_from_slice(&reader.0.to_be_bytes());
    bytes[8..].copy_from_slice(&mac(key, reader, about));
    TokenBytes {
        bytes,
        start: (reader.0.leading_zeros() / 8) as usize,
    }
}

fn push_token(key: &hmac::Key, reader: SubscriberId, about: &[u8], out: &mut String) {
    URL_SAFE_NO_PAD.encode_string(token_bytes(key, reader, about).as_slice(), out);
}

fn verify_base64(key: &hmac::Key, token: &str, about: &[u8]) -> Result<SubscriberId, TokenError> {
    let mut bytes = [0; 8 + MAC_BYTES + 8];
    let length = URL_SAFE_NO_PAD
        .decode_slice(token, &mut bytes)
        .map_err(|_| TokenError::Malformed)?;
    verify_bytes(key, &bytes[..length], about)
}

fn verify_bytes(key: &hmac::Key, token: &[u8], about: &[u8]) -> Result<SubscriberId, TokenError> {
    let number_length = token
        .len()
        .checked_sub(MAC_BYTES)
        .filter(|length| *length <= 8)
        .ok_or(TokenError::Malformed)?;
    let (number, claimed) = token.split_at(number_length);
    if number.first() == Some(&0) {
        return Err(TokenError::Malformed);
    }
    let mut wide = [0; 8];
    wide[8 - number_length..].copy_from_slice(number);
    let reader = SubscriberId(i64::from_be_bytes(wide));
    verify_slices_are_equal(&mac(key, reader, about), claimed).map_err(|_| TokenError::NotOurs)?;
    Ok(reader)
}

fn push_hex(byte: u8, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if !text.len().is_multiple_of(2) || text.len() > 2 * (8 + MAC_BYTES) {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok())
        .collect()
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn push_path_segment(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            let mut hex = String::with_capacity(2);
            push_hex(byte, &mut hex);
            out.push_str(&hex.to_ascii_uppercase());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signer() -> LinkSigner {
        LinkSigner::new(b"a secret of the tests", Some("https://note.example.com/"))
    }

    fn token_of(url: &str) -> &str {
        url.rsplit('/').next().unwrap()
    }

    #[test]
    fn a_link_is_short_and_stays_the_same() {
        let links = signer();
        insta::assert_snapshot!(links.unsubscribe(SubscriberId(70_000)).unwrap(), @"https://note.example.com/u/ARFwRMrdMiCdtolObuEma1VTSg");
        insta::assert_snapshot!(links.feedback(SubscriberId(7), "monday-2026-11-23").unwrap(), @"https://note.example.com/f/monday-2026-11-23/B1Zp_4ILCZfeBwLgVpjVSJc");
        insta::assert_snapshot!(links.bounce_local_part(SubscriberId(7)), @"bounce+077f8bacab188657ff2ac2df210524dd9c");
        insta::assert_snapshot!(links.web_version("가을 노트").unwrap(), @"https://note.example.com/issues/%EA%B0%80%EC%9D%84%20%EB%85%B8%ED%8A%B8");
    }

    #[test]
    fn without_pages_there_are_no_links() {
        let links = LinkSigner::new(b"secret", None);
        assert_eq!(links.unsubscribe(SubscriberId(1)), None);
        assert_eq!(links.preferences(SubscriberId(1)), None);
        assert_eq!(links.feedback(SubscriberId(1), "monday-2026-11-23"), None);
    }

    #[test]
    fn a_token_serves_its_own_purpose_issue_and_secret_only() {
        let (links, reader) = (signer(), SubscriberId(42));
        let unsubscribe = links.unsubscribe(reader).unwrap();
        let feedback = links.feedback(reader, "monday-2026-11-23").unwrap();
        assert_eq!(links.verify_unsubscribe(token_of(&unsubscribe)), Ok(reader));
        assert_eq!(
            links.verify_preferences(token_of(&unsubscribe)),
            Err(TokenError::NotOurs)
        );
        assert_eq!(
            links.verify_feedback(token_of(&feedback), "monday-2026-11-23"),
            Ok(reader)
        );
        assert_eq!(
            links.verify_feedback(token_of(&feedback), "monday-2026-11-30"),
            Err(TokenError::NotOurs)
        );
        let stranger = LinkSigner::new(b"another", Some("https://note.example.com"));
        assert_eq!(
            stranger.verify_unsubscribe(token_of(&unsubscribe)),
            Err(TokenError::NotOurs)
        );
    }

    #[test]
    fn a_return_path_survives_a_relay_that_shouts() {
        let (links, reader) = (signer(), SubscriberId(i64::MAX));
        let local = links.bounce_local_part(reader);
        assert!(local.len() <= 64, "RFC 5321 §4.5.3.1.1");
        assert_eq!(links.verify_bounce(&local.to_ascii_uppercase()), Ok(reader));
        assert_eq!(links.verify_bounce("bounce+"), Err(TokenError::Malformed));
        assert_eq!(links.verify_bounce("bounce"), Err(TokenError::Malformed));
    }

    #[test]
    fn a_message_id_differs_by_reader_and_by_issue() {
        let links = signer();
        let first = links.message_id(SubscriberId(1), "monday-2026-11-23");
        assert_eq!(
            first,
            links.message_id(SubscriberId(1), "monday-2026-11-23")
        );
        assert_ne!(
            first,
            links.message_id(SubscriberId(2), "monday-2026-11-23")
        );
        assert_ne!(
            first,
            links.message_id(SubscriberId(1), "monday-2026-11-30")
        );
    }

    proptest! {
        #[test]
        fn every_reader_comes_back_out_of_their_token(id in any::<i64>()) {
            let (links, reader) = (signer(), SubscriberId(id));
            let url = links.unsubscribe(reader).unwrap();
            prop_assert_eq!(links.verify_unsubscribe(token_of(&url)), Ok(reader));
            prop_assert_eq!(links.verify_bounce(&links.bounce_local_part(reader)), Ok(reader));
        }

        #[test]
        fn no_other_text_is_a_token(text in ".{0,60}", id in 0i64..1_000_000, at in 0usize..27) {
            let links = signer();
            let url = links.unsubscribe(SubscriberId(id)).unwrap();
            prop_assume!(text != token_of(&url));
            prop_assert!(links.verify_unsubscribe(&text).is_err());
            prop_assert!(links.verify_bounce(&text).is_err());
            let mut changed = token_of(&url).to_owned().into_bytes();
            let at = at % changed.len();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            prop_assert!(links.verify_unsubscribe(&changed).is_err());
        }
    }
}
