//! Whole messages, byte for byte as they leave.

use daily_note::{
    address::{Address, Mailbox},
    message::FrozenIssue,
};

use super::fixture::{composer, frozen, image, reader};

fn eml(issue: &FrozenIssue, name: Option<&str>) -> String {
    let message = composer(issue, None)
        .compose_message(&reader(7, name))
        .unwrap();
    let from = message.envelope.from.unwrap();
    let envelope = format!("MAIL FROM:<{from}>\nRCPT TO:<{}>\n\n", message.envelope.to);
    let text = String::from_utf8(message.bytes).unwrap();
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    envelope + &text.replace("\r\n", "\n")
}

const HTML: &str = "<!DOCTYPE html>\n<html lang=\"ko\"><head><title>지도를 다시 그리는 사람들</title></head><body>\n\
    <p>{% if reader.name %}{{ reader.name }}님, 안녕하세요.{% else %}안녕하세요.{% endif %}</p>\n\
    <p><img src=\"cid:map-1@note.example.com\" alt=\"지도\" width=\"1\"></p>\n\
    <p><a href=\"{{ reader.links.feedback }}\">의견 남기기</a> \
    <a href=\"{{ reader.links.unsubscribe }}\">수신거부</a></p>\n</body></html>\n";
const TEXT: &str = "{{ reader.name or \"독자\" }}님, 안녕하세요.\n\n의견: {{ reader.links.feedback }}\n\
    수신거부: {{ reader.links.unsubscribe }}\n";

#[test]
fn a_korean_issue_with_an_image_and_everything_set() {
    let mut issue = frozen(HTML, TEXT);
    issue.composition.images.push(image("지도.gif"));
    issue.headers.bounce_domain = Some("bounce.note.example.com".into());
    issue.headers.reply_to = Some(Mailbox {
        name: Some("편집부, 데일리 노트".into()),
        address: Address::parse("editor@note.example.com").unwrap(),
    });
    insta::assert_snapshot!(eml(&issue, Some("김민지")));
}

#[test]
fn an_english_issue_without_pages_or_images() {
    let mut issue = frozen(
        "<html><body>\n<p>Hello{% if reader.name %}, {{ reader.name }}{% endif %}.</p>\n\
         <p>It was caf\u{e9} weather = good weather.</p>\n<a href=\"{{ reader.links.unsubscribe }}\">Leave</a>\n</body></html>\n",
        "Hello{% if reader.name %}, {{ reader.name }}{% endif %}.\n.\nFrom here on it is all text.\n\
         {{ reader.links.unsubscribe }}\n",
    );
    issue.composition.context["issue"]["subject"] = "Maps, drawn again".into();
    issue.headers.base_url = None;
    issue.headers.web_version_url = None;
    issue.headers.language = "en".into();
    issue.headers.from.name = Some("The Daily Note, Inc.".into());
    issue.headers.list_name = "Daily Note Monday".into();
    insta::assert_snapshot!(eml(&issue, Some("José \"Pepe\" O'Neil & co")));
}
