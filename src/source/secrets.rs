//! Secrets in a text that is shown when something is wrong with it. Only what is known to be harmless is
//! shown: the value of a key that holds no secret, the host of an address; all else is stars.
//!
//! By the lines and not by the parsed tree: an error is shown exactly where there is no tree. A slip
//! (a key misspelled, a colon lost, a line too far out) therefore hides more, never less.

mod keys;
mod stars;
mod words;

pub use self::keys::HarmlessKeys;
use self::{
    keys::{VisiblePart, key_at, next_boundary},
    stars::{is_block_mark, star_into, url_into, variable},
};
pub(super) use self::{stars::pieces, words::without};

/// A text with its secrets starred out, byte for byte as long as before, and the secrets.
pub(super) fn masked(text: &str, keys: &HarmlessKeys) -> (String, Vec<String>) {
    let mut masking = Masking {
        keys,
        shown: String::with_capacity(text.len()),
        secrets: Vec::new(),
        above: OpenAbove::Nothing,
        block: OutermostKey::Closed,
        is_in_pem: false,
    };
    for line in text.split_inclusive('\n') {
        masking.line(line);
    }
    let Masking {
        mut shown,
        mut secrets,
        ..
    } = masking;
    secrets.sort_unstable();
    secrets.dedup();
    // An anchor's value stands elsewhere.
    for secret in &secrets {
        if let Some(name) = secret.strip_prefix('*').filter(|name| !name.is_empty()) {
            shown = behind_anchor(&shown, name);
        }
    }
    (shown, secrets)
}

/// What the lines above leave open.
enum OpenAbove {
    Nothing,
    /// A harmless key at this indentation: list items and lines farther in go on with it. Behind a `|`
    /// they are text, whatever they look like.
    Harmless {
        indent: usize,
        is_text: bool,
    },
    /// A secret's key: what is farther in is its value; if it stood alone, so is the next line.
    Secret {
        indent: usize,
        is_alone: bool,
    },
}

/// The outermost key that the line stands under.
enum OutermostKey {
    /// It may hold secrets.
    Closed,
    Open,
    /// Open, and its keys are names.
    Named,
}

struct Masking<'k> {
    keys: &'k HarmlessKeys,
    shown: String,
    secrets: Vec<String>,
    above: OpenAbove,
    block: OutermostKey,
    is_in_pem: bool,
}

