//! Tables too wide for a mail: whether they are is what the renderer says.

use super::{super::Findings, WIDE_TABLE};
use crate::{
    issue::{Block, Document, Inline, ProseKind, plain_text},
    render::TableForm,
    words::say,
};

pub(super) fn check(document: &Document, findings: &mut Findings<'_>) {
    let mut cells = document
        .prose
        .iter()
        .filter(|prose| prose.kind == ProseKind::Cell);
    for head in wide_heads(document) {
        // Code in a head has a mark in the place of its words: another head of the table is found then.
        let names: Vec<String> = head.iter().map(|cell| plain_text(cell)).collect();
        let is_head = |text: &str| {
            names
                .iter()
                .any(|name| !text.is_empty() && name.trim() == text)
        };
        let Some(cell) = cells.find(|cell| is_head(cell.text.trim())) else {
            continue;
        };
        findings
            .at(
                &WIDE_TABLE,
                cell.span(0..cell.text.len()),
                say!("a table of {columns} columns is wider than a mail", columns = head.len()),
            )
            .hint(say!("leave columns out, shorten their words, or turn rows and columns round: it is shown as a record for each row"));
    }
}

/// The heads of those tables that are shown as records, in the order of the text.
fn wide_heads(document: &Document) -> Vec<&[Vec<Inline>]> {
    let mut heads = Vec::new();
    TableForm::each(document, &mut |form, block| {
        if let (TableForm::Records, Block::Table { head, .. }) = (form, block) {
            heads.push(head.as_slice());
        }
    });
    heads
}
