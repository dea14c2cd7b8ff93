//! Hangul particles stay with the word they belong to. Within a word `word-break: keep-all` sees to it;
//! but where the word ends in a quote, a bracket or a sign (‘친칠라’는, 30%를), lines may break
//! before the particle, and 는 begins a line. A zero-width joiner forbids it (UAX 14, LB8a), also
//! in Word, which Outlook draws with.

const JOINER: &str = "\u{200d}";

/// Written HTML with a joiner wherever Hangul follows a closing sign, tags between them or not. Code
/// and shown addresses are copied by readers and stay as they are: there the joiner comes behind.
pub(super) fn joined(html: String) -> String {
    if !html.contains(is_closing) {
        return html;
    }
    let mut joined = String::with_capacity(html.len() + 16);
    let (mut is_in_tag, mut is_in_code, mut is_in_address) = (false, false, false);
    // A joiner that waits for the end of code or an address.
    let mut is_waiting = false;
    let mut previous = ' ';
    for (at, char) in html.char_indices() {
        let rest = &html[at..];
        match char {
            '<' => {
                is_in_tag = true;
                is_in_code = rest.starts_with("<code") || is_in_code && !rest.starts_with("</code");
                is_in_address = false;
            }
            _ if is_in_tag => {}
            _ if char.is_whitespace() => is_in_address = false,
            _ => {
                let begins_word = matches!(previous, '>' | '(') || previous.is_whitespace();
                is_in_address |= begins_word
                    && ["https://", "http://", "www."]
                        .iter()
                        .any(|start| rest.starts_with(start));
            }
        }
        if is_waiting && !is_in_tag {
            joined.push_str(JOINER);
            is_waiting = false;
        }
        joined.push(char);
        let after = &rest[char.len_utf8()..];
        if char == '>' {
            is_in_tag = false;
        } else if !is_in_tag && is_closing(char) && begins_with_hangul(after) {
            match is_in_code || is_in_address {
                true => is_waiting = after.starts_with('<'),
                false => joined.push_str(JOINER),
            }
        }
        previous = char;
    }
    joined
}

fn is_closing(char: char) -> bool {
    matches!(
        char,
        '”' | '’' | ')' | ']' | '」' | '』' | '》' | '〉' | '%' | '℃' | '…' | '?' | '!'
    )
}

/// Whether the text goes on in Hangul, behind the ends of elements.
fn begins_with_hangul(mut html: &str) -> bool {
    while let Some(tag) = html.strip_prefix("</") {
        html = tag.split_once('>').map_or("", |(_, rest)| rest);
    }
    html.starts_with(|char| matches!(char, '가'..='힣'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> String {
        joined(html.to_owned()).replace(JOINER, "+")
    }

    #[test]
    fn a_particle_is_joined_to_the_sign_before_it() {
        for (html, wanted) in [
            ("‘친칠라’는 “말”이라고", "‘친칠라’+는 “말”+이라고"),
            ("30%를 (괄호)가 끝…이라는", "30%+를 (괄호)+가 끝…+이라는"),
            (
                "<a href=\"#\">‘은탄환’</a>에서",
                "<a href=\"#\">‘은탄환’+</a>에서",
            ),
            (
                "<a><strong>“가”</strong></a>를",
                "<a><strong>“가”+</strong></a>를",
            ),
            (
                "<code class=\"code\">f(x)</code>는 <em><code>g(x)</code></em>가",
                "<code class=\"code\">f(x)</code>+는 <em><code>g(x)</code></em>+가",
            ),
            (
                "<a href=\"#\">https://example.com/(a)</a>를",
                "<a href=\"#\">https://example.com/(a)</a>+를",
            ),
        ] {
            assert_eq!(shown(html), wanted);
            let once = joined(html.to_owned());
            assert_eq!(joined(once.clone()), once, "twice is once");
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for html in [
            "‘친칠라’ 논문",
            "(a)b 100% real",
            "<img alt=\"‘그림’은\">",
            "다.’ 그는",
            "‘가’<br>나",
            "‘가’<em>나</em>",
            "<code>f(x)를 부르고 끝!입니다</code>",
            "https://example.com/(가)나/100%다",
            "<a href=\"#\">www.example.com/(가)나</a> 다",
            "x’",
            "’</a>",
            "’</a",
        ] {
            assert_eq!(shown(html), html);
        }
    }
}
