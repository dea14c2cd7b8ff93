//! A table of data: hairlines, a head row that screen readers know as one, numbers at the line's end and
//! never broken; and the form that fits: columns, or records where the columns do not fit a phone.

use serde_json::{Value, json};

use crate::{
    issue::{Alignment, Block, Document, Inline, plain_text},
    render::{
        RenderError,
        columns::{alignments_of, is_number},
        escape::escape_text,
        html::{CALLOUT_INSET, HtmlWriter, ITEM_INSET, QUOTE_INSET},
        long_words::LONG_IN_CELL,
        text::width,
    },
};

/// The column of text on the narrowest phone (320 px without its gutters), and in the narrowest
/// window that counts as wide (561 px without the wide gutters).
const PHONE: usize = 280;
const DESKTOP: usize = 480;
/// A column of text (half a Hangul syllable) in pixels, at the table's size, ten times as much; the
/// gap between two columns of the table.
const TENTHS: usize = 88;
const GAP: usize = 12;
/// A column of more text than this runs over lines anyway: it asks for no more room.
const WIDE: usize = 28;
/// A head that is longer than all below it by no more than this does no harm.
const LED: usize = 4;
/// A head that stays in one line: a word and its unit.
const SHORT_HEAD: usize = 12;
/// Words longer than this break anywhere: addresses, mostly.
const LONG_WORD: usize = 22;
/// What stays of a long word in a line.
const BROKEN_WORD: usize = 8;

/// How a table is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableForm {
    /// Rows and columns, everywhere.
    Columns,
    /// Columns on a desktop, a record for each row on a phone.
    Folding,
    /// A record for each row, everywhere.
    Records,
}

impl TableForm {
    /// The form in which every number and every word stays whole in a column of text that is
    /// `inset` pixels narrower than the mail's.
    pub(crate) fn fitting(head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], inset: usize) -> Self {
        let narrowest = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            let cells = cells
                .chain(head.get(at))
                .map(|cell| CellContent::of(cell).narrowest);
            cells.max().unwrap_or(0) * TENTHS / 10 + GAP
        };
        let total: usize = (0..head.len()).map(narrowest).sum();
        match total + inset {
            total if total <= PHONE + GAP => Self::Columns,
            total if total <= DESKTOP + GAP => Self::Folding,
            _ => Self::Records,
        }
    }

    /// Every table of an issue, in the order of the text, in the form in which it is shown.
    pub(crate) fn each<'d>(document: &'d Document, seen: &mut impl FnMut(Self, &'d Block)) {
        let sections = document.sections.iter().map(|section| &section.blocks);
        let notes = document.footnotes.iter().map(|note| &note.blocks);
        let parts = [&document.introduction];
        for blocks in parts.into_iter().chain(sections).chain(notes) {
            Self::each_within(blocks, 0, seen);
        }
    }

    fn each_within<'d>(blocks: &'d [Block], inset: usize, seen: &mut impl FnMut(Self, &'d Block)) {
        for block in blocks {
            match block {
                Block::Table { head, rows, .. } => {
                    seen(Self::fitting(head, rows, inset), block);
                }
                Block::Quote(blocks) => Self::each_within(blocks, inset + QUOTE_INSET, seen),
                Block::PullQuote(blocks) => Self::each_within(blocks, inset, seen),
                Block::Callout { blocks, .. } => {
                    Self::each_within(blocks, inset + CALLOUT_INSET, seen);
                }
                Block::List { items, .. } => {
                    for item in items {
                        Self::each_within(&item.blocks, inset + ITEM_INSET, seen);
                    }
                }
                _ => {}
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Folding => "folding",
            Self::Records => "records",
        }
    }
}

/// What a cell holds, as far as its lines may break.
struct CellContent {
    is_number: bool,
    /// In columns of text.
    narrowest: usize,
}

impl CellContent {
    fn of(cell: &[Inline]) -> Self {
        let text = plain_text(cell);
        let text = text.trim();
        let longest = text.split_whitespace().map(width).max().unwrap_or(0);
        let is_number = is_number(text) && width(text) <= LONG_WORD;
        let is_long = longest > LONG_WORD;
        let narrowest = match (is_number, is_long) {
            (true, _) => width(text),
            (_, true) => BROKEN_WORD,
            _ => longest,
        };
        Self {
            is_number,
            narrowest,
        }
    }
}

