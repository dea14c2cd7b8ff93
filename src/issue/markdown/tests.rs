//! What a writer types, and the tree it becomes; shown in a shorthand of tags.

mod shown;

use proptest::prelude::*;

use self::shown::shown;
use super::*;
use crate::issue::{LinkTarget, OddityKind};

fn document(text: &str) -> Document {
    parse(&Source::new("x.md", text), 0).unwrap()
}

#[test]
fn emphasis_closes_before_a_particle() {
    for (text, expected) in [
        ("**“강조”**는", "<p><b>“강조”</>는"),
        ("이것은**“강조”**입니다", "<p>이것은<b>“강조”</>입니다"),
        ("*강조(强調)*를", "<p><em>강조(强調)</>를"),
        ("**제목.**그리고", "<p><b>제목.</>그리고"),
        ("***'굵고 기운'***은", "<p><em><b>‘굵고 기운’</></>은"),
        ("~~\"지움\"~~은", "<p><s>“지움”</>은"),
        (
            "**[링크](https://example.com)**를",
            "<p><b><a https://example.com>링크</></>를",
        ),
        ("**`코드`**를", "<p><b><code>코드</></>를"),
        (
            "「*이름*」의 *「이름」*의",
            "<p>「<em>이름</>」의 <em>「이름」</>의",
        ),
        ("**日本語。**中文", "<p><b>日本語。</>中文"),
        // As CommonMark has it:
        (
            "**strong** a*b*c 2 * 3 * 4 snake_case_word",
            "<p><b>strong</> a<em>b</>c 2 * 3 * 4 snake_case_word",
        ),
        ("\\*별\\*을 **안 닫음", "<p>*별*을 **안 닫음"),
        ("`**“코드”**는`", "<p><code>**“코드”**는</>"),
    ] {
        assert_eq!(shown(text).trim_end(), expected, "{text}");
    }
}

