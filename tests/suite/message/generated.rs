//! Issues, templates and readers of any kind, made up by proptest.

use daily_note::{address::Address, audience::Reader, message::FrozenIssue};
use proptest::prelude::*;

use super::fixture::{frozen, image, reader};

/// A page around a template's piece.
pub(super) fn page(body: &str) -> String {
    format!("<!DOCTYPE html>\n<html><head><title>t</title></head><body>\n{body}\n</body></html>\n")
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
        Just("{% if reader.name %}<a title=\"{{ reader.name }}\" href=\"https://example.com/?n={{ reader.name | urlencode }}\">b</a>{% endif %}".to_owned()),
        Just("{{ reader.name | default(value=\"\") | safe }}".to_owned()),
        Just("{{ \"«\" ~ reader.email ~ \"»\" }}".to_owned()),
        Just("{% if reader.name %}{{ reader.name }}님{% else %}안녕{% endif %}".to_owned()),
        Just("<a href=\"https://example.com/{{ reader.email | urlencode }}\">a</a>".to_owned()),
        Just("{% for tag in reader.tags %}<b>{{ tag }}</b>{% endfor %}".to_owned()),
        Just("{% if reader.language == \"en\" %}Hello{% endif %}".to_owned()),
        Just("{{ \"dear {n}\" | replace(from=\"{n}\", to=reader.email) }}".to_owned()),
    ]
}

/// What a template cannot do with a value; now and then.
fn senseless_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => Just(String::new()),
        1 => Just("{% if reader.name %}{{ reader.name | upper }}{% endif %}".to_owned()),
        1 => Just("{% if \"1\" in reader.email %}one{% endif %}".to_owned()),
        1 => Just("{{ reader.email | truncate(length=3) }}".to_owned()),
    ]
}

pub(super) fn any_reader() -> impl Strategy<Value = Reader> {
    let name = prop_oneof![
        Just(None),
        "\\PC{0,40}".prop_map(Some),
        "[<>&\"' a-z가-힣]{1,12}".prop_map(Some),
        ".{0,20}".prop_map(Some),
        "[가-힣]{290,300}".prop_map(Some),
        "[א-תء-ي \u{200f}\u{202e}a-z]{1,40}".prop_map(Some),
        "[😀-🙏🚀-🛸\u{200d}\u{fe0f}]{1,12}".prop_map(Some),
        "[<>&\"'가-힣א-ת😀-🙏 ]{300}".prop_map(Some),
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
    let local = prop_oneof![Just("o'neil+a&b".to_owned()), "[a-z0-9&'+=_-]{1,30}"];
    (0i64..1 << 40, name, tags, language, local).prop_map(|(id, name, tags, language, local)| {
        Reader {
            email: Address::parse(&format!("{local}@example.com")).unwrap(),
            language,
            tags,
            ..reader(id, name.as_deref())
        }
    })
}

pub(super) fn any_issue() -> impl Strategy<Value = FrozenIssue> {
    let body = || {
        (
            proptest::collection::vec(template_piece(), 0..14),
            senseless_piece(),
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
