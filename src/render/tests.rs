//! One small issue with every block, rendered whole.

mod faults;
pub(super) mod fixture;
mod weight;

use proptest::prelude::*;

use super::*;
use fixture::{composition, issue, prepared, publication, reader};

#[test]
fn an_issue_with_every_block_renders_to_this_html() {
    let rendered = composition().renderer().unwrap().render(&reader()).unwrap();
    insta::assert_snapshot!("every_block_html", rendered.html);
}

#[test]
fn an_issue_with_every_block_renders_to_this_text() {
    let rendered = composition().renderer().unwrap().render(&reader()).unwrap();
    insta::assert_snapshot!("every_block_text", rendered.text);
}

#[test]
fn a_frozen_composition_renders_the_same() {
    let composition = composition();
    let frozen = serde_json::to_vec(&composition).unwrap();
    let thawed: Composition = serde_json::from_slice(&frozen).unwrap();
    assert_eq!(thawed, composition);
    let render = |of: &Composition| of.renderer().unwrap().render(&reader()).unwrap();
    assert_eq!(render(&thawed), render(&composition));
}

/// Names that are hard on a page: none, markup, quotes, other scripts, long, of the marks' own plane.
const NAMES: [Option<&str>; 8] = [
    None,
    Some("<b>\"민지\" & 'co'</b>"),
    Some("&amp; &#39;"),
    Some("محمد שלום"),
    Some(
        "김 수한무 거북이와 두루미 삼천갑자 동방삭 치치카포 사리사리센타 워리워리 세브리깡 무두셀라 구름이",
    ),
    Some("🧑‍🚀\u{a0}x"),
    Some("0"),
    Some("\u{f0000}\u{f0001}"),
];

#[test]
fn a_hole_is_filled_with_what_the_engine_makes_of_the_value_itself() {
    let renderer = composition().renderer().unwrap();
    for name in NAMES {
        for has_pages in [true, false] {
            let mut reader = reader();
            reader.name = name.map(str::to_owned);
            reader.email = "o'neil+a&b@example.com".into();
            if !has_pages {
                reader.links = ReaderLinks {
                    unsubscribe: Some("mailto:leave@example.com?subject=a&body='b'".into()),
                    ..ReaderLinks::default()
                };
            }
            let filled = renderer.render(&reader).unwrap();
            assert_eq!(
                filled,
                renderer.render_by_engine(&reader).unwrap(),
                "{name:?}"
            );
            assert!(filled.text.contains(&reader.email), "{}", filled.text);
        }
    }
}

const TO_SOMEBODY: &str = "---\ntitle: 이름\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n{{ name | 여러분 }}은/는 **{{ name | \"여러분\" & 우리 }}** {{ name }}님\n\n## 글\n\n[{{ name | 당신 }}의 글](https://example.com)\n";

#[test]
fn a_name_in_the_text_has_its_particle_and_a_word_for_nobody() {
    let publication = publication();
    let issue = issue(&publication, TO_SOMEBODY);
    let composition = prepared(&publication, &issue, &Templates::built_in()).unwrap();
    let renderer = composition.renderer().unwrap();
    for (name, line) in [
        (Some("민지"), "민지는 *민지* 민지님"),
        (Some("준혁"), "준혁은 *준혁* 준혁님"),
        (None, "여러분은 *\"여러분\" & 우리* 님"),
    ] {
        let mut reader = reader();
        reader.name = name.map(str::to_owned);
        let text = renderer.render(&reader).unwrap().text;
        assert!(text.contains(line), "{name:?}: {text}");
        assert!(!text.contains('\u{fff9}'), "{text}");
    }
    for name in NAMES {
        let mut reader = reader();
        reader.name = name.map(str::to_owned);
        let filled = renderer.render(&reader).unwrap();
        assert_eq!(
            filled,
            renderer.render_by_engine(&reader).unwrap(),
            "{name:?}"
        );
    }
}