#[test]
fn sections_begin_at_level_two() {
    insta::assert_snapshot!(shown("여는 말\n\n### 소제목\n\n## LLM의 *사고력*\n\n본문\n\n### 아래\n\n## 두 번째 이야기\n\n# 맨 위\n\n> ## 인용 속"), @r#"
    <p>여는 말
    <h3 h1>소제목
    [LLM의 사고력 #s1-llm]
    <p>본문
    <h3 h2>아래
    [두 번째 이야기 #s2]
    [맨 위 #s3]
    <quote><h3 h3>인용 속</>
    ! TopHeading at # 맨 위
    "#);
}

#[test]
fn lists_nest_and_know_their_boxes() {
    insta::assert_snapshot!(shown("- 하나\n  - 둘\n    1) 셋\n- [x] 넷\n- [ ] **다섯** 그리고\n\n  문단\n\n3. a\n4. b"), @r#"
    <ul loose><li><p>하나
    <ul><li><p>둘
    <ol 1><li><p>셋</></><li>[x]<p>넷<li>[ ]<p><b>다섯</> 그리고
    <p>문단</>
    <ol 3><li><p>a<li><p>b</>
    "#);
}

#[test]
fn pictures_stand_in_pairs_and_wide_and_a_sentence_is_pulled_out() {
    insta::assert_snapshot!(shown(r#"![가](a.png) ![나](b.png "사진: [김](https://example.com/k)")

![다](c.png){.wide}

![라](d.png) ![마](e.png) ![바](f.png)

> [!QUOTE]
> 뽑은 말
>
> — 누군가
"#), @r#"
    <pair><img a.png "가" None><img b.png "나" Some("사진: <a https://example.com/k>김</>")>
    <wide><img c.png "다" None>
    <figure><img d.png "라" None>
    <figure><img e.png "마" None>
    <figure><img f.png "바" None>
    <pull><p>뽑은 말
    <p>— 누군가</>
    "#);
}

#[test]
fn links_to_issues_figures_buttons_and_videos() {
    insta::assert_snapshot!(shown(r#"[[small-models]]와 [[small-models|지난 글]]을

![그래프](img/a%20b.png "모델 *크기*의 변화")

![가](a.png)
![나](b.png)

문장 속 ![아이콘](i.png) 그림

[구독하기](https://example.com/join){.button}

[하나](https://example.com/1){.button} [둘](https://example.com/2){.button}

여기 [셋](https://example.com/3){.button} 눌러요

https://youtu.be/abc123

<https://www.youtube.com/watch?v=abc&t=1>

[![화면](thumb.jpg)](https://vimeo.com/123 "강연")

[강연](https://vimeo.com/123)
"#), @r#"
    <p><issue small-models>small-models</>와 <issue small-models>지난 글</>을
    <figure><img img/a b.png "그래프" Some("모델 <em>크기</>의 변화")>
    <figure><img a.png "가" None>
    <figure><img b.png "나" None>
    <p>문장 속 <img i.png "아이콘" None> 그림
    <button https://example.com/join>구독하기
    <button https://example.com/1>하나
    <button https://example.com/2>둘
    <p>여기 <a https://example.com/3>셋</>{.button} 눌러요
    <video https://youtu.be/abc123>
    <video https://www.youtube.com/watch?v=abc&t=1>
    <video https://vimeo.com/123>강연<img thumb.jpg "화면" None>
    <p><a https://vimeo.com/123>강연</>
    ! StrayButton at [셋](https://example.com/3)
    "#);
}

#[test]
fn quotes_callouts_and_code() {
    insta::assert_snapshot!(shown("> 인용\n> - 목록\n\n> [!NOTE]\n> 알림\n\n> [!tip] 나만의 **제목**\n> 본문\n\n> [!WARNING]\n\n> [!NOPE] 뭐지\n\n```rust ignore\nlet a = \"b\";\n```\n\n    indented\n\n---"), @r#"
    <quote><p>인용
    <ul><li><p>목록</></>
    <Note None><p>알림</>
    <Tip Some("나만의 제목")><p>본문</>
    <Warning None></>
    <quote><p>[!NOPE] 뭐지</>
    <pre Some("rust")>"let a = \"b\";\n"
    <pre None>"indented\n"
    <hr>
    ! UnknownCallout { word: "NOPE" } at > [!NOPE] 뭐지
    "#);
}

#[test]
fn tables_keep_alignment() {
    insta::assert_snapshot!(shown("| 모델 | 값 |\n|:--|--:|\n| **“가”**는 | 1\\|2 |\n| https://example.com/a |"), @r#"<table [Left, Right]>모델 | 값 // <b>“가”</>는 | 1|2 // <a https://example.com/a>https://example.com/a</> |"#);
}

#[test]
fn footnotes_are_numbered_by_reference() {
    insta::assert_snapshot!(shown("첫째[^b] 둘째[^a] 다시[^B] 없음[^none]\n\n[^a]: 에이\n[^b]: 비 https://example.com을\n[^c]: 안 쓰임\n[^a]: 또\n"), @r#"
    <p>첫째<fn 1> 둘째<fn 2> 다시<fn 1> 없음[^none]
    (1: <p>비 <a https://example.com>https://example.com</>을)
    (2: <p>에이)
    ! UnusedFootnote { label: "c" } at [^c]: 안 쓰임
    ! RepeatedFootnote { label: "a" } at [^a]: 또
    "#);
}

#[test]
fn html_is_text_and_comments_are_gone() {
    insta::assert_snapshot!(shown("a<br>b <b>굵게</b> <!-- 몰래 --> 끝\n\n<!-- 블록 -->\n\n<div onclick=\"x()\">\n안\n</div>\n\n<script>alert(1)</script>\n"), @r#"
    <p>a<br>b <b>굵게</>  끝
    <p>안
    <p><script>alert(1)</script>
    ! RawHtml at <script>alert(1)</script>
    "#);
}

#[test]
fn html_that_a_mail_knows_becomes_its_kin() {
    insta::assert_snapshot!(shown("<b>굵게</b>는 <u>밑줄</u>, <s>지움</s>, <kbd>Ctrl</kbd>+<kbd>C</kbd>, H<sub>2</sub>O, m<sup>2</sup>, <mark>**표시**</mark>, <span style=\"color:red\">붉게</span>, <a href=\"https://example.com/a\" onclick=\"x()\">링크</a>, <img src=\"a.png\" alt=\"배\" onerror=\"x()\">\n"), @r#"
    <p><b>굵게</>는 <em>밑줄</>, <s>지움</>, <code>Ctrl</>+<code>C</>, H<sub>2</>O, m<sup>2</>, <b><b>표시</></>, 붉게, <a https://example.com/a>링크</>, <img a.png "배" None>
    ! BareHtml { name: "span" } at <span style="color:red">
    "#);
    insta::assert_snapshot!(shown("<details open>\n<summary>더 **보기**</summary>\n\n숨은 글\n\n</details>\n\n<div align=\"center\">\n  <img src=\"b.png\" alt=\"배\">\n</div>\n\n<p>첫 줄\n둘째 &amp; 줄</p><p>다음</p>\n\n<hr>\n\n> <b>인용</b> 속"), @r#"
    <p><b>더 **보기**</>
    <p>숨은 글
    <figure><img b.png "배" None>
    <p>첫 줄⏎둘째 & 줄
    <p>다음
    <hr>
    <quote><p><b>인용</> 속</>
    ! BareHtml { name: "div" } at <div align="center">
    "#);
}

#[test]
fn html_that_does_not_fit_together_stays_text() {
    insta::assert_snapshot!(shown("<b>열기만 **하고** </i> 닫기만, <b><i>엇갈린</b></i>, Vec<T>, <a href=\"javascript:x()\">눌러</a>, [<a href=\"https://example.org\">안</a>](https://example.com), <iframe src=x></iframe>\n"), @r#"
    <p><b>열기만 <b>하고</> </i> 닫기만, <b><i>엇갈린</></i>, Vec<T>, 눌러, <a https://example.com>안</>, <iframe src=x></iframe>
    ! RawHtml at <b>
    ! RawHtml at </i>
    ! RawHtml at <i>
    ! RawHtml at </i>
    ! RawHtml at <T>
    ! UnsafeUrl { scheme: "javascript" } at <a href="javascript:x()">
    ! RawHtml at <iframe src=x>
    ! RawHtml at </iframe>
    "#);
    let deep = format!("{}글{}", "<b>".repeat(5_000), "</b>".repeat(5_000));
    assert!(shown(&deep).contains('글'));
}

#[test]
fn a_heading_may_have_a_name() {
    insta::assert_snapshot!(shown("## 첫 이야기 {#first}\n\n### {#second}\n\n### 집합 {가, 나}\n\n글 {#third}"), @r#"
    [첫 이야기 #s1]
    <h3 h1>
    <h3 h2>집합 {가, 나}
    <p>글 {#third}
    "#);
}

#[test]
fn a_name_has_its_place_in_running_text_alone() {
    insta::assert_snapshot!(shown("{{ name | 여러분 }}은/는 **{{name|당신}}을(를)** [{{ name | 나 }}의 글](https://example.com) `{{ name }}` {{ name }} {{ other }}"), @r#"
    <p><name "여러분" Some(Topic)> <b><name "당신" Some(Object)></> <a https://example.com><name "나" None>의 글</> <code>{{ name }}</> <name "" None> {{ other }}
    ! NameAlone at {{ name }}
    "#);
}

#[test]
fn dangerous_addresses_lose_their_link() {
    insta::assert_snapshot!(shown("[눌러](javascript:alert(1)) [x](JAVA&#x53;CRIPT:a) ![그림](data:image/png;base64,AA) [y](https://) <vbscript:x> [z][r]\n\n[r]: file:///etc/passwd"), @r#"
    <p>눌러 x 그림 y vbscript:x z
    ! UnsafeUrl { scheme: "javascript" } at [눌러](javascript:alert(1))
    ! UnsafeUrl { scheme: "javascript" } at [x](JAVA&#x53;CRIPT:a)
    ! UnsafeUrl { scheme: "data" } at ![그림](data:image/png;base64,AA)
    ! MalformedUrl at [y](https://)
    ! UnsafeUrl { scheme: "vbscript" } at <vbscript:x>
    ! UnsafeUrl { scheme: "file" } at [z][r]
    "#);
}

#[test]
fn bare_addresses_become_links() {
    insta::assert_snapshot!(shown("여기(https://example.com/a_b?x=1&y=2)를, **www.example.com**과 [이미 https://example.com](https://example.org) `https://code.example` a@example.com으로"), @r#"<p>여기(<a https://example.com/a_b?x=1&y=2>https://example.com/a_b?x=1&y=2</>)를, <b><a https://www.example.com>www.example.com</></>과 <a https://example.org>이미 https://example.com</> <code>https://code.example</> <a mailto:a@example.com>a@example.com</>으로"#);
}

#[test]
fn one_tilde_is_a_range() {
    assert_eq!(
        shown("~20명, 30~ (약 ~5명~)").trim_end(),
        "<p>~20명, 30~ (약 ~5명~)"
    );
    assert_eq!(shown("~~지움~~").trim_end(), "<p><s>지움</>");
}

#[test]
fn prose_points_into_the_file() {
    let text =
        "## 제**목**\n\n앞 `code` [링크](https://example.com)의 &amp; https://example.com 끝";
    let document = document(text);
    let prose = &document.prose[1];
    assert_eq!(prose.text, "앞 \u{FFFC} 링크의 & \u{FFFC} 끝");
    let at = |word: &str| {
        let start = prose.text.find(word).unwrap();
        &text[prose.span(start..start + word.len())]
    };
    assert_eq!(at("링크"), "링크");
    assert_eq!(at("크의"), "크](https://example.com)의");
    assert_eq!(at("&"), "&amp;");
    assert_eq!(at("끝"), "끝");
    assert_eq!(document.prose[0].section, Some(1));
    assert_eq!(&text[document.prose[0].span(0..6)], "제**목");
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{}끝", "> ".repeat(5_000));
    let document = document(&deep);
    assert!(
        document
            .oddities
            .iter()
            .any(|oddity| oddity.kind == OddityKind::TooDeep)
    );
    let emphasis = format!("{}가{}", "*a **b ".repeat(2_000), "** c*".repeat(2_000));
    assert!(!self::document(&emphasis).introduction.is_empty());
}

#[test]
fn windows_line_ends_change_nothing() {
    let text = "여는 말\n이어서\n\n## 제목\n\n- 하나\n- 둘\n\n```\ncode\nmore\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n<div>\nx\n</div>\n";
    assert_eq!(shown(text), shown(&text.replace('\n', "\r\n")));
}

/// Pieces that make Markdown interesting.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        Just("**"),
        Just("*"),
        Just("~~"),
        Just("_"),
        Just("`"),
        Just("[["),
        Just("]]"),
        Just("["),
        Just("]("),
        Just(")"),
        Just("!["),
        Just("\n"),
        Just("\n\n"),
        Just("> "),
        Just("- "),
        Just("1. "),
        Just("  "),
        Just("## "),
        Just("|"),
        Just("|--|\n"),
        Just("[^1]"),
        Just("\n[^1]: "),
        Just("<b>"),
        Just("<!--"),
        Just("-->"),
        Just("https://"),
        Just("www."),
        Just("example.com"),
        Just("@"),
        Just("\""),
        Just("'"),
        Just("..."),
        Just("&amp;"),
        Just("\\"),
        Just("{.button}"),
        Just("[!NOTE]"),
        Just("강조"),
        Just("는"),
        Just("“"),
        Just("”"),
        Just("a"),
        Just("\u{FDD0}"),
        Just("\r\n"),
        Just("\0"),
        Just("🎉"),
        Just("```\n"),
        Just("---\n"),
        Just("youtu.be/x"),
        Just("\u{301}"),
    ];
    proptest::collection::vec(fragment, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_text_parses_and_every_place_is_in_it(text in prop_oneof![fragments(), any::<String>()]) {
        let head = "머리\n";
        let whole = format!("{head}{text}");
        let document = parse(&Source::new("x.md", whole.as_str()), head.len()).unwrap();
        let places = document.links.iter().map(|link| link.span.clone())
            .chain(document.images.iter().map(|image| image.span.clone()))
            .chain(document.oddities.iter().map(|oddity| oddity.span.clone()))
            .chain(document.sections.iter().map(|section| section.span.clone()))
            .chain(document.prose.iter().flat_map(|prose| {
                prose.text.char_indices().map(|(at, char)| prose.span(at..at + char.len_utf8()))
            }));
        for place in places {
            prop_assert!(place.start >= head.len() || place.is_empty(), "{:?}", place);
            prop_assert!(whole.get(place.clone()).is_some(), "{:?}", place);
        }
        for link in &document.links {
            if let LinkTarget::Url(url) = &link.target {
                prop_assert!(url.is_ascii());
                prop_assert!(!url.to_ascii_lowercase().starts_with("javascript"));
            }
        }
        let anchors: std::collections::BTreeSet<_> =
            document.sections.iter().map(|section| &section.anchor).collect();
        prop_assert_eq!(anchors.len(), document.sections.len());
    }

    #[test]
    fn prose_says_what_stands_in_the_file(words in proptest::collection::vec("[가-힣a-z]{1,4}", 1..8)) {
        let text = words.iter().enumerate().map(|(at, word)| match at % 4 {
            0 => format!("**{word}**"),
            1 => format!("[{word}](https://example.com)"),
            2 => format!("*{word}*"),
            _ => word.clone(),
        }).collect::<Vec<_>>().join(" ");
        let document = parse(&Source::new("x.md", text.as_str()), 0).unwrap();
        let prose = &document.prose[0];
        prop_assert_eq!(&prose.text, &words.join(" "));
        for (at, char) in prose.text.char_indices() {
            prop_assert_eq!(&text[prose.span(at..at + char.len_utf8())], char.to_string());
        }
    }
}
