//! Code as HTML: a few classes for the kinds of token, which the style sheet colours for light and
//! for dark paper. No colour theme of the highlighter's own: it would know one paper only.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

use crate::render::escape::escape_text;

/// Of all code of an issue, what comes behind this is shown plain: to colour it would take longer than to
/// read it.
pub(crate) const MAX_HIGHLIGHTED_BYTES: usize = 64 << 10;
/// A line of more is nobody's writing; what colours look for takes the square of its length.
const MAX_LINE_BYTES: usize = 1_000;

/// Scope prefix → class. The innermost scope that has one decides.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "tk-comment"),
    ("string", "tk-string"),
    ("constant", "tk-number"),
    ("keyword.operator", ""),
    ("keyword", "tk-keyword"),
    ("storage", "tk-keyword"),
    ("entity.name.function", "tk-name"),
    ("support.function", "tk-name"),
    ("variable.function", "tk-name"),
    ("entity.name.tag", "tk-keyword"),
    ("entity.name", "tk-type"),
    ("support.type", "tk-type"),
    ("support.class", "tk-type"),
    ("markup.inserted", "tk-string"),
    ("markup.deleted", "tk-number"),
];

/// The code, escaped, its tokens in spans where the language is known.
pub(crate) fn highlighted(code: &str, language: Option<&str>) -> String {
    let code = code.strip_suffix('\n').unwrap_or(code);
    let syntax = language
        .filter(|_| code.lines().all(|line| line.len() <= MAX_LINE_BYTES))
        .and_then(|name| syntaxes().find_syntax_by_token(name));
    syntax
        .and_then(|syntax| with_classes(code, syntax))
        .unwrap_or_else(|| escape_text(code))
}

/// Loaded when the first issue shows code: it takes longer than rendering the rest.
fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    SYNTAXES.get_or_init(two_face::syntax::extra_newlines)
}

fn with_classes(code: &str, syntax: &SyntaxReference) -> Option<String> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut spans = ClassSpans::default();
    for line in code.split_inclusive('\n') {
        let mut at = 0;
        for (offset, operation) in state.parse_line(line, syntaxes()).ok()? {
            spans.push(line.get(at..offset)?, class(&stack));
            at = offset;
            stack.apply(&operation).ok()?;
        }
        spans.push(line.get(at..)?, class(&stack));
    }
    Some(spans.finish())
}

fn class(stack: &ScopeStack) -> &'static str {
    for scope in stack.as_slice().iter().rev() {
        let name = scope.build_string();
        for (prefix, class) in CLASSES {
            if name
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            {
                return class;
            }
        }
    }
    ""
}

/// Neighbouring pieces of one class share a span.
#[derive(Default)]
struct ClassSpans {
    html: String,
    class: &'static str,
    piece: String,
}

impl ClassSpans {
    fn push(&mut self, text: &str, class: &'static str) {
        // White space has no colour: it joins whatever is open.
        if class != self.class && !text.trim().is_empty() {
            self.close();
            self.class = class;
        }
        self.piece.push_str(text);
    }

    fn close(&mut self) {
        let piece = escape_text(&self.piece);
        // A line's end belongs to no token.
        let end = piece.trim_end_matches('\n').len();
        let (piece, line_ends) = piece.split_at(end);
        if self.class.is_empty() || piece.trim().is_empty() {
            self.html.push_str(piece);
        } else {
            self.html
                .push_str(&format!("<span class=\"{}\">{piece}</span>", self.class));
        }
        self.html.push_str(line_ends);
        self.piece.clear();
    }

    fn finish(mut self) -> String {
        self.close();
        self.html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_get_classes_and_their_text_is_escaped() {
        let html = highlighted("let s = \"<b>\"; // 끝\n", Some("rust"));
        assert!(
            html.contains("<span class=\"tk-keyword\">let</span> "),
            "{html}"
        );
        assert!(
            html.contains("<span class=\"tk-string\">\"&lt;b&gt;\"</span>"),
            "{html}"
        );
        assert!(
            html.contains("<span class=\"tk-comment\">// 끝</span>"),
            "{html}"
        );
    }

    #[test]
    fn code_in_no_known_language_is_shown_as_it_is() {
        assert_eq!(highlighted("a < b\n", Some("klingon")), "a &lt; b");
        assert_eq!(highlighted("a < b\n", None), "a &lt; b");
    }
}
