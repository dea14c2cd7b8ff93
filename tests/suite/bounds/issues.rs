//! Issues of a few hundred kilobytes that would be mail without end, and a long one that is none.

use proptest::prelude::*;

use super::bounded;
use crate::support::TestPublication;

const HEAD: &str = "---\ntitle: A heap\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n\n";
const BYTES: usize = 395_000;

fn of(body: &str) -> TestPublication {
    TestPublication::new().issue("2026-11-23-quiet.md", format!("{HEAD}{body}"))
}

/// So often that the issue is nearly as long as it may be.
fn filled(unit: &str) -> String {
    unit.repeat(BYTES / unit.len())
}

fn check(body: &str) -> super::Bounded {
    bounded(
        &of(body),
        &["--at", "2026-11-22T12:00:00Z", "check", "2026-11-23-quiet"],
    )
}

#[test]
fn more_elements_than_a_mail_can_show_are_told_with_their_line() {
    for unit in [
        "> a\n\n",
        "- a\n",
        "a\n\n",
        "## a\n\n",
        "> [!NOTE]\n> a\n\n",
        "[a](https://a.example/) ",
        "a@b.example ",
        "![a](https://a.example/a.png)\n\n",
        "*a* ",
        "`a` ",
        "|a|b|\n|-|-|\n|x|y|\n\n",
    ] {
        let checked = check(&filled(unit));
        assert_eq!(checked.code, Some(4), "{unit:?}: {}", checked.said);
        assert!(
            checked
                .said
                .contains("has more than 32200 paragraphs, items")
                && checked.said.contains("issues/2026-11-23-quiet.md:"),
            "{unit:?}: {}",
            checked.said
        );
    }
}

#[test]
fn nesting_lines_and_brackets_without_end_cost_no_more_than_their_length() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("{}a{}\n", open.repeat(count), close.repeat(count))
    };
    let bodies = [
        ("quotes in quotes", deep("> ", "", 150_000)),
        ("items in items", deep("- ", "", 150_000)),
        ("quotes in items", deep("> - ", "", 80_000)),
        (
            "deeper and deeper",
            (0..600).map(|n| "> ".repeat(n) + "a\n\n").collect(),
        ),
        ("emphasis", deep("*", "*", 150_000)),
        ("emphasis left open", filled("*a **b ")),
        ("brackets", deep("[", "]", 150_000)),
        ("links in links", deep("[", "](b)", 70_000)),
        ("pictures in pictures", filled("![")),
        ("a heading of marks", filled("## ")),
        ("two long headings", {
            let title = filled("가 ")[..190_000].to_owned();
            format!("## {title}\n\n## {title}\n\nText.\n")
        }),
        (
            "the text of a link",
            format!("[{}](https://)", filled("가 ")),
        ),
        (
            "what a picture shows",
            format!("![{}](none.png)", filled("가 ")),
        ),
        ("an item in bold", format!("- **{}**\n", filled("가 "))),
        ("one line", filled("x")),
        ("one line of Hangul", filled("가")),
        ("quotation marks", filled("'a ")),
        ("apostrophes", filled("'")),
        ("entities", filled("&amp;")),
        ("dates", filled("2026년 11월 30일 (화) ")),
        ("tags left open", filled("<a ")),
        ("comments left open", filled("<!--")),
        (
            "an address with brackets",
            format!("http://a.example/{}", filled(")(")),
        ),
        (
            "an address with signs",
            format!("http://a.example/{}", filled(";&a")),
        ),
        ("hosts without end", format!("http://a{}", filled(")"))),
        ("at signs", filled("a@")),
        // A paragraph whose own text has no word, with more links than can be looked at one by one in it.
        ("links behind marks", filled("'https://a.example/-->")),
        ("links in brackets", filled("\"https://a.example/)'")),
        (
            "links behind references",
            (0..9_000)
                .map(|n| format!("[a](https://a.example/{n}) \"'"))
                .collect(),
        ),
        ("notes", filled("[^a]\"")),
        ("backticks", (1..800).map(|n| "`".repeat(n) + " ").collect()),
    ];
    for (name, body) in bodies {
        let checked = check(&body);
        assert!(
            matches!(checked.code, Some(0 | 4)),
            "{name}: {}",
            checked.said
        );
    }
}

