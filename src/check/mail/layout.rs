//! Tables, widths, and the CSS that does not hold.

use std::collections::HashSet;

use super::{
    super::Findings,
    BREAK_WORD, COLOR_FORM, FORBIDDEN, LAYOUT_CSS, LAYOUT_TABLE, LINE_HEIGHT, OUTLOOK_WIDTH,
    PADDING, TEXT_SIZE, VARIABLE, WIDTH,
    element::MailElement,
    look::{ColorMode, ElementStyle, length},
    page::ExaminedMail,
};
use crate::{issue::Document, words::say};

/// The narrowest phone.
const PHONE: f64 = 320.0;

pub(super) fn check(page: &ExaminedMail<'_>, issue: &Document, findings: &mut Findings<'_>) {
    let elements = page.elements();
    for seen in elements {
        forbidden(seen, findings);
        table(seen, findings);
        layout_css(seen, findings);
        width(seen, findings);
        keep_all(seen, elements, findings);
    }
    values(elements, findings);
    outlook_width(page, elements, findings);
    padding(elements, findings);
    type_sizes(page, elements, issue, findings);
}

fn forbidden(seen: &MailElement<'_>, findings: &mut Findings<'_>) {
    let is_forbidden = matches!(
        seen.name(),
        "script"
            | "iframe"
            | "object"
            | "embed"
            | "applet"
            | "form"
            | "input"
            | "select"
            | "textarea"
            | "button"
            | "video"
            | "audio"
            | "canvas"
            | "base"
            | "frameset"
    );
    if is_forbidden {
        findings
            .in_mail(
                &FORBIDDEN,
                &seen.tag(),
                say!("<{element}> in a mail", element = seen.name()),
            )
            .hint(say!("link a page that has it"));
    }
}

fn table(seen: &MailElement<'_>, findings: &mut Findings<'_>) {
    if seen.name() != "table" {
        return;
    }
    let has = |names: &[&str]| {
        seen.element
            .descendent_elements()
            .any(|inner| names.contains(&inner.value().name()))
    };
    let is_layout = matches!(seen.attr("role"), Some("presentation" | "none"));
    // A table of data has heads; a layout table around it has them only further in.
    let own_rows = seen
        .element
        .child_elements()
        .flat_map(|part| part.child_elements())
        .flat_map(|row| row.child_elements());
    let has_heads = own_rows.into_iter().any(|cell| cell.value().name() == "th")
        || seen
            .element
            .child_elements()
            .any(|part| matches!(part.value().name(), "caption" | "thead"));
    if is_layout && has_heads {
        findings
            .in_mail(
                &LAYOUT_TABLE,
                &seen.tag(),
                say!("a layout table with heads or a caption"),
            )
            .hint(say!(
                "take the role away where it holds data; use td where it holds layout"
            ));
        return;
    }
    if !is_layout && !has_heads && has(&["td"]) {
        findings
            .in_mail(
                &LAYOUT_TABLE,
                &seen.tag(),
                say!("a table without role=\"presentation\" and without heads"),
            )
            .hint(say!("role=\"presentation\" for layout, <th> for data"));
        return;
    }
    let unset: Vec<&str> = ["border", "cellpadding", "cellspacing"]
        .into_iter()
        .filter(|name| seen.attr(name) != Some("0"))
        .collect();
    if is_layout && !unset.is_empty() {
        findings
            .in_mail(
                &LAYOUT_TABLE,
                &seen.tag(),
                say!(
                    "a layout table without {unset}=\"0\"",
                    unset = unset.join("=\"0\", ")
                ),
            )
            .hint(say!("clients add their own borders and gaps"));
    }
}

fn layout_css(seen: &MailElement<'_>, findings: &mut Findings<'_>) {
    let found = seen.style.iter().find(|declaration| {
        let value = || declaration.value.to_ascii_lowercase();
        match declaration.name.as_str() {
            "display" => value().contains("flex") || value().contains("grid"),
            "position" => value() != "static",
            "float" => value() != "none",
            _ => false,
        }
    });
    if let Some(declaration) = found {
        findings
            .in_mail(
                &LAYOUT_CSS,
                &seen.tag(),
                format!("{}: {}", declaration.name, declaration.value),
            )
            .hint(say!("lay out with tables"));
    }
}

