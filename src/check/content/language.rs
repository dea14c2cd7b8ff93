//! A paragraph in another language than the issue's: left from a translation, or from another edition. What stands in
//! quotation marks or is quoted as a block is somebody's words; names, titles and addresses are no sentences; and where
//! more than a few are so, the issue is of two languages.

use super::{
    super::{CheckSubject, Findings, issue_text::ReadProse},
    OTHER_LANGUAGE,
};
use crate::{
    issue::{Block, Document, ProseKind, plain_text},
    korean::hangul,
    words::{Said, say},
};

/// Fewer letters are a name, a title, a proverb.
const LETTERS: usize = 25;
/// One paragraph in so many is left over; more are meant.
const ONE_IN: usize = 5;
/// Words that only one language has so often. German, French and Spanish share few with English.
const ENGLISH: [&str; 24] = [
    "the", "and", "of", "to", "is", "are", "was", "were", "that", "this", "with", "for", "from",
    "have", "has", "we", "you", "it", "not", "be", "will", "by", "how", "who",
];
const GERMAN: [&str; 22] = [
    "der", "die", "das", "und", "ist", "nicht", "wird", "mit", "von", "zu", "den", "dem", "ein",
    "eine", "auf", "für", "sich", "auch", "wir", "sie", "nach", "werden",
];
const FRENCH: [&str; 20] = [
    "le", "les", "des", "est", "et", "une", "dans", "pour", "que", "qui", "avec", "nous", "vous",
    "pas", "sur", "du", "ce", "cette", "sont", "plus",
];
const SPANISH: [&str; 18] = [
    "el", "los", "las", "es", "una", "que", "para", "con", "por", "del", "se", "como", "más",
    "pero", "está", "son", "este", "esta",
];

/// What a paragraph is written in, as far as that is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WrittenIn {
    Korean,
    Japanese,
    English,
    German,
    French,
    Spanish,
}

impl WrittenIn {
    /// Of a BCP 47 tag.
    fn of_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()? {
            "ko" => Some(Self::Korean),
            "ja" => Some(Self::Japanese),
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            "fr" => Some(Self::French),
            "es" => Some(Self::Spanish),
            _ => None,
        }
    }

    fn name(self) -> Said {
        match self {
            Self::Korean => say!("Korean"),
            Self::Japanese => say!("Japanese"),
            Self::English => say!("English"),
            Self::German => say!("German"),
            Self::French => say!("French"),
            Self::Spanish => say!("Spanish"),
        }
    }
}

pub(super) fn check(proof: &CheckSubject<'_>, body: &[ReadProse<'_>], findings: &mut Findings<'_>) {
    let own = WrittenIn::of_tag(&proof.publication.language);
    let written: Vec<(&ReadProse<'_>, WrittenIn)> = body
        .iter()
        .filter(|prose| prose.kind == ProseKind::Paragraph)
        .filter_map(|prose| Some((prose, language_of(prose)?)))
        .collect();
    let count = |language| {
        let alike = written.iter().filter(|(_, other)| *other == language);
        alike.count()
    };
    let Some((_, most)) = written.iter().max_by_key(|(_, language)| count(*language)) else {
        return;
    };
    // The publication's own is never left over.
    let others: Vec<_> = written
        .iter()
        .filter(|(_, language)| language != most && Some(*language) != own)
        .collect();
    if others.is_empty() || others.len() * ONE_IN > count(*most) {
        return;
    }
    let document = &proof.issue.document;
    let quoted = quoted(document);
    for (prose, language) in others {
        let is_quoted = quoted.iter().any(|text| text.contains(prose.text.trim()));
        if !is_quoted {
            findings
                .at(
                    &OTHER_LANGUAGE,
                    prose.span(0..prose.text.len()),
                    say!(
                        "this paragraph is in {language}",
                        language = language.name()
                    ),
                )
                .hint(say!(
                    "translate it, take it out, or put it as a quotation behind `>`"
                ));
        }
    }
}

/// The words of quotations, wherever they stand.
fn quoted(document: &Document) -> Vec<String> {
    fn add(blocks: &[Block], is_within: bool, to: &mut Vec<String>) {
        for block in blocks {
            match block {
                Block::Paragraph(content) if is_within => to.push(plain_text(content)),
                Block::Quote(blocks) | Block::PullQuote(blocks) => add(blocks, true, to),
                Block::Callout { blocks, .. } => add(blocks, is_within, to),
                Block::List { items, .. } => {
                    items
                        .iter()
                        .for_each(|item| add(&item.blocks, is_within, to));
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    add(&document.introduction, false, &mut found);
    for section in &document.sections {
        add(&section.blocks, false, &mut found);
    }
    found
}

/// None: too short to say, in more than one, or somebody's words.
fn language_of(prose: &ReadProse<'_>) -> Option<WrittenIn> {
    let text = prose.text.trim();
    let (mut latin, mut hangul, mut kana, mut han) = (0, 0, 0, 0);
    for char in text.chars() {
        match char {
            'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' => latin += 1,
            char if hangul::is_syllable(char) => hangul += 1,
            '\u{3040}'..='\u{30FF}' => kana += 1,
            '\u{4E00}'..='\u{9FFF}' => han += 1,
            _ => {}
        }
    }
    let letters = latin + hangul + kana + han;
    if letters < LETTERS {
        return None;
    }
    if hangul * 2 > letters {
        return Some(WrittenIn::Korean);
    }
    let is_spoken = text.contains(['“', '”', '"', '「', '『', '«', '»']);
    let is_sentence = text.ends_with(['.', '!', '?', '。', '！', '？']);
    if hangul > 0 || is_spoken || !is_sentence {
        return None;
    }
    if kana >= 8 && latin * 4 < letters {
        return Some(WrittenIn::Japanese);
    }
    (kana + han == 0).then(|| in_latin(text)).flatten()
}

/// The language of which a quarter of the words are, and of no other so many.
fn in_latin(text: &str) -> Option<WrittenIn> {
    let words: Vec<String> = text
        .split(|char: char| !char.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let share = |known: &[&str]| {
        words
            .iter()
            .filter(|word| known.contains(&word.as_str()))
            .count()
    };
    let mut shares = [
        (share(&ENGLISH), WrittenIn::English),
        (share(&GERMAN), WrittenIn::German),
        (share(&FRENCH), WrittenIn::French),
        (share(&SPANISH), WrittenIn::Spanish),
    ];
    shares.sort_by_key(|(share, _)| std::cmp::Reverse(*share));
    let [(most, language), (second, _), ..] = shares;
    (most >= 3 && most * 5 >= words.len() && most >= second * 2).then_some(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_small_words() {
        for (text, language) in [
            (
                "The next section was drafted for the other edition and explains how we test it.",
                Some(WrittenIn::English),
            ),
            (
                "Die Ankündigung wird am Abend vorher von zwei Personen gelesen und nicht mehr verändert.",
                Some(WrittenIn::German),
            ),
            (
                "La réunion est dans le bureau, et nous avons besoin de vous pour les notes.",
                Some(WrittenIn::French),
            ),
            (
                "El taller se abre los lunes para las personas que no son socias.",
                Some(WrittenIn::Spanish),
            ),
            (
                "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod.",
                None,
            ),
            (
                "Postgres, Redis, Kafka, Terraform, Kubernetes, Prometheus, Grafana.",
                None,
            ),
        ] {
            assert_eq!(in_latin(text), language, "{text}");
        }
    }
}
