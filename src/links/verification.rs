//! Tokens read back: whom they name, where one of the list's keys made them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};

use super::{
    LinkSigner,
    key_ring::TokenBinding,
    mail_names::{BOUNCE, FEEDBACK},
    page::PublicPage,
    token::{
        self, DeliveryToken, LastingToken, MAC_BYTES, TimedToken, TokenError, TokenPurpose,
        purpose_of,
    },
};
use crate::{address::Address, audience::SubscriberId};

impl LinkSigner {
    /// The reader of an unsubscribe token.
    ///
    /// # Errors
    /// When the token is not one of ours for this purpose.
    pub fn verify_unsubscribe(&self, token: &str) -> Result<SubscriberId, TokenError> {
        self.verify_lasting(TokenPurpose::Unsubscribe, token, b"")
    }

    /// The reader of a preferences token.
    ///
    /// # Errors
    /// When the token is not one of ours for this purpose.
    pub fn verify_preferences(&self, token: &str) -> Result<SubscriberId, TokenError> {
        self.verify_lasting(TokenPurpose::Preferences, token, b"")
    }

    /// The reader of a feedback token on that issue.
    ///
    /// # Errors
    /// When the token is not one of ours for this purpose and issue.
    pub fn verify_feedback(&self, token: &str, issue: &str) -> Result<SubscriberId, TokenError> {
        self.verify_lasting(TokenPurpose::Feedback, token, issue.as_bytes())
    }

