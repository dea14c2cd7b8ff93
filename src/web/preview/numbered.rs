//! A text with its lines numbered, findings marked in it, one line chosen.

use std::ops::Range;

use serde::Serialize;

use crate::check::Level;

/// Longer texts are cut: a page has to bear them.
const MAX_BYTES: usize = 600 << 10;
const MAX_LINES: usize = 20_000;

/// One line.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct NumberedLine<'a> {
    /// From 1; what an address names it by.
    number: usize,
    /// How bad the worst finding in it is, and whether somebody came for it: as style sheets know it.
    class: String,
    parts: Vec<LinePart<'a>>,
}

/// A run of characters with one finding, or none.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct LinePart<'a> {
    text: &'a str,
    /// How bad the finding is.
    level: Option<&'static str>,
}

/// The lines of a text, and whether it is cut. `marks` are places in bytes, each with how bad it is
/// there; `chosen` is the line that somebody came for.
pub(super) fn numbered<'a>(
    text: &'a str,
    marks: &[(Range<usize>, Level)],
    chosen: Option<usize>,
) -> (Vec<NumberedLine<'a>>, bool) {
    let mut lines = Vec::new();
    let mut start = 0;
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        if start > MAX_BYTES || index == MAX_LINES {
            return (lines, true);
        }
        let number = index + 1;
        let mut here: Vec<_> = marks
            .iter()
            .filter(|(range, _)| (start..start + whole.len()).contains(&range.start))
            .map(|(range, level)| (range.start - start..range.end - start, *level))
            .collect();
        here.sort_by_key(|(range, level)| (range.start, std::cmp::Reverse(*level)));
        let mut classes: Vec<&str> = here
            .iter()
            .max_by_key(|(_, level)| *level)
            .map(|(_, level)| level.as_str())
            .into_iter()
            .collect();
        if chosen == Some(number) {
            classes.push("chosen");
        }
        lines.push(NumberedLine {
            number,
            class: classes.join(" "),
            parts: parts(whole.trim_end_matches(['\n', '\r']), &here),
        });
        start += whole.len();
    }
    (lines, false)
}

/// A line in runs; `marks` begin in order, and what does not fit the text marks nothing.
fn parts<'a>(text: &'a str, marks: &[(Range<usize>, Level)]) -> Vec<LinePart<'a>> {
    let mut parts = Vec::new();
    let mut done = 0;
    for (range, level) in marks {
        let (from, to) = (range.start.max(done), range.end.min(text.len()));
        let (Some(before), Some(marked)) = (text.get(done..from), text.get(from..to)) else {
            continue;
        };
        if marked.is_empty() {
            continue;
        }
        parts.extend([(before, None), (marked, Some(level.as_str()))]);
        done = to;
    }
    parts.push((text.get(done..).unwrap_or_default(), None));
    let parts = parts.into_iter().filter(|(text, _)| !text.is_empty());
    parts
        .map(|(text, level)| LinePart { text, level })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line's class and its runs, a marked one as `level:text`.
    fn shown(text: &str, marks: &[(Range<usize>, Level)], chosen: Option<usize>) -> Vec<String> {
        let (lines, _) = numbered(text, marks, chosen);
        let line = |line: &NumberedLine<'_>| {
            let parts = line.parts.iter().map(|part| match part.level {
                Some(level) => format!("{level}:{}", part.text),
                None => part.text.to_owned(),
            });
            format!("[{}] {}", line.class, parts.collect::<Vec<_>>().join("|"))
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn lines_carry_their_marks_and_the_chosen_one_stands_out() {
        let text = "하나 <b>\r\n둘 셋\n";
        let place = |word: &str| {
            let start = text.find(word).unwrap();
            start..start + word.len()
        };
        let marks = [
            (place("셋"), Level::Error),
            (place("둘 셋"), Level::Warning),
            (place("<b>"), Level::Advice),
        ];
        assert_eq!(
            shown(text, &marks, Some(2)),
            ["[advice] 하나 |advice:<b>", "[error chosen] warning:둘 셋"]
        );
    }

    #[test]
    fn places_that_do_not_fit_the_text_mark_nothing() {
        for range in [1..2, 0..99, 50..60, 3..3] {
            let lines = shown("가나\n다", &[(range, Level::Error)], None);
            let text = lines[0].replace("error:", "");
            assert!(text.ends_with("가나"), "{lines:?}");
        }
    }

    #[test]
    fn a_text_that_no_page_can_bear_is_cut() {
        let text = "a\n".repeat(MAX_LINES + 1);
        let (lines, is_cut) = numbered(&text, &[], None);
        assert_eq!((lines.len(), is_cut), (MAX_LINES, true));
    }
}
