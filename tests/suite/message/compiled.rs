//! The fast way equals the plain way, byte for byte.

use daily_note::{
    audience::Reader,
    message::{Composer, FrozenIssue},
};
use proptest::prelude::*;

use super::{
    fixture::{composer, frozen, links, monday, reader},
    generated::{any_issue, any_reader, page},
};

fn assert_same(composer: &Composer, reader: &Reader) {
    let fast = composer.compose_message(reader).unwrap().bytes;
    let plain = composer.compose_plain(reader).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&fast),
        String::from_utf8_lossy(&plain),
        "for {reader:?}"
    );
}

#[test]
fn a_name_of_any_kind_comes_out_the_same_both_ways() {
    let html = page(
        "{% if reader.name %}<p>{{ reader.name }}님, 안녕하세요.</p>{% else %}<p>안녕하세요.</p>{% endif %}\
         <p>오늘은 지도를 다시 그리는 사람들의 이야기입니다.</p>\n\
         <a href=\"{{ reader.links.feedback }}\">의견 남기기</a>, \
         <a href=\"{{ reader.links.unsubscribe }}\">수신거부</a> <i>{{ reader.email }}{{ reader.name }}</i> \
         <a href=\"https://example.com/hello?to={{ reader.email | urlencode }}{% if reader.name %}&amp;name={{ reader.name | urlencode }}{% endif %}\">인사</a>",
    );
    let text = "{{ reader.name or \"독자\" }}님\n\n오늘의 이야기\n{{ reader.links.unsubscribe }}\n";
    let composer = composer(&frozen(&html, text), None);
    let long = "가나다 ".repeat(100);
    let names = [
        "민지",
        "<b>&amp;</b>",
        "\"O'Neil\" & co",
        "🧑‍🚀",
        "محمد",
        long.trim(),
        "a",
        "ab",
        "abc",
    ];
    for (id, name) in names.into_iter().map(Some).chain([None]).enumerate() {
        assert_same(&composer, &reader(id as i64 * 1000, name));
    }
}

#[test]
fn a_name_is_escaped_for_its_place() {
    let html = page(
        "{% if reader.name %}{{ reader.name }}<a href=\"https://example.com/?n={{ reader.name | urlencode }}\" \
         title=\"{{ reader.name }}\">x</a>{% endif %}",
    );
    let composer = composer(&frozen(&html, "{{ reader.name }}\n"), None);
    let message = composer
        .compose_message(&reader(1, Some("<김> & \"Lee\"")))
        .unwrap()
        .bytes;
    let message = mail_parser::MessageParser::new().parse(&message).unwrap();
    assert_eq!(message.body_text(0).unwrap(), "<김> & \"Lee\"\r\n");
    assert!(message.body_html(0).unwrap().contains(
        "&lt;김&gt; &amp; &quot;Lee&quot;<a href=\"https://example.com/?n=%3C%EA%B9%80%3E%20%26%20%22Lee%22\" \
         title=\"&lt;김&gt; &amp; &quot;Lee&quot;\">x</a>"
    ));
    let to = message.to().unwrap().first().unwrap();
    assert_eq!(to.name(), Some("<김> & \"Lee\""));
}

#[test]
fn readers_of_too_many_kinds_still_get_their_own_message() {
    let text = "{% for tag in reader.tags %}{{ tag }} {% endfor %}{{ reader.name }}\n";
    let composer = composer(&frozen("<p>x</p>", text), None);
    for number in 0..400 {
        let reader = Reader {
            tags: vec![format!("tag{number}")],
            ..reader(number, Some("민지"))
        };
        assert_same(&composer, &reader);
    }
}

/// The HTML that each of these readers gets.
fn html_of(composer: &Composer, names: &[&str]) -> Vec<String> {
    let of = |name: &&str| {
        let reader = reader(1, Some(name));
        assert_same(composer, &reader);
        let message = composer.compose_message(&reader).unwrap().bytes;
        let message = mail_parser::MessageParser::new().parse(&message).unwrap();
        message.body_html(0).unwrap().into_owned()
    };
    names.iter().map(of).collect()
}

#[test]
fn a_template_that_looks_into_a_name_sees_nobodys_name_and_says_the_same_to_all() {
    let html = page(
        "{% if reader.name %}{% if reader.name == \"민지\" %}<b>반가워요</b>{% endif %}\
         {% if \"민\" in reader.name %}<b>민!</b>{% endif %}\
         <i>{{ reader.name | upper | truncate(length=3) }}</i>{% endif %}",
    );
    let text = "{% if reader.name %}{{ reader.name | title }}{% endif %}\n";
    let composer = composer(&frozen(&html, text), None);
    for (name, html) in ["민지", "minji of the North"]
        .into_iter()
        .zip(html_of(&composer, &["민지", "minji of the North"]))
    {
        assert!(!html.contains("<b>"), "{html}");
        assert!(html.contains(&format!("<i>{name}</i>")), "{html}");
    }
}

#[test]
fn no_template_prints_a_name_as_markup() {
    let html = page("<p>{{ reader.name | default(value=\"\") | safe }}</p>");
    let composer = composer(&frozen(&html, "{{ reader.name | safe }}\n"), None);
    let html = html_of(&composer, &["1 < 2 & 3", "<script>x</script>", "민지"]);
    assert!(html[0].contains("<p>1 &lt; 2 &amp; 3</p>"), "{}", html[0]);
    assert!(
        html[1].contains("<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        "{}",
        html[1]
    );
    assert!(html[2].contains("<p>민지</p>"), "{}", html[2]);
}

#[test]
fn a_style_sees_a_readers_language_and_none_of_the_values() {
    let html = |selected: &str| {
        format!(
            "<html><head><style>p[{selected}]{{color:#ff0000}}</style></head><body>\
             <p lang=\"{{{{ reader.language }}}}\" title=\"{{{{ reader.name }}}}\">x</p></body></html>"
        )
    };
    let by_title = composer(&frozen(&html("title=\"민지\""), "x\n"), None);
    for html in html_of(&by_title, &["민지", "지민"]) {
        assert!(!html.contains("style=\"color"), "{html}");
    }
    let by_language = composer(&frozen(&html("lang=\"ko\""), "x\n"), None);
    for html in html_of(&by_language, &["민지"]) {
        assert!(html.contains("style=\"color"), "{html}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_issue_comes_out_the_same_both_ways(
        issue in any_issue(),
        readers in proptest::collection::vec(any_reader(), 1..6),
    ) {
        let composer = composer(&issue, None);
        for reader in &readers {
            assert_same(&composer, reader);
        }
    }
}

#[test]
fn a_message_is_known_by_the_ledgers_hash_of_its_content_whatever_this_version_would_write() {
    let frozen = frozen("<p>{{ issue.subject }}</p>", "{{ issue.subject }}");
    let (this, other) = (
        FrozenIssue::hash(&frozen.to_bytes().unwrap()),
        "the ledger's",
    );
    let of = |hash| Composer::of_content(&frozen, hash, links(), None, monday()).unwrap();
    let by_ledger = of(other);
    assert_eq!(by_ledger.content_hash(), other);
    assert_ne!(of(&this).content_hash(), other);
    let after_a_refreeze = of(&this).with_content(&frozen, other).unwrap();
    assert_eq!(after_a_refreeze.content_hash(), other);
    // The Message-ID stays, however often it is sent again.
    let id = |composer: &Composer| {
        let message = composer.compose_message(&reader(1, None)).unwrap();
        String::from_utf8(message.bytes).unwrap()
    };
    assert_eq!(id(&by_ledger), id(&after_a_refreeze));
}
