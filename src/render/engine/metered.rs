//! A template with counters in it, and the way back to the places of its own text.
//!
//! What can go on for ever, or grow: a turn of a loop, a call of a component, an item of a list made by
//! `[… for …]`, a value that is set or printed. Each gets a counter straight behind its tag, on the same line,
//! as narrow as the tag in what it trims.

use std::ops::Range;

use super::fuel::{TURN, TURNED, WEIGH};
use crate::render::tags::{self, TagToken, TemplateTag};

/// A template as the engine reads it.
#[derive(Debug, Clone, Default)]
pub(super) struct MeteredTemplate {
    pub(super) text: String,
    pub(super) original_text: String,
    inserted: Vec<Inserted>,
}

#[derive(Debug, Clone)]
struct Inserted {
    /// Where in the text the counter stands.
    range: Range<usize>,
    /// What of the original it belongs to.
    tag: Range<usize>,
    /// Where in the original it was put.
    at: usize,
}

/// A counter to be put in.
struct LoopCounter {
    at: usize,
    text: String,
    tag: Range<usize>,
}

impl MeteredTemplate {
    /// A template as it is.
    pub(super) fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            original_text: text.to_owned(),
            inserted: Vec::new(),
        }
    }

    pub(super) fn new(original: &str) -> Self {
        let mut counters = counters(original);
        counters.sort_by_key(|counter| counter.at);
        let mut text = String::with_capacity(original.len() + 64 * counters.len());
        let mut inserted = Vec::with_capacity(counters.len());
        let mut done = 0;
        for counter in counters {
            text.push_str(&original[done..counter.at]);
            inserted.push(Inserted {
                range: text.len()..text.len() + counter.text.len(),
                tag: counter.tag,
                at: counter.at,
            });
            text.push_str(&counter.text);
            done = counter.at;
        }
        text.push_str(&original[done..]);
        Self {
            text,
            original_text: original.to_owned(),
            inserted,
        }
    }

    /// Whether a counter stands inside a tag.
    pub(super) fn changes_tags(&self) -> bool {
        self.inserted
            .iter()
            .any(|inserted| inserted.at < inserted.tag.end)
    }

    /// The place in the original of a place in the text: of a counter, the tag that it counts.
    pub(super) fn original(&self, span: Range<usize>) -> Range<usize> {
        let holding = self
            .inserted
            .iter()
            .find(|inserted| inserted.range.contains(&span.start));
        if let Some(inserted) = holding {
            return inserted.tag.clone();
        }
        let place = |offset: usize| {
            let before = self
                .inserted
                .iter()
                .take_while(|inserted| inserted.range.start < offset);
            let mut added = 0;
            for inserted in before {
                if offset < inserted.range.end {
                    return inserted.at;
                }
                added += inserted.range.len();
            }
            offset - added
        };
        place(span.start)..place(span.end)
    }
}

/// What is open around a tag.
enum OpenTag<'t> {
    /// A loop or a component's definition: where its body begins, its tag, whether it may be counted.
    Body(usize, Range<usize>, bool),
    /// `{% set name %}`.
    Set(&'t str),
    Other,
}

