//! Pages written from memory are the inliner's own, byte by byte.

use proptest::prelude::*;

use super::*;
use crate::render::{
    Templates,
    plain_page::tests::piece,
    style_inliner::StyleInliner,
    tests::fixture::{issue, prepared, publication, reader},
};

const RULES: &str = ".p { margin: 0 } .li .p, td.td { color: #112233 } .apart > .li { a: b } .td:last-child { padding: 0 }\n\
    .td:first-child { top: 0 } p, h2 { line-height: 1 } .image, #x { width: 1px } div div { d: e } tbody { f: g }";
const KEPT: &str = ":root { a: b } .p { margin: 1px !important } @media (min-width: 1px) { .last, .gone { a: b } }";

fn page(rules: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"ko\"><head>\n<title>제목</title>\n\
         <!--[if mso]><style>.td {{ a: b }} .list {{ c: d }}</style><![endif]--><style>{rules}</style>\
         <style data-css-inline=\"keep\">{KEPT}</style></head>\n<body class=\"body\">{body}\n</body>\n</html>\n"
    )
}

/// By an inliner that has seen nothing.
fn anew(page: &str) -> String {
    StyleInliner::new().inlined(page).unwrap()
}

#[test]
fn what_was_seen_is_written_from_memory_and_what_is_new_is_not() {
    let memory = StyleMemory::default();
    let read = |body: &str| page(RULES, body);
    let known = |html: &str| memory.written(&PlainHtml::read(html).unwrap());
    let first =
        read("<p class=\"p\" id=\"x\">글 &amp; <b>글</b></p><div><div title=\"하나\"></div></div>");
    assert_eq!(known(&first), None);
    memory.learn(&PlainHtml::read(&first).unwrap(), &anew(&first));
    assert_eq!(known(&first), Some(anew(&first)));
    let other =
        read("<div><div title=\"&quot;둘&quot;\">&nbsp;</div></div><p class=\"p\" id=\"x\"></p>");
    assert_eq!(known(&other), Some(anew(&other)));
    for new in [
        "<p class=\"p\" id=\"y\"></p>",
        "<div><p class=\"p\" id=\"x\"></p></div>",
        "<p class=\"p\"></p>",
    ] {
        assert_eq!(known(&read(new)), None, "{new}");
    }
}

#[test]
fn sheets_that_look_at_more_than_the_way_are_left_to_the_inliner() {
    for rules in [
        "p + p { a: b }",
        "p ~ p { a: b }",
        "p[title] { a: b }",
        "p:empty { a: b }",
        "p:nth-child(2) { a: b }",
        "@media print { p { a: b } }",
        ".a { b: c; p:empty { d: e } }",
        "p:only-child { a: b }",
        ".\u{a0} { a: b }",
    ] {
        assert!(needs::SheetNeeds::of(rules).is_none(), "{rules}");
        let memory = StyleMemory::default();
        let html = page(rules, "<p title=\"a\"></p>");
        memory.learn(&PlainHtml::read(&html).unwrap(), &anew(&html));
        assert_eq!(memory.written(&PlainHtml::read(&html).unwrap()), None);
    }
    assert!(needs::SheetNeeds::of(RULES).is_some());
}

#[test]
fn a_lesson_that_does_not_give_the_page_back_is_forgotten() {
    let memory = StyleMemory::default();
    // The inliner styles the sheets that stay, too.
    let html = page("* { a: b }", "<p></p>");
    memory.learn(&PlainHtml::read(&html).unwrap(), &anew(&html));
    assert_eq!(memory.written(&PlainHtml::read(&html).unwrap()), None);
    let read = |title: &str| page(RULES, &format!("<p title=\"{title}\"></p>"));
    let html = read("a");
    memory.learn(&PlainHtml::read(&html).unwrap(), &anew(&html));
    assert_eq!(
        memory.written(&PlainHtml::read(&html).unwrap()),
        Some(anew(&html))
    );
    // As if it had looked at a title.
    let other = read("b");
    let otherwise = anew(&other).replace("<p", "<p class=\"q\"");
    memory.learn(&PlainHtml::read(&other).unwrap(), &otherwise);
    assert_eq!(memory.written(&PlainHtml::read(&html).unwrap()), None);
}

#[test]
fn the_mails_of_an_archive_are_the_same_from_memory() {
    let publication = publication();
    let templates = Templates::built_in();
    let texts = [
        include_str!("../tests/every-block.md"),
        "---\ntitle: 하나\nedition: monday\ndate: 2026-11-23\n---\n\n처음.\n\n## 둘\n\n- 가\n- 나\n\n| a | b |\n|---|---|\n| c | d |\n",
        "---\ntitle: 셋\nedition: thursday\ndate: 2026-11-26\nnext: 다음에는\n---\n\n## 넷\n\n글 `code` **강조** [링크](https://example.com/?a=1&b=2)\n\n> 인용\n",
    ];
    let mut written = 0;
    for text in texts.iter().cycle().take(9) {
        let issue = issue(&publication, text);
        let composition = prepared(&publication, &issue, &templates).unwrap();
        let page = composition.renderer().unwrap().page(&reader()).unwrap();
        let plain = PlainHtml::read(&page).expect("the program's own pages are plain");
        written += usize::from(templates.styles().written(&plain).is_some());
        let with_memory = composition.renderer_with(&templates).unwrap();
        let without = composition.renderer().unwrap();
        assert_eq!(
            with_memory.render(&reader()).unwrap(),
            without.render(&reader()).unwrap()
        );
    }
    // The first page is not learned from.
    assert_eq!(written, 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_pages_are_the_same_from_memory(bodies in prop::collection::vec(prop::collection::vec(piece(), 0..6), 1..8)) {
        let inliner = StyleInliner::new();
        // Twice, so that what was learned is used.
        for body in bodies.iter().chain(&bodies) {
            let html = page(RULES, &body.concat());
            prop_assert_eq!(inliner.inlined(&html).unwrap(), anew(&html), "{}", html);
        }
    }
}