#[test]
fn a_link_to_a_heading_leads_there_and_one_to_nowhere_is_no_link() {
    let publication = publication();
    let text = "---\ntitle: 이름\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n[차림](#더-읽기) [없음](#없는-곳) [이름](#far)\n\n## 글\n\n### 더 읽기\n\n## 먼 곳 {#far}\n\nx<sup>2</sup>, a<sub>max</sub>\n";
    let rendered = rendered(&publication, text);
    for piece in [
        "href=\"#h1\"",
        "id=\"h1\"",
        "href=\"#s2\"",
        "> 없음 <",
        "<sup ",
        "<sub ",
    ] {
        let html = rendered.html.replace("</a> 없음 <a", "> 없음 <");
        assert!(html.contains(piece), "{piece}: {html}");
    }
    assert!(rendered.text.contains("x², a_(max)"), "{}", rendered.text);
}

fn rendered(publication: &crate::publication::Publication, text: &str) -> RenderedIssue {
    let issue = issue(publication, text);
    let composition = prepared(publication, &issue, &Templates::built_in()).unwrap();
    composition.renderer().unwrap().render(&reader()).unwrap()
}

#[test]
fn text_nested_to_the_depths_is_still_text() {
    let deep = format!("{}{}글", "1000. ".repeat(11), "> ".repeat(12));
    let text =
        format!("---\ntitle: 깊은 곳\nedition: monday\ndate: 2026-11-23\n---\n## 하나\n\n{deep}\n");
    let rendered = rendered(&publication(), &text);
    assert!(rendered.text.contains("> > > 글"), "{}", rendered.text);
}

const AD: &str =
    "---\ntitle: 겨울 세일\nedition: monday\ndate: 2026-11-23\nad: true\n---\n## 하나\n\n글\n";

#[test]
fn advertising_has_the_label_first_and_the_way_out_in_two_languages() {
    let rendered = rendered(&publication(), AD);
    assert_eq!(rendered.subject, "(광고) 겨울 세일");
    assert!(rendered.html.contains("<title>(광고) 겨울 세일</title>"));
    for part in [&rendered.html, &rendered.text] {
        assert!(
            part.contains("수신거부") && part.contains("(Unsubscribe"),
            "{part}"
        );
        assert!(
            part.contains("무료로") && part.contains("free of charge"),
            "{part}"
        );
        assert!(part.contains("hello@daily-note.example.com") && part.contains("예시로 1"));
    }
}

#[test]
fn the_label_is_not_written_twice() {
    let text = AD.replace("겨울 세일", "(광고) 겨울 세일");
    assert_eq!(rendered(&publication(), &text).subject, "(광고) 겨울 세일");
}

#[test]
fn advertising_elsewhere_has_no_korean_label() {
    let mut publication = publication();
    publication.law.korea = false;
    assert_eq!(rendered(&publication, AD).subject, "겨울 세일");
}

#[test]
fn a_reader_without_name_and_pages_is_greeted_and_told_whom_to_write_to() {
    let mut reader = reader();
    reader.name = None;
    reader.links = ReaderLinks::default();
    let rendered = composition().renderer().unwrap().render(&reader).unwrap();
    assert!(rendered.text.contains("\n안녕하세요.\n"));
    assert!(rendered.text.contains("아래 주소로 알려 주세요"));
    assert!(
        rendered
            .html
            .contains("href=\"mailto:hello@daily-note.example.com\"")
    );
    assert!(!rendered.html.contains("수신거부</a>"));
}

#[test]
fn an_english_publication_speaks_english_and_breaks_lines_as_english_does() {
    let mut publication = publication();
    publication.language = "en".into();
    publication.law.korea = false;
    let rendered = rendered(&publication, include_str!("tests/every-block.md"));
    assert!(
        rendered
            .html
            .starts_with("<!DOCTYPE html><html lang=\"en\" dir=\"ltr\"")
    );
    assert!(
        rendered.text.contains("Hello 민지,") && rendered.text.contains("Monday, 23 November 2026")
    );
    assert!(
        !rendered.html.contains("keep-all"),
        "keep-all is for Hangul"
    );
    assert!(!rendered.text.contains("수신거부"));
}

