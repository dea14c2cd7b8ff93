//! Quotation marks and brackets that come in pairs, within a paragraph or over a few.

mod kinds;
mod later_close;
mod named;

use self::kinds::{opener, partner};
use super::{
    super::{Findings, issue_text::ReadProse},
    MIXED_QUOTES, UNBALANCED,
};
use crate::{
    issue::{Prose, ProseKind},
    korean::hangul,
    source::Span,
    words::say,
};

/// A quotation may run over this many paragraphs.
const MAX_PARAGRAPHS: usize = 12;

/// A mark without its partner in its own paragraph.
struct UnpairedMark {
    mark: char,
    span: Span,
    paragraph: usize,
}

pub(super) fn check(all: &[ReadProse<'_>], findings: &mut Findings<'_>) {
    let mut open: Vec<UnpairedMark> = Vec::new();
    let mut unmatched: Vec<UnpairedMark> = Vec::new();
    for (paragraph, prose) in all.iter().enumerate() {
        let reader = match may_have_marks(prose) {
            true => MarkReader::best(&prose.text),
            false => MarkReader::new("", MarkReading::default()),
        };
        for (at, length) in reader.mixed {
            findings
                .at(
                    &MIXED_QUOTES,
                    prose.span(at..at + length),
                    say!("opened with one kind of quotation mark, closed with another"),
                )
                .hint(say!("use ‘ ’ or “ ” on both sides"));
        }
        let loose = |(mark, at): (char, usize)| UnpairedMark {
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
            let is_quote = matches!(opening.mark, '“' | '‘' | '"' | '「' | '『');
            let goes_on = first == Some(opening.mark) && opening.paragraph + 1 == paragraph;
            !(is_quote && goes_on)
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

/// Whether a paragraph has the bytes that such marks begin with.
fn may_have_marks(prose: &ReadProse<'_>) -> bool {
    prose.has_byte(b"\"'()[]\xE2\xE3\xEF")
}

fn report(loose: &mut Vec<UnpairedMark>, findings: &mut Findings<'_>) {
    for UnpairedMark { mark, span, .. } in loose.drain(..) {
        let (message, hint) = match partner(mark) {
            Some(partner) => (
                say!("`{mark}` is opened and not closed", mark),
                say!("close it with `{partner}`", partner),
            ),
            None => (
                say!("`{mark}` closes what was not opened", mark),
                say!("open it, or take it out"),
            ),
        };
        findings.at(&UNBALANCED, span, message).hint(hint);
    }
}

/// What a mark beside a digit is where it could be two things.
#[derive(Debug, Clone, Copy, Default)]
struct MarkReading {
    /// `‘90s`: the century is left out. Else the mark opens: `‘82년생 김지영’`.
    is_decade: bool,
    /// `27"`: inches, seconds. Else the mark closes: `"1984"`.
    is_inch: bool,
}

/// So many marks are open at once in nobody's paragraph.
const MAX_OPEN: usize = 200;
/// Letters of a label: `iii)`.
const LABEL: usize = 6;
/// Letters of an interval: `[0, 1)`.
const INTERVAL: usize = 24;

/// The marks of one paragraph.
struct MarkReader<'t> {
    text: &'t str,
    reading: MarkReading,
    chars: Vec<(usize, char)>,
    open: Vec<(char, usize)>,
    unmatched: Vec<(char, usize)>,
    /// Marks that are no quotation's by what stands beside them; one may yet open `" quotation"`.
    spoken_of: Vec<char>,
    /// Place and length of quotations closed with another kind of mark.
    mixed: Vec<(usize, usize)>,
    /// Whether something closes a `'` before each character; empty where there is no such mark.
    has_close: Vec<bool>,
}

impl<'t> MarkReader<'t> {
    /// Read in the way that leaves the fewest marks alone: of two readings that both make sense
    /// the one without a finding is right.
    fn best(text: &'t str) -> Self {
        let readings = [(false, false), (true, false), (false, true), (true, true)];
        let mut best: Option<Self> = None;
        for (is_decade, is_inch) in readings {
            let mut reader = Self::new(text, MarkReading { is_decade, is_inch });
            reader.read();
            let is_better = best
                .as_ref()
                .is_none_or(|best| reader.loose_marks() < best.loose_marks());
            if is_better {
                best = Some(reader);
            }
            if best.as_ref().is_some_and(|best| best.loose_marks() == 0) {
                break;
            }
        }
        best.unwrap_or_else(|| Self::new(text, MarkReading::default()))
    }

    fn loose_marks(&self) -> usize {
        self.open.len() + self.unmatched.len() + self.mixed.len()
    }

    fn new(text: &'t str, reading: MarkReading) -> Self {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        Self {
            text,
            reading,
            open: Vec::new(),
            unmatched: Vec::new(),
            spoken_of: Vec::new(),
            mixed: Vec::new(),
            has_close: match text.contains('\'') {
                true => later_close::single_closes(&chars),
                false => Vec::new(),
            },
            chars,
        }
    }

    fn read(&mut self) {
        for index in 0..self.chars.len() {
            let (at, char) = self.chars[index];
            match char {
                '"' | '\'' if self.has_open(char) && named::stands_alone(&self.chars, index) => {
                    self.close(at, char, &[char]);
                }
                '"' | '\'' if named::is_named(&self.chars, index) => self.spoken_of.push(char),
                '"' => self.straight(index, '“'),
                '\'' => self.straight(index, '‘'),
                '”' if self.is_inch(index) => {}
                '’' if self.is_apostrophe(index) => {}
                '‘' if self.is_decade(index) || self.is_within_latin(index) => {}
                ')' | ']' if self.ends_interval(index) || self.is_label_or_smile(index) => {}
                '(' if self.is_smile(index) => {}
                '”' => self.close(at, '”', &['“', '"']),
                '’' => self.close(at, '’', &['‘', '\'']),
                '“' if self.has_open('„') => self.close(at, '“', &['„']),
                char if partner(char).is_some() => self.open(char, at),
                char => {
                    if let Some(open) = opener(char) {
                        self.close(at, char, &[open]);
                    }
                }
            }
        }
    }

    /// Each mark looks through those that are open: of heaps of them the later ones are told as they come.
    fn open(&mut self, mark: char, at: usize) {
        match self.open.len() < MAX_OPEN {
            true => self.open.push((mark, at)),
            false => self.unmatched.push((mark, at)),
        }
    }

    fn has_open(&self, mark: char) -> bool {
        self.open.iter().any(|(open, _)| *open == mark)
    }

    fn previous(&self, index: usize) -> Option<char> {
        index.checked_sub(1).map(|before| self.chars[before].1)
    }

    fn next(&self, index: usize) -> Option<char> {
        self.chars.get(index + 1).map(|(_, char)| *char)
    }

    /// `‘90s`, `'24년`: two digits, where such marks are read so.
    fn is_decade(&self, index: usize) -> bool {
        let is_digit = |char: Option<char>| char.is_some_and(|char| char.is_ascii_digit());
        self.reading.is_decade
            && is_digit(self.next(index))
            && is_digit(self.chars.get(index + 2).map(|(_, char)| *char))
            && !is_digit(self.chars.get(index + 3).map(|(_, char)| *char))
    }

    /// `27"`, `5'30”`, where such marks are read so; always where nothing is open.
    fn is_inch(&self, index: usize) -> bool {
        let follows_digit = self
            .previous(index)
            .is_some_and(|char| char.is_ascii_digit());
        let is_open = self.open.iter().any(|(mark, _)| matches!(mark, '“' | '"'));
        follows_digit && (self.reading.is_inch || !is_open)
    }

    /// `Hawai‘i`.
    fn is_within_latin(&self, index: usize) -> bool {
        let is_latin = |char: Option<char>| {
            char.is_some_and(|char| char.is_alphabetic() && u32::from(char) < 0x1100)
        };
        is_latin(self.previous(index)) && is_latin(self.next(index))
    }

    /// `[0, 1)`, `(0, 1]`: an interval that is open on one side.
    fn ends_interval(&mut self, index: usize) -> bool {
        let (at, char) = self.chars[index];
        let other = if char == ')' { '[' } else { '(' };
        let Some((mark, start)) = self.open.last().copied() else {
            return false;
        };
        let inside = &self.text[start..at];
        let is_interval = mark == other
            && inside.len() < 4 * INTERVAL
            && inside.contains([',', '~', '–'])
            && inside.chars().count() < INTERVAL
            && inside
                .chars()
                .skip(1)
                .all(|char| !hangul::is_syllable(char));
        if is_interval {
            self.open.pop();
        }
        is_interval
    }

    /// `don't`, and what follows a Latin word without an opening mark: `the writers’ room`.
    fn is_apostrophe(&self, index: usize) -> bool {
        let is_latin = |char: Option<char>| {
            char.is_some_and(|char| char.is_alphanumeric() && u32::from(char) < 0x1100)
        };
        let (previous, next) = (self.previous(index), self.next(index));
        if is_latin(previous) && is_latin(next) || self.is_decade(index) {
            return true;
        }
        // `엄마's`, `C++'s`, `` `gzip`’d ``: an English genitive or participle after whatever word.
        let is_suffix = matches!(next, Some('s' | 'S' | 'd'))
            && previous.is_some_and(|char| {
                char.is_alphanumeric() || matches!(char, '+' | '#' | Prose::OBJECT)
            })
            && !self
                .chars
                .get(index + 2)
                .is_some_and(|(_, char)| char.is_alphanumeric());
        // `` `alpha`'th ``.
        let is_ordinal = previous == Some(Prose::OBJECT) && is_latin(next);
        // `’til`: a closing mark follows text.
        let (_, own) = self.chars[index];
        let is_elision = own == '’' && previous.is_none_or(char::is_whitespace) && is_latin(next);
        let is_tear = previous == Some(':') && matches!(next, Some('(' | ')'));
        if is_suffix || is_ordinal || is_elision || is_tear {
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
        if mark == '"' && self.is_inch(index) {
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
            self.open(mark, at);
        } else if !previous.is_some_and(|char| char.is_ascii_digit()) {
            // After a digit: inches and feet.
            match self.spoken_of.iter().rposition(|spoken| *spoken == mark) {
                Some(opening) => drop(self.spoken_of.remove(opening)),
                None => self.unmatched.push((mark, at)),
            }
        }
    }

    /// A `'` at the beginning of a word that something later closes.
    fn opens_single(&self, index: usize) -> bool {
        let begins = self
            .previous(index)
            .is_none_or(|char| !char.is_alphanumeric());
        !self.is_decade(index) && begins && self.has_close.get(index) == Some(&true)
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
        let (_, char) = self.chars[index];
        let opener = if char == ')' { '(' } else { '[' };
        if self.open.iter().any(|(open, _)| *open == opener) {
            return false;
        }
        // Backwards, and no further than a label reaches.
        let before = self.chars[..index].iter().rev().map(|(_, char)| *char);
        let label: Vec<char> = before
            .take(LABEL + 1)
            .take_while(|char| !char.is_whitespace() && *char != ',')
            .collect();
        let is_label = (1..=LABEL).contains(&label.len())
            && label
                .iter()
                .all(|char| char.is_alphanumeric() || matches!(char, '.' | '-'));
        is_label || matches!(self.previous(index), Some(':' | ';' | '=' | '^' | '-'))
    }

    /// `:(`, `:-(`, `:'(`, `(:`.
    fn is_smile(&self, index: usize) -> bool {
        let is_eye = |char: Option<char>| matches!(char, Some(':' | ';' | '='));
        let (previous, next) = (self.previous(index), self.next(index));
        let has_nose =
            matches!(previous, Some('-' | '\'')) && index > 1 && is_eye(self.previous(index - 1));
        // `(= 3*5)` is a sum, where something closes it.
        let is_sum = next == Some('=') && self.chars[index..].iter().any(|(_, it)| *it == ')');
        let looks_left = is_eye(next)
            && !is_sum
            && self
                .chars
                .get(index + 2)
                .is_none_or(|(_, char)| char.is_whitespace());
        // `x=(-3)`, `정답:(“예”)` go on within the bracket.
        let ends = next.is_none_or(|next| next.is_whitespace() || "()[].,!?…~:;=".contains(next));
        ends && (is_eye(previous) || has_nose || looks_left)
    }
}
