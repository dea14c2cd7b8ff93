//! Buttons: links that look like one.

use super::{
    super::Findings, BUTTON, color::ColorValue, element::MailElement, look::length,
    page::ExaminedMail,
};
use crate::words::say;

pub(super) fn check(page: &ExaminedMail<'_>, findings: &mut Findings<'_>) {
    let elements = page.elements();
    for seen in elements.iter().filter(|seen| is_button(seen)) {
        let Some(cell) = cell_of(seen, elements) else {
            findings
                .in_mail(&BUTTON, &seen.tag(), say!("a button outside a table's cell"))
                .hint("<td style=\"background-color:…;mso-padding-alt:12px 24px\"><a style=\"padding:12px 24px\">");
            continue;
        };
        let mut lacks = Vec::new();
        if !is_coloured(cell) {
            lacks.push("a background-color");
        }
        if cell.property("mso-padding-alt").is_none() {
            lacks.push("mso-padding-alt");
        }
        if !lacks.is_empty() {
            findings
                .in_mail(
                    &BUTTON,
                    &cell.tag(),
                    say!("a button's cell without {list}", list = lacks.join(" and ")),
                )
                .hint(say!(
                    "the link's padding counts everywhere but in Outlook, which pads the cell"
                ));
        }
    }
}

/// A link with room above and below its words.
fn is_button(seen: &MailElement<'_>) -> bool {
    let padding = seen
        .property("padding-top")
        .or_else(|| seen.property("padding")?.split_whitespace().next());
    let is_padded = padding
        .and_then(|value| length(value, 16.0))
        .is_some_and(|pixels| pixels >= 6.0);
    let is_block = seen
        .property("display")
        .is_some_and(|value| value.contains("block"));
    seen.name() == "a" && is_padded && is_block
}

fn cell_of<'e, 'p>(
    seen: &MailElement<'_>,
    elements: &'e [MailElement<'p>],
) -> Option<&'e MailElement<'p>> {
    let mut at = seen.parent;
    while let Some(index) = at {
        let here = &elements[index];
        match here.name() {
            "td" | "th" => return Some(here),
            "table" | "body" => return None,
            _ => at = here.parent,
        }
    }
    None
}

fn is_coloured(cell: &MailElement<'_>) -> bool {
    let paint = cell
        .property("background-color")
        .or_else(|| cell.attr("bgcolor"))
        .map(ColorValue::parse)
        .or_else(|| cell.property("background").map(ColorValue::of_background));
    matches!(paint, Some(ColorValue::Solid(_, alpha)) if alpha > 0.0)
}
