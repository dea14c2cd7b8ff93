//! Templates that want more of a reader's value than they can have: to compare it, to change it, to look
//! into it. No mail is wrong for it, since no template sees a value (`holes`); it only does not do what
//! its writer means, so it is told at its place. And which of the things that templates *can* see of a
//! reader they ask for.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::render::{
    holes::ReaderField,
    tags::{self, TagToken, TemplateTag, VariablePath},
};

/// Something that a template wants of a reader's value and cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misuse {
    /// The template.
    pub template: String,
    /// The tag in it.
    pub span: Range<usize>,
    /// The value, as the tag names it.
    pub value: String,
    /// What it does with it: `==`, `upper` …
    pub by: String,
}

/// Every place in these templates that wants more of a reader's value than to print it or to ask whether
/// it is there.
pub(super) fn misuses_in(templates: &BTreeMap<String, String>) -> Vec<Misuse> {
    let parsed: Vec<(&str, Vec<TemplateTag<'_>>)> = templates
        .iter()
        .map(|(name, text)| (name.as_str(), tags::parse(text)))
        .collect();
    let arguments = handed_to_components(&parsed);
    let mut misuses = Vec::new();
    for (template, tags) in &parsed {
        let mut scope = Scope::new(&arguments);
        for tag in tags {
            scope.enter(tag);
            let mut found = scope.values(tag).into_iter().filter_map(|(value, range)| {
                let by = misuse(tag, range).or_else(|| scope.section.map(str::to_owned))?;
                Some((value, by))
            });
            let found = found.next().or_else(|| whole_reader(tag));
            misuses.extend(found.map(|(value, by)| Misuse {
                template: (*template).to_owned(),
                span: tag.span.clone(),
                value,
                by,
            }));
            scope.learn(tag);
        }
    }
    misuses
}

/// Filters that hand a value on.
const HANDING_ON: [&str; 5] = ["default", "escape", "escape_html", "safe", "urlencode"];
/// Arguments that are put somewhere, of `replace` and `default`.
const PUT: [&str; 2] = ["to", "value"];
const OPERATORS: [&str; 12] = [
    "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "[",
];

/// Names of a template that stand for a reader's value at a point in it.
struct Scope<'a, 't> {
    /// Component and argument that some template hands a value to.
    arguments: &'a BTreeSet<(&'t str, &'t str)>,
    /// Set from a value, in this template.
    set: BTreeSet<&'t str>,
    /// The component whose body this is.
    component: Option<&'t str>,
    /// The filter of the section around.
    section: Option<&'t str>,
}

impl<'a, 't> Scope<'a, 't> {
    fn new(arguments: &'a BTreeSet<(&'t str, &'t str)>) -> Self {
        Self {
            arguments,
            set: BTreeSet::new(),
            component: None,
            section: None,
        }
    }

    fn enter(&mut self, tag: &TemplateTag<'t>) {
        match tag.words().as_slice() {
            ["component", name, ..] => self.component = Some(name),
            ["endcomponent", ..] => self.component = None,
            ["filter", name, ..] if !HANDING_ON.contains(name) => self.section = Some(name),
            ["endfilter", ..] => self.section = None,
            _ => {}
        }
    }

    /// The reader's values that a tag names, and where in its tokens.
    fn values(&self, tag: &TemplateTag<'_>) -> Vec<(String, Range<usize>)> {
        // A component's head names its arguments, not values.
        if tag.first_word() == Some("component") || !tag.names(|name| self.may_be_value(name)) {
            return Vec::new();
        }
        let mut values = Vec::new();
        for path in tag.paths() {
            if let Some(names) = self.value_of(&path) {
                values.push((names.join("."), path.at..end_of(tag, path.at, names.len())));
            }
        }
        values
    }

    /// Whether a path that begins so may lead to a value.
    fn may_be_value(&self, name: &str) -> bool {
        name == "reader" || self.set.contains(name) || self.is_argument(name)
    }

    fn is_argument(&self, name: &str) -> bool {
        let is_one = |component| self.arguments.contains(&(component, name));
        self.component.is_some_and(is_one)
    }

    /// The names of a path that are a value's; what follows goes into it.
    fn value_of<'p>(&self, path: &'p VariablePath<'_>) -> Option<&'p [&'p str]> {
        let names = path.names.as_slice();
        let length = match names {
            ["reader", "links", _, ..] => 3,
            ["reader", _, ..] => 2,
            [_, ..] => 1,
            [] => return None,
        };
        let is_value = match &names[..length] {
            ["reader", own @ ..] => {
                let own = own.join(".");
                ReaderField::ALL.iter().any(|field| own == field.path())
            }
            [name] => self.is_argument(name) || self.set.contains(name),
            _ => false,
        };
        is_value.then(|| &names[..length])
    }

    /// `{% set who = reader.name or words.reader %}`; not where the value only decides.
    fn learn(&mut self, tag: &TemplateTag<'t>) {
        if !matches!(tag.first_word(), Some("set" | "set_global")) {
            return;
        }
        let decides = tag.names(|word| ["if", "is", "not", "and"].contains(&word));
        let is_handed_on = !decides && !self.values(tag).is_empty();
        for name in tag.assigned() {
            if is_handed_on {
                self.set.insert(name);
            } else {
                self.set.remove(name);
            }
        }
    }
}

/// Where the tokens of a path's first names end.
fn end_of(tag: &TemplateTag<'_>, mut at: usize, mut words: usize) -> usize {
    while let Some(token) = tag.tokens.get(at) {
        match token {
            TagToken::Word(_) if words > 0 => words -= 1,
            TagToken::Symbol("." | "?") if words > 0 => {}
            _ => break,
        }
        at += 1;
    }
    at
}

/// What a tag does with the value at these tokens that it cannot do.
fn misuse(tag: &TemplateTag<'_>, value: Range<usize>) -> Option<String> {
    before(tag, value.start).or_else(|| after(tag, value.end))
}

fn before(tag: &TemplateTag<'_>, mut at: usize) -> Option<String> {
    loop {
        at = at.checked_sub(1)?;
        match &tag.tokens[at] {
            TagToken::Symbol("(") => {}
            TagToken::Symbol("=") => {
                // An argument's name before it; `set`'s and a component's take any value.
                let name = word(tag, at.checked_sub(1)?)?;
                let is_argument = matches!(
                    tag.tokens.get(at.checked_sub(2)?),
                    Some(TagToken::Symbol("(" | ","))
                );
                let is_put = !is_argument || PUT.contains(&name);
                return (!is_put).then(|| format!("{name}="));
            }
            TagToken::Symbol(symbol) if OPERATORS.contains(symbol) => {
                let is_tag = tag.is_component_call() && ["<", ">", "/"].contains(symbol);
                return (!is_tag).then(|| (*symbol).to_owned());
            }
            TagToken::Word("not") => {}
            TagToken::Word("in") => return Some("in".to_owned()),
            _ => return None,
        }
    }
}

fn after(tag: &TemplateTag<'_>, mut at: usize) -> Option<String> {
    loop {
        match tag.tokens.get(at)? {
            TagToken::Symbol(")") => at += 1,
            TagToken::Symbol("|") => {
                let name = word(tag, at + 1)?;
                if !HANDING_ON.contains(&name) {
                    return Some(name.to_owned());
                }
                at = after_arguments(tag, at + 2);
            }
            TagToken::Symbol(".") => return Some(".".to_owned()),
            TagToken::Symbol(symbol) if OPERATORS.contains(symbol) => {
                let is_tag = tag.is_component_call() && ["<", ">", "/"].contains(symbol);
                return (!is_tag).then(|| (*symbol).to_owned());
            }
            TagToken::Word("not") => at += 1,
            TagToken::Word("in") => return Some("in".to_owned()),
            TagToken::Word("is") => {
                let test = match word(tag, at + 1)? {
                    "not" => word(tag, at + 2)?,
                    test => test,
                };
                let is_presence = ["defined", "undefined"].contains(&test);
                return (!is_presence).then(|| format!("is {test}"));
            }
            _ => return None,
        }
    }
}

/// Behind the arguments of a filter, if it has any.
fn after_arguments(tag: &TemplateTag<'_>, at: usize) -> usize {
    let mut depth = 0usize;
    for (index, token) in tag.tokens.iter().enumerate().skip(at) {
        match token {
            TagToken::Symbol("(") => depth += 1,
            TagToken::Symbol(")") if depth <= 1 => return if depth == 1 { index + 1 } else { at },
            TagToken::Symbol(")") => depth -= 1,
            _ if depth == 0 => return at,
            _ => {}
        }
    }
    at
}

fn word<'t>(tag: &TemplateTag<'t>, at: usize) -> Option<&'t str> {
    match tag.tokens.get(at) {
        Some(TagToken::Word(word)) => Some(word),
        _ => None,
    }
}

