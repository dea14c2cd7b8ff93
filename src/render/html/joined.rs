//! Hangul particles stay with the word they belong to. Within a word `word-break: keep-all` sees to it;
//! but where the word ends in a quote, a bracket or a sign (‘친칠라’는, 30%를), lines may break
//! before the particle, and 는 begins a line. The two stand in a span that does not break: an invisible
//! joiner between them (U+200D, U+2060) would keep readers from finding the words.

use crate::render::text::width;

const OPEN: &str = "<span class=\"joined\">";
const CLOSE: &str = "</span>";
/// An element of more columns than this would hang over a phone's line if it did not break.
const SHORT: usize = 24;
const VOID: [&str; 4] = ["<br", "<img", "<wbr", "<hr"];

/// An element that is not closed yet.
struct OpenSpan {
    /// Where it begins in what is written.
    at: usize,
    /// The columns of text before it.
    columns: usize,
    is_code: bool,
    is_joined: bool,
}

/// Written HTML with a span around a closing sign and the Hangul behind it; where elements end between
/// the two, around these too, if they are short. Code and shown addresses are left as they are.
pub(super) fn joined(html: String) -> String {
    if !html.contains(is_closing) {
        return html;
    }
    let mut joiner = Joiner {
        written: String::with_capacity(html.len() + 64),
        open: Vec::new(),
        columns: 0,
        previous: ' ',
        is_in_address: false,
    };
    let mut rest = html.as_str();
    while let Some(char) = rest.chars().next() {
        let length = match char {
            '<' => joiner.tag(rest),
            char => joiner.letter(char, rest),
        };
        rest = &rest[length..];
    }
    joiner.written
}

struct Joiner {
    written: String,
    open: Vec<OpenSpan>,
    columns: usize,
    previous: char,
    is_in_address: bool,
}

impl Joiner {
    /// Writes the tag that the rest begins with, and says how long it is.
    fn tag(&mut self, rest: &str) -> usize {
        let tag = &rest[..rest.find('>').map_or(rest.len(), |end| end + 1)];
        if tag.starts_with("</") {
            self.open.pop();
        } else if !VOID.iter().any(|void| tag.starts_with(void)) {
            self.open.push(OpenSpan {
                at: self.written.len(),
                columns: self.columns,
                is_code: tag.starts_with("<code"),
                is_joined: tag == OPEN,
            });
        }
        self.written.push_str(tag);
        self.previous = '>';
        self.is_in_address = false;
        tag.len()
    }

    /// Writes the letter that the rest begins with, joined to what follows where it has to be, and says
    /// how much of the rest that was.
    fn letter(&mut self, char: char, rest: &str) -> usize {
        let begins_word = matches!(self.previous, '>' | '(') || self.previous.is_whitespace();
        self.is_in_address =
            !char.is_whitespace() && (self.is_in_address || begins_word && is_address(rest));
        self.previous = char;
        self.columns += width(char.encode_utf8(&mut [0; 4]));
        let length = char.len_utf8();
        let particle = Particle::behind(&rest[length..]).filter(|_| is_closing(char));
        let Some((particle, at)) = particle.and_then(|it| Some((it, self.beginning(it)?))) else {
            self.written.push(char);
            return length;
        };
        let length = length + particle.length;
        self.written.insert_str(at, OPEN);
        self.written.push_str(&rest[..length]);
        self.written.push_str(CLOSE);
        self.open.truncate(self.open.len() - particle.ended);
        self.columns += 2;
        length
    }

    /// Where a span begins that holds the sign at hand and the particle; None where it should hold none.
    fn beginning(&self, particle: Particle) -> Option<usize> {
        let first = self.open.len().checked_sub(particle.ended)?;
        let is_joined = first > 0 && self.open[first - 1].is_joined;
        let (at, is_fit) = match self.open.get(first) {
            Some(open) => (open.at, self.columns - open.columns <= SHORT),
            None => {
                let is_code = self.open.iter().any(|open| open.is_code);
                (self.written.len(), !is_code && !self.is_in_address)
            }
        };
        (is_fit && !is_joined).then_some(at)
    }
}

/// The Hangul that goes on behind a sign.
#[derive(Debug, Clone, Copy)]
struct Particle {
    /// How many elements end before it.
    ended: usize,
    /// The bytes of their ends and of its first syllable.
    length: usize,
}

impl Particle {
    fn behind(html: &str) -> Option<Self> {
        let (mut rest, mut ended) = (html, 0);
        while rest.starts_with("</") {
            rest = rest.split_once('>').map_or("", |(_, rest)| rest);
            ended += 1;
        }
        let first = rest.chars().next()?;
        matches!(first, '가'..='힣').then(|| Self {
            ended,
            length: html.len() - rest.len() + first.len_utf8(),
        })
    }
}

fn is_address(html: &str) -> bool {
    ["https://", "http://", "www."]
        .iter()
        .any(|start| html.starts_with(start))
}

fn is_closing(char: char) -> bool {
    matches!(
        char,
        '”' | '’' | ')' | ']' | '」' | '』' | '》' | '〉' | '%' | '℃' | '…' | '?' | '!'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> String {
        let html = joined(html.to_owned());
        html.replace(OPEN, "{").replace(CLOSE, "}")
    }

    #[test]
    fn a_particle_is_joined_to_the_sign_before_it() {
        for (html, wanted) in [
            ("‘친칠라’는 “말”이라고", "‘친칠라{’는} “말{”이}라고"),
            ("30%를 (괄호)가 끝…이라는", "30{%를} (괄호{)가} 끝{…이}라는"),
            (
                "<a href=\"#\">‘은탄환’</a>에서",
                "{<a href=\"#\">‘은탄환’</a>에}서",
            ),
            (
                "<a><strong>“가”</strong></a>를 <em>‘나’</em>로",
                "{<a><strong>“가”</strong></a>를} {<em>‘나’</em>로}",
            ),
            (
                "<code class=\"code\">f(x)</code>는 <em><code>g(x)</code></em>가",
                "{<code class=\"code\">f(x)</code>는} {<em><code>g(x)</code></em>가}",
            ),
            ("<em>‘가’는 ‘나’</em>를", "{<em>‘가{’는} ‘나’</em>를}"),
        ] {
            assert_eq!(shown(html), wanted);
            let once = joined(html.to_owned());
            assert_eq!(joined(once.clone()), once, "twice is once");
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for html in [
            "‘가’ 논문",
            "(a)b 100% real",
            "<img alt=\"‘그림’은\">",
            "다.’ 그는",
            "‘가’<br>나",
            "‘가’<em>나</em>",
            "<code>f(x)를 부르고 끝!입니다</code>",
            "https://example.com/(가)나/100%다",
            "<a href=\"#\">www.example.com/(가)나</a> 다",
            "<a href=\"#\">한 줄에 다 들어가지 않을 만큼 긴 ‘제목’</a>에서",
            "x’",
            "’</a>",
            "’</a",
            "’</a>가",
        ] {
            assert_eq!(shown(html), html);
        }
    }

    #[test]
    fn no_letter_is_added() {
        let html = "<a>‘은탄환’</a>에서 “말”이라고 30%를";
        let bare = |html: &str| html.replace(OPEN, "").replace(CLOSE, "");
        assert_eq!(bare(&joined(html.to_owned())), html);
    }
}
