//! A text with its lines numbered, findings marked in it, one line chosen.

use std::{
    fmt::{self, Display},
    ops::Range,
};

use crate::{check::Level, web::markup::Text};

/// Longer texts are cut: a page has to bear them.
const MAX_BYTES: usize = 600 << 10;

/// A text to show.
pub(super) struct Numbered<'a> {
    pub(super) text: &'a str,
    /// Places of the text in bytes, each with how bad it is there.
    pub(super) marks: &'a [(Range<usize>, Level)],
    /// The line somebody came for.
    pub(super) chosen: Option<usize>,
}

impl Display for Numbered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<ol class=\"lines\">\n")?;
        let mut start = 0;
        for (index, whole) in self.text.split_inclusive('\n').enumerate() {
            let line = index + 1;
            let text = whole.trim_end_matches(['\n', '\r']);
            if start > MAX_BYTES {
                f.write_str("<li>…</li>")?;
                break;
            }
            let mut marks: Vec<_> = self
                .marks
                .iter()
                .filter(|(range, _)| (start..start + whole.len()).contains(&range.start))
                .collect();
            marks.sort_by_key(|(range, level)| (range.start, std::cmp::Reverse(*level)));
            let worst = marks.iter().map(|(_, level)| *level).max();
            write!(f, "<li id=\"L{line}\"")?;
            let mut classes: Vec<&str> = worst.map(Level::as_str).into_iter().collect();
            if self.chosen == Some(line) {
                classes.push("chosen");
            }
            if !classes.is_empty() {
                write!(f, " class=\"{}\"", classes.join(" "))?;
            }
            f.write_str("><code>")?;
            let mut done = 0;
            for (range, level) in marks {
                let from = (range.start - start).max(done);
                let to = (range.end - start).min(text.len());
                let (Some(before), Some(marked)) = (text.get(done..from), text.get(from..to))
                else {
                    continue;
                };
                if marked.is_empty() {
                    continue;
                }
                write!(
                    f,
                    "{}<mark class=\"{}\">{}</mark>",
                    Text(before),
                    level.as_str(),
                    Text(marked)
                )?;
                done = to;
            }
            writeln!(
                f,
                "{}</code></li>",
                Text(text.get(done..).unwrap_or_default())
            )?;
            start += whole.len();
        }
        f.write_str("</ol>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, marks: &[(Range<usize>, Level)], chosen: Option<usize>) -> String {
        Numbered {
            text,
            marks,
            chosen,
        }
        .to_string()
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
        let shown = shown(text, &marks, Some(2));
        assert!(shown.contains(
            "<li id=\"L1\" class=\"advice\"><code>하나 <mark class=\"advice\">&lt;b&gt;</mark></code></li>"
        ), "{shown}");
        assert!(shown.contains(
            "<li id=\"L2\" class=\"error chosen\"><code><mark class=\"warning\">둘 셋</mark></code></li>"
        ), "{shown}");
    }

    #[test]
    fn places_that_do_not_fit_the_text_mark_nothing() {
        for range in [1..2, 0..99, 50..60, 3..3] {
            let shown = shown("가나\n다", &[(range, Level::Error)], None);
            let text = shown
                .replace("<mark class=\"error\">", "")
                .replace("</mark>", "");
            assert!(text.contains("<code>가나</code>"), "{shown}");
        }
    }
}