fn counters(template: &str) -> Vec<LoopCounter> {
    let tags = tags::parse(template);
    // Of a template that extends another, only what stands in blocks and components is ever filled.
    let is_child = tags.iter().any(|tag| tag.first_word() == Some("extends"));
    let mut counters = Vec::new();
    let mut open: Vec<OpenTag<'_>> = Vec::new();
    let mut depth = 0_usize;
    for tag in &tags {
        let is_filled = !is_child || depth > 0;
        if is_filled {
            counters.extend(of_lists(tag));
        }
        let behind = |text: String| LoopCounter {
            at: tag.span.end,
            text,
            tag: tag.span.clone(),
        };
        let is_print = template[tag.span.clone()].starts_with("{{");
        match tag.words().as_slice() {
            _ if is_print => {
                if let Some(value) = printed(template, tag).filter(|_| is_filled) {
                    counters.push(behind(silent(template, tag, &weigh(value))));
                }
            }
            ["block", ..] => depth += 1,
            ["endblock", ..] => depth = depth.saturating_sub(1),
            ["for", ..] => open.push(OpenTag::Body(tag.span.end, tag.span.clone(), is_filled)),
            ["component", ..] => {
                depth += 1;
                open.push(OpenTag::Body(tag.span.end, tag.span.clone(), true));
            }
            ["endfor" | "endcomponent", ..] => {
                depth -= usize::from(tag.first_word() == Some("endcomponent") && depth > 0);
                if let Some(OpenTag::Body(at, span, true)) = open.pop() {
                    counters.push(LoopCounter {
                        at,
                        text: silent_at(
                            template,
                            &span,
                            &format!("{TURN}(weight={})", tag.span.start - at),
                        ),
                        tag: span,
                    });
                }
            }
            ["set" | "set_global", name, ..] => match tag.tokens.get(2) {
                Some(TagToken::Symbol("=")) if is_filled => {
                    counters.push(behind(silent(template, tag, &weigh(name))));
                }
                Some(TagToken::Symbol("=")) => {}
                _ => open.push(OpenTag::Set(name)),
            },
            ["endset" | "endset_global", ..] => {
                if let (Some(OpenTag::Set(name)), true) = (open.pop(), is_filled) {
                    counters.push(behind(silent(template, tag, &weigh(name))));
                }
            }
            ["if" | "filter", ..] => open.push(OpenTag::Other),
            ["endif" | "endfilter", ..] => {
                open.pop();
            }
            _ => {}
        }
    }
    counters
}

fn weigh(value: &str) -> String {
    format!("{WEIGH}(value={value})")
}

/// A call that prints nothing, and trims what its tag trims.
fn silent(template: &str, tag: &TemplateTag<'_>, call: &str) -> String {
    silent_at(template, &tag.span, call)
}

fn silent_at(template: &str, tag: &Range<usize>, call: &str) -> String {
    let tag = &template[tag.clone()];
    match tag.ends_with("-%}") || tag.ends_with("-}}") {
        true => format!("{{{{- {call} -}}}}"),
        false => format!("{{{{ {call} }}}}"),
    }
}

/// What a tag prints, where asking for it again is no more than that.
fn printed<'t>(template: &'t str, tag: &TemplateTag<'_>) -> Option<&'t str> {
    // Of a string without an end, a copy would be the end.
    let is_plain = tag.is_closed
        && !tag.is_component_call()
        && !tag.tokens.is_empty()
        && !tag
            .tokens
            .iter()
            .any(|token| matches!(token, TagToken::Word("for" | "super" | "if")));
    let start = *tag.starts.first().filter(|_| is_plain)?;
    let inside = template[start..tag.span.end].strip_suffix("}}")?;
    Some(inside.strip_suffix('-').unwrap_or(inside).trim_end())
}

/// The items of lists that are made in a tag: `[item for name in list]`.
fn of_lists(tag: &TemplateTag<'_>) -> Vec<LoopCounter> {
    let mut counters = Vec::new();
    let mut brackets: Vec<(usize, bool)> = Vec::new();
    for (index, (token, start)) in tag.tokens.iter().zip(&tag.starts).enumerate() {
        match token {
            TagToken::Symbol("[") => brackets.push((start + 1, true)),
            TagToken::Symbol("(" | "{") => brackets.push((start + 1, false)),
            TagToken::Symbol("]" | ")" | "}") => {
                brackets.pop();
            }
            TagToken::Word("for") if index > 0 => {
                if let Some((at, true)) = brackets.last() {
                    counters.push(LoopCounter {
                        at: *at,
                        text: format!("{TURNED}(value="),
                        tag: tag.span.clone(),
                    });
                    counters.push(LoopCounter {
                        at: *start,
                        text: ") ".to_owned(),
                        tag: tag.span.clone(),
                    });
                }
            }
            _ => {}
        }
    }
    counters
}
