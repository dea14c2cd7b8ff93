//! Tokens as bytes: whom they name, for how long, and the 128 bits of HMAC-SHA256 that prove it. A token has
//! exactly one spelling.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};

use super::page::PublicPage;
use crate::audience::SubscriberId;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenPurpose {
    Unsubscribe,
    Preferences,
    Feedback,
    FeedbackAddress,
    Bounce,
    MessageId,
    Confirm,
    Undo,
    Manage,
    Move,
    MoveUndo,
    Form,
    Probe,
    ProbeAnswer,
}

impl TokenPurpose {
    pub(super) const ALL: [Self; 14] = [
        Self::Unsubscribe,
        Self::Preferences,
        Self::Feedback,
        Self::FeedbackAddress,
        Self::Bounce,
        Self::MessageId,
        Self::Confirm,
        Self::Undo,
        Self::Manage,
        Self::Move,
        Self::MoveUndo,
        Self::Form,
        Self::Probe,
        Self::ProbeAnswer,
    ];

    /// Whether there were tokens for it before tokens carried their list's mark.
    pub(super) fn was_ever_unmarked(self) -> bool {
        matches!(
            self,
            Self::Unsubscribe | Self::Preferences | Self::Feedback | Self::Bounce | Self::MessageId
        )
    }
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
    /// Made by us, and no longer good.
    #[error("the link is no longer valid")]
    Expired,
}

/// What a link that expires says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedToken {
    /// For whom it was made; 0 where it is for nobody on the list.
    pub reader: SubscriberId,
    /// Their membership's epoch when it was made: whatever changed it since makes the link void.
    pub epoch: u32,
    /// Until when it is good, to the second.
    pub until: DateTime<Utc>,
}

/// Whom a return-path, a Message-ID or an address for opinions of ours names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryToken {
    /// The reader.
    pub reader: SubscriberId,
    /// The batch's number; None in mail of the time before it was written.
    pub batch: Option<i64>,
}

/// What a link to that page is good for; None: the page has no links that expire.
pub(super) fn purpose_of(page: PublicPage) -> Option<TokenPurpose> {
    Some(match page {
        PublicPage::Confirm => TokenPurpose::Confirm,
        PublicPage::Undo => TokenPurpose::Undo,
        PublicPage::Manage => TokenPurpose::Manage,
        PublicPage::Move => TokenPurpose::Move,
        PublicPage::MoveUndo => TokenPurpose::MoveUndo,
        _ => return None,
    })
}

pub(super) const MAC_BYTES: usize = 16;
/// Epoch and moment of a timed token, four bytes each.
const TERM_BYTES: usize = 8;
/// A timed token of the greatest number.
const LONGEST: usize = TERM_BYTES + 8 + MAC_BYTES;

/// The bytes of a token.
pub(super) struct TokenBytes {
    bytes: [u8; LONGEST],
    length: usize,
}

impl TokenBytes {
    fn new() -> Self {
        Self {
            bytes: [0; LONGEST],
            length: 0,
        }
    }

    fn push(&mut self, more: &[u8]) {
        self.bytes[self.length..self.length + more.len()].copy_from_slice(more);
        self.length += more.len();
    }

