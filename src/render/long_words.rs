//! Words that are longer than a line, for Outlook on Windows. Word breaks no word but in paragraphs that
//! say `word-break:break-all`, and widens a table to its longest word: so the paragraphs and cells that
//! hold such a word have a class, which `email/word.css` speaks of. All others keep their words whole, and
//! nothing is put between letters: what is copied is what was written.

use std::collections::BTreeSet;

use crate::render::{
    markup::{MarkupKind, attribute, pieces},
    text::width,
};

const CLASS: &str = "long-word";
/// What begins around a word that is long for a cell.
pub(super) const LONG_IN_CELL: &str = "<span class=\"long\">";
/// What Word has room for in a line, in columns: of text within a callout, and of headings.
const LINE: usize = 40;
const HEADING_LINE: usize = 26;
/// Paragraphs to Word, and what holds them.
const BLOCKS: [&str; 16] = [
    "p",
    "li",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "tr",
    "table",
    "div",
    "blockquote",
];

/// Whether a title holds a word that may be longer than its line.
pub(super) fn has_long_word(title: &str) -> bool {
    let mut word = RunningWord::default();
    title.chars().any(|char| word.grows(char) > HEADING_LINE)
}

/// Whether a paragraph's content, written as HTML, holds a word longer than its line.
pub(super) fn is_marked(content: &str) -> bool {
    !long_blocks(&format!("<p>{content}</p>")).is_empty()
}

/// Written HTML in which each paragraph and cell with a long word has the class. Code is left out, since
/// all of it may break anywhere.
pub(super) fn marked(html: String) -> String {
    let long = long_blocks(&html);
    if long.is_empty() {
        return html;
    }
    let mut marked = String::with_capacity(html.len() + long.len() * 32);
    for (at, (_, piece)) in pieces(&html).enumerate() {
        match long.contains(&at) {
            true => marked.push_str(&with_class(piece)),
            false => marked.push_str(piece),
        }
    }
    marked
}

/// Which pieces are the tags of blocks that hold a long word themselves.
fn long_blocks(html: &str) -> BTreeSet<usize> {
    let mut long = BTreeSet::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut word = RunningWord::default();
    let mut is_code = false;
    for (at, (kind, piece)) in pieces(html).enumerate() {
        match kind {
            MarkupKind::Tag => {
                let (name, is_end) = name_of(piece);
                match name {
                    "pre" => is_code = !is_end,
                    _ if piece == LONG_IN_CELL => long.extend(open.last().map(|(at, _)| at)),
                    "br" | "img" => word = RunningWord::default(),
                    block if BLOCKS.contains(&block) => {
                        word = RunningWord::default();
                        let began = open.iter().rposition(|(_, name)| *name == block);
                        match (is_end, began) {
                            (true, Some(began)) => open.truncate(began),
                            (true, None) => {}
                            (false, _) => open.push((at, block)),
                        }
                    }
                    _ => {}
                }
            }
            MarkupKind::Text if !is_code => {
                let Some((block, name)) = open.last() else {
                    continue;
                };
                let line = match name.strip_prefix('h') {
                    Some(_) => HEADING_LINE,
                    None => LINE,
                };
                if letters(piece).any(|char| word.grows(char) > line) {
                    long.insert(*block);
                }
            }
            _ => {}
        }
    }
    long
}

/// The columns of the word that is being read.
#[derive(Default)]
struct RunningWord {
    columns: usize,
    is_behind_hyphen: bool,
}

