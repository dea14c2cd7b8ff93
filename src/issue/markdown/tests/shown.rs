//! A document as a shorthand of tags.

use super::document;
use crate::issue::{Block, Image, Inline, LinkTarget, ListItem};

pub(super) fn shown(text: &str) -> String {
    let document = document(text);
    let mut out = blocks(&document.introduction);
    for section in &document.sections {
        out += &format!("[{} #{}]\n", section.title, section.anchor);
        out += &blocks(&section.blocks);
    }
    for footnote in &document.footnotes {
        out += &format!(
            "({}: {})\n",
            footnote.number,
            blocks(&footnote.blocks).trim_end()
        );
    }
    for oddity in &document.oddities {
        let at = text[oddity.span.clone()].lines().next().unwrap_or_default();
        out += &format!("! {:?} at {at}\n", oddity.kind);
    }
    out
}

fn blocks(blocks: &[Block]) -> String {
    blocks.iter().map(|one| block(one) + "\n").collect()
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(content) => format!("<p>{}", inlines(content)),
        Block::Heading {
            level,
            content,
            anchor,
        } => format!("<h{level} {anchor}>{}", inlines(content)),
        Block::List {
            start,
            items,
            is_tight,
        } => {
            let kind = start.map_or("ul".to_owned(), |start| format!("ol {start}"));
            let loose = if *is_tight { "" } else { " loose" };
            let items: String = items.iter().map(item).collect();
            format!("<{kind}{loose}>{items}</>")
        }
        Block::Quote(inner) => format!("<quote>{}</>", blocks(inner).trim_end()),
        Block::PullQuote(inner) => format!("<pull>{}</>", blocks(inner).trim_end()),
        Block::Callout {
            kind,
            title,
            blocks: inner,
        } => {
            format!("<{kind:?} {title:?}>{}</>", blocks(inner).trim_end())
        }
        Block::Code { language, text } => format!("<pre {language:?}>{text:?}"),
        Block::Table {
            alignments,
            head,
            rows,
        } => {
            let row = |cells: &Vec<Vec<Inline>>| {
                cells
                    .iter()
                    .map(|cell| inlines(cell))
                    .collect::<Vec<_>>()
                    .join(" | ")
            };
            let rows: Vec<String> = std::iter::once(head).chain(rows).map(row).collect();
            format!("<table {alignments:?}>{}", rows.join(" // "))
        }
        Block::Figure(image) => format!("<figure>{}", picture(image)),
        Block::WideFigure(image) => format!("<wide>{}", picture(image)),
        Block::Pair(images) => format!("<pair>{}{}", picture(&images[0]), picture(&images[1])),
        Block::Button { label, url } => format!("<button {url}>{label}"),
        Block::Video {
            url,
            title,
            thumbnail,
        } => {
            format!(
                "<video {url}>{title}{}",
                thumbnail.as_ref().map(picture).unwrap_or_default()
            )
        }
        Block::Rule => "<hr>".to_owned(),
    }
}

fn item(item: &ListItem) -> String {
    let mark = match item.is_checked {
        None => "",
        Some(true) => "[x]",
        Some(false) => "[ ]",
    };
    format!("<li>{mark}{}", blocks(&item.blocks).trim_end())
}

fn picture(image: &Image) -> String {
    format!(
        "<img {} {:?} {:?}>",
        image.location,
        image.alt,
        Some(inlines(&image.caption)).filter(|caption| !caption.is_empty())
    )
}

fn inlines(content: &[Inline]) -> String {
    content
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => text.clone(),
            Inline::Emphasis(content) => format!("<em>{}</>", inlines(content)),
            Inline::Strong(content) => format!("<b>{}</>", inlines(content)),
            Inline::Name(name) => format!("<name {:?} {:?}>", name.fallback, name.particle),
            Inline::Raised(content) => format!("<sup>{}</>", inlines(content)),
            Inline::Lowered(content) => format!("<sub>{}</>", inlines(content)),
            Inline::Strikethrough(content) => format!("<s>{}</>", inlines(content)),
            Inline::Code(code) => format!("<code>{code}</>"),
            Inline::Link {
                target: LinkTarget::Url(url),
                content,
            } => {
                format!("<a {url}>{}</>", inlines(content))
            }
            Inline::Link {
                target: LinkTarget::Issue(slug),
                content,
            } => {
                format!("<issue {slug}>{}</>", inlines(content))
            }
            Inline::Image(image) => picture(image),
            Inline::FootnoteReference(number) => format!("<fn {number}>"),
            Inline::SoftBreak => "⏎".to_owned(),
            Inline::HardBreak => "<br>".to_owned(),
        })
        .collect()
}
