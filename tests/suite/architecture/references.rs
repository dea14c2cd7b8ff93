//! Every path of a Rust file that starts at the crate's root, or climbs there by `super`: in
//! imports, in their groups, in code and inside macros. Comments and strings are none.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, LexError, Spacing, TokenStream, TokenTree};

/// A path from the crate's root.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Its names; never empty.
    pub(super) path: Vec<String>,
    /// What it is called here: its last name, or the one behind `as`.
    pub(super) name: String,
    /// Where it ends.
    pub(super) line: usize,
}

/// The references of a file that is that module.
pub(super) fn references(text: &str, module: &[String]) -> Result<Vec<Reference>, LexError> {
    let mut found = Vec::new();
    walk(text.parse()?, module, &mut found);
    Ok(found)
}

/// What a file that is that module needs itself: neither what only tests use nor what it lends on.
pub(super) fn needs(text: &str, module: &[String]) -> Result<Vec<Reference>, LexError> {
    let tokens: Vec<TokenTree> = without_tests(text.parse()?).into_iter().collect();
    let mut own = tokens.clone();
    for lent in lent(&tokens).into_iter().rev() {
        own.drain(lent);
    }
    let mut found = Vec::new();
    walk(own.into_iter().collect(), module, &mut found);
    Ok(found)
}

/// What a file that is that module lends on: `pub use`, however far it may be seen.
pub(super) fn reexports(text: &str, module: &[String]) -> Result<Vec<Reference>, LexError> {
    let tokens: Vec<TokenTree> = without_tests(text.parse()?).into_iter().collect();
    let mut found = Vec::new();
    for lent in lent(&tokens) {
        walk(tokens[lent].iter().cloned().collect(), module, &mut found);
    }
    Ok(found)
}

/// Where a file says `pub use …;`: from the `use` on.
fn lent(tokens: &[TokenTree]) -> Vec<Range<usize>> {
    let is_lent = |at: &usize| {
        let mut before = tokens[..*at].iter().rev().take(2);
        let is_pub = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "pub");
        word(tokens.get(*at)).is_some_and(|word| word == "use") && before.any(is_pub)
    };
    let until_its_end = |at: usize| {
        let end = tokens[at..].iter().position(is_end);
        at..end.map_or(tokens.len(), |end| at + end)
    };
    (0..tokens.len())
        .filter(is_lent)
        .map(until_its_end)
        .collect()
}

fn is_end(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == ';')
}

/// Without the items under `#[cfg(test)]`.
pub(super) fn without_tests(stream: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_test = matches!(&tokens[at..], [TokenTree::Punct(mark), TokenTree::Group(attribute), ..]
            if mark.as_char() == '#' && attribute.to_string().replace(' ', "") == "[cfg(test)]");
        if is_test {
            // An item ends with its block, or with a semicolon.
            let rest = &tokens[at + 2..];
            let end = rest.iter().position(|token| {
                is_end(token)
                    || matches!(token, TokenTree::Group(body) if body.delimiter() == Delimiter::Brace)
            });
            at += end.map_or(tokens.len(), |end| end + 3);
            continue;
        }
        kept.push(match &tokens[at] {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                let inner = without_tests(body.stream());
                TokenTree::Group(Group::new(Delimiter::Brace, inner))
            }
            token => token.clone(),
        });
        at += 1;
    }
    kept.into_iter().collect()
}

fn walk(stream: TokenStream, module: &[String], found: &mut Vec<Reference>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((name, body)) = inline_module(&tokens[at..]) {
            let inner = [module, &[name]].concat();
            walk(body, &inner, found);
            at += 3;
            continue;
        }
        // The binary is a crate of its own, which knows the library by its name.
        let root = match word(tokens.get(at)).as_deref() {
            Some("crate" | "daily_note") => Some(Vec::new()),
            Some("self") => Some(module.to_vec()),
            Some("super") => Some(parent(module)),
            _ => None,
        };
        match root {
            Some(root) if is_path_separator(&tokens[at + 1..]) => {
                at += 3;
                follow(root, &tokens, &mut at, found);
            }
            _ => {
                if let TokenTree::Group(group) = &tokens[at] {
                    walk(group.stream(), module, found);
                }
                at += 1;
            }
        }
    }
}

/// Follows a path, into the branches of a group, to its ends.
fn follow(mut path: Vec<String>, tokens: &[TokenTree], at: &mut usize, found: &mut Vec<Reference>) {
    loop {
        let Some(token) = tokens.get(*at) else { return };
        let line = token.span().start().line;
        *at += 1;
        match token {
            TokenTree::Ident(name) if name == "super" => path = parent(&path),
            TokenTree::Ident(name) if name == "self" => {}
            TokenTree::Ident(name) => path.push(name.to_string()),
            TokenTree::Punct(star) if star.as_char() == '*' => path.push("*".to_owned()),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ',');
                for branch in inner.split(is_comma) {
                    follow(path.clone(), branch, &mut 0, found);
                }
                return;
            }
            _ => {}
        }
        if is_path_separator(&tokens[*at..]) {
            *at += 2;
            continue;
        }
        let renamed = word(tokens.get(*at)).is_some_and(|word| word == "as");
        let name = match renamed {
            true => word(tokens.get(*at + 1)),
            false => path.last().cloned(),
        };
        if let Some(name) = name.filter(|_| !path.is_empty()) {
            found.push(Reference { path, name, line });
        }
        return;
    }
}

/// `mod name { … }`
fn inline_module(tokens: &[TokenTree]) -> Option<(String, TokenStream)> {
    match (word(tokens.first())?.as_str(), tokens.get(2)?) {
        ("mod", TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
            Some((word(tokens.get(1))?, body.stream()))
        }
        _ => None,
    }
}

fn word(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn parent(module: &[String]) -> Vec<String> {
    module[..module.len().saturating_sub(1)].to_vec()
}

/// Whether `::` stands next.
fn is_path_separator(tokens: &[TokenTree]) -> bool {
    matches!(
        tokens,
        [TokenTree::Punct(first), TokenTree::Punct(second), ..]
            if first.as_char() == ':'
                && first.spacing() == Spacing::Joint
                && second.as_char() == ':'
    )
}
