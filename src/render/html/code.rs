//! Long lines of code keep their indentation where they run over a phone's lines: such a line is a block
//! that begins where its first letter stood. Its spaces stay in the text, so that it is copied as it is.

use crate::render::text::width;

/// What a line of code has room for on the narrowest phone (320 px), in columns of its 14 px letters.
const PHONE: usize = 28;
/// Deeper code would have no room left.
const DEEPEST: usize = 14;
/// A column of the letters, in tenths of a pixel; a tabulator, in columns.
const TENTHS: usize = 84;
const TAB: usize = 8;
const SPAN: &str = "<span";
const END: &str = "</span>";
const BLOCK: &str = "<span class=\"hung\"";
/// Word knows no span that is a block: there the line is one of the code's as it was written.
const WORD_BREAK: &str = "<!--[if mso]><br><![endif]-->";

/// The code's HTML (its lines, with spans that hold no others) with a block for each long line that is
/// indented. `text` is the code itself.
pub(super) fn hung(html: &str, text: &str) -> String {
    let is_long = |line: &str| indentation(line) > 0 && width(line) > PHONE;
    if !text.lines().any(is_long) {
        return html.to_owned();
    }
    let mut hung = String::with_capacity(html.len() + 256);
    // The tag of a span that holds several lines.
    let mut open = "";
    let mut is_behind_block = true;
    for (line, source) in html.split('\n').zip(text.split('\n')) {
        let at_start = open;
        open = open_at_end(line, open);
        let is_block = is_long(source);
        if !is_behind_block {
            hung.push('\n');
        }
        match is_block {
            true => hung.push_str(&block(line, indentation(source), at_start, open)),
            false => hung.push_str(line),
        }
        is_behind_block = is_block;
    }
    hung
}

/// How deep a line begins, in columns.
fn indentation(line: &str) -> usize {
    let spaces = line.chars().take_while(|char| matches!(char, ' ' | '\t'));
    spaces.map(|char| if char == '\t' { TAB } else { 1 }).sum()
}

/// The tag of the span that a line leaves open.
fn open_at_end<'h>(line: &'h str, before: &'h str) -> &'h str {
    match (line.rfind(SPAN), line.rfind(END)) {
        (Some(start), end) if end.is_none_or(|end| end < start) => {
            let tag = &line[start..];
            &tag[..tag.find('>').map_or(tag.len(), |end| end + 1)]
        }
        (_, Some(_)) => "",
        (_, None) => before,
    }
}

/// A line as a block. A span around it ends before the block and begins again behind it.
fn block(line: &str, indentation: usize, before: &str, after: &str) -> String {
    let (tag, rest) = match line.starts_with(SPAN) {
        true => line.split_at(line.find('>').map_or(line.len(), |end| end + 1)),
        false => (before, line),
    };
    let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let (spaces, rest) = rest.split_at(spaces);
    let pixels = indentation.min(DEEPEST) * TENTHS / 10;
    format!(
        "{}{BLOCK} style=\"margin:0 0 0 {pixels}px\"><span class=\"spaces\">{spaces}</span>{tag}{rest}{}{END}{WORD_BREAK}{after}",
        if before.is_empty() { "" } else { END },
        if after.is_empty() { "" } else { END },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "    return max(1, round(characters / 500))";

    #[test]
    fn a_long_line_begins_where_its_indentation_ends_and_is_copied_with_it() {
        let text = format!("def a():\n{LONG}\n\nb");
        assert_eq!(
            hung(&text, &text),
            "def a():\n<span class=\"hung\" style=\"margin:0 0 0 33px\"><span class=\"spaces\">    </span>\
             return max(1, round(characters / 500))</span><!--[if mso]><br><![endif]-->\nb"
        );
    }

    #[test]
    fn short_lines_and_lines_without_indentation_stay_as_they_are() {
        for text in [
            "    a",
            "no indentation, however long the line may be, says nothing",
        ] {
            assert_eq!(hung(text, text), text);
        }
    }

    #[test]
    fn a_span_over_several_lines_is_closed_and_opened_again() {
        let html = format!("<span class=\"tk-string\">\"a\n{LONG}\n{LONG}\"</span>;\nb");
        let text = format!("\"a\n{LONG}\n{LONG}\";\nb");
        let hung = hung(&html, &text);
        let tags = |start: &str| hung.matches(start).count();
        assert_eq!((tags(SPAN), tags(BLOCK)), (tags(END), 2), "{hung}");
        let blocks = hung.split(BLOCK).skip(1);
        for block in blocks.map(|block| block.split(WORD_BREAK).next().unwrap()) {
            assert_eq!(
                block.matches(SPAN).count() + 1,
                block.matches(END).count(),
                "{hung}"
            );
        }
        let texts = hung
            .split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        let copied = format!("\"a\n{LONG}{LONG}\";b");
        assert_eq!(texts.collect::<String>(), copied, "each block is a line");
    }
}