impl HtmlWriter<'_> {
    pub(super) fn table(
        &mut self,
        alignments: &[Alignment],
        head: &[Vec<Inline>],
        rows: &[Vec<Vec<Inline>>],
    ) -> Result<String, RenderError> {
        let form = TableForm::fitting(head, rows, self.inset);
        let columns = alignments_of(alignments, head.len(), rows);
        let names: Vec<String> = head.iter().map(|cell| plain_text(cell)).collect();
        let shares = shares(head, rows).unwrap_or_default();
        let mut head = self.cells(head, &columns, &names)?;
        for (cell, share) in head.iter_mut().zip(shares) {
            cell["share"] = share.into();
        }
        let rows = rows
            .iter()
            .map(|row| self.cells(row, &columns, &names))
            .collect::<Result<Vec<_>, _>>()?;
        let arguments = json!({"form": form.name(), "head": head, "rows": rows});
        self.component("data_table", &arguments, None)
    }

    fn cell(&mut self, cell: &[Inline]) -> Result<String, RenderError> {
        self.is_in_cell = true;
        let html = self.inlines(cell);
        self.is_in_cell = false;
        html
    }

    fn cells(
        &mut self,
        cells: &[Vec<Inline>],
        columns: &[&'static str],
        names: &[String],
    ) -> Result<Vec<Value>, RenderError> {
        let mut list = Vec::with_capacity(cells.len());
        for ((cell, align), name) in cells.iter().zip(columns).zip(names) {
            let content = CellContent::of(cell);
            self.count(name.len())?;
            list.push(json!({
                "html": self.cell(cell)?,
                // Classes: where lines begin, left or right, is the language's.
                "align": match *align {
                    "right" => "end",
                    "left" => "",
                    other => other,
                },
                "name": name,
                "is_number": content.is_number,
            }));
        }
        Ok(list)
    }
}

/// How many hundredths of the table each column gets, by what stands below its head: clients go by the
/// longest line, and a head of a few words over small numbers would take half of the table. None where
/// no head is much longer than what stands below it.
fn shares(head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> Option<Vec<usize>> {
    let columns = head.iter().enumerate().map(|(at, head)| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let longest = cells.map(|cell| width(plain_text(cell).trim())).max();
        (longest.unwrap_or(0), head)
    });
    let columns: Vec<_> = columns.collect();
    let is_led =
        |(longest, head): &(usize, &Vec<Inline>)| width(plain_text(head).trim()) > longest + LED;
    if columns.len() < 2 || !columns.iter().any(is_led) {
        return None;
    }
    let wanted = columns.iter().map(|(longest, head)| {
        let named = width(plain_text(head).trim());
        let least = match named <= SHORT_HEAD {
            true => named,
            false => CellContent::of(head).narrowest,
        };
        (*longest).min(WIDE).max(least) * TENTHS / 10 + GAP
    });
    let mut wanted: Vec<usize> = wanted.collect();
    // No gap ends the row.
    if let Some(last) = wanted.last_mut() {
        *last -= GAP;
    }
    let all: usize = wanted.iter().sum();
    Some(wanted.iter().map(|wanted| wanted * 100 / all).collect())
}

/// Escaped text of a cell, its long words in spans that break anywhere: elsewhere clients break them by
/// themselves, but a cell is as wide as its longest word. Yahoo knows no `word-break`: there they break
/// at `<wbr>`, which Gmail's app and Word don't know.
pub(super) fn with_long_words(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        if width(word) > LONG_WORD {
            html.push_str(&format!(
                "{LONG_IN_CELL}{}</span>{}",
                with_breaks(word),
                &part[word.len()..]
            ));
        } else {
            html.push_str(&escape_text(part));
        }
    }
    html
}

/// Escaped, with a place to break every few letters; only between those of ASCII, of which no two are
/// one sign.
fn with_breaks(word: &str) -> String {
    let mut html = String::with_capacity(word.len() * 2);
    let (mut start, mut letters, mut before) = (0, 0, ' ');
    for (at, letter) in word.char_indices() {
        if letters >= BROKEN_WORD && before.is_ascii() && letter.is_ascii() {
            html.push_str(&escape_text(&word[start..at]));
            html.push_str("<wbr>");
            (start, letters) = (at, 0);
        }
        letters += 1;
        before = letter;
    }
    html.push_str(&escape_text(&word[start..]));
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<Vec<Inline>> {
        let cell = |text: &&str| vec![Inline::Text((*text).to_owned())];
        texts.iter().map(cell).collect()
    }

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them_and_not_as_their_heads() {
        let head = cells(&["메일을 열어 본 구독자의 비율", "무엇을 보냈는가"]);
        let rows = [
            cells(&["12%", "작은 모델 이야기"]),
            cells(&["9%", "열두 칸"]),
        ];
        let shares = shares(&head, &rows).unwrap();
        assert!(
            shares[0] < shares[1] && shares.iter().sum::<usize>() <= 100,
            "{shares:?}"
        );
        let plain = cells(&["값", "이름"]);
        assert_eq!(
            super::shares(&plain, &rows),
            None,
            "clients do that by themselves"
        );
    }
}
