//! What the rules of a style sheet look at in an element: where that is its name, its classes, its identity, those of
//! what is around it, and whether it is the first or last there, its style follows from the way to it.

use std::collections::BTreeSet;

use crate::render::{
    css,
    plain_page::{PlainAttribute, PlainElement},
    slim::class_names,
};

/// What style sheets look at.
#[derive(Debug)]
pub(super) struct SheetNeeds {
    has_identities: bool,
    /// Classes of which the first or the last element is another than the others. None: it may be any element.
    edges: Option<BTreeSet<String>>,
}

const EDGES: [&str; 2] = [":first-child", ":last-child"];
/// Brothers, attributes, arguments, escapes, conditions; and white space that is none in CSS.
const UNKNOWN: [char; 8] = ['+', '~', '[', '(', '\\', '@', '"', '\u{a0}'];

impl SheetNeeds {
    /// Those of these rules. None: they look at more.
    pub(super) fn of(rules: &str) -> Option<Self> {
        let mut needs = Self {
            has_identities: false,
            edges: Some(BTreeSet::new()),
        };
        let sheet = css::sheet(rules);
        for selector in sheet.rules.iter().flat_map(|rule| &rule.selectors) {
            needs.add(selector)?;
        }
        // One rule a block: nothing within another that would be read as declarations here.
        let is_flat = sheet.statements.is_empty()
            && rules.matches('{').count() == sheet.rules.len()
            && !rules.contains(UNKNOWN);
        is_flat.then_some(needs)
    }

    fn add(&mut self, selector: &str) -> Option<()> {
        for compound in selector.split([' ', '>', '\n', '\t']) {
            let mut bare = compound.to_owned();
            for edge in EDGES {
                bare = bare.replace(edge, "");
            }
            let is_known = bare.chars().all(|char| {
                char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '#' | '*')
            });
            if !is_known {
                return None;
            }
            self.has_identities |= bare.contains('#');
            if bare.len() < compound.len() {
                match class_names(&bare).next() {
                    Some(class) => {
                        if let Some(edges) = &mut self.edges {
                            edges.insert(class.to_owned());
                        }
                    }
                    None => self.edges = None,
                }
            }
        }
        Some(())
    }

    /// Whether the value of that attribute decides anything.
    pub(super) fn sees(&self, attribute: &str) -> bool {
        match attribute {
            "class" | "style" | "rel" => true,
            "id" => self.has_identities,
            name => name.starts_with("data-css-inline"),
        }
    }

    /// What tells an element from others within the same elements, behind what `sign` has.
    pub(super) fn sign(
        &self,
        name: &str,
        attributes: &[PlainAttribute<'_>],
        element: PlainElement,
        sign: &mut String,
    ) {
        sign.push_str(name);
        let mut is_edge = self.edges.is_none();
        for attribute in attributes {
            sign.push(' ');
            sign.push_str(attribute.name);
            sign.push('=');
            if self.sees(attribute.name) {
                sign.push('"');
                sign.push_str(attribute.value);
                sign.push('"');
            }
            if let ("class", Some(edges)) = (attribute.name, &self.edges)
                && !edges.is_empty()
            {
                let mut classes = attribute.value.split_ascii_whitespace();
                is_edge |= classes.any(|class| edges.contains(class));
            }
        }
        if is_edge && element.is_first {
            sign.push_str(" first");
        }
        if is_edge && element.is_last {
            sign.push_str(" last");
        }
    }
}
