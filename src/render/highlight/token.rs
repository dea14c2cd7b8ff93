//! What code is cut into: runs of letters of one kind, and the HTML that is made of them.

use crate::render::escape::escape_text;

/// What a run of letters is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TokenKind {
    #[default]
    Plain,
    Comment,
    Text,
    Number,
    Keyword,
    Name,
    Type,
}

/// So many bytes of code, of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TokenRun {
    pub(super) kind: TokenKind,
    pub(super) bytes: usize,
}

impl TokenKind {
    /// In the order of their numbers.
    pub(super) const ALL: [Self; 7] = [
        Self::Plain,
        Self::Comment,
        Self::Text,
        Self::Number,
        Self::Keyword,
        Self::Name,
        Self::Type,
    ];

    /// As style sheets know it.
    fn class(self) -> Option<&'static str> {
        Some(match self {
            Self::Plain => return None,
            Self::Comment => "tk-comment",
            Self::Text => "tk-string",
            Self::Number => "tk-number",
            Self::Keyword => "tk-keyword",
            Self::Name => "tk-name",
            Self::Type => "tk-type",
        })
    }
}

/// The code with its runs in spans. None: they are not this code's.
pub(super) fn with_spans(code: &str, runs: &[TokenRun]) -> Option<String> {
    let mut html = String::with_capacity(code.len() * 2);
    let mut rest = code;
    for run in runs {
        let (text, behind) = rest.split_at_checked(run.bytes)?;
        rest = behind;
        let text = escape_text(text);
        // A line's end belongs to no token.
        let end = text.trim_end_matches('\n').len();
        let (text, line_ends) = text.split_at(end);
        match run.kind.class().filter(|_| !text.trim().is_empty()) {
            Some(class) => html.push_str(&format!("<span class=\"{class}\">{text}</span>")),
            None => html.push_str(text),
        }
        html.push_str(line_ends);
    }
    rest.is_empty().then_some(html)
}

/// Neighbouring pieces of one kind are one run.
#[derive(Default)]
pub(super) struct TokenRuns {
    runs: Vec<TokenRun>,
    kind: TokenKind,
    bytes: usize,
}

impl TokenRuns {
    pub(super) fn push(&mut self, text: &str, kind: TokenKind) {
        // White space has no colour: it joins whatever is open.
        if kind != self.kind && !text.trim().is_empty() {
            self.close();
            self.kind = kind;
        }
        self.bytes += text.len();
    }

    fn close(&mut self) {
        let run = TokenRun {
            kind: self.kind,
            bytes: std::mem::take(&mut self.bytes),
        };
        if run.bytes > 0 {
            self.runs.push(run);
        }
    }

    pub(super) fn finish(mut self) -> Vec<TokenRun> {
        self.close();
        self.runs
    }
}
