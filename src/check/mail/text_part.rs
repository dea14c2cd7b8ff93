//! The text part: all of the issue is in it, and it reads well in a terminal.

use std::collections::HashSet;

use unicode_width::UnicodeWidthStr;

use super::{super::Findings, TEXT_PART};
use crate::{
    issue::{Block, Document, Inline, Issue, LinkTarget, OddityKind, plain_text},
    render::RenderedIssue,
    source::Span,
    words::{Said, say},
};

/// RFC 5322 §2.1.1, in octets.
const MAX_OCTETS: usize = 998;
/// Wider than any terminal's half, and than any reader likes; Hangul is two columns.
const MAX_COLUMNS: usize = 100;

pub(super) fn check(rendered: &RenderedIssue, issue: &Issue, findings: &mut Findings<'_>) {
    let text = &rendered.text;
    if text.trim().is_empty() {
        findings
            .in_mail(&TEXT_PART, "issue.txt", say!("the text part is empty"))
            .hint(say!("templates/email/issue.txt makes it"));
        return;
    }
    lines(text, &issue.document, findings);
    let tag = ["</p>", "<br", "</td>", "</a>", "&nbsp;"]
        .into_iter()
        .find(|tag| text.contains(tag) && !says(issue, tag));
    if let Some(tag) = tag {
        findings
            .in_mail(&TEXT_PART, tag, say!("HTML in the text part"))
            .hint(say!(
                "use the `text` values in templates/email/issue.txt, not the `html` ones"
            ));
    }
    missing(text, &issue.document, findings);
}

/// Whether the writer's own words hold a tag: an issue on HTML shows some.
fn says(issue: &Issue, tag: &str) -> bool {
    let document = &issue.document;
    document.plain_text().contains(tag)
        || issue
            .front_lines()
            .iter()
            .any(|line| line.text.contains(tag))
        || document
            .images
            .iter()
            .any(|used| used.image.alt.contains(tag))
}

fn lines(text: &str, issue: &Document, findings: &mut Findings<'_>) {
    let start = |line: &str| line.chars().take(60).collect::<String>();
    let long = text.lines().filter(|line| line.len() > MAX_COLUMNS);
    let mut long: Vec<&str> = long.collect();
    if !long.is_empty() {
        // The writer ended the lines of a program, and each means something where it ends.
        let code = code_lines(issue);
        long.retain(|line| !code.contains(&bare(line)));
    }
    if let Some(line) = long.iter().find(|line| line.len() > MAX_OCTETS) {
        findings
            .in_mail(
                &TEXT_PART,
                &start(line),
                say!(
                    "a line of {octets} octets in the text part",
                    octets = line.len()
                ),
            )
            .hint(say!(
                "the text part is wrapped by its template's `text` values"
            ));
        return;
    }
    // A long address has nowhere to break.
    let breaks = |line: &&&str| line.trim().contains(' ') && !line.contains("://");
    let wide = long
        .iter()
        .filter(breaks)
        .find(|line| line.width() > MAX_COLUMNS);
    if let Some(line) = wide {
        findings
            .in_mail(
                &TEXT_PART,
                &start(line),
                say!(
                    "a line of {width} columns in the text part",
                    width = line.width()
                ),
            )
            .hint(say!("`| wrapped` in templates/email/issue.txt breaks it"));
    }
}

/// The lines of the issue's code blocks, [`bare`].
fn code_lines(issue: &Document) -> HashSet<String> {
    fn add(blocks: &[Block], to: &mut HashSet<String>) {
        for block in blocks {
            match block {
                Block::Code { text, .. } => to.extend(text.lines().map(bare)),
                Block::List { items, .. } => items.iter().for_each(|item| add(&item.blocks, to)),
                Block::Quote(blocks) | Block::PullQuote(blocks) | Block::Callout { blocks, .. } => {
                    add(blocks, to);
                }
                _ => {}
            }
        }
    }
    let mut lines = HashSet::new();
    add(&issue.introduction, &mut lines);
    for section in &issue.sections {
        add(&section.blocks, &mut lines);
    }
    for note in &issue.footnotes {
        add(&note.blocks, &mut lines);
    }
    lines
}

/// A text without what wrapping, quoting and indenting put into it.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|char| !char.is_whitespace() && !matches!(char, '|' | '>'))
        .collect()
}

/// What the issue says and the text part does not.
fn missing(text: &str, issue: &Document, findings: &mut Findings<'_>) {
    let whole = bare(text);
    let mut lack = |what: Said, words: &str| {
        findings
            .in_mail(
                &TEXT_PART,
                words,
                say!("the text part lacks this {what}: `{words}`", what, words),
            )
            .hint(say!(
                "templates/email/issue.txt prints introduction, stories and footnotes"
            ));
    };
    let unnumbered = without_link_numbers(&whole);
    for section in &issue.sections {
        if !has_in_order(&unnumbered, &section.heading) {
            lack(say!("heading"), &section.title);
        }
    }
    // A footnote that is left out takes its links and pictures with it.
    let is_left_out = |span: &Span| {
        issue.oddities.iter().any(|oddity| {
            let is_note = matches!(
                oddity.kind,
                OddityKind::UnusedFootnote { .. } | OddityKind::RepeatedFootnote { .. }
            );
            is_note && oddity.span.start <= span.start && span.end <= oddity.span.end
        })
    };
    for used in &issue.images {
        let alt = &used.image.alt;
        if !whole.contains(&bare(alt)) && !is_left_out(&used.span) {
            lack(say!("image’s text"), alt);
        }
    }
    for link in &issue.links {
        if let LinkTarget::Url(url) = &link.target
            && url.contains("://")
            && !whole.contains(&bare(url))
            && !is_left_out(&link.span)
        {
            lack(say!("address"), url);
        }
    }
}

/// A text without `[7]`: a link's number may come behind the particle of the word that links.
fn without_link_numbers(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        bare.push_str(before);
        rest = after;
        match after.split_once(']') {
            Some((number, behind))
                if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                rest = behind;
            }
            _ => bare.push('['),
        }
    }
    bare.push_str(rest);
    bare
}

/// Whether the pieces of a heading stand one after another: between them come the marks of
/// emphasis and the numbers of footnotes.
fn has_in_order(whole: &str, heading: &[Inline]) -> bool {
    let mut pieces = Vec::new();
    add_pieces(heading, &mut pieces);
    let mut rest = whole;
    let mut pieces = pieces.iter().map(|piece| without_link_numbers(piece));
    pieces.all(|piece| match rest.find(&piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

fn add_pieces(content: &[Inline], to: &mut Vec<String>) {
    for inline in content {
        match inline {
            Inline::Text(text) | Inline::Code(text) => to.push(bare(text)),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Raised(content)
            | Inline::Lowered(content) => add_pieces(content, to),
            // A bare address is written as the link has it, a bare slug as its issue's title.
            Inline::Link { target, content } => {
                let shown = plain_text(content);
                let is_bare = match target {
                    LinkTarget::Url(_) => shown.contains("://"),
                    LinkTarget::Issue(slug) => shown == *slug,
                };
                if !is_bare {
                    add_pieces(content, to);
                }
            }
            Inline::Image(image) => to.push(bare(&image.alt)),
            Inline::Name(name) => to.push(bare(&name.for_nobody())),
            Inline::FootnoteReference(_) | Inline::SoftBreak | Inline::HardBreak => {}
        }
    }
}
