//! Headings: the anchors that links lead to, and the names that writers give them.

use super::nodes::InlineNode;

/// An anchor: `s` for a story, `h` for a heading within one. ASCII alone: some mail clients lose others. The number
/// makes it unique and gives a Hangul title something to hold on to.
pub(super) fn anchor(kind: char, number: usize, title: &str) -> String {
    let mut anchor = format!("{kind}{number}");
    let words = title
        .split(|char: char| !char.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    for word in words {
        if anchor.len() + word.len() > 40 {
            break;
        }
        anchor.push('-');
        anchor.push_str(&word.to_ascii_lowercase());
    }
    anchor
}

/// Takes the name at a heading's end, `{#name}`, out of it.
pub(super) fn take_id(nodes: &mut [InlineNode]) -> Option<String> {
    let Some(InlineNode::Text(last)) = nodes.last_mut() else {
        return None;
    };
    let at = last.text.rfind("{#")?;
    let id = last.text[at + 2..].trim_end().strip_suffix('}')?.to_owned();
    let is_id = !id.is_empty()
        && id
            .chars()
            .all(|char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.' | ':'));
    if !is_id {
        return None;
    }
    let end = last.text[..at].trim_end().len();
    drop(last.split_off(end));
    Some(id)
}
