//! Typography and spelling, Korean first. Precise before complete: a rule stands here only where
//! it does not fire on correct text, so each judges the certain cases and leaves the rest.

mod apart;
mod article;
mod jamo;
mod marks;
mod mojibake;
mod pairs;
mod particle_form;
mod particles;
mod read_aloud;
mod spacing;
mod spelling;
mod terms;

use std::ops::Range;

use super::{
    CheckSubject, Finding, Findings,
    issue_text::IssueText,
    rule::{Rule, rules},
};
use crate::{issue::Prose, words::say};

rules! {
    UNBALANCED = "typography/unbalanced", Warning,
        "a quotation that does not end leaves readers inside it", "한글 맞춤법 부록 문장 부호";
    MIXED_QUOTES = "typography/mixed-quotes", Warning,
        "a quotation opened with one kind of mark and closed with another", "한글 맞춤법 부록 문장 부호";
    DOUBLED_PARTICLE = "typography/doubled-particle", Warning,
        "two particles of one kind: one was to be deleted", "";
    PARTICLE_FORM = "typography/particle-form", Warning,
        "the particle's form follows the final consonant before it", "표준어 규정 제18항";
    PARTICLE_SPACE = "typography/space-before-particle", Warning,
        "a particle is written together with the word before it", "한글 맞춤법 제41항";
    QUOTED_PARTICLE = "typography/space-after-quotation", Advice,
        "라고 and 라는 are particles: they join the quotation before them", "한글 맞춤법 제41항";
    DEPENDENT_NOUN = "typography/dependent-noun", Warning,
        "a dependent noun is written apart", "한글 맞춤법 제42항";
    UNIT_SPACE = "typography/percent-space", Advice,
        "a percent sign joins its number", "";
    PUNCTUATION_SPACE = "typography/punctuation-space", Warning,
        "a full stop and a comma join the word before them, and a space follows", "한글 맞춤법 부록 문장 부호";
    DOUBLED_WORD = "typography/doubled-word", Warning,
        "the same word twice: one was to be deleted", "";
    DOUBLE_SPACE = "typography/double-space", Advice,
        "two spaces between two words are a slip of the thumb", "";
    ARTICLE = "typography/article", Warning,
        "an stands before a vowel that is heard, a before all else", "";
    LOOSE_LETTER = "typography/loose-letter", Warning,
        "a letter of Hangul beside a syllable was typed too early or too late", "";
    ELLIPSIS = "typography/ellipsis", Advice,
        "an ellipsis is one mark: …", "한글 맞춤법 부록 문장 부호";
    FULL_WIDTH = "typography/full-width", Warning,
        "full-width Latin letters and digits look torn apart and are not found by search", "Unicode §18.5";
    DECOMPOSED = "typography/decomposed-hangul", Warning,
        "Hangul in separate letters falls apart in many mail clients", "Unicode NFC";
    INVISIBLE = "typography/invisible", Warning,
        "an invisible character breaks search, line breaks and links", "";
    MOJIBAKE = "typography/mojibake", Error,
        "text read in the wrong encoding is nobody's language", "";
    SPELLING = "typography/spelling", Warning,
        "a frequent slip that is never right", "표준국어대사전";
    TERM = "typography/term", Warning,
        "one thing has one name: the publication's `terms:` say which", "daily-note.yaml";
}

pub(super) fn check(proof: &CheckSubject<'_>, text: &IssueText<'_>, findings: &mut Findings<'_>) {
    for line in &text.front {
        pairs::check(std::slice::from_ref(line), findings);
    }
    pairs::check(&text.body, findings);
    for prose in text.all() {
        marks::check(prose, findings);
        jamo::check(prose, findings);
        article::check(prose, findings);
        mojibake::check(prose, findings);
        read_aloud::check(prose, findings);
        particles::check(prose, findings);
        apart::check(prose, findings);
        spacing::check(prose, findings);
        spelling::check(prose, findings);
        terms::check(proof, prose, findings);
    }
}

/// What stands there is certain to be meant otherwise.
fn tell_right<'f>(
    findings: &'f mut Findings<'_>,
    rule: &'static Rule,
    prose: &Prose,
    place: Range<usize>,
    right: &str,
) -> &'f mut Finding {
    let slip = &prose.text[place.clone()];
    // Two words may stand in two lines.
    let [seen, wanted] = [slip, right].map(|words| words.replace('\n', " "));
    findings
        .at(
            rule,
            prose.span(place),
            say!(
                "`{slip}` should be `{right}`",
                slip = seen,
                right = &*wanted
            ),
        )
        .hint(say!("write `{right}`", right = &*wanted))
        .fix(slip, right)
}