    /// What a link of one of the pages whose links expire says.
    ///
    /// # Errors
    /// When the token is not one of ours for that page, or its time is over.
    pub fn verify_timed(
        &self,
        page: PublicPage,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<TimedToken, TokenError> {
        let purpose = purpose_of(page).ok_or(TokenError::NotOurs)?;
        self.verify_before(purpose, token, b"", now)
    }

    /// The same of [`LinkSigner::move_to`], for the address that the reader asked to move to.
    ///
    /// # Errors
    /// As `verify_timed`; also where the token is for another address.
    pub fn verify_move(
        &self,
        token: &str,
        to: &Address,
        now: DateTime<Utc>,
    ) -> Result<TimedToken, TokenError> {
        self.verify_before(TokenPurpose::Move, token, to.key().as_bytes(), now)
    }

    /// Whom a timed token names, unproven: to find out what it has to be verified against.
    ///
    /// # Errors
    /// When it is no token at all.
    pub fn claimed_reader(token: &str) -> Result<SubscriberId, TokenError> {
        Ok(TimedToken::parse(token)?.0.reader)
    }

    /// When the page with that seal was made.
    ///
    /// # Errors
    /// When the seal is not ours.
    pub fn verify_form_seal(&self, seal: &str) -> Result<DateTime<Utc>, TokenError> {
        Ok(self.verify_proof(TokenPurpose::Form, seal, b"")?.until)
    }

    /// What this list answers to a probe of its own; None: it is none, or its time is over.
    #[must_use]
    pub fn probe_answer(&self, token: &str, now: DateTime<Utc>) -> Option<String> {
        self.verify_before(TokenPurpose::Probe, token, b"", now)
            .ok()?;
        Some(URL_SAFE_NO_PAD.encode(self.answer_to(token)))
    }

    /// Whether that is this list's answer to the probe of that address.
    #[must_use]
    pub fn is_probe_answer(&self, probe: &str, answer: &str) -> bool {
        let token = probe.rsplit('/').next().unwrap_or_default();
        let claimed = URL_SAFE_NO_PAD.decode(answer).unwrap_or_default();
        verify_slices_are_equal(&self.answer_to(token), &claimed).is_ok()
    }

    fn answer_to(&self, token: &str) -> [u8; MAC_BYTES] {
        let key = self
            .keys
            .signing(TokenPurpose::ProbeAnswer, TokenBinding::Marked);
        token::mac(key, &[token.as_bytes()])
    }

    /// Whose return-path has this local part (`bounce+TOKEN`, in any case), and of which batch.
    ///
    /// # Errors
    /// When the local part is not one of ours.
    pub fn verify_bounce(&self, local_part: &str) -> Result<DeliveryToken, TokenError> {
        let token = token_behind(BOUNCE, local_part)?;
        self.verify_delivery(TokenPurpose::Bounce, token, b"")
            .or_else(|error| match parse_hex(token) {
                // As it was spelled before it named a batch.
                Some(bytes) => {
                    let token = LastingToken::from_bytes(&bytes)?;
                    let reader = token.reader;
                    self.keys
                        .verify(TokenPurpose::Bounce, reader, |key| token.is_under(key, b""))?;
                    Ok(DeliveryToken {
                        reader,
                        batch: None,
                    })
                }
                None => Err(error),
            })
    }

    /// Who has that address for an opinion (the local part `feedback+TOKEN`, in any case), and on which batch's issue.
    ///
    /// # Errors
    /// When the local part is not one of ours.
    pub fn verify_feedback_address(&self, local_part: &str) -> Result<DeliveryToken, TokenError> {
        let token = token_behind(FEEDBACK, local_part)?;
        self.verify_delivery(TokenPurpose::FeedbackAddress, token, b"")
    }

    /// Whose message of that issue has this Message-ID (the part before the `@`), and of which batch.
    ///
    /// # Errors
    /// When it is none of ours, or of the time before a Message-ID named anybody.
    pub fn verify_message_id(&self, id: &str, issue: &str) -> Result<DeliveryToken, TokenError> {
        self.verify_delivery(TokenPurpose::MessageId, id, issue.as_bytes())
    }

    /// Whom a return-path's token or a Message-ID names, unproven: to find out what it has to be verified against.
    #[must_use]
    pub fn claimed_delivery(token: &str) -> Option<DeliveryToken> {
        let (reader, batch, _) = token::parse_delivery_token(token)?;
        Some(DeliveryToken {
            reader,
            batch: Some(batch),
        })
    }

    fn verify_delivery(
        &self,
        purpose: TokenPurpose,
        token: &str,
        about: &[u8],
    ) -> Result<DeliveryToken, TokenError> {
        let (reader, batch, claimed) =
            token::parse_delivery_token(token).ok_or(TokenError::Malformed)?;
        let key = self.keys.signing(purpose, TokenBinding::Marked);
        match token::is_delivery_mac(key, (reader, batch), about, &claimed) {
            true => Ok(DeliveryToken {
                reader,
                batch: Some(batch),
            }),
            false => Err(TokenError::NotOurs),
        }
    }

    fn verify_lasting(
        &self,
        purpose: TokenPurpose,
        token: &str,
        about: &[u8],
    ) -> Result<SubscriberId, TokenError> {
        let token = LastingToken::parse(token)?;
        self.keys
            .verify(purpose, token.reader, |key| token.is_under(key, about))?;
        Ok(token.reader)
    }

    fn verify_before(
        &self,
        purpose: TokenPurpose,
        token: &str,
        about: &[u8],
        now: DateTime<Utc>,
    ) -> Result<TimedToken, TokenError> {
        let token = self.verify_proof(purpose, token, about)?;
        match now <= token.until {
            true => Ok(token),
            false => Err(TokenError::Expired),
        }
    }

    fn verify_proof(
        &self,
        purpose: TokenPurpose,
        token: &str,
        about: &[u8],
    ) -> Result<TimedToken, TokenError> {
        let (token, claimed) = TimedToken::parse(token)?;
        let key = self.keys.signing(purpose, TokenBinding::Marked);
        match token.is_under(key, about, &claimed) {
            true => Ok(token),
            false => Err(TokenError::NotOurs),
        }
    }
}

/// What stands behind `MARK+`.
fn token_behind<'t>(mark: &str, local_part: &'t str) -> Result<&'t str, TokenError> {
    match local_part.split_once('+') {
        Some((own, token)) if own.eq_ignore_ascii_case(mark) => Ok(token),
        _ => Err(TokenError::Malformed),
    }
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
