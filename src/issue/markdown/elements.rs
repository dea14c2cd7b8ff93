//! HTML elements within a line, made into the kin that they have in Markdown: an element's two tags are found among the
//! nodes of one container, so that whatever is nested wrongly stays text.

use super::{
    super::{LinkTarget, html::ElementRole, url},
    nodes::{InlineNode, InlineStyle, Link, raw_text},
};

/// Elements open at once within one container; each is a step down for whoever walks the tree.
const MAX_OPEN: usize = 4;

/// The nodes with each pair of tags as what it stands for. A tag without its other half stays one.
pub(super) fn paired(nodes: Vec<InlineNode>, is_in_link: bool) -> Vec<InlineNode> {
    if !nodes.iter().any(|node| matches!(node, InlineNode::Tag(..))) {
        return nodes;
    }
    let mut out: Vec<InlineNode> = Vec::with_capacity(nodes.len());
    // Where in `out` the tags stand that wait for their end.
    let mut open: Vec<usize> = Vec::new();
    for node in nodes {
        let InlineNode::Tag(tag, text) = node else {
            out.push(node);
            continue;
        };
        if !tag.is_end {
            if open.len() < MAX_OPEN {
                open.push(out.len());
            }
            out.push(InlineNode::Tag(tag, text));
            continue;
        }
        let begins = open.iter().rposition(|at| match &out[*at] {
            InlineNode::Tag(begin, _) => begin.name == tag.name,
            _ => false,
        });
        let Some(place) = begins else {
            out.push(InlineNode::Tag(tag, text));
            continue;
        };
        let at = open[place];
        open.truncate(place);
        let content = out.split_off(at + 1);
        let begin = out.pop();
        match begin.and_then(|begin| element(begin, content, text.span().end, is_in_link)) {
            Some(made) => out.extend(made),
            None => out.push(InlineNode::Tag(tag, text)),
        }
    }
    out
}

/// What an element is, whose end tag ends there.
fn element(
    begin: InlineNode,
    content: Vec<InlineNode>,
    end: usize,
    is_in_link: bool,
) -> Option<Vec<InlineNode>> {
    let InlineNode::Tag(tag, text) = begin else {
        return None;
    };
    let span = text.span().start..end;
    let styled = |style, content| Some(vec![InlineNode::Styled(style, content)]);
    match ElementRole::of(&tag.name) {
        ElementRole::Strong => styled(InlineStyle::Strong, content),
        ElementRole::Emphasis => styled(InlineStyle::Emphasis, content),
        ElementRole::Strikethrough => styled(InlineStyle::Strikethrough, content),
        ElementRole::Raised => styled(InlineStyle::Raised, content),
        ElementRole::Lowered => styled(InlineStyle::Lowered, content),
        ElementRole::Code => Some(vec![InlineNode::Code(raw_text(&content), span)]),
        ElementRole::Link if is_in_link || has_link(&content) => Some(content),
        ElementRole::Link => match tag.get("href").map(url::normalise) {
            Some(Ok(address)) => Some(vec![InlineNode::Link(Link {
                target: LinkTarget::Url(address),
                title: tag.get("title").map(str::to_owned),
                content,
                span,
                is_bare: false,
            })]),
            // Where it would lead is refused: its words are left, as of any such link.
            Some(Err(_)) | None => Some(content),
        },
        _ => Some(content),
    }
}

/// A link holds no other.
fn has_link(nodes: &[InlineNode]) -> bool {
    nodes.iter().any(|node| match node {
        InlineNode::Link(_) => true,
        InlineNode::Styled(_, content) => has_link(content),
        _ => false,
    })
}
