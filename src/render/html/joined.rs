//! Hangul particles stay with the word they belong to. Within a word `word-break: keep-all` sees to it;
//! but where the word ends in a quote, a bracket or a sign (‘친칠라’는, 30%를), lines may break
//! before the particle, and 는 begins a line. A zero-width joiner forbids it (UAX 14, LB8a), also
//! in Word, which Outlook draws with.

const JOINER: &str = "&zwj;";

/// Written HTML with a joiner wherever Hangul follows a closing sign, tags between them or not.
pub(super) fn joined(html: String) -> String {
    let Some(first) = html.find(is_closing) else {
        return html;
    };
    let mut joined = String::with_capacity(html.len() + 16);
    joined.push_str(&html[..first]);
    let mut is_in_tag = html[..first].rfind('<') > html[..first].rfind('>');
    for (at, char) in html[first..].char_indices() {
        joined.push(char);
        match char {
            '<' => is_in_tag = true,
            '>' => is_in_tag = false,
            _ if is_in_tag || !is_closing(char) => {}
            _ if begins_with_hangul(&html[first + at + char.len_utf8()..]) => {
                joined.push_str(JOINER);
            }
            _ => {}
        }
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
            "x’",
            "’</a>",
            "’</a",
        ] {
            assert_eq!(shown(html), html);
        }
    }
}
