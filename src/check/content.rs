//! The text as an editor reads it: nothing missing, nothing left over, nothing stale.

mod assistant;
mod contents_list;
mod dates;
mod language;
mod merge_tag;
mod placeholder;
mod repeated;
mod secret;
mod subject;
mod wide_table;

use std::collections::HashSet;

use super::{CheckSubject, Findings, finding::shortened, issue_text::IssueText, rule::rules};
use crate::{
    issue::{Block, Document, Prose, ProseKind},
    words::say,
};

rules! {
    EMPTY = "content/empty", Error,
        "an empty mail is a mistake that everyone sees", "";
    NO_SECTIONS = "content/no-sections", Warning,
        "stories begin with `##`; without one the mail has no contents and no way around", "";
    EMPTY_SECTION = "content/empty-section", Warning,
        "a heading promises a text", "";
    EMPTY_HEADING = "content/empty-heading", Warning,
        "screen readers announce a heading without words", "WCAG 2.4.6";
    REPEATED_HEADING = "content/repeated-heading", Warning,
        "two stories with the same title can't be distinguished in the contents", "WCAG 2.4.6";
    HEADING_LEVEL = "content/heading-level", Warning,
        "a skipped level reads as a missing part", "WCAG 1.3.1";
    REPEATED_PARAGRAPH = "content/repeated-paragraph", Warning,
        "a paragraph that stands twice was pasted twice, or comes of two drafts", "";
    OTHER_LANGUAGE = "content/other-language", Warning,
        "a paragraph in another language than all the others was left from a translation or another edition", "";
    ASSISTANT = "content/assistant", Error,
        "what a chat program says to its user is not for readers", "";
    NO_PREHEADER = "content/no-preheader", Warning,
        "inboxes show a line after the subject; without a text it is whatever comes first", "";
    PLACEHOLDER = "content/placeholder", Warning,
        "words that were to be replaced", "";
    SCAFFOLD = "content/scaffold", Error,
        "what `new` wrote for a beginning is no text", "";
    TEMPLATE_TAG = "content/template-tag", Error,
        "an issue is no template: the tag is shown as it stands", "";
    SECRET = "content/secret", Error,
        "a mail can't be called back: whoever reads a key has it", "";
    PERSONAL_NUMBER = "content/personal-number", Error,
        "a mail can't be called back: the number of a person or a card is theirs alone", "개인정보 보호법 제24조의2; PCI DSS 3.4";
    CONTENTS_LIST = "content/contents-list", Warning,
        "a contents line that differs from its heading sends readers looking", "";
    TYPED_CONTENTS = "content/typed-contents", Advice,
        "daily-note makes the contents from the headings, with links", "";
    WIDE_TABLE = "content/wide-table", Warning,
        "columns that fit no mail are shown as a record for each row, also on a desktop", "caniemail: css-overflow";
    WRONG_WEEKDAY = "content/wrong-weekday", Warning,
        "readers who trust the weekday come on the wrong date", "";
    STALE_DATE = "content/stale-date", Warning,
        "a day or week word that means another date than the one beside it: a line of an earlier issue", "";
    IMPOSSIBLE_DATE = "content/impossible-date", Warning,
        "a day or an hour that no calendar and no clock has", "";
    OTHER_EDITION = "content/other-edition", Warning,
        "a line left from the other edition's issue", "";
    SUBJECT_EMPTY = "content/subject-says-nothing", Error,
        "a subject without words, or one that was for trying, goes to every reader", "";
    SUBJECT_LENGTH = "content/subject-length", Advice,
        "phones cut a subject after some 40 columns, Gmail after some 70", "";
    SUBJECT_SPAM = "content/subject-spam", Warning,
        "filters and readers take such a subject for spam", "SpamAssassin: SUBJ_ALL_CAPS, PLING_PLING";
    SUBJECT_REPLY = "content/subject-reply", Warning,
        "a subject that pretends to be an answer deceives", "CAN-SPAM §5(a)(2)";
}

/// What a finding shows of a title.
const TITLE_LETTERS: usize = 80;

pub(super) fn check(proof: &CheckSubject<'_>, text: &IssueText<'_>, findings: &mut Findings<'_>) {
    let document = &proof.issue.document;
    if document.is_empty() {
        let end = proof.issue.source.text().len();
        findings
            .at(&EMPTY, end..end, say!("the issue has no text"))
            .hint(say!("write something below the front matter"));
        return;
    }
    sections(proof, findings);
    headings(proof, findings);
    preheader(proof, findings);
    subject::check(proof, findings);
    contents_list::check(proof, findings);
    wide_table::check(document, findings);
    for prose in text.all() {
        placeholder::check(prose, findings);
        assistant::check(prose, findings);
        merge_tag::check(prose, findings);
        secret::check(prose, findings);
    }
    repeated::check(&document.prose, findings);
    language::check(proof, &text.body, findings);
    dates::check(proof, &text.body, findings);
}

fn sections(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let sections = &proof.issue.document.sections;
    if sections.is_empty() {
        findings
            .at_key(&NO_SECTIONS, "title", say!("the issue has no `##` heading"))
            .hint(say!("begin each story with `## Its title`"));
    }
    let mut titles = HashSet::new();
    for section in sections {
        let span = section.span.clone();
        if section.title.is_empty() {
            findings
                .at(&EMPTY_HEADING, span, say!("a heading without words"))
                .hint(say!("write it, or take it out"));
            continue;
        }
        let title = shortened(&section.title, TITLE_LETTERS);
        if section.blocks.is_empty() {
            findings
                .at(
                    &EMPTY_SECTION,
                    span.clone(),
                    say!("nothing follows `{title}`", title = title.as_str()),
                )
                .hint(say!("write the story, or take its heading out"));
        }
        if !titles.insert(folded(&section.title)) {
            findings
                .at(
                    &REPEATED_HEADING,
                    span,
                    say!("a second story called `{title}`", title),
                )
                .hint(say!("give it a title of its own"));
        }
    }
}

/// For comparing titles: without spaces and capitals.
fn folded(title: &str) -> String {
    title
        .chars()
        .filter(|char| !char.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

fn headings(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    for (prose, level, above) in skipping_headings(&proof.issue.document) {
        findings
            .at(
                &HEADING_LEVEL,
                prose.span(0..prose.text.len()),
                say!(
                    "a level {level} heading below one of level {above}",
                    level,
                    above
                ),
            )
            .hint(say!(
                "write it with {marks}",
                marks = "#".repeat(usize::from(above) + 1)
            ));
    }
}

/// The headings that skip a level, with theirs and that of the heading above.
pub(super) fn skipping_headings(document: &Document) -> impl Iterator<Item = (&Prose, u8, u8)> {
    let mut last = 2;
    document.prose.iter().filter_map(move |prose| {
        let ProseKind::Heading(level) = prose.kind else {
            return None;
        };
        let above = std::mem::replace(&mut last, level);
        (level > above + 1).then_some((prose, level, above))
    })
}

fn preheader(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let has_introduction = proof
        .issue
        .document
        .introduction
        .iter()
        .any(|block| matches!(block, Block::Paragraph(_)));
    if proof.issue.front_matter.preheader.is_none() && !has_introduction {
        findings
            .at_key(
                &NO_PREHEADER,
                "title",
                say!("neither a preheader nor an introduction"),
            )
            .hint(say!(
                "write `preheader:`, or a paragraph before the first `##`"
            ));
    }
}
