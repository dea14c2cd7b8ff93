//! Markdown that came out other than it was meant.

use super::{
    CheckSubject, Findings,
    issue_text::{IssueText, ReadProse},
    rule::rules,
};
use crate::{
    issue::OddityKind,
    words::{many, say},
};

rules! {
    HTML = "markdown/html", Warning,
        "of HTML only what a mail knows passes; of the rest readers would see the tags", "";
    BARE_HTML = "markdown/bare-html", Advice,
        "colours, sizes and classes of a tag do not pass into the mail: its looks are the templates'", "";
    TOP_HEADING = "markdown/top-heading", Warning,
        "the title is the mail's one top heading; stories begin with `##`", "WCAG 1.3.1";
    UNUSED_FOOTNOTE = "markdown/unused-footnote", Warning,
        "a footnote that nothing refers to is left out", "";
    REPEATED_FOOTNOTE = "markdown/repeated-footnote", Warning,
        "of two footnotes of one label the second is left out", "";
    MISSING_FOOTNOTE = "markdown/missing-footnote", Warning,
        "a reference without its footnote shows as `[^label]`", "";
    STRAY_BUTTON = "markdown/stray-button", Warning,
        "a button stands alone in its paragraph; elsewhere `{.button}` shows as text", "";
    UNKNOWN_CALLOUT = "markdown/unknown-callout", Warning,
        "an unknown callout shows as a quotation that begins with `[!WORD]`", "";
    TOO_DEEP = "markdown/too-deep", Warning,
        "a phone has no room for so many levels; the inner ones are flattened", "";
    NAME_ALONE = "markdown/name-alone", Warning,
        "not every reader has a name: a word has to stand where there is none", "";
    STRAY_MARK = "markdown/stray-mark", Warning,
        "emphasis that does not close shows its asterisks", "CommonMark 6.2";
    BROKEN_LINK = "markdown/broken-link", Warning,
        "a link that Markdown does not see as one shows its brackets", "CommonMark 6.3";
}

pub(super) fn check(proof: &CheckSubject<'_>, text: &IssueText<'_>, findings: &mut Findings<'_>) {
    for oddity in &proof.issue.document.oddities {
        let span = oddity.span.clone();
        match &oddity.kind {
            // Told once, below.
            OddityKind::RawHtml | OddityKind::BareHtml { .. } => continue,
            OddityKind::NameAlone => findings
                .at(
                    &NAME_ALONE,
                    span,
                    say!("readers without a name would see nothing here"),
                )
                .hint(say!(
                    "say what stands there for them: `{{{{ name | reader }}}}`"
                )),
            OddityKind::TopHeading => findings
                .at(&TOP_HEADING, span, say!("a `#` heading within the text"))
                .hint(say!("write `##`; the title comes from the front matter")),
            OddityKind::UnusedFootnote { label } => findings
                .at(
                    &UNUSED_FOOTNOTE,
                    span,
                    say!("nothing refers to the footnote `{label}`", label),
                )
                .hint(say!("refer to it with [^{label}], or take it out", label)),
            OddityKind::RepeatedFootnote { label } => findings
                .at(
                    &REPEATED_FOOTNOTE,
                    span,
                    say!("a second footnote `{label}`", label),
                )
                .hint(say!("give it another label")),
            OddityKind::StrayButton => findings
                .at(&STRAY_BUTTON, span, say!("a button within a paragraph"))
                .hint(say!(
                    "put empty lines around it, or take `{{.button}}` away"
                )),
            OddityKind::UnknownCallout { word } => findings
                .at(
                    &UNKNOWN_CALLOUT,
                    span,
                    say!("`[!{word}]` is no callout", word),
                )
                .hint(say!(
                    "there are NOTE, TIP, IMPORTANT, WARNING, CAUTION and SPONSOR"
                )),
            OddityKind::TooDeep => findings
                .at(
                    &TOO_DEEP,
                    span,
                    say!("nested more deeply than a mail can show"),
                )
                .hint(say!("say it with fewer levels")),
            // Judged among the links.
            OddityKind::UnsafeUrl { .. } | OddityKind::MalformedUrl => continue,
        };
    }
    html(proof, findings);
    let file = proof.issue.source.text();
    for prose in &text.body {
        stray_marks(prose, file, findings);
        missing_footnotes(prose, findings);
        broken_links(prose, findings);
    }
}

/// HTML is one habit: it is told once an issue, at its first place.
fn html(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let oddities = &proof.issue.document.oddities;
    let mut raw = oddities
        .iter()
        .filter(|oddity| oddity.kind == OddityKind::RawHtml);
    if let Some(first) = raw.next() {
        let message = match raw.count() {
            0 => say!("HTML is shown to readers as text"),
            more => many!(
                more,
                "HTML is shown to readers as text here and in one more place",
                "HTML is shown to readers as text here and in {n} more places"
            ),
        };
        findings.at(&HTML, first.span.clone(), message).hint(say!(
            "say it in Markdown, or put it in `backticks` where it is meant to be seen"
        ));
    }
    let bare = oddities.iter().find_map(|oddity| match &oddity.kind {
        OddityKind::BareHtml { name } => Some((name, &oddity.span)),
        _ => None,
    });
    if let Some((name, span)) = bare {
        findings
            .at(
                &BARE_HTML,
                span.clone(),
                say!(
                    "of `<{name}>` readers get the words alone, without its looks",
                    name
                ),
            )
            .hint(say!(
                "take the tag out: how things look is said in daily-note.yaml and templates/"
            ));
    }
}

