//! Secrets in a text that is shown when something is wrong with it: whatever stands behind a word that
//! names a secret is starred out, also where a slip keeps the text from being what was meant.
//!
//! By the lines and not by the parsed tree: an error is shown exactly where there is no tree.

use std::borrow::Cow;

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

/// A text with its secrets starred out, byte for byte as long as before, and the secrets.
pub(super) fn masked(text: &str) -> (String, Vec<String>) {
    let mut masking = Masking::default();
    for line in text.split_inclusive('\n') {
        masking.line(line);
    }
    let Masking {
        mut shown, secrets, ..
    } = masking;
    // An anchor's value stands elsewhere.
    for secret in &secrets {
        if let Some(name) = secret.strip_prefix('*').filter(|name| !name.is_empty()) {
            shown = behind_anchor(&shown, name);
        }
    }
    (shown, secrets)
}

/// Words for people with these secrets starred out.
pub(super) fn without<'t>(text: &'t str, secrets: &[String]) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    for secret in secrets {
        // Shorter ones are words of every sentence.
        if secret.chars().count() >= 4 && text.contains(secret.as_str()) {
            text = text.replace(secret.as_str(), "****").into();
        }
    }
    text
}

#[derive(Default)]
struct Masking {
    shown: String,
    secrets: Vec<String>,
    /// The indentation of a secret's key: lines farther in are its value.
    key_indent: Option<usize>,
    /// The key stood alone: its value is on the next line, however far in.
    is_value_next: bool,
    is_in_pem: bool,
}

impl Masking {
    fn line(&mut self, line: &str) {
        let bare = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - bare.len();
        if bare.trim().is_empty() {
            self.shown.push_str(line);
            return;
        }
        let is_pem = self.is_in_pem || bare.contains("-----BEGIN");
        self.is_in_pem = is_pem && !bare.contains("-----END");
        let is_item = bare.starts_with('-');
        let is_inside = self.key_indent.is_some_and(|key| {
            indent > key
                || (self.is_value_next && (!bare.contains(": ") || is_item && indent == key))
        });
        if is_pem || is_inside {
            self.is_value_next &= is_item;
            return self.star(line, indent);
        }
        (self.key_indent, self.is_value_next) = (None, false);
        match secret_from(line) {
            Some(from) => {
                let value = line[from..].trim();
                self.key_indent = Some(indent);
                self.is_value_next = matches!(value, "" | "|" | ">" | "|-" | ">-");
                self.star(line, from);
            }
            None => self.user_info(line),
        }
    }

    /// Stars the line out from there on, but for a `${VAR}` that stands alone.
    fn star(&mut self, line: &str, from: usize) {
        let (open, secret) = line.split_at(from);
        self.shown.push_str(open);
        let value = secret.trim().trim_matches(['"', '\'']);
        let is_variable = variable(value) == Some(value.len());
        if is_variable || matches!(value, "" | "|" | ">" | "|-" | ">-") {
            self.shown.push_str(secret);
            return;
        }
        let value = value.split(" #").next().unwrap_or(value).trim_end();
        for part in value.split_whitespace() {
            let part = part.trim_matches(['"', '\'', ',', '}', ']']);
            self.secrets.push(part.to_owned());
        }
        self.secrets.push(value.to_owned());
        star_into(&mut self.shown, secret);
    }

    /// A URL's user and password: up to the last `@`, since an unescaped one is the usual slip.
    fn user_info(&mut self, line: &str) {
        let range = line.find("://").and_then(|at| {
            let start = at + 3;
            let end = start + line[start..].rfind('@')?;
            Some((start, end))
        });
        match range {
            Some((start, end)) => {
                let info = &line[start..end];
                self.secrets.push(info.to_owned());
                self.secrets.extend(
                    info.split_once(':')
                        .map(|(_, password)| password.to_owned()),
                );
                self.shown.push_str(&line[..start]);
                star_into(&mut self.shown, info);
                self.shown.push_str(&line[end..]);
            }
            None => self.shown.push_str(line),
        }
    }
}

/// Where in a line a secret begins: behind a word that names one.
fn secret_from(line: &str) -> Option<usize> {
    let mut at = 0;
    for word in line.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')) {
        let start = at;
        at += word.len();
        let name = word.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        if name.starts_with("whsec_") {
            return Some(start);
        }
        // The name of a variable is none.
        let is_variable = line[..start].ends_with("${");
        if !is_variable && names_secret(&name.to_lowercase()) {
            let behind = &line[start + name.len()..];
            let gap = behind.len()
                - behind
                    .trim_start_matches(['"', '\'', ':', '=', ' ', '\t'])
                    .len();
            return Some(start + name.len() + gap);
        }
    }
    line.contains("-----BEGIN").then_some(0)
}

