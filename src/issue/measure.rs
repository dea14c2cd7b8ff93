//! How much there is to read, and the plain text of it.

use std::time::Duration;

use super::{Block, Document, plain_text};

/// How much text a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub(crate) struct TextExtent {
    /// Characters without spaces.
    pub characters: usize,
    /// Words, as set apart by spaces.
    pub words: usize,
    /// Of the characters, those of Hangul, Kanji and Kana.
    pub cjk_characters: usize,
    /// Of the words, those without any of these.
    pub latin_words: usize,
}

/// Silent reading of Korean: 500 syllables a minute are an unhurried adult.
const CJK_CHARACTERS_PER_MINUTE: u64 = 500;
/// Silent reading of English prose (Brysbaert 2019).
const LATIN_WORDS_PER_MINUTE: u64 = 238;

impl TextExtent {
    /// How long an unhurried reader needs.
    #[must_use]
    pub(crate) fn reading_time(&self) -> Duration {
        let cjk = self.cjk_characters as u64 * 60 / CJK_CHARACTERS_PER_MINUTE;
        let latin = self.latin_words as u64 * 60 / LATIN_WORDS_PER_MINUTE;
        Duration::from_secs(cjk + latin)
    }
}

impl Document {
    /// The words alone: a line a paragraph, heading, item, cell or line of code.
    #[must_use]
    pub(crate) fn plain_text(&self) -> String {
        self.plain_texts().collect()
    }

    /// The same in its parts: what stands before the first story, each story, and the notes.
    pub(crate) fn plain_texts(&self) -> impl Iterator<Item = String> {
        let mut introduction = String::new();
        add_blocks(&self.introduction, &mut introduction);
        let stories = self.sections.iter().map(|section| {
            let mut text = String::new();
            add_line(&section.title, &mut text);
            add_blocks(&section.blocks, &mut text);
            text
        });
        let mut notes = String::new();
        for footnote in &self.footnotes {
            add_blocks(&footnote.blocks, &mut notes);
        }
        std::iter::once(introduction)
            .chain(stories)
            .chain([notes])
            .filter(|text| !text.is_empty())
    }

    /// How much there is to read.
    #[must_use]
    pub(crate) fn extent(&self) -> TextExtent {
        let mut extent = TextExtent::default();
        for word in self.plain_text().split_whitespace() {
            let cjk = word.chars().filter(|char| is_cjk(*char)).count();
            extent.words += 1;
            extent.characters += word.chars().count();
            extent.cjk_characters += cjk;
            extent.latin_words += usize::from(cjk == 0 && word.contains(char::is_alphanumeric));
        }
        extent
    }

    /// Whether there is nothing to read or see.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.images.is_empty() && self.links.is_empty() && self.plain_text().trim().is_empty()
    }
}

fn is_cjk(char: char) -> bool {
    matches!(char, '\u{1100}'..='\u{11FF}' | '\u{3040}'..='\u{30FF}' | '\u{3130}'..='\u{318F}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

fn add_blocks(blocks: &[Block], to: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(content) | Block::Heading { content, .. } => {
                add_line(&plain_text(content), to);
            }
            Block::List { items, .. } => items.iter().for_each(|item| add_blocks(&item.blocks, to)),
            Block::Quote(blocks) => add_blocks(blocks, to),
            // It says what the story says too.
            Block::PullQuote(_) => {}
            Block::Callout { title, blocks, .. } => {
                title.iter().for_each(|title| add_line(title, to));
                add_blocks(blocks, to);
            }
            Block::Code { text, .. } => add_line(text.trim_end(), to),
            Block::Table { head, rows, .. } => {
                for cell in head.iter().chain(rows.iter().flatten()) {
                    add_line(&plain_text(cell), to);
                }
            }
            Block::Figure(image) | Block::WideFigure(image) => {
                add_line(&plain_text(&image.caption), to)
            }
            Block::Pair(images) => {
                for image in images.iter() {
                    add_line(&plain_text(&image.caption), to);
                }
            }
            Block::Button { label, .. } => add_line(label, to),
            Block::Video { title, .. } => add_line(title, to),
            Block::Rule => {}
        }
    }
}

fn add_line(line: &str, to: &mut String) {
    if !line.trim().is_empty() {
        to.push_str(line);
        to.push('\n');
    }
}
