//! Which keys are harmless, which name a secret, and where in a line a key stands.

/// What stands in a key that holds a secret.
const WORDS: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
    "private_key",
];

/// How far a key may be from such a word and still be meant.
const SLIPS: usize = 2;
/// What is shown of a stretch of a line.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum VisiblePart {
    All,
    Address,
    Stars,
}

/// The keys of a text of `key: value` lines whose values people may see.
#[derive(Debug)]
pub struct HarmlessKeys {
    /// Their values are shown as they are.
    pub values: &'static [&'static str],
    /// Of their values scheme and host are shown: a URL may hold a password, a path a token.
    pub addresses: &'static [&'static str],
    /// They hold other keys; a value in their place is a slip, and not shown.
    pub holders: &'static [&'static str],
    /// The outermost keys under which there is no secret: lists and longer texts are shown there.
    pub blocks: &'static [&'static str],
    /// Those of them whose keys are names that people give.
    pub named_blocks: &'static [&'static str],
}

impl HarmlessKeys {
    /// Whether people may see the value of this key.
    #[must_use]
    pub(crate) fn shows(&self, key: &str) -> bool {
        self.values.contains(&key)
    }

    /// Whether this is one of these keys, and not a text of somebody's own.
    #[must_use]
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.shows(key) || self.addresses.contains(&key) || self.holders.contains(&key)
    }

    /// Whether a key names a secret, if only nearly.
    pub(super) fn names_secret(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let name = name.trim_matches('-');
        let is_near = |word: &&str| name.len() > 4 && slips(name, word, SLIPS).is_some();
        let is_one = WORDS.iter().any(|word| name.contains(word))
            || matches!(
                name,
                "key" | "pass" | "pwd" | "pw" | "passwort" | "비밀번호" | "암호"
            )
            || WORDS.iter().any(is_near);
        is_one && !self.values.contains(&name)
    }

    /// What is shown of the value of such a key, or of one that is spelled nearly so; None where it is none
    /// of ours.
    pub(super) fn class(&self, name: &str) -> Option<VisiblePart> {
        let known = [
            (self.values, VisiblePart::All),
            (self.addresses, VisiblePart::Address),
            (self.holders, VisiblePart::Stars),
        ];
        let all = || {
            known
                .iter()
                .flat_map(|(names, shows)| names.iter().map(|name| (*name, *shows)))
        };
        let exact = all().find(|(known, _)| *known == name);
        let near = || {
            all()
                .filter_map(|(known, shows)| {
                    let distance = slips(known, name, known.len().min(6) / 3)?;
                    Some((distance, known, shows))
                })
                .min_by_key(|(distance, ..)| *distance)
                .map(|(_, known, shows)| (known, shows))
        };
        exact.or_else(near).map(|(_, shows)| shows)
    }
}

/// How far a name is from another, where that is no more than this.
fn slips(name: &str, meant: &str, most: usize) -> Option<usize> {
    let lengths = [name, meant].map(|name| name.chars().count());
    if lengths[0].abs_diff(lengths[1]) > most {
        return None;
    }
    Some(strsim::osa_distance(name, meant)).filter(|distance| *distance <= most)
}

/// The key that begins at `at`, and where its value does.
pub(super) fn key_at(line: &str, at: usize) -> Option<(&str, usize)> {
    let text = line.get(at..)?;
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let name = &text[quote.map_or(0, char::len_utf8)..];
    let length = name
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .filter(|length| *length > 0)?;
    let (name, behind) = name.split_at(length);
    if name.starts_with('-') {
        return None;
    }
    let behind = match quote {
        Some(quote) => behind.strip_prefix(quote)?,
        None => behind,
    };
    let value = behind.trim_start_matches([' ', '\t']).strip_prefix(':')?;
    let is_apart = quote.is_some() || value.is_empty() || value.starts_with(char::is_whitespace);
    is_apart.then_some((name, line.len() - value.len()))
}

/// The next place in a line where a key may begin.
pub(super) fn next_boundary(line: &str, at: usize) -> usize {
    let mut was_apart = false;
    for (offset, c) in line[at..].char_indices() {
        if was_apart && !c.is_whitespace() && offset > 0 {
            return at + offset;
        }
        was_apart = c.is_whitespace() || matches!(c, '{' | '[' | ',');
    }
    line.len()
}
