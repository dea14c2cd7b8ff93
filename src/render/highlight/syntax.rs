//! What the letters of code are, by the grammar of its language.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

use super::token::{TokenKind, TokenRun, TokenRuns};

/// Scope prefix → kind. The innermost scope that has one decides.
const KINDS: &[(&str, TokenKind)] = &[
    ("comment", TokenKind::Comment),
    ("string", TokenKind::Text),
    ("constant", TokenKind::Number),
    ("keyword.operator", TokenKind::Plain),
    ("keyword", TokenKind::Keyword),
    ("storage", TokenKind::Keyword),
    ("entity.name.function", TokenKind::Name),
    ("support.function", TokenKind::Name),
    ("variable.function", TokenKind::Name),
    ("entity.name.tag", TokenKind::Keyword),
    ("entity.name", TokenKind::Type),
    ("support.type", TokenKind::Type),
    ("support.class", TokenKind::Type),
    ("markup.inserted", TokenKind::Text),
    ("markup.deleted", TokenKind::Number),
];

/// Who cuts code: raised with every change to what it finds. A test holds it against Cargo.lock.
pub(super) const GRAMMARS: &str = "syntect 5.3.0, two-face 0.5.2+bat-0.26.1, 1";

/// The runs of code in a language. None: nobody knows it, or the code is not of it.
pub(super) fn runs(code: &str, language: &str) -> Option<Vec<TokenRun>> {
    let syntax = grammars().find_syntax_by_token(language)?;
    runs_by(code, syntax)
}

/// Loaded when the first code is cut: it takes longer than rendering the rest.
fn grammars() -> &'static SyntaxSet {
    static GRAMMAR_SET: OnceLock<SyntaxSet> = OnceLock::new();
    GRAMMAR_SET.get_or_init(two_face::syntax::extra_newlines)
}

fn runs_by(code: &str, syntax: &SyntaxReference) -> Option<Vec<TokenRun>> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut runs = TokenRuns::default();
    for line in code.split_inclusive('\n') {
        let mut at = 0;
        for (offset, operation) in state.parse_line(line, grammars()).ok()? {
            runs.push(line.get(at..offset)?, kind(&stack));
            at = offset;
            stack.apply(&operation).ok()?;
        }
        runs.push(line.get(at..)?, kind(&stack));
    }
    Some(runs.finish())
}

fn kind(stack: &ScopeStack) -> TokenKind {
    for scope in stack.as_slice().iter().rev() {
        let name = scope.build_string();
        for (prefix, kind) in KINDS {
            if name
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            {
                return *kind;
            }
        }
    }
    TokenKind::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cuts_code_is_known_by_its_number() {
        let lock = include_str!("../../../Cargo.lock");
        for library in ["syntect", "two-face"] {
            let entry = format!("name = \"{library}\"\nversion = \"");
            let version = lock.split(&entry).nth(1).unwrap();
            let version = version.split('"').next().unwrap();
            assert!(
                GRAMMARS.contains(&format!("{library} {version},")),
                "{library} is {version}: what was remembered of the one before may be other"
            );
        }
    }
}