#[test]
fn a_language_without_words_of_its_own_borrows_the_english_ones() {
    let mut publication = publication();
    publication.language = "he".into();
    let rendered = rendered(&publication, AD);
    assert!(rendered.html.contains("dir=\"rtl\"") && rendered.html.contains("Send us a note"));
    assert!(
        rendered.text.contains("수신거부"),
        "Korea's law holds in every language"
    );
}

#[test]
fn the_teaser_wears_the_colours_of_the_edition_it_announces() {
    let rendered = rendered(&publication(), AD);
    let teaser = rendered
        .html
        .split("class=\"teaser-label\"")
        .nth(1)
        .unwrap();
    assert!(
        teaser[..400].contains("color:#C8371B"),
        "{}",
        &teaser[..400]
    );
    assert!(teaser.contains("11월 26일 목요일에 보내 드립니다."));
}

const HEAD: &str = "---\ntitle: 작은 것들\nedition: monday\ndate: 2026-11-23\n---\n";

#[test]
fn a_particle_stays_with_the_word_that_links() {
    let said = |text: &str| rendered(&publication(), &format!("{HEAD}{text}\n")).text;
    for (text, wanted) in [
        (
            "[GPT-3](https://example.com/a)는 크다.",
            "GPT-3는 [1] 크다.",
        ),
        (
            "[GPT-3](https://example.com/a), [BERT](https://example.com/b)와",
            "GPT-3 [1], BERT와 [2]",
        ),
        ("[GPT-3](https://example.com/a) 모델", "GPT-3 [1] 모델"),
        ("표의 [1]은 그대로", "표의 [1]은 그대로"),
        (
            "전지의 수명[^a]은 짧다. [GPT-3](https://example.com/a)[^b]는 크다[^a].\n\n[^a]: 수명\n[^b]: 크기",
            "수명은[1] 짧다. GPT-3는 [2][3] 크다[1].",
        ),
        (
            "|가|나|\n|--|--|\n|[다](https://example.com/a)|라[^a]는|\n\n[^a]: 마",
            "다 [1]  라는[2]",
        ),
    ] {
        assert!(said(text).contains(wanted), "{}", said(text));
    }
}

