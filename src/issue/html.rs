//! HTML in what people write: its tags, and what each element means to a mail. One table for an issue's own text and for
//! posts of other programs that are made into issues.

mod entities;
mod tags;

pub(crate) use self::{
    entities::decoded,
    tags::{HtmlPiece, HtmlPieces, HtmlTag},
};

/// What an element means to whoever reads the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ElementRole {
    /// Bold, or marked.
    Strong,
    /// Slanted, or underlined: in a mail a line below is a link's.
    Emphasis,
    /// Struck through.
    Strikethrough,
    /// Code, and keys to press.
    Code,
    /// Above the line.
    Raised,
    /// Below the line.
    Lowered,
    /// A link.
    Link,
    /// A picture.
    Picture,
    /// A line break.
    Break,
    /// A rule across the column.
    Rule,
    /// What stands in it is a paragraph of its own, or several.
    Paragraph,
    /// What a fold shows while it is closed; a mail has none, and shows all.
    Summary,
    /// Its text is all that is left of it: its looks belong to the design.
    Bare,
    /// Nothing that a mail has.
    Foreign,
}

impl ElementRole {
    /// The role of the element with that name, in small letters.
    #[must_use]
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "b" | "strong" | "mark" => Self::Strong,
            "i" | "em" | "cite" | "dfn" | "var" | "u" | "ins" => Self::Emphasis,
            "s" | "del" | "strike" => Self::Strikethrough,
            "code" | "kbd" | "samp" | "tt" => Self::Code,
            "sup" => Self::Raised,
            "sub" => Self::Lowered,
            "a" => Self::Link,
            "img" => Self::Picture,
            "br" => Self::Break,
            "hr" => Self::Rule,
            "p" | "div" | "section" | "article" | "figure" | "figcaption" | "details" | "main"
            | "header" | "footer" | "center" | "address" | "aside" => Self::Paragraph,
            "summary" => Self::Summary,
            "span" | "font" | "small" | "big" | "abbr" | "acronym" | "time" | "data" | "label"
            | "nobr" | "bdi" | "bdo" | "wbr" | "picture" | "source" => Self::Bare,
            _ => Self::Foreign,
        }
    }
}

/// The text above the line, where each of its characters has such a form.
pub(crate) fn raised(text: &str) -> Option<String> {
    shifted(text, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni")
}

/// The text below the line, where each of its characters has such a form.
pub(crate) fn lowered(text: &str) -> Option<String> {
    shifted(text, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()")
}

fn shifted(text: &str, forms: &str, plain: &str) -> Option<String> {
    let form = |char: char| {
        let char = if char == '−' { '-' } else { char };
        forms
            .chars()
            .nth(plain.chars().position(|own| own == char)?)
    };
    text.trim().chars().map(form).collect()
}
