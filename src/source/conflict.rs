//! The marks that a merge leaves in a text where two people changed the same lines.

use super::{Source, SourceError, Span};
use crate::words::say;

/// The first unresolved conflict of a text, as an error at its place; None where there is none.
#[must_use]
pub fn unresolved_conflict(source: &Source) -> Option<SourceError> {
    let text = source.text();
    let whole = conflicts(text).into_iter().next()?;
    let mark = text[whole.clone()].lines().next().unwrap_or_default();
    let span = whole.start..whole.start + mark.trim_end().len();
    let error = SourceError::at(source, span, say!("a merge conflict is not resolved here"));
    Some(error.with_hint(say!(
        "keep one side, or both, and delete the lines `<<<<<<<`, `=======` and `>>>>>>>`"
    )))
}

/// Where the unresolved conflicts of a text stand, with their marks.
///
/// All three marks must stand at the start of a line, in their order. A conflict that is shown as an
/// example, whole within one fenced block of code, is none.
pub(super) fn conflicts(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    // Nearly every text: one search, no lines.
    if memchr::memmem::find(text.as_bytes(), b"<<<<<<<").is_none() {
        return found;
    }
    let (mut opened, mut has_middle) = (None, false);
    let (mut fence, mut at) = (None, 0);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.trim_end();
        match fence_of(bare) {
            Some(mark) if fence.is_none() => fence = Some(mark),
            Some(mark) if fence == Some(mark) && opened.is_none() => fence = None,
            _ => {}
        }
        if is_mark(bare, '<') {
            // Within code that ends behind the conflict, it is shown and not meant.
            let is_shown = fence.is_some_and(|mark| ends_behind(&text[at..], mark));
            opened = (!is_shown).then_some(start);
            has_middle = false;
        } else if opened.is_some() && bare == "=======" {
            has_middle = true;
        } else if is_mark(bare, '>')
            && has_middle
            && let Some(start) = opened.take()
        {
            found.push(start..at);
        }
    }
    found
}

fn is_mark(line: &str, sign: char) -> bool {
    let rest = line.trim_start_matches(sign);
    line.len() - rest.len() == 7 && (rest.is_empty() || rest.starts_with(' '))
}

/// The sign of a line that begins or ends a fenced block of code.
fn fence_of(line: &str) -> Option<char> {
    let line = line.trim_start();
    ['`', '~'].into_iter().find(|sign| {
        let length = line.len() - line.trim_start_matches(*sign).len();
        length >= 3
    })
}

/// Whether a block of code ends, and its conflict before that.
fn ends_behind(rest: &str, fence: char) -> bool {
    let mut has_ended = false;
    for line in rest.lines() {
        has_ended |= is_mark(line.trim_end(), '>');
        if fence_of(line) == Some(fence) {
            return has_ended;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict(text: &str) -> Option<String> {
        unresolved_conflict(&Source::new("a.md", text)).map(|error| error.to_string())
    }

    #[test]
    fn a_conflict_is_found_at_its_first_mark_however_it_was_made() {
        for text in [
            "# A\n\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> branch\n",
            "# A\n\n<<<<<<< HEAD\none\n||||||| base\nold\n=======\ntwo\n>>>>>>> 1234abc (words)\n",
            "# A\r\n\r\n<<<<<<< ours\r\none\r\n=======\r\ntwo\r\n>>>>>>> theirs\r\n",
            "# A\n\n<<<<<<<\n=======\n>>>>>>>",
            "# A\n\n<<<<<<< HEAD\n```\n=======\n~~~\n>>>>>>> b\n",
        ] {
            let found = conflict(text);
            assert_eq!(
                found.as_deref(),
                Some("a.md:3:1: a merge conflict is not resolved here"),
                "{text}"
            );
        }
    }

    #[test]
    fn each_stands_from_its_first_mark_to_its_last() {
        let one = "<<<<<<< a\none\n=======\ntwo\n>>>>>>> b\n";
        let text = format!("{one}between\n{one}");
        assert_eq!(conflicts(&text), [0..one.len(), one.len() + 8..text.len()]);
    }

    #[test]
    fn what_only_looks_like_one_is_left_alone() {
        for text in [
            "Title\n=======\n\ntext\n",
            "<<<<<<< alone\n",
            "    <<<<<<< HEAD\n    =======\n    >>>>>>> b\n",
            "```\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> b\n```\n",
            "~~~diff\n<<<<<<< HEAD\n=======\n>>>>>>> b\n~~~\nend\n",
            "<<<<<<<< HEAD\n=======\n>>>>>>>> b\n",
        ] {
            assert_eq!(conflict(text), None, "{text}");
        }
    }
}