/// `reader` itself, handed on under another name or asked by an index: nobody would see its values' names.
fn whole_reader(tag: &TemplateTag<'_>) -> Option<(String, String)> {
    if !tag.names(|name| name == "reader") {
        return None;
    }
    let by = tag.paths().into_iter().find_map(|path| {
        let is_own_name = word(tag, path.at.wrapping_sub(2)) == Some("reader")
            || word(tag, path.at.wrapping_sub(3)) == Some("reader");
        match path.names.as_slice() {
            ["reader", "", ..] => Some("["),
            ["reader"] if tag.first_word() == Some("component") || is_own_name => None,
            ["reader"] => Some("reader"),
            _ => None,
        }
    })?;
    Some(("reader".to_owned(), by.to_owned()))
}

/// Components and their arguments that somewhere get a reader's value. A component may hand on what it
/// got: looked for until there are no more.
fn handed_to_components<'t>(
    templates: &[(&str, Vec<TemplateTag<'t>>)],
) -> BTreeSet<(&'t str, &'t str)> {
    let mut arguments = BTreeSet::new();
    loop {
        let mut found = arguments.clone();
        for (_, tags) in templates {
            let mut scope = Scope::new(&arguments);
            for tag in tags {
                scope.enter(tag);
                if let Some(component) = word(tag, 1).filter(|_| tag.is_component_call()) {
                    for (_, range) in scope.values(tag) {
                        let argument = argument_of(tag, range.start);
                        found.extend(argument.map(|name| (component, name)));
                    }
                }
                scope.learn(tag);
            }
        }
        if found.len() == arguments.len() {
            return arguments;
        }
        arguments = found;
    }
}

/// The argument that a token of a component's call belongs to: `url={ … }`.
fn argument_of<'t>(tag: &TemplateTag<'t>, at: usize) -> Option<&'t str> {
    let mut pairs = tag.tokens[..at].windows(2).rev();
    pairs.find_map(|pair| match pair {
        [TagToken::Word(name), TagToken::Symbol("=")] => Some(*name),
        _ => None,
    })
}

/// What templates ask of a reader beside the values: readers who differ in it are rendered apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AskedOf {
    pub(crate) language: bool,
    pub(crate) tags: bool,
}

impl AskedOf {
    /// What any of these templates may ask for: rather too much than too little.
    pub(crate) fn by(templates: &BTreeMap<String, String>) -> Self {
        let mut asked = Self {
            language: false,
            tags: false,
        };
        let tags = templates.values().flat_map(|text| tags::parse(text));
        for tag in tags.filter(|tag| tag.names(|name| ["reader", "__tera_context"].contains(&name)))
        {
            for path in tag.paths() {
                match path.names.as_slice() {
                    ["reader", "language", ..] => asked.language = true,
                    ["reader", "tags", ..] => asked.tags = true,
                    ["reader", "name" | "email" | "links", ..] => {}
                    // All of it, under whatever name.
                    ["reader" | "__tera_context", ..] => {
                        (asked.language, asked.tags) = (true, true);
                    }
                    _ => {}
                }
            }
        }
        asked
    }
}

#[cfg(test)]
mod tests;
