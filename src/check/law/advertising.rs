//! What is advertising, and that it says so.

use super::{
    super::{CheckSubject, Findings},
    statutes::{KR_LABEL, SPONSOR},
};
use crate::{
    issue::{Block, CalloutKind, ProseKind},
    words::say,
};

/// The one form that the law knows (시행령 별표 6).
const LABEL: &str = "(광고)";

/// The label at the front of a subject: there where the issue is advertising, and nowhere else.
pub(super) fn label(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let is_ad = proof.issue.front_matter.ad;
    let written = proof.issue.subject();
    let key = match proof.issue.front_matter.subject {
        Some(_) => "subject",
        None => "title",
    };
    if !written.starts_with(LABEL)
        && let Some(form) = dodge(written)
    {
        findings
            .at_key(
                &KR_LABEL,
                key,
                say!("`{form}` is not the law's label", form),
            )
            .hint(say!(
                "take it away and write `ad: true`: the subject gets `(광고)`"
            ));
        return;
    }
    if written.starts_with(LABEL) && !is_ad {
        findings
            .at_key(
                &KR_LABEL,
                key,
                say!("the subject says advertising, the issue does not"),
            )
            .hint(say!("write `ad: true`, or take `(광고)` away"));
    }
    if let (true, Some(Ok(rendered))) = (is_ad, proof.rendering)
        && !rendered.subject.starts_with(LABEL)
    {
        findings
            .at_key(
                &KR_LABEL,
                "ad",
                say!(
                    "the subject begins with `{subject}`",
                    subject = first_word(&rendered.subject)
                ),
            )
            .hint(say!(
                "an advertising mail's subject begins with `(광고)`, before all else"
            ));
    }
}

/// Another form of the label at the front: `[광고]`, `(광 고)`, `( 광고 )`, `(AD)`, `광고)`.
fn dodge(subject: &str) -> Option<&str> {
    let subject = subject.trim_start();
    let end = subject.find([')', ']', '>', '】', '〕', '）', '］', '」', '》', '〉'])?;
    let close = subject[end..].chars().next()?;
    let form = &subject[..end + close.len_utf8()];
    let inside: String = form.chars().filter(|char| char.is_alphanumeric()).collect();
    let is_label = matches!(
        inside.to_lowercase().as_str(),
        "광고" | "성인광고" | "ad" | "advertisement" | "廣告" | "유료광고"
    );
    // A label has nothing but its word: `광고가 사라진 거리(1)` is a title.
    let is_short = form.chars().count() <= inside.chars().count() + 8;
    (is_label && is_short).then_some(form)
}

fn first_word(subject: &str) -> &str {
    subject.split_whitespace().next().unwrap_or_default()
}

/// A part that somebody paid for, in an issue that does not say so.
pub(super) fn sponsor(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    if proof.issue.front_matter.ad {
        return;
    }
    let document = &proof.issue.document;
    let blocks = document
        .introduction
        .iter()
        .chain(document.sections.iter().flat_map(|section| &section.blocks));
    if has_sponsor(blocks) {
        let text = proof.issue.source.text();
        let start = text.to_ascii_uppercase().find("[!SPONSOR]").unwrap_or(0);
        findings
            .at(
                &SPONSOR,
                start..start + 10,
                say!("a sponsor's block, and `ad` is not set"),
            )
            .hint(say!("write `ad: true` in the front matter"));
        return;
    }
    for prose in &document.prose {
        let is_heading = matches!(prose.kind, ProseKind::Heading(_));
        if let Some(length) = announcement(&prose.text, is_heading) {
            findings
                .at(
                    &SPONSOR,
                    prose.span(0..length),
                    say!("a sponsor's part, and `ad` is not set"),
                )
                .hint(say!("write `ad: true` in the front matter"));
            return;
        }
    }
}

fn has_sponsor<'b>(blocks: impl IntoIterator<Item = &'b Block>) -> bool {
    blocks.into_iter().any(|block| match block {
        Block::Callout { kind, blocks, .. } => *kind == CalloutKind::Sponsor || has_sponsor(blocks),
        Block::Quote(blocks) | Block::PullQuote(blocks) => has_sponsor(blocks),
        Block::List { items, .. } => items.iter().any(|item| has_sponsor(&item.blocks)),
        _ => false,
    })
}

/// Whether what follows `Sponsored by ` goes on as a sentence: `the Medici, Botticelli painted Venus`.
/// Not: `Acme, the coffee company`, `Acme, Globex and Initech`.
fn is_sentence(sponsor: &str) -> bool {
    const VERBS: [&str; 8] = ["was", "were", "is", "are", "had", "has", "went", "became"];
    const SUBJECTS: [&str; 6] = ["he", "she", "it", "they", "we", "i"];
    let end = sponsor.find(['.', '!', '?', ':', '\n', '—']);
    let sentence = &sponsor[..end.unwrap_or(sponsor.len())];
    if sentence
        .split_whitespace()
        .any(|word| VERBS.contains(&word))
    {
        return true;
    }
    let Some((_, rest)) = sentence.split_once(", ") else {
        return false;
    };
    let mut words = rest.split_whitespace();
    let first = words.next().unwrap_or_default();
    let has_subject =
        first.starts_with(char::is_uppercase) || SUBJECTS.contains(&first.to_lowercase().as_str());
    let joins = |word: &str| matches!(word, "and" | "of" | "the" | "for" | "by" | "in" | "at");
    has_subject && words.any(|word| word.starts_with(char::is_lowercase) && !joins(word))
}

/// How long the words are by which a text says that it is paid for; None where it does not. Only
/// labels: a story on advertising begins with the word too.
fn announcement(text: &str, is_heading: bool) -> Option<usize> {
    const BRACKETED: [&str; 10] = [
        "[광고]",
        "(광고)",
        "[협찬]",
        "(협찬)",
        "[AD]",
        "(AD)",
        "[Sponsored]",
        "(Sponsored)",
        "【광고】",
        "[유료 광고]",
    ];
    const LABELLED: [&str; 6] = [
        "광고:",
        "협찬:",
        "Sponsor:",
        "Advertisement:",
        "Sponsored by ",
        "Presented by ",
    ];
    const ALONE: [&str; 7] = [
        "광고",
        "협찬",
        "스폰서",
        "Sponsor",
        "Advertisement",
        "Sponsored",
        "Our sponsor",
    ];
    let trimmed = text.trim();
    let starts = BRACKETED.iter().chain(&LABELLED);
    starts
        .copied()
        .find(|start| {
            trimmed
                .strip_prefix(start)
                .is_some_and(|rest| !(start.ends_with(" by ") && is_sentence(rest)))
        })
        .map(str::len)
        .or_else(|| (is_heading && ALONE.contains(&trimmed)).then_some(trimmed.len()))
}
