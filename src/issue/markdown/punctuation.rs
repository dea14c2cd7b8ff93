//! Smart punctuation: straight quotes, dots and hyphens as typed → the characters meant.
//! Works on the flattened text of one block, so that quotes pair across emphasis and links, and
//! knows that Hangul particles follow a closing quote without a space.

/// Replace the bytes at `at..at + length` by `with`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TextEdit {
    pub(super) at: usize,
    pub(super) length: usize,
    pub(super) with: char,
}

/// The edits that make `text` (one block, flattened) typographic, in order.
pub(super) fn smarten(text: &str) -> Vec<TextEdit> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut edits = Vec::new();
    let mut is_double_open = false;
    let mut is_single_open = false;
    // Where nothing closed one quotation, nothing closes a later one, but for those within `‘`.
    let has_inner = text.contains('‘');
    let mut is_closeable = true;
    let mut index = 0;
    while index < chars.len() {
        let (at, char) = chars[index];
        let around = QuoteContext::new(&chars, index);
        match char {
            '"' => {
                if let Some(with) = double(&around, &mut is_double_open) {
                    edits.push(TextEdit {
                        at,
                        length: 1,
                        with,
                    });
                }
            }
            '\'' => {
                if let Some(with) = single(&around, &mut is_single_open, &mut is_closeable) {
                    edits.push(TextEdit {
                        at,
                        length: 1,
                        with,
                    });
                }
                is_closeable |= has_inner;
            }
            '“' => is_double_open = true,
            '”' => is_double_open = false,
            '‘' => is_single_open = true,
            '’' => is_single_open &= around.is_apostrophe(),
            '.' | '-' => {
                let run = chars[index..]
                    .iter()
                    .take_while(|(_, next)| *next == char)
                    .count();
                if let Some(with) = dots_or_dashes(char, run, &around, chars.get(index + run)) {
                    edits.push(TextEdit {
                        at,
                        length: run,
                        with,
                    });
                }
                index += run;
                continue;
            }
            _ => {}
        }
        index += 1;
    }
    edits
}

/// A text of its own (a caption of one word) with its edits made.
pub(super) fn smart(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in smarten(text) {
        out.push_str(&text[done..edit.at]);
        out.push(edit.with);
        done = edit.at + edit.length;
    }
    out + &text[done..]
}

/// What stands around a quote.
struct QuoteContext<'a> {
    previous: Option<char>,
    next: Option<char>,
    rest: &'a [(usize, char)],
}

impl<'a> QuoteContext<'a> {
    fn new(chars: &'a [(usize, char)], index: usize) -> Self {
        Self {
            previous: index
                .checked_sub(1)
                .and_then(|at| chars.get(at))
                .map(|(_, char)| *char),
            next: chars.get(index + 1).map(|(_, char)| *char),
            rest: chars.get(index + 1..).unwrap_or_default(),
        }
    }

    /// Text stands before it: it may close.
    fn follows_text(&self) -> bool {
        self.previous.is_some_and(|char| !char.is_whitespace())
    }

    /// Text stands after it: it may open.
    fn precedes_text(&self) -> bool {
        self.next.is_some_and(|char| !char.is_whitespace())
    }

    /// Begins a word: after a space, a bracket, a dash; or within unspaced CJK text.
    fn begins(&self) -> bool {
        self.precedes_text()
            && self
                .previous
                .is_none_or(|char| !char.is_alphanumeric() || !is_spaced_script(char))
    }

    /// `don't`, `Every's`.
    fn is_apostrophe(&self) -> bool {
        let is_letter = |char: Option<char>| {
            char.is_some_and(|char| char.is_alphabetic() && is_spaced_script(char))
        };
        is_letter(self.previous) && is_letter(self.next)
    }

    /// `27"`, `6'`.
    fn follows_digit(&self) -> bool {
        self.previous.is_some_and(|char| char.is_ascii_digit())
    }

