//! A template's tags as lists of tokens: just enough of Tera's grammar to see names and operators.

use std::ops::Range;

/// `{{ … }}` or `{% … %}`.
#[derive(Debug)]
pub(crate) struct TemplateTag<'t> {
    pub(crate) tokens: Vec<TagToken<'t>>,
    /// Where each token starts in the template.
    pub(crate) starts: Vec<usize>,
    /// Where it stands in the template.
    pub(crate) span: Range<usize>,
    /// Whether its closing mark is there.
    pub(crate) is_closed: bool,
}

/// A token. Strings and numbers can hold no name, so what they say is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagToken<'t> {
    Word(&'t str),
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

impl<'t> TemplateTag<'t> {
    /// The names at its start.
    pub(crate) fn words(&self) -> Vec<&'t str> {
        self.leading_words().collect()
    }

    pub(crate) fn first_word(&self) -> Option<&'t str> {
        self.leading_words().next()
    }

    fn leading_words(&self) -> impl Iterator<Item = &'t str> {
        self.tokens.iter().map_while(|token| match token {
            TagToken::Word(word) => Some(*word),
            _ => None,
        })
    }

    /// Whether a name stands anywhere in it.
    pub(crate) fn names(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        self.tokens
            .iter()
            .any(|token| matches!(token, TagToken::Word(word) if is_meant(word)))
    }

    /// Names that are read, with the members asked of them: `reader.links.feedback`. An index adds
    /// a member of no name. A name before a `=` is not read.
    pub(crate) fn paths(&self) -> Vec<VariablePath<'t>> {
        let mut paths: Vec<VariablePath<'t>> = Vec::new();
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
    pub(crate) fn assigned(&self) -> Vec<&'t str> {
        let mut names = Vec::new();
        if self.is_component_call() {
            for pair in self.tokens.windows(2) {
                if let [TagToken::Word(name), TagToken::Symbol("=")] = pair {
                    names.push(*name);
                }
            }
        }
        if let ["for", own @ .., "in"] | ["set" | "set_global", own @ ..] =
            self.words_until_in().as_slice()
        {
            names.extend(own);
        }
        names
    }

    /// For `for a, b in c`: its names up to `in`, commas left out.
    fn words_until_in(&self) -> Vec<&'t str> {
        let mut words = Vec::new();
        for token in &self.tokens {
            match token {
                TagToken::Word(word) => words.push(*word),
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
pub(crate) fn parse(template: &str) -> Vec<TemplateTag<'_>> {
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
        let start = template.len() - rest.len();
        let (tokens, starts, after) = tokens(inside, template.len() - inside.len(), close);
        let tag = TemplateTag {
            tokens,
            starts,
            span: start..template.len() - after.map_or(0, str::len),
            is_closed: after.is_some(),
        };
        rest = after.unwrap_or_default();
        if tag.leading_words().eq(["raw"]) {
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

/// The tokens up to the closing mark, where in the template each starts, and what follows the mark; None where
/// there is none.
fn tokens<'t>(
    inside: &'t str,
    inside_at: usize,
    close: &str,
) -> (Vec<TagToken<'t>>, Vec<usize>, Option<&'t str>) {
    let (mut tokens, mut starts) = (Vec::with_capacity(8), Vec::with_capacity(8));
    let mut rest = inside;
    // `}` of an argument in braces may stand right before the end of a component's tag.
    let mut open_braces = 0usize;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return (tokens, starts, None);
        };
        if open_braces == 0 {
            let unmarked = rest.strip_prefix('-').unwrap_or(rest);
            let ends = [rest, unmarked].map(|rest| rest.strip_prefix(close));
            if let Some(after) = ends.into_iter().flatten().next() {
                return (tokens, starts, Some(after));
            }
        }
        let at = inside_at + inside.len() - rest.len();
        let token;
        (token, rest) = match first {
            '"' | '\'' | '`' => (Some(TagToken::Text), after_string(&rest[1..], first)),
            '0'..='9' => {
                let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                (Some(TagToken::Number), after)
            }
            _ if is_word(first) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (Some(TagToken::Word(&rest[..end])), &rest[end..])
            }
            _ => match symbol(rest) {
                Some(symbol) => {
                    match symbol {
                        "{" => open_braces += 1,
                        "}" => open_braces = open_braces.saturating_sub(1),
                        _ => {}
                    }
                    (Some(TagToken::Symbol(symbol)), &rest[symbol.len()..])
                }
                None => (None, &rest[first.len_utf8()..]),
            },
        };
        if let Some(token) = token {
            tokens.push(token);
            starts.push(at);
        }
    }
}

fn symbol(text: &str) -> Option<&'static str> {
    SYMBOLS.into_iter().find(|symbol| text.starts_with(*symbol))
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