    /// The number in as few bytes as it takes.
    fn push_number(&mut self, number: i64) {
        self.push(short(&number.to_be_bytes()));
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Without the zeros at its beginning.
fn short(bytes: &[u8; 8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

/// The number of so few bytes; None where fewer would have done.
fn number(bytes: &[u8]) -> Option<i64> {
    if bytes.len() > 8 || bytes.first() == Some(&0) {
        return None;
    }
    let mut wide = [0; 8];
    wide[8 - bytes.len()..].copy_from_slice(bytes);
    Some(i64::from_be_bytes(wide))
}

pub(super) fn mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; MAC_BYTES] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    let tag = context.sign();
    let mut short = [0; MAC_BYTES];
    short.copy_from_slice(&tag.as_ref()[..MAC_BYTES]);
    short
}

fn is_equal(one: &[u8], other: &[u8]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}

/// A token that is good for ever: the reader's number and its proof.
pub(super) struct LastingToken {
    pub(super) reader: SubscriberId,
    claimed: [u8; MAC_BYTES],
}

impl LastingToken {
    pub(super) fn push(key: &hmac::Key, reader: SubscriberId, about: &[u8], out: &mut String) {
        let mut token = TokenBytes::new();
        token.push_number(reader.0);
        token.push(&mac(key, &[&reader.0.to_be_bytes(), about]));
        URL_SAFE_NO_PAD.encode_string(token.as_slice(), out);
    }

    pub(super) fn parse(text: &str) -> Result<Self, TokenError> {
        Self::from_bytes(decoded(text)?.as_slice())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, TokenError> {
        let (number_bytes, claimed) = bytes
            .split_last_chunk::<MAC_BYTES>()
            .ok_or(TokenError::Malformed)?;
        Ok(Self {
            reader: SubscriberId(number(number_bytes).ok_or(TokenError::Malformed)?),
            claimed: *claimed,
        })
    }

    pub(super) fn is_under(&self, key: &hmac::Key, about: &[u8]) -> bool {
        let own = mac(key, &[&self.reader.0.to_be_bytes(), about]);
        is_equal(&own, &self.claimed)
    }
}

impl TimedToken {
    pub(super) fn push(&self, key: &hmac::Key, about: &[u8], out: &mut String) {
        let mut token = TokenBytes::new();
        token.push(&self.term());
        token.push_number(self.reader.0);
        token.push(&self.mac(key, about));
        URL_SAFE_NO_PAD.encode_string(token.as_slice(), out);
    }

    /// The token, and the proof that it claims to have.
    pub(super) fn parse(text: &str) -> Result<(Self, [u8; MAC_BYTES]), TokenError> {
        let bytes = decoded(text)?;
        let (term, rest) = bytes
            .as_slice()
            .split_first_chunk::<TERM_BYTES>()
            .ok_or(TokenError::Malformed)?;
        let (number_bytes, claimed) = rest
            .split_last_chunk::<MAC_BYTES>()
            .ok_or(TokenError::Malformed)?;
        let [a, b, c, d, e, f, g, h] = *term;
        let until = i64::from(u32::from_be_bytes([e, f, g, h]));
        let token = Self {
            reader: SubscriberId(number(number_bytes).ok_or(TokenError::Malformed)?),
            epoch: u32::from_be_bytes([a, b, c, d]),
            until: DateTime::from_timestamp(until, 0).ok_or(TokenError::Malformed)?,
        };
        Ok((token, *claimed))
    }

    pub(super) fn is_under(&self, key: &hmac::Key, about: &[u8], claimed: &[u8]) -> bool {
        is_equal(&self.mac(key, about), claimed)
    }

    fn mac(&self, key: &hmac::Key, about: &[u8]) -> [u8; MAC_BYTES] {
        mac(key, &[&self.term(), &self.reader.0.to_be_bytes(), about])
    }

    fn term(&self) -> [u8; TERM_BYTES] {
        // Seconds fit until 2106; what lies beyond is never over.
        let until = u32::try_from(self.until.timestamp().max(0)).unwrap_or(u32::MAX);
        let mut term = [0; TERM_BYTES];
        term[..4].copy_from_slice(&self.epoch.to_be_bytes());
        term[4..].copy_from_slice(&until.to_be_bytes());
        term
    }
}

fn decoded(text: &str) -> Result<TokenBytes, TokenError> {
    // The decoder wants room for more than it may fill.
    let mut room = [0; LONGEST + 8];
    let length = URL_SAFE_NO_PAD
        .decode_slice(text, &mut room)
        .map_err(|_| TokenError::Malformed)?;
    if length > LONGEST {
        return Err(TokenError::Malformed);
    }
    let mut bytes = TokenBytes::new();
    bytes.push(&room[..length]);
    Ok(bytes)
}

/// RFC 4648 §6 in small letters and without padding: what a mail system that folds case leaves whole.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A token that names a reader and a batch, for a mail system that folds case: lengths of both numbers in one
/// byte, the numbers, the proof.
pub(super) fn push_delivery_token(
    key: &hmac::Key,
    named: (SubscriberId, i64),
    about: &[u8],
    out: &mut String,
) {
    let (SubscriberId(reader), batch) = named;
    let (reader_bytes, batch_bytes) = (reader.to_be_bytes(), batch.to_be_bytes());
    let (reader_short, batch_short) = (short(&reader_bytes), short(&batch_bytes));
    let mut bytes = [0; 1 + 8 + 8 + MAC_BYTES];
    bytes[0] = ((reader_short.len() << 4) | batch_short.len()) as u8;
    let mut length = 1;
    for part in [
        reader_short,
        batch_short,
        &mac(key, &[&reader_bytes, &batch_bytes, about]),
    ] {
        bytes[length..length + part.len()].copy_from_slice(part);
        length += part.len();
    }
    push_base32(&bytes[..length], out);
}

/// Whom such a token names, where `is_known` takes the proof that goes with it.
pub(super) fn parse_delivery_token(text: &str) -> Option<(SubscriberId, i64, [u8; MAC_BYTES])> {
    let bytes = parse_base32(text)?;
    let (lengths, rest) = bytes.split_first()?;
    let (numbers, claimed) = rest.split_last_chunk::<MAC_BYTES>()?;
    let reader_length = usize::from(lengths >> 4);
    if numbers.len() != reader_length + usize::from(lengths & 15) {
        return None;
    }
    let (reader, batch) = numbers.split_at(reader_length);
    Some((SubscriberId(number(reader)?), number(batch)?, *claimed))
}

pub(super) fn is_delivery_mac(
    key: &hmac::Key,
    (SubscriberId(reader), batch): (SubscriberId, i64),
    about: &[u8],
    claimed: &[u8],
) -> bool {
    let own = mac(key, &[&reader.to_be_bytes(), &batch.to_be_bytes(), about]);
    is_equal(&own, claimed)
}

fn push_base32(bytes: &[u8], out: &mut String) {
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in bytes {
        bits = (bits << 8 | u32::from(*byte)) & 0xfff;
        held += 8;
        while held >= 5 {
            held -= 5;
            out.push(char::from(BASE32[(bits >> held & 31) as usize]));
        }
    }
    if held > 0 {
        out.push(char::from(BASE32[(bits << (5 - held) & 31) as usize]));
    }
}

/// None where it is none, or is not spelled as we spell it.
fn parse_base32(text: &str) -> Option<Vec<u8>> {
    if text.len() > (1 + 8 + 8 + MAC_BYTES) * 8 / 5 + 1 {
        return None;
    }
    let (mut bits, mut held) = (0u32, 0u32);
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    for letter in text.bytes() {
        let letter = letter.to_ascii_lowercase();
        let value = BASE32.iter().position(|own| *own == letter)?;
        bits = (bits << 5 | value as u32) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    let is_whole = held < 5 && bits & ((1 << held) - 1) == 0;
    is_whole.then_some(bytes)
}