#[test]
fn a_few_bytes_never_make_a_heap_of_html() {
    // A name of a column stands in each record of its table.
    let names = format!(
        "|{0}|{0}|\n|-|-|\n{1}",
        "word ".repeat(10_000),
        "|x|y|\n".repeat(5_000)
    );
    let wide = format!(
        "|{}\n|{}\n{}",
        "a|".repeat(4_000),
        "-|".repeat(4_000),
        "|x\n".repeat(50_000)
    );
    let used = format!(
        "[a]: https://a.example/{}\n\n{}",
        "x".repeat(20_000),
        "[a] ".repeat(60_000)
    );
    for (name, body) in [
        ("names", names),
        ("empty cells", wide),
        ("one reference", used),
    ] {
        let checked = check(&body);
        assert_eq!(checked.code, Some(4), "{name}: {}", checked.said);
        assert!(
            checked.said.contains("up to here the issue "),
            "{name}: {}",
            checked.said
        );
    }
}

#[test]
fn code_without_end_is_shown_plain() {
    for (language, line) in [
        ("js", "/".repeat(60_000)),
        ("markdown", "[".repeat(60_000)),
        ("python", "\"".repeat(60_000)),
        ("cpp", "a<".repeat(30_000)),
        ("bash", "$(".repeat(30_000)),
        ("rust", "fn a() { let x = \"a\"; }\n".repeat(2_500)),
    ] {
        let code = format!("```{language}\n{line}\n```\n\n");
        let checked = check(&code.repeat(6));
        assert_eq!(checked.code, Some(0), "{language}: {}", checked.said);
    }
}

#[test]
fn a_long_issue_with_everything_in_it_is_nobody_s_heap() {
    let story = |n: usize| {
        format!(
            "## Story {n}\n\nA paragraph with *emphasis*, **more of it**, `code`, [a link](https://example.com/{n}) and a note[^{n}].\n\n\
             - one\n- two\n  - three\n\n> A quotation\n>\n> — somebody\n\n> [!TIP]\n> Something to keep in mind.\n\n\
             | what | how much |\n|---|---|\n| a | 1,024 |\n| b | 9 |\n\n```rust\nfn main() {{ println!(\"{n}\"); }}\n```\n\n\
             {}\n\n[^{n}]: What the note says.\n\n",
            "A sentence that goes on for a while, as sentences do. ".repeat(6)
        )
    };
    let body: String = (1..=110).map(story).collect();
    assert!(body.len() > 60_000, "{}", body.len());
    let publication = of(&body);
    let rendered = bounded(&publication, &["render", "2026-11-23-quiet"]);
    assert_eq!(rendered.code, Some(0), "{}", rendered.said);
}

#[test]
fn a_front_matter_without_end_is_told() {
    let keys: String = (0..30_000).map(|n| format!("k{n}: 1\n")).collect();
    let publication =
        TestPublication::new().issue("2026-11-23-quiet.md", format!("---\n{keys}---\n"));
    let checked = bounded(&publication, &["check", "2026-11-23-quiet"]);
    assert_eq!(checked.code, Some(4), "{}", checked.said);
    assert!(
        checked.said.contains("the front matter has"),
        "{}",
        checked.said
    );
    assert!(checked.said.contains("quiet.md:1:1"), "{}", checked.said);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any few pieces of Markdown, again and again.
    #[test]
    fn whatever_is_repeated_ends(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "> ", "- ", "1. ", "* ", "**", "_", "~~", "`", "[", "](", ")", "![", "[^a]", "[[", "]]", "|", "\n",
                "\n\n", "  ", "    ", "```\n", "<", "<!--", "-->", "&amp;", "\"", "'", "--", "...", "https://a.example/",
                "a@b.example", "www.", "## ", "---\n", "가", "word ", "\\", "{.button}", "[!NOTE]", "[^a]: ", "[a]: /u\n",
            ]),
            1..6,
        ),
    ) {
        let checked = check(&filled(&pieces.concat()));
        prop_assert!(matches!(checked.code, Some(0 | 4)), "{:?}: {}", pieces, checked.said);
    }
}
