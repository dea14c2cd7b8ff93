//! An open container, and what it has gathered.

use pulldown_cmark::LinkType;

use super::super::{
    super::{Alignment, Block, Inline, ListItem, ProseKind},
    nodes::{InlineNode, InlineStyle},
};
use crate::source::Span;

/// An open container.
pub(super) enum OpenContainer {
    /// A quotation.
    Quote {
        blocks: Vec<Block>,
        span: Span,
    },
    List {
        start: Option<u64>,
        items: Vec<ListItem>,
        is_tight: bool,
    },
    Item {
        blocks: Vec<Block>,
        is_checked: Option<bool>,
    },
    Footnote {
        label: String,
        blocks: Vec<Block>,
        span: Span,
    },
    /// A container too deep to keep: its blocks go to the one around it.
    Flattened {
        blocks: Vec<Block>,
    },
    Leaf {
        kind: ProseKind,
        nodes: Vec<InlineNode>,
        /// The text of a tight item, which has no paragraph of its own.
        is_implicit: bool,
        span: Span,
    },
    /// None: too deep, or no style of ours; its content goes to what is around it.
    Styled {
        style: Option<InlineStyle>,
        nodes: Vec<InlineNode>,
        /// A closing delimiter that is text after all.
        tail: Option<Span>,
    },
    Link {
        url: String,
        kind: LinkType,
        title: String,
        nodes: Vec<InlineNode>,
        span: Span,
    },
    Image {
        url: String,
        title: String,
        nodes: Vec<InlineNode>,
        span: Span,
    },
    Code {
        language: Option<String>,
        text: String,
    },
    Html {
        text: String,
        span: Span,
    },
    Table {
        alignments: Vec<Alignment>,
        head: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Row {
        cells: Vec<Vec<Inline>>,
        is_head: bool,
    },
}
