//! A contents list that the writer typed: daily-note makes one itself, and a typed one drifts
//! from its headings.

use super::{
    super::{CheckSubject, Findings},
    CONTENTS_LIST, TYPED_CONTENTS, folded,
};
use crate::{
    issue::{Block, Document, ListItem, Prose, ProseKind, plain_text},
    words::say,
};

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let document = &proof.issue.document;
    let Some((items, is_announced)) = typed_list(document) else {
        return;
    };
    let titles: Vec<&Prose> = document
        .prose
        .iter()
        .filter(|prose| is_story(prose))
        .collect();
    let lines: Vec<&Prose> = items
        .iter()
        .filter_map(|item| line_of(document, item))
        .collect();
    let same = |one: &Prose, other: &Prose| bare(&one.text) == bare(&other.text);
    let alike = lines
        .iter()
        .filter(|line| titles.iter().any(|title| same(title, line)))
        .count();
    // A list that is not called contents, and whose lines are no headings, is just a list.
    if alike == 0 && !is_announced || alike * 2 < lines.len() {
        return;
    }
    let whole = |prose: &Prose| prose.span(0..prose.text.len());
    if let Some(first) = lines.first() {
        findings
            .at(
                &TYPED_CONTENTS,
                whole(first),
                say!("a contents list typed by hand"),
            )
            .hint(say!(
                "take it out: the mail gets one made of the `##` headings"
            ));
    }
    for line in &lines {
        match titles.iter().find(|title| same(title, line)) {
            Some(title) if title.text.trim() == line.text.trim() => {}
            Some(title) => {
                findings
                    .at(
                        &CONTENTS_LIST,
                        whole(line),
                        say!(
                            "the heading is written differently: `{title}`",
                            title = title.text.trim()
                        ),
                    )
                    .hint(say!("write both alike"));
            }
            None => {
                findings
                    .at(&CONTENTS_LIST, whole(line), say!("no story has this title"))
                    .hint(say!("write it as its heading is written"));
            }
        }
    }
    for title in titles {
        if !is_contents_word(&title.text) && !lines.iter().any(|line| same(title, line)) {
            findings
                .at(
                    &CONTENTS_LIST,
                    whole(title),
                    say!("the contents list does not name this story"),
                )
                .hint(say!("add it there, or take the list out"));
        }
    }
}

fn is_story(prose: &Prose) -> bool {
    prose.kind == ProseKind::Heading(2)
}

/// The line of a list's item as typed.
fn line_of<'d>(document: &'d Document, item: &ListItem) -> Option<&'d Prose> {
    let Some(Block::Paragraph(content)) = item.blocks.first() else {
        return None;
    };
    let line = bare(&plain_text(content));
    document
        .prose
        .iter()
        .find(|prose| prose.kind == ProseKind::Paragraph && bare(&prose.text) == line)
}

/// A list in the introduction, or in a section called contents, and whether it is called so.
fn typed_list(document: &Document) -> Option<(&[ListItem], bool)> {
    let called = document
        .sections
        .iter()
        .find(|section| is_contents_word(&section.title))
        .map(|section| (section.blocks.as_slice(), true));
    let (blocks, is_called) = called.unwrap_or((&document.introduction, false));
    let at = blocks
        .iter()
        .position(|block| matches!(block, Block::List { .. }))?;
    let Block::List { items, .. } = &blocks[at] else {
        return None;
    };
    let announced = at.checked_sub(1).and_then(|before| match &blocks[before] {
        Block::Paragraph(content) | Block::Heading { content, .. } => Some(plain_text(content)),
        _ => None,
    });
    let is_announced = is_called || announced.is_some_and(|text| is_contents_word(&text));
    (items.len() > 1).then_some((items.as_slice(), is_announced))
}

fn is_contents_word(text: &str) -> bool {
    let word = text.trim().trim_end_matches([':', '：']).to_lowercase();
    [
        "목차",
        "차례",
        "이번 호 목차",
        "contents",
        "table of contents",
        "in this issue",
    ]
    .contains(&word.as_str())
}

/// Without quotes, spaces and capitals.
fn bare(text: &str) -> String {
    folded(text)
        .chars()
        .filter(|char| {
            !matches!(
                char,
                '\'' | '"'
                    | '‘'
                    | '’'
                    | '“'
                    | '”'
                    | '「'
                    | '」'
                    | '『'
                    | '』'
                    | '<'
                    | '>'
                    | '〈'
                    | '〉'
                    | '《'
                    | '》'
            )
        })
        .collect()
}
