//! What in a returned mail may name a reader and a batch: return-paths, Message-IDs and unsubscribe tokens that could be
//! ours, wherever they stand. Unverified: `proof` asks the keys.

use crate::address::Address;

/// The most of each kind.
const MOST: usize = 64;
/// How much of one text is looked through.
const MOST_BYTES: usize = 512 << 10;

/// What may name a reader and a batch.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Clues {
    /// Local parts `bounce+…`.
    pub return_paths: Vec<String>,
    /// What stands before the `@` of Message-IDs that could be ours.
    pub message_ids: Vec<String>,
    /// Tokens of unsubscribe links and of mailto: unsubscribes.
    pub unsubscribe_tokens: Vec<String>,
    /// Local parts `feedback+…` of the addresses that it was sent to: what it quotes is no opinion.
    pub feedback_addresses: Vec<String>,
    /// Ids by which a relay knows the message: the Message-ID that it gave, its queue's.
    pub relay_ids: Vec<String>,
    /// Whom it names; never proof.
    pub recipients: Vec<Address>,
}

impl Clues {
    /// Looks through a text.
    pub(super) fn look_through(&mut self, text: &[u8]) {
        let text = &text[..text.len().min(MOST_BYTES)];
        for at in memchr::memchr3_iter(b'+', b'%', b'=', text) {
            self.look_at_plus(text, at);
        }
        for at in memchr::memchr_iter(b'@', text) {
            self.look_at_sign(text, at);
        }
        for at in memchr::memmem::find_iter(text, b"/u/") {
            push(
                token(&text[at + 3..], is_base64url),
                22..=40,
                &mut self.unsubscribe_tokens,
            );
        }
        for at in memchr::memmem::find_iter(text, b"nsubscribe") {
            let rest = &text[at + 10..];
            let after = [&b"%20"[..], b"=20", b" ", b"+", b"_"]
                .iter()
                .find_map(|gap| rest.strip_prefix(*gap));
            if let Some(rest) = after {
                push(
                    token(rest, is_base64url),
                    22..=40,
                    &mut self.unsubscribe_tokens,
                );
            }
        }
    }

    /// Adds what another text had.
    pub(super) fn absorb(&mut self, other: Self) {
        for (own, more) in [
            (&mut self.return_paths, other.return_paths),
            (&mut self.message_ids, other.message_ids),
            (&mut self.unsubscribe_tokens, other.unsubscribe_tokens),
            (&mut self.feedback_addresses, other.feedback_addresses),
            (&mut self.relay_ids, other.relay_ids),
        ] {
            more.into_iter().for_each(|clue| push_text(clue, own));
        }
        other
            .recipients
            .into_iter()
            .for_each(|address| self.push_recipient(address));
    }

    /// Looks through a text that a provider quotes.
    pub(crate) fn look_at_text(&mut self, text: &str) {
        self.look_through(text.as_bytes());
    }

    /// Looks at a Message-ID, with or without its brackets: ours, or one that a relay gave.
    pub(crate) fn look_at_message_id(&mut self, id: &str) {
        let id = id.trim().trim_matches(['<', '>']);
        self.look_through(format!("<{id}>").as_bytes());
        self.push_relay_id(id.split('@').next().unwrap_or_default());
    }

    /// Adds an id by which a relay may know the message.
    pub(super) fn push_relay_id(&mut self, id: &str) {
        let id = id.trim().trim_matches(['<', '>']);
        let is_id = (4..=200).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if is_id && self.relay_ids.len() < MOST && !self.relay_ids.iter().any(|own| own == id) {
            self.relay_ids.push(id.to_owned());
        }
    }

    /// Adds somebody whom it names.
    pub(crate) fn push_recipient(&mut self, address: Address) {
        let is_known = self.recipients.iter().any(|own| own.key() == address.key());
        if !is_known && self.recipients.len() < MOST {
            self.recipients.push(address);
        }
    }

    /// `bounce+TOKEN`.
    fn look_at_plus(&mut self, text: &[u8], at: usize) {
        if let Some(token) = token_behind(b"bounce", text, at) {
            push_text(format!("bounce+{token}"), &mut self.return_paths);
        }
    }

    /// Looks through a field that says whom the mail was sent to.
    pub(super) fn look_at_destination(&mut self, field: &str) {
        let text = field.as_bytes();
        for at in memchr::memchr3_iter(b'+', b'%', b'=', text) {
            if let Some(token) = token_behind(b"feedback", text, at) {
                push_text(format!("feedback+{token}"), &mut self.feedback_addresses);
            }
        }
    }

