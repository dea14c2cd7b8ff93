//! How many bytes of HTML each part of an issue costs beside its own words: Gmail clips a mail at 102 KB.

use super::*;

fn bytes(publication: &crate::publication::Publication, body: &str) -> usize {
    let head = "---\ntitle: 무게\nedition: monday\ndate: 2026-11-23\n---\n";
    rendered(publication, &format!("{head}{body}")).html.len()
}

/// What a part, written ten times more, adds each time.
fn cost(body: impl Fn(usize) -> String) -> usize {
    let publication = publication();
    (bytes(&publication, &body(12)) - bytes(&publication, &body(2))) / 10
}

#[test]
fn a_mail_without_stories_is_light() {
    let bytes = bytes(&publication(), "글\n");
    assert!(bytes <= 8_000, "{bytes} bytes");
}

#[test]
fn korean_prose_costs_little_more_than_its_letters() {
    let sentence = "작은 모델이 큰 일을 하는 계절이 왔습니다. 값은 ‘절반’이고 속도는 두 배라는 이야기를 읽었습니다. ";
    let paragraph = sentence.repeat(4);
    let characters = paragraph.chars().count();
    let cost = cost(|times| format!("## 하나\n\n{}", format!("{paragraph}\n\n").repeat(times)));
    let thousand = cost * 1_000 / characters;
    assert!(thousand <= 3_600, "{thousand} bytes a thousand characters");
}

/// A part, how often it stands in what is repeated, its own bytes, and what it may cost beside them.
#[test]
fn no_part_costs_more_markup_than_its_budget() {
    let lines =
        |line: &'static str| move |times: usize| format!("## 하나\n\n글\n\n{}", line.repeat(times));
    let within = |before: &'static str, each: &'static str| {
        move |times: usize| format!("## 하나\n\n{before}{}", each.repeat(times))
    };
    let parts: [(&str, usize, usize, usize); 12] = [
        ("story", cost(lines("## 둘\n\n글\n\n")), 12, 650),
        ("paragraph", cost(lines("글\n\n")), 3, 40),
        ("item", cost(within("", "- 글\n")), 3, 20),
        (
            "long item",
            cost(within(
                "",
                "- 한 줄에 다 들어가지 않을 만큼 길고 길어서 떨어져 서는 항목\n",
            )),
            81,
            60,
        ),
        (
            "link",
            cost(within("", "[글](https://example.com/a) ")),
            24,
            45,
        ),
        (
            "cell",
            cost(within("| 가 | 나 |\n|---|---|\n", "| 글 | 글 |\n")) / 2,
            3,
            90,
        ),
        ("task", cost(within("", "- [ ] 글\n")), 3, 200),
        ("quotation", cost(lines("> 글\n\n문\n\n")), 6, 500),
        ("callout", cost(lines("> [!NOTE]\n> 글\n\n문\n\n")), 12, 620),
        (
            "code line",
            cost(|times| format!("## 하나\n\n```rust\n{}```\n", "let a = 1;\n".repeat(times))),
            11,
            120,
        ),
        (
            "figure",
            cost(lines("![글](https://example.com/a.png)\n\n")),
            28,
            180,
        ),
        (
            "note",
            cost(|times| {
                (0..times)
                    .map(|at| format!("글[^{at}]\n\n[^{at}]: 글\n\n"))
                    .collect()
            }),
            9,
            340,
        ),
    ];
    for (part, cost, own, budget) in parts {
        assert!(
            cost <= own + budget,
            "a {part} costs {} bytes of markup, not {budget}",
            cost - own
        );
    }
}
