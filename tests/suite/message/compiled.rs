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
         <a href=\"{{ reader.links.unsubscribe }}\">수신거부</a> <i>{{ reader.email }}{{ reader.name }}</i>",
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
    #![proptest_config(ProptestConfig::with_cases(400))]

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
