//! What the text is set in: each element that holds words names its font, Hangul has one of its own,
//! and nothing of it stands in the head alone.

use super::{
    super::{Findings, listed},
    BREAK_WORD, FONT, HEAD_ONLY, KOREAN_FONT,
    element::MailElement,
    look::{ColorMode, ElementStyle},
    page::ExaminedMail,
};
use crate::{render::css, words::say};

/// Families with Hangul on the systems that readers have, as far as mails name them.
const KOREAN: [&str; 12] = [
    "apple sd gothic neo",
    "malgun gothic",
    "맑은 고딕",
    "noto sans kr",
    "noto sans cjk kr",
    "noto serif kr",
    "nanum",
    "나눔",
    "pretendard",
    "apple myungjo",
    "batang",
    "spoqa han sans",
];

pub(super) fn check(page: &ExaminedMail<'_>, findings: &mut Findings<'_>) {
    let elements = page.elements();
    let looks = page.looks(ColorMode::Light);
    named(page, elements, looks, findings);
    hangul(page, elements, looks, findings);
    head_only(page, elements, looks, findings);
}

fn is_visible(seen: &MailElement<'_>, look: &ElementStyle) -> bool {
    !look.is_hidden && seen.has_words
}

/// The first element that names no font: the rest is the same mistake. What is around an element counts
/// up to its cell; a cell may lean on its table where Word is told the font of cells. Further up
/// nothing counts: a table takes no font from the page around it, in Word and where a client drops
/// the doctype.
fn named(
    page: &ExaminedMail<'_>,
    elements: &[MailElement<'_>],
    looks: &[ElementStyle],
    findings: &mut Findings<'_>,
) {
    let is_block = |name: &str| {
        matches!(
            name,
            "td" | "th" | "p" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        )
    };
    let knows_cells = page.comments.iter().any(|comment| tells_cells(comment));
    let lacks = |seen: &MailElement<'_>| {
        let names = ["font-family", "font-size"];
        let missing = names
            .into_iter()
            .filter(|name| !is_named(seen, elements, name, knows_cells));
        missing.collect::<Vec<_>>()
    };
    let found = elements
        .iter()
        .zip(looks)
        .filter(|(seen, look)| is_block(seen.name()) && is_visible(seen, look))
        .map(|(seen, _)| (seen, lacks(seen)))
        .find(|(_, missing)| !missing.is_empty());
    if let Some((seen, missing)) = found {
        findings
            .in_mail(
                &FONT,
                &seen.tag(),
                say!(
                    "<{element}> holds words, and neither it nor its cell names {list}",
                    element = seen.name(),
                    list = missing.join(" and ")
                ),
            )
            .hint(say!("templates/email/inline.css gives each cell its font"));
    }
}