impl RunningWord {
    /// How long the word is with one letter more. Word breaks at spaces, behind hyphens, and between
    /// ideographs and kana.
    fn grows(&mut self, char: char) -> usize {
        let is_break = char.is_whitespace() && char != '\u{a0}'
            || matches!(char, '\u{ad}' | '\u{200b}')
            || matches!(char, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
        if is_break || self.is_behind_hyphen && char.is_alphabetic() {
            self.columns = 0;
        }
        self.is_behind_hyphen = char == '-' || char == '–';
        if !is_break {
            self.columns += width(char.encode_utf8(&mut [0; 4]));
        }
        self.columns
    }
}

/// The letters of escaped text, an entity as one.
fn letters(text: &str) -> impl Iterator<Item = char> {
    let mut is_entity = false;
    text.chars().filter(move |char| {
        let is_shown = !is_entity;
        is_entity = match char {
            '&' => true,
            _ => is_entity && (char.is_ascii_alphanumeric() || *char == '#'),
        };
        is_shown
    })
}

/// `p` of `<p class="a">`, and whether it is the end.
fn name_of(tag: &str) -> (&str, bool) {
    let name = tag.trim_start_matches('<');
    let (name, is_end) = match name.strip_prefix('/') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let end = name.find(|char: char| !char.is_ascii_alphanumeric());
    (&name[..end.unwrap_or(name.len())], is_end)
}

fn with_class(tag: &str) -> String {
    match attribute(tag, "class") {
        Some(classes) => tag.replacen(
            &format!(" class=\"{classes}\""),
            &format!(" class=\"{classes} {CLASS}\""),
            1,
        ),
        None => {
            let end = 1 + name_of(tag).0.len();
            format!("{} class=\"{CLASS}\"{}", &tag[..end], &tag[end..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://example.com/a/very/long/address/that/no/phone/shows";

    fn shown(html: &str) -> String {
        marked(html.to_owned())
    }

    #[test]
    fn a_paragraph_with_a_word_longer_than_its_line_says_so() {
        for (html, wanted) in [
            (
                format!("<p class=\"p\">a <a href=\"#\">{URL}</a></p><p class=\"p\">b</p>"),
                format!(
                    "<p class=\"p long-word\">a <a href=\"#\">{URL}</a></p><p class=\"p\">b</p>"
                ),
            ),
            (
                format!("<ul>\n<li>{URL}<ul><li>b</li></ul></li></ul>"),
                format!("<ul>\n<li class=\"long-word\">{URL}<ul><li>b</li></ul></li></ul>"),
            ),
            (
                format!("<table><tr><td><p>b</p>{URL}</td></tr></table>"),
                format!("<table><tr><td class=\"long-word\"><p>b</p>{URL}</td></tr></table>"),
            ),
            (
                "<h3>Donaudampfschiffahrtsgesellschaft</h3>".to_owned(),
                "<h3 class=\"long-word\">Donaudampfschiffahrtsgesellschaft</h3>".to_owned(),
            ),
        ] {
            assert_eq!(shown(&html), wanted);
            let bare = |html: &str| {
                html.replace(" long-word", "")
                    .replace(" class=\"long-word\"", "")
            };
            assert_eq!(bare(&shown(&html)), html, "nothing but a class");
        }
    }

    #[test]
    fn words_that_fit_and_words_that_word_breaks_need_nothing() {
        for html in [
            "<p>no-word-of-these-is-longer-than-a-line-of-text-anywhere-in-a-mail</p>".to_owned(),
            "<p>小さなモデルが大きな仕事をする季節が来ました値段は半分速さは二倍です</p>"
                .to_owned(),
            "<p>a&amp;b&amp;c&amp;d&amp;e&amp;f&amp;g&amp;h&amp;i&amp;j&amp;k</p>".to_owned(),
            format!("<p>a<br>{}<br>b</p>", &URL[..30]),
            format!("<pre>{URL}</pre>"),
            format!("<p>a</p>{URL}"),
        ] {
            assert_eq!(shown(&html), html);
        }
    }

    #[test]
    fn a_title_with_a_word_longer_than_its_line_is_told() {
        assert!(has_long_word("On Donaudampfschiffahrtsgesellschaft"));
        assert!(!has_long_word("Small models do great things this season"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_marking_panic(text in "[<>a-z!=\"'/&;#\\-* 가あ]{0,80}") {
            let _ = marked(text);
        }
    }
}
