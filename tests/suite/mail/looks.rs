//! Another newsletter's look, made in daily-note.yaml alone; and what an issue's head adds to its mail.

use std::fs;

use crate::support::TestPublication;

/// Ten lines.
const LOOK: &str = "\
look:
  theme: letter
  font: serif
  accent_fill: \"#FFF200\"
  accent_text: \"#7A5C00\"
  paper: \"#FFFDF7\"
  ink: \"#22201C\"
  radius: 2
  logo: {file: logo.png, dark: logo-dark.png, width: 96, alone: true}
  hide: [numbers, teaser]
";
const PICTURE: &[u8] =
    include_bytes!("../../../docs/examples/en/issues/2026-11-30-writing/pen.png");
const OTHER: &[u8] =
    include_bytes!("../../../docs/examples/en/issues/2026-11-30-writing/harbour.png");

fn mail(publication: &TestPublication) -> (String, String) {
    publication
        .run(["render", "2026-11-23-quiet", "--out", "out"])
        .exits(0);
    let read = |name: &str| fs::read_to_string(publication.path(name)).unwrap();
    (read("out/issue.html"), read("out/issue.txt"))
}

#[test]
fn another_newsletters_look_is_made_in_ten_lines() {
    assert_eq!(LOOK.lines().count(), 10);
    let publication = TestPublication::new()
        .and_config(LOOK)
        .file("logo.png", PICTURE)
        .file("logo-dark.png", OTHER)
        .issue_with("status: ready\n", "status: ready\nnext: Not told\n");
    let (html, text) = mail(&publication);
    assert_eq!(html.matches("class=\"logo-").count(), 2, "{html}");
    assert!(
        html.contains("width=\"96\"") && html.contains("Georgia"),
        "{html}"
    );
    assert!(html.contains("background-color:#FFFDF7") && html.contains("color:#22201C"));
    assert!(html.contains("color:#7A5C00"));
    for gone in ["story-number", ">01<", "teaser", "Not told"] {
        assert!(!html.contains(gone), "{gone}");
    }
    assert!(
        !text.contains("01.") && !text.contains("Not told"),
        "{text}"
    );
    publication.run(["check", "2026-11-23-quiet"]).exits(0);
}

#[test]
fn a_logo_that_is_no_picture_is_told_at_its_line() {
    let publication = TestPublication::new()
        .and_config("look:\n  logo: {file: logo.png}\n")
        .file("logo.png", "no picture");
    let told = publication.run(["check", "2026-11-23-quiet"]).exits(4);
    let said = format!("{}{}", told.stdout, told.stderr);
    assert!(said.contains("daily-note.yaml:"), "{said}");
    assert!(said.contains("logo.png"), "{said}");
}

#[test]
fn an_issue_says_who_wrote_it_what_it_opens_with_and_what_comes_next() {
    let publication = TestPublication::new()
        .file("issues/boats.png", OTHER)
        .file("issues/pen.png", PICTURE)
        .issue_with(
            "status: ready\n",
            "status: ready\nauthor: Minji Kim\nnext: What a compiler forgets\n\
             cover: {file: boats.png, alt: Two boats, caption: \"Photo: [Ada](https://example.com/ada)\"}\n",
        );
    let name = "issues/2026-11-23-quiet.md";
    let issue = fs::read_to_string(publication.path(name)).unwrap();
    let publication = publication.issue(
        "2026-11-23-quiet.md",
        format!("{issue}\n> [!QUOTE]\n> Pulled out.\n\n![A](boats.png) ![B](pen.png)\n\n![Wide](boats.png){{.wide}}\n"),
    );
    let (html, text) = mail(&publication);
    for part in [&html, &text] {
        assert!(part.contains("By Minji Kim"), "{part}");
        assert!(part.contains("What a compiler forgets"), "{part}");
        assert!(part.contains("Pulled out."), "{part}");
    }
    assert!(
        html.contains("alt=\"Two boats\"") && html.contains(">Ada</a>"),
        "{html}"
    );
    assert!(
        text.contains("[Image: Two boats]\nPhoto: Ada [1]"),
        "{text}"
    );
    assert!(
        html.contains("width=\"254\"") && html.contains("width=\"600\""),
        "{html}"
    );
    publication.run(["check", "2026-11-23-quiet"]).exits(0);
}
