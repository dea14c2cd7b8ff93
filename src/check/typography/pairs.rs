//! Quotation marks and brackets that come in pairs, within a paragraph or over a few.

use super::{super::Findings, MIXED_QUOTES, UNBALANCED};
use crate::{
    issue::{Prose, ProseKind},
    source::Span,
};

/// A quotation may run over this many paragraphs.
const MAX_PARAGRAPHS: usize = 12;

/// A mark without its partner in its own paragraph.
struct Loose {
    mark: char,
    span: Span,
    paragraph: usize,
}

pub(super) fn check(all: &[Prose], findings: &mut Findings<'_>) {
    let mut open: Vec<Loose> = Vec::new();
    let mut unmatched: Vec<Loose> = Vec::new();
    for (paragraph, prose) in all.iter().enumerate() {
        let mut reader = Reader::new(&prose.text);
        reader.read();
        for (at, length) in reader.mixed {
            findings
                .at(
                    &MIXED_QUOTES,
                    prose.span(at..at + length),
                    "opened with one kind of quotation mark, closed with another",
                )
                .hint("use ‘ ’ or “ ” on both sides");
        }
        let loose = |(mark, at): (char, usize)| Loose {
            mark,
            span: prose.span(at..at + mark.len_utf8()),
            paragraph,
        };
        for closing in reader.unmatched.into_iter().map(loose) {
            let partner = open.iter().rposition(|opening| {
                partner(opening.mark) == Some(closing.mark)
                    && paragraph - opening.paragraph <= MAX_PARAGRAPHS
            });
            match partner {
                Some(index) => drop(open.remove(index)),
                None => unmatched.push(closing),
            }
        }
        // Each paragraph of a long quotation opens it anew, and only the last closes it.
        let first = prose.text.chars().next();
        open.retain(|opening| {
            !(opening.mark == '“' && first == Some('“') && opening.paragraph + 1 == paragraph)
        });
        if matches!(prose.kind, ProseKind::Heading(_)) {
            // A heading ends what came before it.
            report(&mut open, findings);
        }
        open.extend(reader.open.into_iter().map(loose));
    }
    report(&mut open, findings);
    report(&mut unmatched, findings);
}

fn report(loose: &mut Vec<Loose>, findings: &mut Findings<'_>) {
    for Loose { mark, span, .. } in loose.drain(..) {
        let (message, hint) = match partner(mark) {
            Some(partner) => (
                format!("`{mark}` is opened and not closed"),
                format!("close it with `{partner}`"),
            ),
            None => (
                format!("`{mark}` closes what was not opened"),
                "open it, or take it out".to_owned(),
            ),
        };
        findings.at(&UNBALANCED, span, message).hint(hint);
    }
}

const PAIRS: [(char, char); 12] = [
    ('“', '”'),
    ('‘', '’'),
    ('"', '"'),
    ('\'', '\''),
    ('(', ')'),
    ('（', '）'),
    ('「', '」'),
    ('『', '』'),
    ('《', '》'),
    ('〈', '〉'),
    ('【', '】'),
    ('[', ']'),
];

fn partner(open: char) -> Option<char> {
    PAIRS
        .iter()
        .find(|(mark, _)| *mark == open)
        .map(|(_, close)| *close)
}

fn opener(close: char) -> Option<char> {
    PAIRS
        .iter()
        .find(|(open, mark)| *mark == close && open != mark)
        .map(|(open, _)| *open)
}