/// `**` left over in running text, unless the writer escaped it.
fn stray_marks(prose: &ReadProse<'_>, file: &str, findings: &mut Findings<'_>) {
    if let Some(at) = prose.find("＊＊") {
        findings
            .at(
                &STRAY_MARK,
                prose.span(at..at + "＊＊".len()),
                say!("these asterisks are shown to readers"),
            )
            .hint(say!("type them in the width of Latin letters: `**`"));
    }
    let mark = "**";
    // `\*\*words\*\*`: a word processor that wrote for Markdown what was Markdown already.
    if let Some((start, end)) = masked_emphasis(prose) {
        findings
            .at(
                &STRAY_MARK,
                prose.span(start..end),
                say!("these asterisks are shown to readers"),
            )
            .hint(say!("take the backslashes before them out"));
        return;
    }
    for at in prose.places(mark) {
        let span = prose.span(at..at + mark.len());
        let is_escaped = file[..span.start].ends_with('\\');
        let is_written = file.get(span.clone()) == Some(mark);
        // `김**`, `2**10`, `****` are names, powers and passwords.
        let before = prose.text[..at].chars().next_back();
        let is_mask = before.is_some_and(|char| char.is_alphanumeric() || char == '*')
            || prose.text[at + mark.len()..].starts_with('*');
        // `** 자세한 내용은`: a note's mark at the beginning of a line.
        let after = &prose.text[at + mark.len()..];
        let is_mask = is_mask
            || before.is_none_or(|char| char == '\n')
                && after.starts_with(' ')
                && !after.contains(mark);
        if !is_mask && is_written && !is_escaped {
            findings
                .at(
                    &STRAY_MARK,
                    span,
                    say!("these asterisks are shown to readers"),
                )
                .hint(say!(
                    "close the emphasis in the same paragraph, without spaces inside the marks"
                ));
            // The rest of the paragraph is the same mistake.
            return;
        }
    }
}

/// Words between two pairs of asterisks that stand so in the text: each was escaped.
fn masked_emphasis(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let mark = "**";
    let (text, start) = (&prose.text, prose.find(mark)?);
    let rest = &text[start + mark.len()..];
    let length = rest.find(mark)?;
    let inner = &rest[..length];
    let begins = !text[..start].ends_with(|char: char| char.is_alphanumeric() || char == '*');
    let is_words = inner == inner.trim()
        && inner.contains(' ')
        && inner.starts_with(char::is_alphabetic)
        && !inner.contains(['*', '\n']);
    (begins && is_words).then_some((start, start + length + 2 * mark.len()))
}

fn missing_footnotes(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    for at in prose.places("[^") {
        let Some(length) = prose.text[at..].find(']') else {
            return;
        };
        let label = &prose.text[at + 2..at + length];
        if label.is_empty() || label.contains(char::is_whitespace) {
            continue;
        }
        findings
            .at(
                &MISSING_FOOTNOTE,
                prose.span(at..at + length + 1),
                say!("there is no footnote `{label}`", label),
            )
            .hint(say!("write it on a line of its own: [^{label}]: …", label));
    }
}

/// `[text] (url)`, `[text](url with spaces)`, `[text][unknown]`.
fn broken_links(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    if !prose.has_byte(b"]") {
        return;
    }
    let text = &prose.text;
    if let Some((start, end)) = turned_link(text) {
        findings
            .at(
                &BROKEN_LINK,
                prose.span(start..end),
                say!("this looks like a link, and is shown as it stands"),
            )
            .hint(say!(
                "write [text](https://…): the words in square brackets, the address in round ones"
            ));
    }
    for (at, _) in text.match_indices(']') {
        let after = &text[at + 1..];
        if !after.starts_with(['(', ' ', '[']) {
            continue;
        }
        let Some(open) = text[..at].rfind('[') else {
            continue;
        };
        let is_link = ["(http", "(tel:", "(mailto:", "(sms:"]
            .iter()
            .any(|start| after.starts_with(start))
            || after.starts_with(" (http")
            || after.starts_with("(\u{FFFC}")
            || after.starts_with(" (\u{FFFC})")
            || is_reference(&text[..at], open, after);
        if !is_link || text[open..at].contains('\n') {
            continue;
        }
        let end = after.find([')', ']']).map_or(at + 1, |end| at + 2 + end);
        findings
            .at(
                &BROKEN_LINK,
                prose.span(open..end),
                say!("this looks like a link, and is shown as it stands"),
            )
            .hint(say!(
                "write [text](https://…): no space between the brackets, none in the address"
            ));
    }
}

/// `(text)[https://…]`: the brackets the wrong way round.
fn turned_link(text: &str) -> Option<(usize, usize)> {
    [")[http", ")[\u{FFFC}"].iter().find_map(|joint| {
        let at = text.find(joint)?;
        let open = text[..at].rfind('(')?;
        let end = text[at..].find(']')?;
        Some((open, at + end + 1))
    })
}

/// `[text][label]`: not `cells[0][1]`, and not the sources `[1][2]`.
fn is_reference(before: &str, open: usize, after: &str) -> bool {
    let words = &before[open + 1..];
    let label = after
        .strip_prefix('[')
        .and_then(|rest| Some(rest.split_once(']')?.0));
    let is_number = |text: &str| text.chars().all(|char| !char.is_alphabetic());
    let is_index = before[..open].ends_with(|char: char| char.is_alphanumeric() || char == ']');
    label.is_some_and(|label| {
        !is_index && !is_number(words) && !is_number(label) && words.chars().count() > 1
    })
}