    /// A quote further on could close a single quotation.
    fn has_single_close(&self) -> bool {
        let mut previous = None;
        let mut inner = 0;
        for (index, (_, char)) in self.rest.iter().enumerate() {
            let next = self.rest.get(index + 1).map(|(_, char)| *char);
            let is_close = matches!(char, '\'' | '’')
                && previous.is_some_and(|char: char| !char.is_whitespace())
                && !next.is_some_and(|char| char.is_alphanumeric() && is_spaced_script(char));
            match char {
                '‘' => inner += 1,
                '’' if is_close && inner > 0 => inner -= 1,
                _ if is_close => return true,
                _ => {}
            }
            previous = Some(*char);
        }
        false
    }
}

/// Scripts that set a space between a word and an opening quote.
fn is_spaced_script(char: char) -> bool {
    u32::from(char) < 0x1100
}

fn double(around: &QuoteContext<'_>, is_open: &mut bool) -> Option<char> {
    if *is_open && around.follows_text() {
        *is_open = false;
        Some('”')
    } else if around.begins() {
        *is_open = true;
        Some('“')
    } else if around.follows_text() && !around.follows_digit() {
        Some('”')
    } else {
        None
    }
}

fn single(around: &QuoteContext<'_>, is_open: &mut bool, is_closeable: &mut bool) -> Option<char> {
    if around.is_apostrophe() {
        Some('’')
    } else if *is_open && around.follows_text() {
        *is_open = false;
        Some('’')
    } else if around.begins() {
        *is_open = *is_closeable && around.has_single_close();
        *is_closeable = *is_open;
        Some(if *is_open { '‘' } else { '’' })
    } else if around.follows_text() && !around.follows_digit() {
        Some('’')
    } else {
        None
    }
}

fn dots_or_dashes(
    char: char,
    run: usize,
    around: &QuoteContext<'_>,
    after: Option<&(usize, char)>,
) -> Option<char> {
    match (char, run) {
        ('.', 3) => Some('…'),
        ('-', 3) => Some('—'),
        // `--release` in running text is a flag, not a dash.
        ('-', 2) => {
            let begins = around.previous.is_none_or(char::is_whitespace);
            let is_flag = begins && after.is_some_and(|(_, next)| next.is_alphanumeric());
            (!is_flag).then_some('–')
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_pair_beside_hangul_particles() {
        assert_eq!(smart(r#""소프트웨어"라는 말"#), "“소프트웨어”라는 말");
        assert_eq!(smart(r#"이른바"강조"입니다"#), "이른바“강조”입니다");
        assert_eq!(smart("'교과서'는 'LLM'은"), "‘교과서’는 ‘LLM’은");
        assert_eq!(
            smart(r#"그는 "그가 '네'라고 했다"고 했다"#),
            "그는 “그가 ‘네’라고 했다”고 했다"
        );
        assert_eq!(smart(r#"("인용")을"#), "(“인용”)을");
    }

    #[test]
    fn apostrophes_and_years_are_not_quotations() {
        assert_eq!(
            smart("don't, Every's, the dogs' bowl"),
            "don’t, Every’s, the dogs’ bowl"
        );
        assert_eq!(smart("'24년과 '25년"), "’24년과 ’25년");
        assert_eq!(smart("the '90s"), "the ’90s");
        assert_eq!(smart("'don't' he said"), "‘don’t’ he said");
    }

    #[test]
    fn a_long_paragraph_of_apostrophes_is_read_once() {
        let text = "'가 ".repeat(60_000);
        let begun = std::time::Instant::now();
        assert_eq!(smarten(&text).len(), 60_000);
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
        assert_eq!(smart("'가 ‘나 '다 나’ 라"), "’가 ‘나 ‘다 나’ 라");
    }

    #[test]
    fn inches_and_feet_stay() {
        assert_eq!(smart("27\" 모니터, 6' 높이"), "27\" 모니터, 6' 높이");
    }

    #[test]
    fn a_quote_closed_by_another_kind_still_opens() {
        assert_eq!(smart("'왜 바꾸는가’ 리뷰"), "‘왜 바꾸는가’ 리뷰");
    }

    #[test]
    fn dots_and_dashes() {
        assert_eq!(smart("음... 1--2 --- 끝"), "음… 1–2 — 끝");
        assert_eq!(
            smart("`cargo` 뒤의 --release는 그대로, .. 도 ....도"),
            "`cargo` 뒤의 --release는 그대로, .. 도 ....도"
        );
    }
}
