//! The text part of our own templates is not reproached with what the issue's writer put into it.

use super::*;

/// What `mail/text-part` says of an issue of this text, made with the built-in templates, after
/// something happened to its text part.
fn said_after(text: &str, happen: impl Fn(String) -> String) -> Vec<String> {
    let desk = Desk::new();
    let text = with_text(text);
    let mut rendered = desk.rendered(&text);
    // Without the contents, where every heading stands once more and bare.
    let lines = rendered.text.lines();
    let stories: Vec<&str> = lines.filter(|line| !line.starts_with("  0")).collect();
    rendered.text = happen(stories.join("\n"));
    desk.check_rendered(&text, Some(&rendered))
        .iter()
        .filter(|finding| finding.rule().id == "mail/text-part")
        .map(|finding| finding.message().to_string())
        .collect()
}

const ORDINARY: [&str; 12] = [
    "글\n\n## **굵은** 제목과 `code`\n\n글",
    "글\n\n## [보고서](https://example.com/a)를 읽고\n\n글",
    "글\n\n## ~~옛~~ 제목[^1] 하나\n\n글\n\n[^1]: 주석",
    "글\n\n## [[own]] 뒤에 남은 것\n\n글",
    "글\n\n## https://example.com/한글 둘러보기\n\n글",
    "줄을 바꾸는 `<br>`과 빈칸 `&nbsp;`, 문단의 `</p>`를 씁니다.",
    "글\n\n## `<br>`을 보내며\n\n글",
    "```html\n<a href=\"#\">맨 위로</a>\n```",
    "```text\ncargo run --release -- --one --two --three --four --five --six --seven --eight --nine --ten --eleven --twelve\n```",
    "> 인용 안에서도\n>\n> ```text\n> SELECT name, email, consented_at, tags FROM subscribers WHERE status = 'active' AND domain = 'example.com' ORDER BY name;\n> ```",
    "글\n\n[^남은]: 아무도 부르지 않는 [주석](https://example.com/unused)과 ![그림](https://example.com/a.png)",
    "| 이름 | 설명 |\n|---|---|\n| 가 | ![그래프 하나](https://example.com/a.png) 아주 길고 긴 설명을 적으면 표가 너무 넓어서 한 줄에 들어가지 않습니다 |",
];

#[test]
fn what_the_writer_wrote_is_no_fault_of_the_text_part() {
    for text in ORDINARY {
        assert_eq!(
            said_after(text, |text| text),
            Vec::<String>::new(),
            "{text}"
        );
    }
}

#[test]
fn what_a_template_did_to_it_still_is() {
    let markup = "글\n\n## **굵은** 제목과 [보고서](https://example.com/a)\n\n`<br>`\n\n```text\n짧은 줄\n```";
    type Happen = fn(String) -> String;
    let cases: [(Happen, &str); 4] = [
        (|text| text.replace("제목과", "제목"), "lacks this heading"),
        (
            |text| text.replace("example.com/a", "example.com/b"),
            "lacks this address",
        ),
        (|text| format!("{text}\n<p>글</p>"), "HTML in the text part"),
        (
            |text| format!("{text}\n{}", "긴 줄 ".repeat(30)),
            "columns in the text part",
        ),
    ];
    for (happen, expected) in cases {
        let said = said_after(markup, happen);
        assert!(
            said.len() == 1 && said[0].contains(expected),
            "{expected}: {said:?}"
        );
    }
}
