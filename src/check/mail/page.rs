//! The mail's HTML as a list of elements in the order of the text.

use std::{collections::HashMap, ops::Deref, rc::Rc};

use scraper::{ElementRef, Html, Node};

use super::{
    element::{MailElement, attribute, visible},
    look::{ColorMode, ElementStyle, HeadOverrides},
    plain_tree::tree_of,
};
use crate::render::css::{self, Declaration, StyleSheet};

/// A parsed mail.
pub(super) struct ParsedMail<'h> {
    pub(super) html: &'h str,
    pub(super) document: Html,
    pub(super) sheets: Vec<StyleSheet>,
    /// The texts of the `<style>`s.
    pub(super) styles: Vec<String>,
    /// Conditional comments and others.
    pub(super) comments: Vec<String>,
}

/// A page with what every check of it needs, worked out once.
pub(super) struct ExaminedMail<'p> {
    page: &'p ParsedMail<'p>,
    elements: Vec<MailElement<'p>>,
    light: Vec<ElementStyle>,
    dark: Vec<ElementStyle>,
    without_styles: Vec<ElementStyle>,
}

impl<'p> ExaminedMail<'p> {
    pub(super) fn new(page: &'p ParsedMail<'p>) -> Self {
        let elements = page.elements();
        let looks =
            |sheets, mode| ParsedMail::looks(&elements, &HeadOverrides::new(sheets, mode), mode);
        Self {
            light: looks(&page.sheets, ColorMode::Light),
            dark: looks(&page.sheets, ColorMode::Dark),
            without_styles: looks(&[], ColorMode::Light),
            page,
            elements,
        }
    }

    /// All elements in the order of the text.
    pub(super) fn elements(&self) -> &[MailElement<'p>] {
        &self.elements
    }

    /// How every element looks, in the order of [`ExaminedMail::elements`].
    pub(super) fn looks(&self, mode: ColorMode) -> &[ElementStyle] {
        match mode {
            ColorMode::Light => &self.light,
            ColorMode::Dark => &self.dark,
        }
    }

    /// The words that are not hidden, in the order of the text.
    pub(super) fn visible_text(&self) -> String {
        let hidden: HashMap<_, _> = self
            .elements
            .iter()
            .zip(&self.light)
            .map(|(seen, look)| (seen.element.id(), look.is_hidden))
            .collect();
        let mut text = String::new();
        for node in self.document.tree.root().descendants() {
            let is_seen = node
                .parent()
                .is_some_and(|parent| hidden.get(&parent.id()) == Some(&false));
            if let (true, Some(words)) = (is_seen, node.value().as_text()) {
                text.push_str(words);
            }
        }
        text
    }

    /// The same in light where a client strips every `<style>`.
    pub(super) fn looks_without_styles(&self) -> &[ElementStyle] {
        &self.without_styles
    }
}

impl<'p> Deref for ExaminedMail<'p> {
    type Target = ParsedMail<'p>;

    fn deref(&self) -> &ParsedMail<'p> {
        self.page
    }
}

impl<'h> ParsedMail<'h> {
    pub(super) fn parse(html: &'h str) -> Self {
        let document = tree_of(html).unwrap_or_else(|| Html::parse_document(html));
        let mut styles = Vec::new();
        let mut comments = Vec::new();
        for node in document.tree.nodes() {
            match node.value() {
                Node::Element(element) if element.name() == "style" => {
                    let texts = node
                        .children()
                        .filter_map(|child| Some(child.value().as_text()?.to_string()));
                    styles.push(texts.collect::<String>());
                }
                Node::Comment(comment) => comments.push(comment.to_string()),
                _ => {}
            }
        }
        Self {
            html,
            sheets: styles.iter().map(|text| css::sheet(text)).collect(),
            document,
            styles,
            comments,
        }
    }

    /// All elements in the order of the text.
    fn elements(&self) -> Vec<MailElement<'_>> {
        let mut seen = Vec::new();
        let mut places = HashMap::new();
        let mut styles: HashMap<&str, (usize, Rc<[Declaration]>)> = HashMap::new();
        let mut kinds: HashMap<LookKind<'_>, usize> = HashMap::new();
        for node in self.document.tree.root().descendants() {
            let Some(element) = ElementRef::wrap(node) else {
                continue;
            };
            let text: String = node
                .children()
                .filter_map(|child| child.value().as_text().map(|text| &**text))
                .collect();
            let text = visible(&text);
            let style = attribute(element, "style").unwrap_or_default();
            let known_styles = styles.len();
            let (style_number, style) = styles
                .entry(style)
                .or_insert_with(|| (known_styles, css::declarations(style).into()));
            let is_first_styled = *style_number == known_styles;
            let known_kinds = kinds.len();
            let kind = LookKind {
                name: element.value().name(),
                class: attribute(element, "class"),
                color: attribute(element, "bgcolor"),
                leads_somewhere: attribute(element, "href").is_some(),
                style: *style_number,
            };
            let kind = *kinds.entry(kind).or_insert(known_kinds);
            places.insert(node.id(), seen.len());
            seen.push(MailElement {
                parent: node
                    .parent()
                    .and_then(|parent| places.get(&parent.id()).copied()),
                style: Rc::clone(style),
                is_first_styled,
                kind,
                has_words: text.chars().any(char::is_alphanumeric),
                text,
                element,
            });
        }
        seen
    }

    fn looks(
        elements: &[MailElement<'_>],
        overrides: &HeadOverrides<'_>,
        mode: ColorMode,
    ) -> Vec<ElementStyle> {
        let mut looks: Vec<ElementStyle> = Vec::with_capacity(elements.len());
        // Which of those that were worked out each has.
        let mut numbers: Vec<usize> = Vec::with_capacity(elements.len());
        let mut known: HashMap<(usize, Option<usize>, Vec<usize>), usize> = HashMap::new();
        let mut firsts: Vec<ElementStyle> = Vec::new();
        for seen in elements {
            let by_place = overrides.by_place(seen);
            let around = seen.parent.map(|parent| numbers[parent]);
            let number = *known
                .entry((seen.kind, around, by_place))
                .or_insert_with(|| {
                    let around = around.map_or(ElementStyle::initial(mode), |at| firsts[at]);
                    firsts.push(ElementStyle::of(seen, around, &overrides.of(seen)));
                    firsts.len() - 1
                });
            numbers.push(number);
            looks.push(firsts[number]);
        }
        looks
    }
}

/// What a look follows from, within the same look and under the same rules.
#[derive(PartialEq, Eq, Hash)]
struct LookKind<'e> {
    name: &'e str,
    class: Option<&'e str>,
    color: Option<&'e str>,
    leads_somewhere: bool,
    style: usize,
}
