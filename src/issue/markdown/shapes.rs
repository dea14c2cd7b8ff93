//! What a paragraph or a quotation turns out to be: figures, buttons, a video, a callout.

use super::{
    super::{
        Block, CalloutKind, Document, Image, ImageUse, Inline, LinkTarget, LinkUse, MarkdownOddity,
        OddityKind, ProseKind, plain_text,
    },
    inline,
    nodes::{InlineNode, Link, raw_text},
};
use crate::source::Span;

const BUTTON: &str = "{.button}";
const WIDE: &str = "{.wide}";

/// A paragraph's blocks: itself, or what stands alone in it.
pub(super) fn paragraph(
    nodes: Vec<InlineNode>,
    section: Option<usize>,
    document: &mut Document,
) -> Vec<Block> {
    if nodes.is_empty() {
        return Vec::new();
    }
    if let [InlineNode::Image(..), InlineNode::Text(after)] = nodes.as_slice()
        && after.text.trim() == WIDE
    {
        return figures(nodes, document)
            .into_iter()
            .map(|block| match block {
                Block::Figure(image) => Block::WideFigure(image),
                other => other,
            })
            .collect();
    }
    if nodes
        .iter()
        .all(|node| matches!(node, InlineNode::Image(..)) || is_blank(node))
        && nodes
            .iter()
            .any(|node| matches!(node, InlineNode::Image(..)))
    {
        return figures(nodes, document);
    }
    if let [InlineNode::Link(link)] = nodes.as_slice()
        && let Some(video) = video(link, document)
    {
        return vec![video];
    }
    if let Some(buttons) = buttons(&nodes, document) {
        return buttons;
    }
    note_stray_buttons(&nodes, document);
    vec![Block::Paragraph(inline::convert(
        nodes,
        ProseKind::Paragraph,
        section,
        document,
    ))]
}

fn is_blank(node: &InlineNode) -> bool {
    match node {
        InlineNode::SoftBreak | InlineNode::HardBreak => true,
        InlineNode::Text(text) => text.text.trim().is_empty(),
        _ => false,
    }
}

/// A figure each; two on one line stand side by side.
fn figures(nodes: Vec<InlineNode>, document: &mut Document) -> Vec<Block> {
    let is_one_line = !nodes
        .iter()
        .any(|node| matches!(node, InlineNode::SoftBreak | InlineNode::HardBreak));
    let mut images = Vec::new();
    for node in nodes {
        if let InlineNode::Image(image, span) = node {
            document.images.push(ImageUse {
                image: image.clone(),
                is_frame: false,
                span,
            });
            images.push(image);
        }
    }
    match <[Image; 2]>::try_from(images) {
        Ok(pair) if is_one_line => vec![Block::Pair(Box::new(pair))],
        Ok(pair) => pair.map(Block::Figure).into(),
        Err(images) => images.into_iter().map(Block::Figure).collect(),
    }
}

/// A bare address of a video, or a thumbnail that links to one.
fn video(link: &Link, document: &mut Document) -> Option<Block> {
    let LinkTarget::Url(url) = &link.target else {
        return None;
    };
    if !is_video(url) {
        return None;
    }
    let thumbnail: Option<(&Image, &Span)> = match link.content.as_slice() {
        [InlineNode::Image(image, span)] => Some((image, span)),
        _ if link.is_bare => None,
        _ => return None,
    };
    let alt = thumbnail
        .map(|(image, _)| image.alt.clone())
        .filter(|alt| !alt.is_empty());
    let title = link.title.clone().or(alt).unwrap_or_default();
    document.links.push(LinkUse {
        target: link.target.clone(),
        text: if title.is_empty() {
            url.clone()
        } else {
            title.clone()
        },
        span: link.span.clone(),
    });
    if let Some((image, span)) = thumbnail {
        document.images.push(ImageUse {
            image: image.clone(),
            is_frame: true,
            span: span.clone(),
        });
    }
    Some(Block::Video {
        url: url.clone(),
        title,
        thumbnail: thumbnail.map(|(image, _)| image.clone()),
    })
}

/// Pages that show one video.
fn is_video(url: &str) -> bool {
    let Some((_, address)) = url.split_once("://") else {
        return false;
    };
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let host = host
        .strip_prefix("www.")
        .or_else(|| host.strip_prefix("m."))
        .unwrap_or(host);
    let has_id = |prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|id| {
            id.starts_with(|char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-')
        })
    };
    match host {
        "youtube.com" => {
            ["shorts/", "live/", "embed/"].into_iter().any(has_id)
                || path
                    .strip_prefix("watch?")
                    .is_some_and(|query| query.split('&').any(|pair| pair.starts_with("v=")))
        }
        "youtu.be" => has_id(""),
        "vimeo.com" => path.starts_with(|char: char| char.is_ascii_digit()),
        "tv.naver.com" => has_id("v/") || has_id("h/"),
        "tv.kakao.com" => has_id("v/") || has_id("channel/"),
        _ => false,
    }
}