impl Masking<'_> {
    fn line(&mut self, line: &str) {
        let bare = line.trim_start_matches([' ', '\t', '\u{feff}']);
        let indent = line.len() - bare.len();
        if bare.trim().is_empty() {
            self.shown.push_str(line);
            return;
        }
        let is_pem = self.is_in_pem || bare.contains("-----BEGIN");
        self.is_in_pem = is_pem && !bare.contains("-----END");
        if is_pem || self.is_value_of_secret(indent, bare) {
            self.shown.push_str(&line[..indent]);
            return self.star(bare);
        }
        let secret = self.secret_from(line);
        let end = secret.unwrap_or(line.len());
        let is_text = matches!(self.above, OpenAbove::Harmless { is_text: true, .. });
        let goes_on = self.goes_on(line, indent);
        let is_harmless = self.keyed(line, indent, end);
        if let Some(from) = secret {
            let is_alone = is_block_mark(line[from..].trim());
            self.above = OpenAbove::Secret { indent, is_alone };
            return self.star(&line[from..]);
        }
        let has_key = is_harmless.is_some() && !is_text;
        if has_key || !goes_on {
            let value = line.rsplit(':').next().unwrap_or_default().trim();
            let is_text = !value.is_empty() && is_block_mark(value);
            self.above = match is_harmless {
                Some(true) => OpenAbove::Harmless { indent, is_text },
                _ => OpenAbove::Nothing,
            };
        }
    }

    /// Whether a line belongs to a harmless key above.
    fn goes_on(&self, line: &str, indent: usize) -> bool {
        let is_item = line[indent..].starts_with('-');
        matches!(self.above, OpenAbove::Harmless { indent: key, .. } if indent > key || is_item && indent == key)
    }

    fn is_value_of_secret(&mut self, indent: usize, bare: &str) -> bool {
        let OpenAbove::Secret {
            indent: key,
            is_alone,
        } = &mut self.above
        else {
            return false;
        };
        let is_item = bare.starts_with('-');
        let is_known = key_at(bare, 0).is_some_and(|(name, _)| self.keys.class(name).is_some());
        let is_value = indent > *key || *is_alone && (is_item && indent == *key || !is_known);
        *is_alone &= is_item;
        is_value
    }

    /// Where in a line a secret begins: behind a word that names one.
    fn secret_from(&self, line: &str) -> Option<usize> {
        let mut at = 0;
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        for word in line.split_inclusive(|c: char| !is_part(c)) {
            let start = at;
            at += word.len();
            let name = word.trim_end_matches(|c: char| !is_part(c));
            if name.starts_with("whsec_") {
                return Some(start);
            }
            // The name of a variable is none.
            let is_variable = line[..start].ends_with("${");
            if !is_variable && self.keys.names_secret(name) {
                let behind = &line[start + name.len()..];
                let value = behind.trim_start_matches(['"', '\'', ':', '=', ' ', '\t']);
                return Some(line.len() - value.len());
            }
        }
        None
    }

    /// Shows what is harmless of the line up to `end`, and says whether it ends with a value that is;
    /// None where it has no key.
    fn keyed(&mut self, line: &str, indent: usize, end: usize) -> Option<bool> {
        let mut has_key = false;
        let is_open = !matches!(self.block, OutermostKey::Closed);
        let goes_on = is_open && self.goes_on(line, indent);
        let mut shows = match goes_on {
            true => VisiblePart::All,
            false => VisiblePart::Stars,
        };
        self.shown.push_str(&line[..indent]);
        let mut from = indent;
        let mut at = match self.above {
            OpenAbove::Harmless { is_text: true, .. } if goes_on => end,
            _ => indent,
        };
        // Up to where nothing but dashes and white space stands before the first key.
        let begins = line[indent..].find(|c| !matches!(c, '-' | ' ' | '\t'));
        let begins = begins.map_or(line.len(), |dashes| indent + dashes);
        while at < end {
            let key = key_at(line, at).filter(|(_, behind)| *behind <= end);
            let is_first = at <= begins;
            let follows = is_first || line[indent..at].trim_end().ends_with([',', '{', '[']);
            let Some((name, behind)) = key else {
                at = next_boundary(line, at);
                continue;
            };
            let class = self.keys.class(name);
            // Within stars a word with a colon is a key only where it is one of ours, in its place.
            if shows == VisiblePart::Stars
                && !is_first
                && !(follows && (class.is_some() || self.keys.names_secret(name)))
            {
                at = next_boundary(line, at);
                continue;
            }
            self.show(&line[from..at], shows);
            self.shown.push_str(&line[at..behind]);
            has_key = true;
            if is_first {
                self.enter(name, indent);
            }
            shows = match (class, &self.block) {
                (Some(shows), _) => shows,
                (None, OutermostKey::Named) if follows => VisiblePart::All,
                (None, _) => VisiblePart::Stars,
            };
            (from, at) = (behind, behind);
        }
        self.show(&line[from.min(end)..end], shows);
        has_key.then_some(shows == VisiblePart::All && !matches!(self.block, OutermostKey::Closed))
    }

    /// The block that a line's first key begins.
    fn enter(&mut self, name: &str, indent: usize) {
        if indent == 0 {
            self.block = match name {
                _ if self.keys.named_blocks.contains(&name) => OutermostKey::Named,
                _ if self.keys.blocks.contains(&name) => OutermostKey::Open,
                _ => OutermostKey::Closed,
            };
        } else if self.keys.holders.contains(&name) {
            self.block = OutermostKey::Closed;
        }
    }

    fn show(&mut self, text: &str, shows: VisiblePart) {
        let is_open = !matches!(self.block, OutermostKey::Closed);
        let comment = text.find(" #").filter(|_| !is_open);
        let (text, comment) = text.split_at(comment.unwrap_or(text.len()));
        let hidden = match shows {
            VisiblePart::All => {
                let range = text.find("://").and_then(|at| {
                    let start = at + 3;
                    Some((start, start + text[start..].rfind('@')?))
                });
                let (start, end) = range.unwrap_or((text.len(), text.len()));
                self.shown.push_str(&text[..start]);
                star_into(&mut self.shown, &text[start..end]);
                self.shown.push_str(&text[end..]);
                text[start..end].to_owned()
            }
            VisiblePart::Address => url_into(&mut self.shown, text),
            VisiblePart::Stars => {
                let is_mark = |c: char| c.is_whitespace() || matches!(c, '{' | '[' | '-' | ',');
                let start = text.len() - text.trim_start_matches(is_mark).len();
                let is_mark = |c: char| c.is_whitespace() || matches!(c, '}' | ']' | ',');
                let end = text.trim_end_matches(is_mark).len().max(start);
                self.shown.push_str(&text[..start]);
                star_into(&mut self.shown, &text[start..end]);
                self.shown.push_str(&text[end..]);
                text[start..end].to_owned()
            }
        };
        self.secrets.extend(pieces(&hidden));
        self.secrets.extend(pieces(comment));
        star_into(&mut self.shown, comment);
    }

    /// Stars a text out, but for a `${VAR}` or a sign of a longer text that stands alone.
    fn star(&mut self, secret: &str) {
        let value = secret.trim();
        if variable(value) == Some(value.len()) || is_block_mark(value) {
            self.shown.push_str(secret);
            return;
        }
        self.secrets.extend(pieces(secret));
        star_into(&mut self.shown, secret);
    }
}

/// The text with what stands behind `&name` starred out.
fn behind_anchor(text: &str, name: &str) -> String {
    let anchor = format!("&{name}");
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.find(&anchor) {
            Some(at) => {
                let (open, value) = line.split_at(at + anchor.len());
                shown.push_str(open);
                star_into(&mut shown, value);
            }
            None => shown.push_str(line),
        }
    }
    shown
}

#[cfg(test)]
mod tests;