/// The marks of one paragraph.
struct Reader<'t> {
    text: &'t str,
    chars: Vec<(usize, char)>,
    open: Vec<(char, usize)>,
    unmatched: Vec<(char, usize)>,
    /// Place and length of quotations closed with another kind of mark.
    mixed: Vec<(usize, usize)>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            chars: text.char_indices().collect(),
            open: Vec::new(),
            unmatched: Vec::new(),
            mixed: Vec::new(),
        }
    }

    fn read(&mut self) {
        for index in 0..self.chars.len() {
            let (at, char) = self.chars[index];
            match char {
                '"' => self.straight(index, '“'),
                '\'' => self.straight(index, '‘'),
                '”' => self.close(at, '”', &['“', '"']),
                '’' if !self.is_apostrophe(index) => self.close(at, '’', &['‘', '\'']),
                '‘' if self.next(index).is_some_and(|next| next.is_ascii_digit()) => {}
                ')' | ']' if self.is_label_or_smile(index) => {}
                '(' if self.is_smile(index) => {}
                char if partner(char).is_some() => self.open.push((char, at)),
                char => {
                    if let Some(open) = opener(char) {
                        self.close(at, char, &[open]);
                    }
                }
            }
        }
    }

    fn previous(&self, index: usize) -> Option<char> {
        index.checked_sub(1).map(|before| self.chars[before].1)
    }

    fn next(&self, index: usize) -> Option<char> {
        self.chars.get(index + 1).map(|(_, char)| *char)
    }

    /// `don't`, and what follows a Latin word without an opening mark: `the writers’ room`.
    fn is_apostrophe(&self, index: usize) -> bool {
        let is_latin = |char: Option<char>| {
            char.is_some_and(|char| char.is_alphanumeric() && u32::from(char) < 0x1100)
        };
        if is_latin(self.previous(index)) && is_latin(self.next(index)) {
            return true;
        }
        let has_open = self.open.iter().any(|(mark, _)| matches!(mark, '‘' | '\''));
        let begins = self.previous(index).is_none_or(char::is_whitespace);
        !has_open && (begins || is_latin(self.previous(index)))
    }

    /// `"` and `'` open or close by what stands around them.
    fn straight(&mut self, index: usize, curly: char) {
        let (at, mark) = self.chars[index];
        if mark == '\'' && self.is_apostrophe(index) && !self.opens_single(index) {
            return;
        }
        let (previous, next) = (self.previous(index), self.next(index));
        let is_open = self
            .open
            .iter()
            .any(|(open, _)| *open == mark || *open == curly);
        let follows_text = previous.is_some_and(|char| !char.is_whitespace());
        let precedes_text = next.is_some_and(|char| !char.is_whitespace());
        if is_open && follows_text {
            self.close(at, mark, &[mark, curly]);
        } else if precedes_text && !previous.is_some_and(|char| char.is_ascii_alphanumeric()) {
            self.open.push((mark, at));
        } else if !previous.is_some_and(|char| char.is_ascii_digit()) {
            // After a digit: inches and feet.
            self.unmatched.push((mark, at));
        }
    }

    /// A `'` at the beginning of a word that something later closes.
    fn opens_single(&self, index: usize) -> bool {
        let begins = self
            .previous(index)
            .is_none_or(|char| !char.is_alphanumeric());
        begins && self.has_single_close(index)
    }

    fn has_single_close(&self, index: usize) -> bool {
        let mut inner = 0;
        for at in index + 1..self.chars.len() {
            let (_, char) = self.chars[at];
            let is_close = matches!(char, '\'' | '’')
                && self.previous(at).is_some_and(|char| !char.is_whitespace())
                && !self
                    .next(at)
                    .is_some_and(|char| char.is_ascii_alphanumeric());
            match char {
                '‘' => inner += 1,
                '’' if is_close && inner > 0 => inner -= 1,
                _ if is_close => return true,
                _ => {}
            }
        }
        false
    }

    fn close(&mut self, at: usize, mark: char, openers: &[char]) {
        let found = self
            .open
            .iter()
            .rposition(|(open, _)| openers.contains(open));
        let Some(index) = found else {
            self.unmatched.push((mark, at));
            return;
        };
        let (open, start) = self.open.remove(index);
        if partner(open) != Some(mark) {
            self.mixed.push((start, at + mark.len_utf8() - start));
        }
    }

    /// `1)`, `가)`, `iii)` at the beginning of a word; `:)`, `^^)`.
    fn is_label_or_smile(&self, index: usize) -> bool {
        let (at, char) = self.chars[index];
        let opener = if char == ')' { '(' } else { '[' };
        if self.open.iter().any(|(open, _)| *open == opener) {
            return false;
        }
        let before = &self.text[..at];
        let label = before
            .rsplit(|char: char| char.is_whitespace() || char == ',')
            .next()
            .unwrap_or_default();
        let is_label = label.chars().count() <= 4 && label.chars().all(char::is_alphanumeric);
        is_label || before.ends_with([':', ';', '=', '^', '-'])
    }

    fn is_smile(&self, index: usize) -> bool {
        matches!(self.previous(index), Some(':' | ';' | '='))
            && !self.next(index).is_some_and(char::is_alphanumeric)
    }
}