fn is_named(
    seen: &MailElement<'_>,
    elements: &[MailElement<'_>],
    name: &str,
    knows_cells: bool,
) -> bool {
    let mut at = Some(seen);
    while let Some(here) = at {
        if here.property(name).is_some() || here.property("font").is_some() {
            return true;
        }
        match here.name() {
            "table" => return false,
            "td" | "th" if !knows_cells => return false,
            _ => at = here.parent.map(|parent| &elements[parent]),
        }
    }
    false
}

/// Whether a conditional comment's sheet gives cells their font.
fn tells_cells(comment: &str) -> bool {
    let Some((_, rest)) = comment.split_once("<style") else {
        return false;
    };
    let css = rest.split_once('>').map_or("", |(_, css)| css);
    let css = css.split("</style").next().unwrap_or_default();
    comment.contains("[if")
        && css::sheet(css).rules.iter().any(|rule| {
            let is_cell = |selector: &String| selector == "td" || selector.ends_with(" td");
            rule.selectors.iter().any(is_cell)
                && rule
                    .declarations
                    .iter()
                    .any(|one| one.name == "font-family")
        })
}

fn is_hangul(char: char) -> bool {
    matches!(char, '\u{AC00}'..='\u{D7A3}')
}

/// Where Hangul stands: its font, the one for Word, and where its lines may break.
fn hangul(
    page: &ExaminedMail<'_>,
    elements: &[MailElement<'_>],
    looks: &[ElementStyle],
    findings: &mut Findings<'_>,
) {
    let korean: Vec<&MailElement<'_>> = elements
        .iter()
        .zip(looks)
        .filter(|(seen, look)| {
            is_visible(seen, look)
                && seen
                    .text
                    .chars()
                    .filter(|char| is_hangul(*char))
                    .nth(1)
                    .is_some()
        })
        .map(|(seen, _)| seen)
        .collect();
    if korean.is_empty() {
        return;
    }
    let without = korean.iter().find(|seen| {
        inherited(seen, elements, "font-family").is_some_and(|families| {
            let families = families.to_lowercase();
            let is_code = families.contains("mono");
            !is_code && !KOREAN.iter().any(|name| families.contains(name))
        })
    });
    if let Some(seen) = without {
        findings
            .in_mail(
                &KOREAN_FONT,
                &seen.tag(),
                say!("Hangul in a list of fonts that has none of it"),
            )
            .hint("'Apple SD Gothic Neo','Malgun Gothic','Noto Sans KR',sans-serif");
    }
    let has_word_font = page
        .comments
        .iter()
        .any(|comment| comment.contains("[if") && comment.contains("font-family"));
    if !has_word_font {
        findings
            .in_mail(&KOREAN_FONT, "<!--[if mso]>", say!("Outlook on Windows has no font for Hangul"))
            .hint(say!("<style>td,p,a{{font-family:'Malgun Gothic',sans-serif !important}}</style> in an [if mso] comment of the head"));
    }
    let is_kept =
        |seen: &&MailElement<'_>| inherited(seen, elements, "word-break") == Some("keep-all");
    if let Some(seen) = korean.first().filter(|_| !korean.iter().any(is_kept)) {
        findings
            .in_mail(
                &BREAK_WORD,
                &seen.tag(),
                say!("Hangul breaks in the middle of words"),
            )
            .hint(say!(
                "word-break: keep-all, and overflow-wrap: break-word with it"
            ));
    }
}

/// A property's value on an element or on the nearest around it that has one.
fn inherited<'e>(
    seen: &'e MailElement<'_>,
    elements: &'e [MailElement<'_>],
    name: &str,
) -> Option<&'e str> {
    let mut at = Some(seen);
    while let Some(here) = at {
        if let Some(value) = here.property(name) {
            return Some(value);
        }
        at = here.parent.map(|parent| &elements[parent]);
    }
    None
}

/// What text looks like with every `<style>` stripped has to be what it looks like with them.
fn head_only(
    page: &ExaminedMail<'_>,
    elements: &[MailElement<'_>],
    looks: &[ElementStyle],
    findings: &mut Findings<'_>,
) {
    let bare = page.looks_without_styles();
    let differs = |with: &ElementStyle, without: &ElementStyle| {
        let mut what = Vec::new();
        let colour = |look: &ElementStyle| look.color.map(|color| color.rgb);
        let ground = |look: &ElementStyle| look.ground.map(|color| color.rgb);
        if with.is_hidden != without.is_hidden {
            what.push(say!("that it is hidden"));
        }
        if colour(with) != colour(without) {
            what.push(say!("its colour"));
        }
        if ground(with) != ground(without) {
            what.push(say!("its ground"));
        }
        if (with.size - without.size).abs() > 0.1 {
            what.push(say!("its size"));
        }
        what
    };
    let found = elements
        .iter()
        .zip(looks.iter().zip(bare))
        .filter(|(seen, _)| seen.has_words)
        .map(|(seen, (with, without))| (seen, differs(with, without)))
        .find(|(_, what)| !what.is_empty());
    if let Some((seen, what)) = found {
        findings
            .in_mail(
                &HEAD_ONLY,
                &seen.tag(),
                say!("{list} stands in <style> alone", list = listed::both(what)),
            )
            .hint(say!(
                "put it into templates/email/inline.css, which is inlined"
            ));
    }
}