#[test]
fn links_and_notes_of_the_text_part_are_numbered_in_one_series() {
    let text = format!(
        "{HEAD}여는 글[^later].\n\n## 하나\n\n[가](https://example.com/a)와 [나](https://example.com/b)[^note].\n\n\
         [^note]: [가](https://example.com/a)와 [다](https://example.com/c).\n[^later]: 나중."
    );
    let said = rendered(&publication(), &text).text;
    for wanted in [
        "여는 글[1].",
        "가와 [2] 나 [3][4].",
        "[2] https://example.com/a\n[3] https://example.com/b",
        "[1] 나중.\n[4] 가와 [2] 다 [5].",
        "[2] https://example.com/a\n[5] https://example.com/c",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

#[test]
fn an_address_in_angle_brackets_is_shown_without_its_scheme() {
    let rendered = rendered(
        &publication(),
        &format!("{HEAD}편지는 <mailto:a@example.com> 으로.\n"),
    );
    assert!(
        rendered.html.contains(">a@example.com</a>"),
        "{}",
        rendered.html
    );
    assert!(
        rendered.text.contains("편지는 a@example.com 으로"),
        "{}",
        rendered.text
    );
}

#[test]
fn the_contact_opens_what_it_is() {
    for (contact, wanted) in [
        ("02-123-4567", "href=\"tel:021234567\""),
        ("+82 2 123 4567", "href=\"tel:+8221234567\""),
        ("help@example.com", "href=\"mailto:help@example.com\""),
        (
            "https://example.com/help",
            "href=\"https://example.com/help\"",
        ),
        ("성수동 사무실로 오세요", "문의 성수동 사무실로 오세요"),
    ] {
        let mut publication = publication();
        publication.contact = Some(contact.into());
        let html = rendered(&publication, &format!("{HEAD}글\n")).html;
        assert!(html.contains(wanted), "{contact}: {html}");
    }
}

#[test]
fn a_video_without_a_title_is_not_called_by_its_address() {
    let html = rendered(
        &publication(),
        &format!("{HEAD}https://www.youtube.com/watch?v=aircAruvnKk\n"),
    )
    .html;
    assert!(
        html.contains("영상 보기</a>") && !html.contains(">https://www.youtube"),
        "{html}"
    );
}

/// What Cerberus, the Email Markup Consortium and caniemail agree that mail clients need.
#[test]
fn the_html_keeps_to_what_mail_clients_understand() {
    let html = composition()
        .renderer()
        .unwrap()
        .render(&reader())
        .unwrap()
        .html;
    let head_styles: Vec<&str> = html
        .split("<!--[if mso]>")
        .flat_map(|part| part.split("<![endif]-->").last())
        .flat_map(|part| part.split("<style").skip(1))
        .map(|part| part.split("</style>").next().unwrap())
        .collect();
    assert_eq!(head_styles.len(), 1);
    assert!(
        head_styles[0].len() < 8 << 10,
        "{} bytes",
        head_styles[0].len()
    );
    let mut depth = 0;
    for character in head_styles[0].chars() {
        depth += match character {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        assert!(depth <= 2, "an at-rule within an at-rule");
    }
    for unwanted in [
        "var(",
        "flex",
        "grid",
        "position:",
        "float:",
        "<script",
        "<form",
        "<video",
        "data:",
        "javascript:",
    ] {
        assert!(!html.contains(unwanted), "{unwanted}");
    }
    for colour in html
        .split("color: #")
        .skip(1)
        .chain(html.split("color:#").skip(1))
    {
        let digits = colour.chars().take_while(char::is_ascii_hexdigit).count();
        assert_eq!(digits, 6, "{}", &colour[..12]);
    }
    for table in html.split("<table").skip(1) {
        let tag = table.split('>').next().unwrap();
        let is_data = tag.contains("class=\"data");
        assert_ne!(is_data, tag.contains("role=\"presentation\""), "{tag}");
        assert!(
            tag.contains("cellpadding=\"0\"")
                && tag.contains("cellspacing=\"0\"")
                && tag.contains("border=\"0\""),
            "{tag}"
        );
    }
    for image in html
        .split("<img")
        .skip(1)
        .map(|image| image.split('>').next().unwrap())
    {
        assert!(
            image.contains("alt=") && image.contains("width=") && image.contains("height:auto"),
            "{image}"
        );
    }
    let body = html.split("<body").nth(1).unwrap();
    assert!(
        body[body.find('>').unwrap() + 1..]
            .trim_start()
            .starts_with("<div style=\"display:none")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// What the compiled message rests on.
    #[test]
    fn exchanging_a_token_equals_rendering_with_the_value(
        name in "[a-zA-Z가-힣<>&\"'\u{a0}🙂;#0-9]{1,12}( [가-힣&'\"]{1,4})?",
        token in "[a-zA-Z0-9]{24}",
    ) {
        let renderer = composition().renderer().unwrap();
        let with = |name: &str, link: &str| {
            let mut reader = reader();
            reader.name = Some(name.to_owned());
            reader.links.feedback = Some(link.to_owned());
            renderer.render(&reader).unwrap()
        };
        let link = format!("https://example.com/f?a=1&b={}", name.replace(' ', "+"));
        let link_token = format!("L{token}");
        let cut = with(&token, &link_token);
        let whole = with(&name, &link);
        prop_assert_eq!(
            cut.html.replace(&link_token, &escape_html(&link)).replace(&token, &escape_html(&name)),
            whole.html
        );
        prop_assert_eq!(cut.text.replace(&link_token, &link).replace(&token, &name), whole.text);
    }
}
