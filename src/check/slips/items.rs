//! Items of lists that are none: without their space, or behind a mark that Markdown does not know.

use super::{
    super::Findings,
    LIST_SPACE,
    source_lines::{SourceLine, shown, without_container},
};
use crate::words::say;

/// Signs that people type for a list, and Markdown takes for text.
const SIGNS: [char; 31] = [
    '•', '·', '‣', '▪', '◦', '●', '○', '■', '□', '▶', '►', '▸', '▷', '–', '—', '※', '➤', '➔', '→',
    '☞', '✔', '✓', '✅', '☑', '◆', '◇', '★', '☆', '♦', '❖', 'ㆍ',
];

/// `-item`, `*item`, `1.item`, `- [ ]task`; `• item` below another one. Not `-3℃`, `*emphasis*`, `1.5`, `3.1운동`, `A.`
/// or `-rf`.
pub(super) fn check(
    line: &SourceLine<'_>,
    above: Option<&SourceLine<'_>>,
    findings: &mut Findings<'_>,
) {
    let text = without_container(line.text);
    let above = above.map(|above| without_container(above.text));
    if text
        .strip_prefix("• ")
        .is_some_and(|rest| rest.matches(" • ").count() >= 2)
    {
        findings
            .at(
                &LIST_SPACE,
                line.whole(),
                say!(
                    "readers would see `{seen}`, and no list",
                    seen = shown(text)
                ),
            )
            .hint(say!(
                "write each item on a line of its own, with `- ` before it"
            ));
        return;
    }
    let Some(rest) = cramped(text, above).or_else(|| behind_sign(text, above)) else {
        return;
    };
    let mark = text[..text.len() - rest.len()].trim_end();
    // A mark that Markdown does not know stays one with a space, too.
    let kept = mark
        .replace(SIGNS, "-")
        .replace(|char| matches!(char, '①'..='⑳'), "1.")
        .replace("[]", "[ ]");
    findings
        .at(
            &LIST_SPACE,
            line.whole(),
            say!(
                "readers would see `{seen}`, and no list",
                seen = shown(text)
            ),
        )
        .hint(say!("write `{kept} {rest}`", kept, rest = shown(rest)))
        .fix_at(
            line.span(line.text.len() - text.len()..line.text.len() - rest.len()),
            |_| format!("{kept} "),
        );
}

/// The words of an item that cling to its mark. One line may begin with a dash for another reason; below a line that
/// begins in the same way, or with a word of another script than Latin, it is an item.
fn cramped<'t>(text: &'t str, above: Option<&str>) -> Option<&'t str> {
    let task = ["- [ ]", "- [x]", "- [X]", "* [ ]", "* [x]", "- []", "* []"]
        .iter()
        .find_map(|mark| text.strip_prefix(mark));
    if let Some(rest) = task {
        let is_linked = rest.starts_with('(');
        let rest = rest.trim_start();
        let has_space = rest.len() < text.len() && text[..text.len() - rest.len()].ends_with(' ');
        let is_empty_box = text.starts_with("- []") || text.starts_with("* []");
        let is_task = rest.starts_with(char::is_alphanumeric) && !is_linked;
        return (is_task && (is_empty_box || !has_space)).then_some(rest);
    }
    let is_foreign =
        |rest: &str| rest.starts_with(|char: char| char.is_alphabetic() && !char.is_ascii());
    let bullet = text
        .strip_prefix(['-', '+', '•', '·'])
        .or_else(|| text.strip_prefix('*').filter(|rest| !rest.contains('*')));
    if let Some(rest) = bullet {
        let mark = text.chars().next();
        let follows = above.is_some_and(|above| {
            let mut chars = above.chars();
            chars.next() == mark && chars.next().is_some_and(char::is_alphabetic)
        });
        let is_item = is_foreign(rest) || follows && rest.starts_with(char::is_alphabetic);
        return is_item.then_some(rest);
    }
    let (number, rest) = numbered(text)?;
    let follows = above.and_then(numbered).is_some_and(|(before, rest)| {
        before + 1 == number && rest.starts_with(char::is_alphabetic)
    });
    // `1)Write`: nothing else is written so. `1.Write` may be a name.
    let is_bracketed = text[..text.len() - rest.len()].ends_with(')')
        && rest.starts_with(|char: char| char.is_ascii_uppercase())
        && rest[1..].starts_with(|char: char| char.is_ascii_lowercase());
    let is_item =
        is_foreign(rest) || is_bracketed || follows && rest.starts_with(char::is_alphabetic);
    is_item.then_some(rest)
}

fn numbered(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text[digits..].strip_prefix(['.', ')'])?;
    Some((text[..digits].parse().ok().filter(|_| digits <= 2)?, rest))
}

/// The words behind a sign that the line above begins with, too. One line of them is a remark.
fn behind_sign<'t>(text: &'t str, above: Option<&str>) -> Option<&'t str> {
    let sign = text.chars().next()?;
    let rest = text[sign.len_utf8()..].strip_prefix(' ')?.trim_start();
    // ① and ② behind it.
    let is_number = |sign: char| matches!(sign, '①'..='⑳');
    let above = above?;
    let sign_above = above.chars().next()?;
    let is_same = SIGNS.contains(&sign) && sign_above == sign
        || is_number(sign) && is_number(sign_above) && u32::from(sign_above) + 1 == u32::from(sign);
    let follows = is_same && above[sign_above.len_utf8()..].starts_with(' ');
    (follows && rest.starts_with(char::is_alphanumeric)).then_some(rest)
}
