//! Which element may begin where without the parser closing, moving or adding another (HTML 13.2.6): of the elements
//! that mails are made of, and of no others.

/// Elements within one another; whatever is deeper is nobody's mail.
const MAX_DEPTH: usize = 96;

/// What the parser closes a paragraph for.
fn ends_paragraph(name: &str) -> bool {
    matches!(
        name,
        "article"
            | "blockquote"
            | "center"
            | "div"
            | "figcaption"
            | "figure"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "li"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "ul"
    )
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "br"
            | "cite"
            | "code"
            | "del"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "u"
            | "var"
    )
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn is_section(name: &str) -> bool {
    matches!(name, "thead" | "tbody" | "tfoot")
}

pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img")
}

/// Whether words may stand in it.
pub(super) fn holds_text(around: &str) -> bool {
    around != "table" && around != "tr" && !is_section(around)
}

/// Whether an element may begin within these, the nearest first.
pub(super) fn may_begin<'o>(
    name: &str,
    around: impl ExactSizeIterator<Item = &'o str> + Clone,
) -> bool {
    let Some(nearest) = around.clone().next() else {
        return false;
    };
    if around.len() > MAX_DEPTH {
        return false;
    }
    match name {
        "thead" | "tbody" | "tfoot" => nearest == "table",
        "tr" => is_section(nearest),
        "td" | "th" => nearest == "tr",
        _ if !holds_text(nearest) => false,
        _ if !ends_paragraph(name) && !is_inline(name) => false,
        _ => {
            let is_cell = |name: &str| matches!(name, "td" | "th" | "body");
            let mut cell = around.clone().take_while(|name| !is_cell(name));
            let is_closing = match name {
                "a" => cell.any(|name| name == "a"),
                // Up to the list that it is an item of.
                "li" => cell.any(|name| name == "p") || is_item_within(around),
                _ if ends_paragraph(name) => cell.any(|name| name == "p"),
                _ => false,
            };
            !(is_closing || is_heading(name) && is_heading(nearest))
        }
    }
}

/// Whether an item would close another one.
fn is_item_within<'o>(around: impl Iterator<Item = &'o str>) -> bool {
    let mut near = around.skip_while(|name| is_inline(name) || matches!(*name, "div" | "p"));
    near.next() == Some("li")
}
