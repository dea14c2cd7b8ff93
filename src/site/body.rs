//! An issue's document as the web shows it: plain elements of their own meaning, which `web/site/site.css` gives
//! their looks. What needs a table to survive in mail clients needs none here. A note stands right behind the
//! block that points at it, so that a wide screen can show it beside the text.

mod blocks;
mod inline;

use std::collections::BTreeMap;

use serde::Serialize;

use super::pictures::IssuePictures;
use crate::{
    issue::{Block, Document, Image},
    render::{CodeColours, MailWords},
};

/// Another issue, as a link shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinkedPage {
    pub(super) title: String,
    pub(super) href: String,
}

/// An issue's text as HTML.
#[derive(Debug, Clone, Serialize)]
pub(super) struct IssueBody {
    pub(super) introduction: String,
    pub(super) stories: Vec<StoryBody>,
}

/// One `##` and what follows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct StoryBody {
    number: String,
    title: String,
    heading: String,
    anchor: String,
    html: String,
}

/// What a body is written with.
#[derive(Clone, Copy)]
pub(super) struct BodySetting<'a> {
    pub(super) words: &'a MailWords,
    pub(super) pictures: &'a IssuePictures,
    pub(super) colours: &'a CodeColours,
    /// The issue that `[[slug]]` names, where it is public.
    pub(super) linked: &'a dyn Fn(&str) -> Option<LinkedPage>,
    /// Before every path of ours: for pages the base's path, for feeds its whole address.
    pub(super) base: &'a str,
}

/// Writes blocks, and remembers what only the whole issue knows.
struct BodyWriter<'a> {
    setting: BodySetting<'a>,
    document: &'a Document,
    /// How often each note was pointed at.
    note_uses: BTreeMap<usize, usize>,
    /// Notes that were pointed at for the first time and do not stand yet.
    waiting: Vec<usize>,
    highlighted_bytes: usize,
}

impl IssueBody {
    pub(super) fn of(document: &Document, setting: BodySetting<'_>) -> Self {
        let mut writer = BodyWriter::new(document, setting);
        Self {
            introduction: writer.top_blocks(&document.introduction),
            stories: document
                .sections
                .iter()
                .map(|section| {
                    let heading = writer.inlines(&section.heading);
                    StoryBody {
                        number: format!("{:02}", section.number),
                        title: section.title.clone(),
                        heading,
                        anchor: section.anchor.clone(),
                        html: writer.notes() + &writer.top_blocks(&section.blocks),
                    }
                })
                .collect(),
        }
    }

    /// All of it in one piece, for programs that read feeds.
    pub(super) fn whole(&self) -> String {
        let mut html = self.introduction.clone();
        for story in &self.stories {
            let StoryBody {
                anchor,
                heading,
                html: text,
                ..
            } = story;
            html.push_str(&format!("<h2 id=\"{anchor}\">{heading}</h2>\n{text}"));
        }
        html
    }
}

/// The picture that an issue opens with.
pub(super) fn cover(document: &Document, image: &Image, setting: BodySetting<'_>) -> String {
    BodyWriter::new(document, setting).figure(image, "cover")
}

impl<'a> BodyWriter<'a> {
    fn new(document: &'a Document, setting: BodySetting<'a>) -> Self {
        Self {
            setting,
            document,
            note_uses: BTreeMap::new(),
            waiting: Vec::new(),
            highlighted_bytes: 0,
        }
    }

    /// Blocks that stand in no other, each with the notes that it points at.
    fn top_blocks(&mut self, blocks: &[Block]) -> String {
        let mut html = String::new();
        for block in blocks {
            html.push_str(&self.block(block));
            html.push('\n');
            html.push_str(&self.notes());
        }
        html
    }

    /// The notes that wait. One may point at another.
    fn notes(&mut self) -> String {
        let mut html = String::new();
        while !self.waiting.is_empty() {
            for number in std::mem::take(&mut self.waiting) {
                let document = self.document;
                let notes = &mut document.footnotes.iter();
                let Some(note) = notes.find(|note| note.number == number) else {
                    continue;
                };
                let text = match note.blocks.as_slice() {
                    [Block::Paragraph(content)] => format!("<p>{}</p>", self.inlines(content)),
                    blocks => self.blocks(blocks),
                };
                let back = inline::attribute(self.setting.words.get("back_to_text"));
                html.push_str(&format!(
                    "<div class=\"footnote\" role=\"note\" id=\"note-{number}\">\
                     <a class=\"footnote-number\" href=\"#ref-{number}\" aria-label=\"{number}. {back}\">{number}</a>{text}</div>\n"
                ));
            }
        }
        html
    }
}
