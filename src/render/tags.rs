//! A template's tags as lists of tokens: just enough of Tera's grammar to see names and operators.

use std::ops::Range;

/// `{{ … }}` or `{% … %}`.
#[derive(Debug)]
pub(crate) struct TemplateTag {
    pub(crate) tokens: Vec<TagToken>,
    /// Where each token starts in the template.
    pub(crate) starts: Vec<usize>,
    /// Where it stands in the template.
    pub(crate) span: Range<usize>,
}

/// A token. Strings and numbers can hold no name, so what they say is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagToken {
    Word(String),
    Text,
    Number,
    Symbol(&'static str),
}

/// A name that is read, and where it starts.
#[derive(Debug)]
pub(crate) struct VariablePath<'a> {
    pub(crate) names: Vec<&'a str>,
    pub(crate) at: usize,
}

const SYMBOLS: [&str; 26] = [
    "==", "!=", "<=", ">=", "<", ">", ".", "|", "(", ")", "[", "]", "{", "}", ",", "=", "~", "+",
    "-", "*", "/", "%", ":", "?", "!", "&",
];

impl TemplateTag {
    /// The names at its start.
    pub(crate) fn words(&self) -> Vec<&str> {
        self.tokens
            .iter()
            .map_while(|token| match token {
                TagToken::Word(word) => Some(word.as_str()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn first_word(&self) -> Option<&str> {
        self.words().first().copied()
    }

    /// Names that are read, with the members asked of them: `reader.links.feedback`. An index adds
    /// a member of no name. A name before a `=` is not read.
    pub(crate) fn paths(&self) -> Vec<VariablePath<'_>> {
        let mut paths: Vec<VariablePath<'_>> = Vec::new();
        let mut is_member = false;
        let mut is_after_name = false;
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                TagToken::Word(_) if self.tokens.get(at + 1) == Some(&TagToken::Symbol("=")) => {
                    (is_member, is_after_name) = (false, false);
                }
                TagToken::Word(word) => {
                    match paths.last_mut() {
                        Some(path) if is_member => path.names.push(word),
                        _ => paths.push(VariablePath {
                            names: vec![word],
                            at,
                        }),
                    }
                    (is_member, is_after_name) = (false, true);
                }
                TagToken::Symbol("?") if is_after_name => {}
                TagToken::Symbol(".") if is_after_name => is_member = true,
                TagToken::Symbol("[") if is_after_name => {
                    if let Some(path) = paths.last_mut() {
                        path.names.push("");
                    }
                    is_after_name = false;
                }
                _ => (is_member, is_after_name) = (false, false),
            }
        }
        paths
    }

    /// Whether it calls a component: `{{ <button url={…} /> }}`.
    pub(crate) fn is_component_call(&self) -> bool {
        self.tokens.first() == Some(&TagToken::Symbol("<"))
    }

    /// The names that it gives to what it reads: of `set`, of `for`, of a component's arguments.
    pub(crate) fn assigned(&self) -> Vec<String> {
        let mut names = Vec::new();
        if self.is_component_call() {
            for pair in self.tokens.windows(2) {
                if let [TagToken::Word(name), TagToken::Symbol("=")] = pair {
                    names.push(name.clone());
                }
            }
        }
        if let ["for", own @ .., "in"] | ["set" | "set_global", own @ ..] =
            self.words_until_in().as_slice()
        {
            names.extend(own.iter().map(|name| (*name).to_owned()));
        }
        names
    }

    /// For `for a, b in c`: its names up to `in`, commas left out.
    fn words_until_in(&self) -> Vec<&str> {
        let mut words = Vec::new();
        for token in &self.tokens {
            match token {
                TagToken::Word(word) => words.push(word.as_str()),
                TagToken::Symbol(",") => {}
                _ => break,
            }
            if words.last() == Some(&"in") {
                break;
            }
        }
        words
    }
}

/// All tags of a template; comments and raw sections have none.
pub(crate) fn parse(template: &str) -> Vec<TemplateTag> {
    let mut tags = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("{#") {
            rest = comment.split_once("#}").map_or("", |(_, after)| after);
            continue;
        }
        let close = match rest.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => {
                rest = &rest[1..];
                continue;
            }
        };
        // `{%-` trims what stands before the tag; the mark is no minus.
        let inside = rest[2..].strip_prefix('-').unwrap_or(&rest[2..]);
        let inside_at = template.len() - inside.len();
        let (tokens, after) = tokens(inside, close);
        let (starts, tokens) = tokens
            .into_iter()
            .map(|(at, token)| (inside_at + at, token))
            .unzip();
        let source = &rest[..rest.len() - after.len()];
        let start = template.len() - rest.len();
        let tag = TemplateTag {
            tokens,
            starts,
            span: start..start + source.len(),
        };
        rest = after;
        if tag.words() == ["raw"] {
            rest = rest
                .find("endraw")
                .and_then(|at| rest[at..].split_once("%}"))
                .map_or("", |(_, after)| after);
        } else {
            tags.push(tag);
        }
    }
    tags
}

/// The tokens up to the closing mark, each with its place, and what follows the mark.
fn tokens<'a>(inside: &'a str, close: &str) -> (Vec<(usize, TagToken)>, &'a str) {
    let mut tokens = Vec::new();
    let mut rest = inside;
    // `}` of an argument in braces may stand right before the end of a component's tag.
    let mut open_braces = 0usize;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return (tokens, "");
        };
        if open_braces == 0 {
            if let Some(after) = rest.strip_prefix(close) {
                return (tokens, after);
            }
            if let Some(after) = rest
                .strip_prefix('-')
                .and_then(|rest| rest.strip_prefix(close))
            {
                return (tokens, after);
            }
        }
        let at = inside.len() - rest.len();
        if matches!(first, '"' | '\'' | '`') {
            tokens.push((at, TagToken::Text));
            rest = after_string(&rest[1..], first);
        } else if first.is_ascii_digit() {
            tokens.push((at, TagToken::Number));
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        } else if is_word(first) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            tokens.push((at, TagToken::Word(rest[..end].to_owned())));
            rest = &rest[end..];
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            match *symbol {
                "{" => open_braces += 1,
                "}" => open_braces = open_braces.saturating_sub(1),
                _ => {}
            }
            tokens.push((at, TagToken::Symbol(symbol)));
            rest = &rest[symbol.len()..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

fn after_string(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return &text[at + character.len_utf8()..];
        }
    }
    ""
}