    /// What stands before an `@`, where it is long enough for a token.
    fn look_at_sign(&mut self, text: &[u8], at: usize) {
        let length = text[..at]
            .iter()
            .rev()
            .take(65)
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let start = at - length;
        let is_return_path = start > 0 && matches!(text[start - 1], b'+');
        if !is_return_path {
            push(&text[start..at], 26..=64, &mut self.message_ids);
        }
    }
}

/// The token behind `WORD+`, of which the plus stands at `at` and may be spelled `%2B` or `=2B`, in small letters.
fn token_behind(word: &[u8], text: &[u8], at: usize) -> Option<String> {
    let rest = match text[at] {
        b'+' => &text[at + 1..],
        _ if text[at + 1..]
            .get(..2)
            .is_some_and(|hex| hex.eq_ignore_ascii_case(b"2b")) =>
        {
            &text[at + 3..]
        }
        _ => return None,
    };
    let start = at.checked_sub(word.len())?;
    let is_behind = text[start..at].eq_ignore_ascii_case(word);
    let token = bounded(token(rest, u8::is_ascii_alphanumeric), 26..=64)?;
    is_behind.then(|| token.to_ascii_lowercase())
}

fn is_base64url(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The bytes of a token at the text's beginning.
fn token(text: &[u8], is_part: fn(&u8) -> bool) -> &[u8] {
    let length = text
        .iter()
        .take(65)
        .take_while(|byte| is_part(byte))
        .count();
    &text[..length]
}

fn bounded(token: &[u8], lengths: std::ops::RangeInclusive<usize>) -> Option<&str> {
    let token = std::str::from_utf8(token).ok()?;
    lengths.contains(&token.len()).then_some(token)
}

fn push(token: &[u8], lengths: std::ops::RangeInclusive<usize>, out: &mut Vec<String>) {
    if let Some(token) = bounded(token, lengths) {
        push_text(token.to_owned(), out);
    }
}

fn push_text(token: String, out: &mut Vec<String>) {
    if out.len() < MOST && !out.contains(&token) {
        out.push(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clues(text: &str) -> Clues {
        let mut clues = Clues::default();
        clues.look_through(text.as_bytes());
        clues
    }

    const TOKEN: &str = "cea4vq2bmzxw6ytboi3tk5dpnzqxgzlm";

    #[test]
    fn return_paths_are_found_however_a_forwarder_wraps_them() {
        for text in [
            format!("To: bounce+{TOKEN}@news.example.com"),
            format!(
                "Return-Path: <BOUNCE+{}@news.example.com>",
                TOKEN.to_uppercase()
            ),
            format!("SRS0=ab=cd=news.example.com=bounce+{TOKEN}@forward.example.com"),
            format!("prvs=123=bounce%2B{TOKEN}@news.example.com"),
            format!("rfc822;bounce=2B{TOKEN}=40news.example.com"),
        ] {
            assert_eq!(
                clues(&text).return_paths,
                [format!("bounce+{TOKEN}")],
                "{text}"
            );
        }
    }

    #[test]
    fn message_ids_and_tokens_of_links_are_found() {
        let found = clues(&format!(
            "In-Reply-To: <{TOKEN}@news.example.com>\n\
             List-Unsubscribe: <https://news.example.com/u/AbCdEfGhIjKlMnOpQrStUvWx>,\n \
             <mailto:stop@news.example.com?subject=unsubscribe%20AbCdEfGhIjKlMnOpQrStUvWx>\n\
             To: feedback+{TOKEN}@news.example.com",
        ));
        assert_eq!(found.message_ids, [TOKEN]);
        assert_eq!(found.unsubscribe_tokens, ["AbCdEfGhIjKlMnOpQrStUvWx"]);
        assert!(
            found.feedback_addresses.is_empty(),
            "a text may quote anything"
        );
        let mut sent_to = Clues::default();
        sent_to.look_at_destination(&format!(
            "a@example.com, <Feedback+{}@news.example.com>",
            TOKEN.to_uppercase()
        ));
        assert_eq!(sent_to.feedback_addresses, [format!("feedback+{TOKEN}")]);
    }

    #[test]
    fn a_mail_full_of_clues_keeps_no_more_than_its_share() {
        let many: String = (0..2_000)
            .map(|number| format!("<{number:030}@example.com> bounce+{number:030}@example.com "))
            .collect();
        let found = clues(&many);
        assert_eq!(
            (found.message_ids.len(), found.return_paths.len()),
            (MOST, MOST)
        );
    }
}
