//! No name for two things: a type is declared in one file of the program, and means one thing wherever it
//! is read. What a command takes (`Args`) is named by its command's file, an `Error` by its module.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};

use super::references::without_tests;

/// Names that their module completes.
const COMPLETED_BY_THEIR_MODULE: [&str; 2] = ["Args", "Error"];

/// The types that more than one of these files declares, with their places.
pub(super) fn declared_twice(files: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, text) in files.filter(|(file, _)| !is_for_tests(file)) {
        // What is no Rust is told by another rule.
        let mut names = Vec::new();
        walk(without_tests(text.parse().unwrap_or_default()), &mut names);
        names.sort();
        names.dedup();
        for name in names {
            places.entry(name).or_default().push(file.clone());
        }
    }
    places.retain(|name, files| {
        files.len() > 1 && !COMPLETED_BY_THEIR_MODULE.contains(&name.as_str())
    });
    let told = |(name, files): (String, Vec<String>)| {
        format!("`{name}` names a type in each of {}", files.join(", "))
    };
    places.into_iter().map(told).collect()
}

fn is_for_tests(file: &str) -> bool {
    file.ends_with("tests.rs") || file.ends_with("/test.rs") || file.contains("/tests/")
}

/// The types that stand at the top of a file, or in a module within it.
fn walk(stream: TokenStream, names: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "struct" || word == "enum" || word == "trait" => {
                if let Some(TokenTree::Ident(name)) = tokens.get(at + 1) {
                    names.push(name.to_string());
                }
            }
            TokenTree::Ident(word) if word == "mod" => {
                if let Some(TokenTree::Group(body)) = tokens.get(at + 2) {
                    walk(body.stream(), names);
                }
            }
            _ => {}
        }
    }
}