fn width(seen: &MailElement<'_>, findings: &mut Findings<'_>) {
    let fixed = seen
        .property("width")
        .and_then(|value| value.ends_with("px").then(|| length(value, 0.0))?)
        .or_else(|| seen.attr("width")?.parse::<f64>().ok());
    let minimum = seen
        .property("min-width")
        .and_then(|value| length(value, 0.0));
    let is_fluid = ["max-width", "width"].iter().any(|name| {
        seen.property(name)
            .is_some_and(|value| value.ends_with('%'))
    });
    let is_wide = fixed.is_some_and(|width| width > PHONE) && !is_fluid;
    if is_wide || minimum.is_some_and(|width| width > PHONE) {
        findings
            .in_mail(
                &WIDTH,
                &seen.tag(),
                say!(
                    "<{element}> is wider than a phone and does not shrink",
                    element = seen.name()
                ),
            )
            .hint(say!(
                "width:100% with max-width, and the fixed width in an [if mso] table"
            ));
    }
}

/// A column with a max-width, and no table for Word around it.
fn outlook_width(
    page: &ExaminedMail<'_>,
    elements: &[MailElement<'_>],
    findings: &mut Findings<'_>,
) {
    let column = elements.iter().find(|seen| {
        let limit = seen
            .property("max-width")
            .and_then(|value| length(value, 0.0));
        seen.name() == "table" && limit.is_some_and(|pixels| (PHONE..1_000.0).contains(&pixels))
    });
    let has_table = page
        .comments
        .iter()
        .any(|comment| comment.contains("[if mso") && comment.contains("<table"));
    if let Some(seen) = column.filter(|_| !has_table) {
        findings
            .in_mail(&OUTLOOK_WIDTH, &seen.tag(), say!("the column has no table for Outlook on Windows"))
            .hint("<!--[if mso]><table role=\"presentation\" width=\"600\" align=\"center\"><tr><td><![endif]-->");
    }
}

/// The first padding that Word drops: of a block that is no cell.
fn padding(elements: &[MailElement<'_>], findings: &mut Findings<'_>) {
    let is_block = |name: &str| {
        matches!(
            name,
            "table" | "div" | "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "img"
        )
    };
    let is_padded = |seen: &MailElement<'_>| {
        seen.style.iter().any(|one| {
            one.name.starts_with("padding")
                && one
                    .value
                    .split_whitespace()
                    .any(|part| length(part, 16.0).is_some_and(|pixels| pixels > 0.0))
        })
    };
    let found = elements.iter().find(|seen| {
        is_block(seen.name()) && is_padded(seen) && seen.property("display") != Some("none")
    });
    if let Some(seen) = found {
        findings
            .in_mail(
                &PADDING,
                &seen.tag(),
                say!("padding on <{element}>", element = seen.name()),
            )
            .hint(say!("give it to a <td> around it"));
    }
}

fn keep_all(seen: &MailElement<'_>, elements: &[MailElement<'_>], findings: &mut Findings<'_>) {
    if seen.property("word-break") != Some("keep-all") {
        return;
    }
    let mut at = Some(seen);
    while let Some(here) = at {
        if here.property("overflow-wrap").is_some() || here.property("word-wrap").is_some() {
            return;
        }
        at = here.parent.map(|parent| &elements[parent]);
    }
    findings
        .in_mail(
            &BREAK_WORD,
            &seen.tag(),
            say!("word-break: keep-all without overflow-wrap"),
        )
        .hint(say!("add overflow-wrap: break-word"));
}

