//! An element of the mail, where it hangs, and what stands in it.

use std::rc::Rc;

use scraper::ElementRef;

use crate::render::css::Declaration;

/// An element, where it hangs, and what stands in it directly.
pub(super) struct MailElement<'p> {
    pub(super) element: ElementRef<'p>,
    pub(super) parent: Option<usize>,
    /// Most elements share theirs with others.
    pub(super) style: Rc<[Declaration]>,
    /// Whether none before has the same.
    pub(super) is_first_styled: bool,
    /// A number that it shares with all that look the same within the same elements, as far as no rule of the head
    /// asks where they stand: by name, classes, style and colour.
    pub(super) kind: usize,
    /// Its own text, without that of the elements in it; white space trimmed.
    pub(super) text: String,
    /// Whether a letter or a digit stands in its own text: each of its links asks, and a text may be long.
    pub(super) has_words: bool,
}

/// Text without white space and the fillers that follow a preheader.
pub(super) fn visible(text: &str) -> String {
    let is_filler = |char: char| {
        matches!(
            char,
            '\u{34F}' | '\u{200B}'..='\u{200D}' | '\u{FEFF}' | '\u{AD}' | '\u{2007}'
        )
    };
    let mut visible = String::with_capacity(text.len());
    let words = text.split(|char: char| char.is_whitespace() || is_filler(char));
    for word in words.filter(|word| !word.is_empty()) {
        if !visible.is_empty() {
            visible.push(' ');
        }
        visible.push_str(word);
    }
    visible
}

/// The value of an attribute, looked for among the few that an element has: to make a name of the parser's of each that
/// is asked for costs more.
pub(super) fn attribute<'p>(element: ElementRef<'p>, name: &str) -> Option<&'p str> {
    let is_meant = |named: &str, space: &str| named == name && space.is_empty();
    let attributes = element.value().attrs.iter();
    let mut own = attributes.filter(|(own, _)| is_meant(&own.local, &own.ns));
    own.next().map(|(_, value)| &**value)
}

impl<'p> MailElement<'p> {
    pub(super) fn name(&self) -> &'p str {
        self.element.value().name()
    }

    pub(super) fn attr(&self, name: &str) -> Option<&'p str> {
        attribute(self.element, name)
    }

    /// The value of a property in the `style` attribute; the last one counts.
    pub(super) fn property(&self, name: &str) -> Option<&str> {
        self.style
            .iter()
            .rev()
            .find(|declaration| declaration.name == name)
            .map(|declaration| declaration.value.as_str())
    }

    /// The opening tag, for showing; a long attribute is cut.
    pub(super) fn tag(&self) -> String {
        let mut tag = format!("<{}", self.name());
        for (name, value) in self.element.value().attrs() {
            let short: String = value.chars().take(60).collect();
            let dots = if short.len() < value.len() { "…" } else { "" };
            tag.push_str(&format!(" {name}=\"{short}{dots}\""));
        }
        tag.push('>');
        tag
    }

    /// All the words in it.
    pub(super) fn words(&self) -> String {
        visible(&self.element.text().collect::<String>())
    }
}
