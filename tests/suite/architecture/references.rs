//! Every path of a Rust file that starts at the crate's root, or climbs there by `super`: in
//! imports, in their groups, in code and inside macros. Comments and strings are none.

use proc_macro2::{Delimiter, LexError, Spacing, TokenStream, TokenTree};

/// A path from the crate's root.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Its names; never empty.
    pub(super) path: Vec<String>,
    /// Where it ends.
    pub(super) line: usize,
}

/// The references of a file that is that module.
pub(super) fn references(text: &str, module: &[String]) -> Result<Vec<Reference>, LexError> {
    let mut found = Vec::new();
    walk(text.parse()?, module, &mut found);
    Ok(found)
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
        if !path.is_empty() {
            found.push(Reference { path, line });
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
