//! What only Linux has is named only where the code says that it is for Linux: the program builds on
//! macOS, which nobody here compiles for before a release does.

use std::{fs, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

#[test]
fn nothing_names_linux_outside_of_code_for_linux() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                files += 1;
                let lines = named(&fs::read_to_string(&path).unwrap());
                found.extend(
                    lines
                        .iter()
                        .map(|line| format!("{}:{line}", path.display())),
                );
            }
        }
    }
    assert!(files > 100, "only {files} files were read");
    assert!(
        found.is_empty(),
        "std::os::linux without #[cfg(target_os = \"linux\")]:\n{}",
        found.join("\n")
    );
}

/// The lines that name `linux` in code, outside of what `#[cfg(target_os = "linux")]` stands before.
fn named(text: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    walk(text.parse().unwrap(), &mut lines);
    lines
}

fn walk(stream: TokenStream, lines: &mut Vec<usize>) {
    let mut is_for_linux = false;
    let mut is_attribute = false;
    let mut is_inner = false;
    for token in stream {
        match &token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                (is_attribute, is_inner) = (true, false);
                continue;
            }
            TokenTree::Punct(mark) if mark.as_char() == '!' && is_attribute => {
                is_inner = true;
                continue;
            }
            TokenTree::Group(group)
                if is_attribute
                    && group.delimiter() == Delimiter::Bracket
                    && is_cfg_for_linux(group.stream()) =>
            {
                // Of the whole file, or of what follows.
                if is_inner {
                    return;
                }
                is_for_linux = true;
            }
            // The item's end.
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                if !is_for_linux {
                    walk(group.stream(), lines);
                }
                is_for_linux = false;
            }
            TokenTree::Group(group) if !is_for_linux => walk(group.stream(), lines),
            TokenTree::Punct(mark) if matches!(mark.as_char(), ';' | ',') => is_for_linux = false,
            TokenTree::Ident(name) if name == "linux" && !is_for_linux => {
                lines.push(token.span().start().line);
            }
            _ => {}
        }
        is_attribute = false;
    }
}

/// `cfg(target_os = "linux")`, or `all(…)` with it; not `not(…)` and not `any(…)`.
fn is_cfg_for_linux(attribute: TokenStream) -> bool {
    let text = attribute.to_string().replace(' ', "");
    let Some(condition) = text
        .strip_prefix("cfg(")
        .and_then(|it| it.strip_suffix(')'))
    else {
        return false;
    };
    condition == "target_os=\"linux\""
        || condition
            .strip_prefix("all(")
            .is_some_and(|all| all.contains("target_os=\"linux\"") && !all.contains("any("))
            && !condition.contains("not(target_os")
}

#[test]
fn it_is_found_wherever_it_hides_and_let_be_where_it_is_meant() {
    let bad = "\
use std::os::linux::fs::MetadataExt;
use std::os::{unix::fs::FileTypeExt, linux::net::SocketAddrExt};
#[cfg(target_os = \"linux\")]
use std::os::linux::fs::MetadataExt as A;
fn f() { std::os::linux::x(); }
#[cfg(not(target_os = \"linux\"))]
fn g() { std::os::linux::x(); }
#[cfg(any(target_os = \"linux\", target_os = \"macos\"))]
fn h() { std::os::linux::x(); }
";
    assert_eq!(named(bad), [1, 2, 5, 7, 9]);
    let good = "\
//! std::os::linux
#[cfg(target_os = \"linux\")]
#[must_use]
fn f(a: u8) -> std::os::linux::X { std::os::linux::x() }
fn g() {
    #[cfg(target_os = \"linux\")]
    let a = std::os::linux::x();
    #[cfg(all(target_os = \"linux\", test))]
    { std::os::linux::x() }
}
const NAME: &str = \"linux\";
";
    assert_eq!(named(good), [] as [usize; 0]);
    assert_eq!(
        named("#![cfg(target_os = \"linux\")]\nuse std::os::linux::x;"),
        [] as [usize; 0]
    );
}
