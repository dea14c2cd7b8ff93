//! A title in lines: as large as it can be, broken between words (Korean, too: a line that ends within a word is hard
//! to read), and of lines that are nearly as long as each other.

use serde::Serialize;

use super::font::CardFonts;

/// Sizes of the title in pixels, and how many lines it may have in each.
const SIZES: [(u16, usize); 5] = [(92, 2), (80, 3), (64, 4), (54, 4), (48, 5)];
/// Of a size, from one line to the next.
const LINE_HEIGHT: f32 = 1.28;
/// Narrower by so much, until it no longer fits.
const BALANCE_STEP: f32 = 8.0;
/// What says that there is more.
const ELLIPSIS: char = '…';

/// What the template sees of a title.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct SetLines {
    pub(super) lines: Vec<String>,
    /// Of the letters, in pixels.
    pub(super) size: u16,
    /// From one line to the next, in pixels.
    pub(super) line_height: f32,
}

impl SetLines {
    pub(super) fn new(title: &str, width: u32, fonts: &CardFonts) -> Self {
        // No card is wider than a few thousand.
        let width = f32::from(u16::try_from(width).unwrap_or(u16::MAX));
        let fitting = SIZES.iter().find_map(|&(size, most)| {
            let title = MeasuredTitle::new(title, size, width, fonts);
            let lines = title.broken(width);
            (lines.len() <= most).then(|| Self::of(title.balanced(width, lines), size))
        });
        fitting.unwrap_or_else(|| {
            let (size, most) = SIZES[SIZES.len() - 1];
            let mut lines = MeasuredTitle::new(title, size, width, fonts).broken(width);
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                cut(last, width / f32::from(size), fonts);
            }
            Self::of(lines, size)
        })
    }

    fn of(lines: Vec<String>, size: u16) -> Self {
        Self {
            lines,
            size,
            line_height: (f32::from(size) * LINE_HEIGHT).round(),
        }
    }
}

/// A title's words in one size.
struct MeasuredTitle {
    words: Vec<MeasuredWord>,
    space: f32,
}

struct MeasuredWord {
    text: String,
    width: f32,
    /// It goes on with the one before: what is wider than a line breaks anywhere, since Japanese writes no spaces.
    is_joined: bool,
}

impl MeasuredTitle {
    fn new(title: &str, size: u16, width: f32, fonts: &CardFonts) -> Self {
        let size = f32::from(size);
        let advance = |character| fonts.advance(character).unwrap_or_default() * size;
        let mut words = Vec::new();
        for word in title.split_whitespace() {
            let whole: f32 = word.chars().map(advance).sum();
            if whole <= width {
                words.push(MeasuredWord::new(word.to_owned(), whole, false));
                continue;
            }
            let letters = word.chars().enumerate();
            words.extend(letters.map(|(at, letter)| {
                MeasuredWord::new(letter.to_string(), advance(letter), at > 0)
            }));
        }
        Self {
            words,
            space: advance(' '),
        }
    }

    fn broken(&self, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut taken = 0.0;
        for word in &self.words {
            let space = if word.is_joined { 0.0 } else { self.space };
            match lines.last_mut() {
                Some(line) if taken + space + word.width <= width => {
                    if !word.is_joined {
                        line.push(' ');
                    }
                    line.push_str(&word.text);
                    taken += space + word.width;
                }
                _ => {
                    lines.push(word.text.clone());
                    taken = word.width;
                }
            }
        }
        lines
    }

    /// The same number of lines, the longest as short as it can be.
    fn balanced(&self, width: f32, mut lines: Vec<String>) -> Vec<String> {
        let count = lines.len();
        let mut narrow = width - BALANCE_STEP;
        while count > 1 && narrow > width / 3.0 {
            let tried = self.broken(narrow);
            if tried.len() > count {
                break;
            }
            lines = tried;
            narrow -= BALANCE_STEP;
        }
        lines
    }
}

impl MeasuredWord {
    fn new(text: String, width: f32, is_joined: bool) -> Self {
        Self {
            text,
            width,
            is_joined,
        }
    }
}

/// Ends a line that has more behind it. `width` is of a font of one pixel.
fn cut(line: &mut String, width: f32, fonts: &CardFonts) {
    let advance = |character| fonts.advance(character).unwrap_or_default();
    let mut taken = line.chars().map(advance).sum::<f32>() + advance(ELLIPSIS);
    while taken > width
        && let Some(last) = line.pop()
    {
        taken -= advance(last);
    }
    line.truncate(line.trim_end().len());
    line.push(ELLIPSIS);
}

/// Whether a text is read from the right: its first letter decides, as in HTML's `dir="auto"`.
pub(super) fn is_rtl(text: &str) -> bool {
    let first = text.chars().find(|character| character.is_alphabetic());
    first.is_some_and(|letter| matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'))
}