fn names_secret(name: &str) -> bool {
    let is_near = |word: &str| strsim::osa_distance(name, word) <= SLIPS && name.len() > 4;
    WORDS.iter().any(|word| name.contains(word))
        || matches!(
            name,
            "pass" | "pwd" | "pw" | "passwort" | "비밀번호" | "암호"
        )
        || WORDS.iter().any(|word| is_near(word))
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

/// Writes a text as stars, byte for byte, but for its line end and the `${VAR}` in it, whose name is no
/// secret.
fn star_into(shown: &mut String, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = variable(rest).unwrap_or_else(|| {
            let sign = if c.is_ascii_whitespace() { c } else { '*' };
            shown.extend(std::iter::repeat_n(sign, c.len_utf8()));
            0
        });
        shown.push_str(&rest[..length]);
        rest = &rest[length.max(c.len_utf8())..];
    }
}

/// How long the `${VAR}` is that a text begins with.
fn variable(text: &str) -> Option<usize> {
    let name = text.strip_prefix("${")?;
    let length = name.find('}')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (length > 0 && name[..length].bytes().all(is_name)).then_some(length + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown_whatever_slip_keeps_it_from_being_read() {
        for text in [
            "smtp:\n  password: hunter22\n",
            "smtp:\n  pasword: hunter22\n",
            "smtp:\n  Password : 'hunter22'\n",
            "smtp:\n  password hunter22\n",
            "smtp:\n  password=hunter22\n",
            "smtp:\n\tpassword: hunter22\n",
            "smtp: {user: me, password: hunter22, rate: x}\n",
            "smtp:\n  password:\n    hunter22\n",
            "smtp:\n  password:\nhunter22\n",
            "smtp:\n  password: |\n    one\n    hunter22\n",
            "smtp:\n  password: \"hunter22\n  rate: x\n",
            "smtp:\n  password: [hunter22]\n",
            "smtp:\n  url: smtp://me:hunter22@smtp.example.com:587\n",
            "smtp:\n  url: smtp://me:p@hunter22@smtp.example.com\n",
            "smtp:\n  url: smtp://me:hunter22 @smtp.example.com\n",
            "notify:\n  webhook:\n    secret: hunter22 # ours\n",
            "web:\n  secret:\n  - hunter22\n  - other-hunter22\n",
            "x: &p hunter22\nsmtp:\n  password: *p\n",
            "notify:\n  webhook: {secert: hunter22}\n",
            "- whsec_hunter22\n",
            "dkim: |\n  -----BEGIN PRIVATE KEY-----\n  hunter22\n  -----END PRIVATE KEY-----\n",
        ] {
            let (shown, _) = masked(text);
            assert!(!shown.contains("hunter22"), "{text}\n→\n{shown}");
            assert_eq!(shown.len(), text.len(), "{text}");
        }
    }

    #[test]
    fn the_rest_of_the_file_is_shown_as_it_is() {
        for text in [
            "publication:\n  name: 데일리 노트\n  from: hello@example.com\n",
            "smtp:\n  url: smtp://smtp.example.com:587\n  rate: 14/s\n",
            "smtp:\n  password: ${SMTP_PASSWORD}\n  connections: 4\n",
            "smtp:\n  rate: ${SMTP_TOKEN}\n",
            "editions:\n  monday: {title: 월요일, day: mon}\n",
        ] {
            assert_eq!(masked(text).0, text);
        }
    }

    #[test]
    fn a_variable_beside_a_secret_is_shown_and_the_secret_is_not() {
        let (shown, _) = masked("url: smtps://me${X}you:${SMTP_PASSWORD}@smtp.example.com\n");
        assert_eq!(
            shown,
            "url: smtps://**${X}****${SMTP_PASSWORD}@smtp.example.com\n"
        );
    }

    #[test]
    fn words_about_it_do_not_repeat_it() {
        let (_, secrets) = masked("smtp:\n  password: hunter22\n");
        assert_eq!(
            without("`hunter22` is no number", &secrets),
            "`****` is no number"
        );
    }
}