/// The first use of a kind: the rest is the same mistake.
fn values(elements: &[MailElement<'_>], findings: &mut Findings<'_>) {
    let first = |is_kind: &dyn Fn(&str, &str) -> bool| {
        let mut styled = elements.iter().filter(|seen| seen.is_first_styled);
        styled.find_map(|seen| {
            let declaration = seen
                .style
                .iter()
                .find(|one| is_kind(&one.name, &one.value))?;
            Some((seen, declaration))
        })
    };
    if let Some((seen, declaration)) = first(&|_, value| value.contains("var(")) {
        findings
            .in_mail(
                &VARIABLE,
                &seen.tag(),
                format!("{}: {}", declaration.name, declaration.value),
            )
            .hint(say!("write the value itself"));
    }
    let is_odd = |name: &str, value: &str| {
        let is_color = matches!(
            name,
            "color" | "background-color" | "background" | "border-color"
        ) || name.ends_with("-color");
        is_color && value.split_whitespace().any(is_odd_color)
    };
    if let Some((seen, declaration)) = first(&is_odd) {
        findings
            .in_mail(
                &COLOR_FORM,
                &seen.tag(),
                format!("{}: {}", declaration.name, declaration.value),
            )
            .hint(say!("write #RRGGBB"));
    }
}

/// `#fff`, `rgb(…)`, `hsl(…)`.
fn is_odd_color(word: &str) -> bool {
    match word.strip_prefix('#') {
        Some(hex) => hex.len() != 6,
        None => [
            "rgb", "hsl", "hwb", "lab(", "lch(", "oklab", "oklch", "color(",
        ]
        .iter()
        .any(|name| word.starts_with(name)),
    }
}

fn type_sizes(
    page: &ExaminedMail<'_>,
    elements: &[MailElement<'_>],
    issue: &Document,
    findings: &mut Findings<'_>,
) {
    let looks = page.looks(ColorMode::Light);
    let set: Vec<(&MailElement<'_>, ElementStyle)> = elements
        .iter()
        .zip(looks.iter().copied())
        .filter(|(seen, look)| !look.is_hidden && !seen.text.is_empty())
        .collect();
    if let Some((seen, look)) = set.iter().find(|(_, look)| look.size < 12.0) {
        findings
            .in_mail(
                &TEXT_SIZE,
                &seen.tag(),
                say!("text of {size} px", size = look.size),
            )
            .hint(say!("12 px at least, 14 for captions and footer"));
    }
    let Some((seen, look)) = body_text(&set, issue) else {
        return;
    };
    let tag = seen.tag();
    if look.size < 16.0 {
        findings
            .in_mail(
                &TEXT_SIZE,
                &tag,
                say!(
                    "most of the issue's text is set in {size} px",
                    size = look.size
                ),
            )
            .hint(say!("16 px or more"));
    }
    let has_hangul = seen
        .text
        .chars()
        .any(|char| matches!(char, '\u{AC00}'..='\u{D7A3}'));
    if has_hangul && look.line_height.is_none_or(|ratio| ratio < 1.595) {
        let shown = look
            .line_height
            .map_or("the client's own".to_owned(), |ratio| format!("{ratio:.2}"));
        findings
            .in_mail(
                &LINE_HEIGHT,
                &tag,
                say!(
                    "most of the issue's text has a line height of {shown}",
                    shown
                ),
            )
            .hint(say!("1.6 or more for Hangul"));
    }
}

/// An element of the size and line height in which most of the issue's own text is set. What the
/// templates bring along (footer, about) doesn't count: of a short issue it would be the most.
fn body_text<'e>(
    set: &[(&'e MailElement<'e>, ElementStyle)],
    issue: &Document,
) -> Option<(&'e MailElement<'e>, ElementStyle)> {
    let text = issue.plain_text();
    let words: HashSet<&str> = text.split_whitespace().collect();
    let mut kinds: Vec<(&MailElement<'_>, ElementStyle, usize)> = Vec::new();
    for &(seen, look) in set {
        let own = seen.text.split_whitespace();
        let (known, all) = own.fold((0, 0), |(known, all), word| {
            (known + usize::from(words.contains(word)), all + 1)
        });
        if known * 2 <= all {
            continue;
        }
        let length = seen.text.chars().count();
        let is_same = |(_, kind, _): &&mut (&MailElement<'_>, ElementStyle, usize)| {
            (kind.size, kind.line_height) == (look.size, look.line_height)
        };
        match kinds.iter_mut().find(is_same) {
            Some((.., count)) => *count += length,
            None => kinds.push((seen, look, length)),
        }
    }
    let (seen, look, _) = kinds.into_iter().max_by_key(|(.., count)| *count)?;
    Some((seen, look))
}