/// Nothing but `[label](url){.button}`, once or more.
fn buttons(nodes: &[InlineNode], document: &mut Document) -> Option<Vec<Block>> {
    let mut found = Vec::new();
    let mut nodes = nodes
        .iter()
        .filter(|node| !matches!(node, InlineNode::SoftBreak | InlineNode::HardBreak));
    while let Some(node) = nodes.next() {
        let (InlineNode::Link(link), Some(InlineNode::Text(after))) = (node, nodes.next()) else {
            return None;
        };
        let LinkTarget::Url(url) = &link.target else {
            return None;
        };
        if after.text.trim() != BUTTON || link.is_bare {
            return None;
        }
        found.push((link, url));
    }
    let mut blocks = Vec::new();
    for (link, url) in found {
        let label = raw_text(&link.content).trim().to_owned();
        document.links.push(LinkUse {
            target: link.target.clone(),
            text: label.clone(),
            span: link.span.clone(),
        });
        blocks.push(Block::Button {
            label,
            url: url.clone(),
        });
    }
    Some(blocks)
}

fn note_stray_buttons(nodes: &[InlineNode], document: &mut Document) {
    for pair in nodes.windows(2) {
        if let [InlineNode::Link(link), InlineNode::Text(after)] = pair
            && after.text.starts_with(BUTTON)
        {
            document.oddities.push(MarkdownOddity {
                kind: OddityKind::StrayButton,
                span: link.span.clone(),
            });
        }
    }
}

/// `[!QUOTE]`
const PULL: &str = "quote";

/// A quotation, or a callout where its first line says `[!NOTE]` and, if wanted, a title; or a
/// sentence pulled out of the story, where it says `[!QUOTE]`.
pub(super) fn quote(
    mut blocks: Vec<Block>,
    span: Span,
    oddities: &mut Vec<MarkdownOddity>,
) -> Block {
    let Some(Block::Paragraph(first)) = blocks.first_mut() else {
        return Block::Quote(blocks);
    };
    let Some((word, after)) = callout_word(first) else {
        return Block::Quote(blocks);
    };
    let is_pulled = word.eq_ignore_ascii_case(PULL);
    let Some(kind) = callout_kind(&word).or(is_pulled.then_some(CalloutKind::Note)) else {
        oddities.push(MarkdownOddity {
            kind: OddityKind::UnknownCallout { word },
            span,
        });
        return Block::Quote(blocks);
    };
    let line_end = first
        .iter()
        .position(|inline| matches!(inline, Inline::SoftBreak | Inline::HardBreak));
    let rest = match line_end {
        Some(at) => first.split_off(at + 1),
        None => Vec::new(),
    };
    if line_end.is_some() {
        first.pop();
    }
    if let Some(start) = first.first_mut() {
        *start = Inline::Text(after);
    }
    let title = plain_text(first).trim().to_owned();
    match rest.is_empty() {
        true => drop(blocks.remove(0)),
        false => *first = rest,
    }
    if is_pulled {
        let said = (!title.is_empty()).then(|| Block::Paragraph(vec![Inline::Text(title)]));
        return Block::PullQuote(said.into_iter().chain(blocks).collect());
    }
    Block::Callout {
        kind,
        title: Some(title).filter(|title| !title.is_empty()),
        blocks,
    }
}

/// The word in `[!WORD]` at the start, and the text after it.
fn callout_word(first: &[Inline]) -> Option<(String, String)> {
    let Some(Inline::Text(text)) = first.first() else {
        return None;
    };
    let (word, after) = text.strip_prefix("[!")?.split_once(']')?;
    let is_word = !word.is_empty() && word.chars().all(char::is_alphanumeric);
    is_word.then(|| (word.to_owned(), after.to_owned()))
}

fn callout_kind(word: &str) -> Option<CalloutKind> {
    match word.to_ascii_uppercase().as_str() {
        "NOTE" => Some(CalloutKind::Note),
        "TIP" => Some(CalloutKind::Tip),
        "IMPORTANT" => Some(CalloutKind::Important),
        "WARNING" => Some(CalloutKind::Warning),
        "CAUTION" => Some(CalloutKind::Caution),
        "SPONSOR" => Some(CalloutKind::Sponsor),
        _ => None,
    }
}
