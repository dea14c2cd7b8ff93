//! The fast way equals the plain way, byte for byte.

use daily_note::{
    audience::Reader,
    message::{Composer, FrozenIssue},
};
use proptest::prelude::*;

use super::fixture::{composer, frozen, image, reader};

fn assert_same(composer: &Composer, reader: &Reader) {
    let fast = composer.compose_message(reader).unwrap().bytes;
    let plain = composer.compose_plain(reader).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&fast),
        String::from_utf8_lossy(&plain),
        "for {reader:?}"
    );
}

fn page(body: &str) -> String {
    format!("<!DOCTYPE html>\n<html><head><title>t</title></head><body>\n{body}\n</body></html>\n")
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
    assert_eq!(composer.defeats(), []);
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
    assert_eq!(composer.defeats(), []);
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
    let reasons: Vec<_> = composer
        .defeats()
        .into_iter()
        .map(|defeat| defeat.reason)
        .collect();
    assert_eq!(reasons, [] as [String; 0]);
}

#[test]
fn a_template_that_looks_into_a_name_is_named_and_still_right() {
    let html = page("{% if reader.name == \"민지\" %}<b>반가워요</b>{% endif %}");
    let composer = composer(&frozen(&html, "x\n"), None);
    insta::assert_snapshot!(
        composer.defeats()[0].reason,
        @"`{% if reader.name == \"민지\" %}` does more with a reader's value than print it: `==`"
    );
    for name in ["민지", "지민"] {
        let message = composer
            .compose_message(&reader(1, Some(name)))
            .unwrap()
            .bytes;
        let message = mail_parser::MessageParser::new().parse(&message).unwrap();
        assert_eq!(
            message.body_html(0).unwrap().contains("반가워요"),
            name == "민지"
        );
    }
}

#[test]
fn a_style_that_selects_by_a_readers_value_is_noticed() {
    let html = |selected: &str| {
        format!(
            "<html><head><style>p[{selected}=\"민지\"]{{color:#ff0000}}</style></head><body>\
             <p lang=\"ko\" class=\"{{{{ reader.email }}}}\" title=\"{{{{ reader.name }}}}\">x</p></body></html>"
        )
    };
    let by_title = composer(&frozen(&html("title"), "x\n"), None);
    insta::assert_snapshot!(
        by_title.defeats()[0].reason,
        @"a style selects by the attribute `title`, which holds a reader's value"
    );
    for name in ["민지", "지민"] {
        assert_same(&by_title, &reader(1, Some(name)));
    }
    let by_language = composer(&frozen(&html("lang"), "x\n"), None);
    assert_eq!(by_language.defeats(), []);
}

fn template_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[가-힣 ,.]{0,40}",
        "[a-zA-Z =.]{0,90}",
        Just("\n".to_owned()),
        Just("\n\n.\nFrom me\n".to_owned()),
        Just("é".to_owned()),
        Just("{{ reader.name }}".to_owned()),
        Just("{{ reader.email }}".to_owned()),
        Just("{{ reader.links.feedback }}".to_owned()),
        Just("{{ reader.links.unsubscribe }}".to_owned()),
        Just("{{ reader.links.preferences }}".to_owned()),
        Just("{{ reader.name or \"독자\" }}".to_owned()),
        Just("{{ \"«\" ~ reader.email ~ \"»\" }}".to_owned()),
        Just("{% if reader.name %}{{ reader.name }}님{% else %}안녕{% endif %}".to_owned()),
        Just("<a href=\"https://example.com/{{ reader.email | urlencode }}\">a</a>".to_owned()),
        Just("{% for tag in reader.tags %}<b>{{ tag }}</b>{% endfor %}".to_owned()),
        Just("{% if reader.language == \"en\" %}Hello{% endif %}".to_owned()),
        Just("{{ \"dear {n}\" | replace(from=\"{n}\", to=reader.email) }}".to_owned()),
    ]
}

/// What keeps a template from being cut; now and then.
fn defeating_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => Just(String::new()),
        1 => Just("{% if reader.name %}{{ reader.name | upper }}{% endif %}".to_owned()),
        1 => Just("{% if \"1\" in reader.email %}one{% endif %}".to_owned()),
        1 => Just("{{ reader.email | truncate(length=3) }}".to_owned()),
    ]
}

fn any_reader() -> impl Strategy<Value = Reader> {
    let name = prop_oneof![
        Just(None),
        "\\PC{0,40}".prop_map(Some),
        "[<>&\"' a-z가-힣]{1,12}".prop_map(Some),
        ".{0,20}".prop_map(Some),
        "[가-힣]{290,300}".prop_map(Some),
    ];
    let tags = proptest::collection::vec(
        prop_oneof![Just("vip".to_owned()), Just("founder".to_owned())],
        0..3,
    );
    let language = prop_oneof![
        Just(None),
        Just(Some("en".to_owned())),
        Just(Some("ko".to_owned()))
    ];
    (0i64..1 << 40, name, tags, language).prop_map(|(id, name, tags, language)| Reader {
        language,
        tags,
        ..reader(id, name.as_deref())
    })
}

fn any_issue() -> impl Strategy<Value = FrozenIssue> {
    let body = || {
        (
            proptest::collection::vec(template_piece(), 0..14),
            defeating_piece(),
        )
            .prop_map(|(pieces, last)| pieces.concat() + &last)
    };
    (body(), body(), any::<bool>()).prop_map(|(html, text, has_image)| {
        let mut issue = frozen(&page(&format!("<p>{html}</p>")), &text);
        if has_image {
            issue.composition.images.push(image("지도.gif"));
        }
        issue
    })
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
