//! Code as HTML: a few classes for the kinds of token, which the style sheet colours for light and
//! for dark paper. No colour theme of the highlighter's own: it would know one paper only.
//!
//! `syntax` cuts code into runs of a kind, `remembered` keeps what was cut before, `token` makes HTML of code and runs.

mod remembered;
mod syntax;
mod token;

use std::path::Path;

use self::{
    remembered::RememberedRuns,
    token::{TokenKind, TokenRun, with_spans},
};
use crate::render::escape::escape_text;

/// Of all code of an issue, what comes behind this is shown plain: to colour it would take longer than to
/// read it.
pub(crate) const MAX_HIGHLIGHTED_BYTES: usize = 64 << 10;
/// A line of more is nobody's writing; what colours look for takes the square of its length.
const MAX_LINE_BYTES: usize = 1_000;

/// Colours code. What code it has seen before, in whatever process, it knows.
#[derive(Debug, Clone)]
pub(crate) struct CodeColours {
    remembered: RememberedRuns,
}

impl CodeColours {
    /// Those of a publication, which remembers them in its state folder's cache.
    pub(crate) fn below(state_dir: &Path) -> Self {
        Self {
            remembered: RememberedRuns::below(state_dir),
        }
    }

    /// The code, escaped, its tokens in spans where the language is known.
    pub(crate) fn html(&self, code: &str, language: Option<&str>) -> String {
        let code = code.strip_suffix('\n').unwrap_or(code);
        let has_long_lines = || code.lines().any(|line| line.len() > MAX_LINE_BYTES);
        let language = language.filter(|_| !code.is_empty() && !has_long_lines());
        let runs = language.map(|language| {
            let find = || syntax::runs(code, language).unwrap_or_else(|| plain(code));
            self.remembered.of(code, language, find)
        });
        runs.and_then(|runs| with_spans(code, &runs))
            .unwrap_or_else(|| escape_text(code))
    }
}

/// Code in which nobody knows anything.
fn plain(code: &str) -> Vec<TokenRun> {
    vec![TokenRun {
        kind: TokenKind::Plain,
        bytes: code.len(),
    }]
}

#[cfg(test)]
mod tests;
