//! The rules on the rendered mail: a mail that is well, and one change for each rule that breaks it.

use super::{trials::Trial, *};

const GOOD: &str = r##"<!DOCTYPE html><html lang="ko" dir="ltr"><head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="description" content="요약">
<title>작은 모델의 계절</title>
<!--[if mso]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><style>td,p{font-family:'Malgun Gothic',sans-serif !important}</style><![endif]-->
<style>
:root { color-scheme: light dark }
.foot { color: #5B6470 } h1 { font-size: 28px }
.link:hover { text-decoration: none }
@media (max-width: 620px) { .cell { padding: 8px !important; } }
@media (prefers-color-scheme: dark) { .paper { background-color: #16191D !important; } .p, h1, td h2 { color: #E8EAED !important; } .link { color: #8FA8FF !important; } .foot { color: #A3ABB5 !important; } }
</style></head>
<body style="margin:0;background-color:#FFFFFF;">
<div style="display:none;mso-hide:all;font-size:1px;color:#FFFFFF;">요약입니다 &#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;</div>
<div role="article" aria-roledescription="email" aria-label="작은 모델의 계절" lang="ko" dir="ltr">
<!--[if mso]><table role="presentation" width="600"><tr><td><![endif]-->
<table class="paper" role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%" style="width:100%;max-width:600px;background-color:#FFFFFF;"><tr><td class="cell" style="padding:16px;font-family:sans-serif;">
<h1 class="p" style="font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:28px;color:#1B1F24;">작은 모델의 계절</h1>
<h2 class="p" id="s1" style="font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:22px;color:#1B1F24;">첫 이야기</h2>
<p class="p" style="font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:17px;line-height:30px;color:#1B1F24;word-break:keep-all;overflow-wrap:break-word;">작은 모델이 큰 일을 하는 계절이 왔습니다. 값은 절반이고 속도는 두 배라는 이야기를 <a class="link" href="https://example.com/a" style="color:#2447D8;text-decoration:underline;">보고서</a>에서 읽었습니다. <a class="link" href="#s1" style="color:#2447D8;text-decoration:underline;">위로</a></p>
<img src="https://example.com/a.png" alt="그래프" width="300" style="width:300px;max-width:100%;height:auto;">
<table style="border-collapse:collapse;"><tr><th class="p" style="font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:15px;color:#1B1F24;">모델</th></tr><tr><td class="p" style="font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:15px;color:#1B1F24;">가</td></tr></table>
<p class="foot" style="font-size:14px;line-height:22px;color:#5B6470;font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;">데일리 노트 <a class="link" href="https://example.com/u/token" style="color:#2447D8;">수신거부 (unsubscribe)</a></p>
<table role="presentation" border="0" cellpadding="0" cellspacing="0"><tr><td style="background-color:#2447D8;mso-padding-alt:12px 24px;"><a href="https://example.com/b" style="display:inline-block;padding:12px 24px;font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:16px;color:#FFFFFF;text-decoration:none;">의견 남기기</a></td></tr></table>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]--></div></body></html>"##;

const TEXT: &str = "작은 모델의 계절\n\n첫 이야기\n\n보고서 [1]\n\n[1] https://example.com/a\n\n수신거부 (unsubscribe): https://example.com/u/token\n";

/// Rule, what to change, to what.
const CHANGES: &[(&str, &str, &str)] = &[
    ("mail/doctype", "<!DOCTYPE html>", ""),
    (
        "mail/language",
        "<html lang=\"ko\" dir=\"ltr\">",
        "<html lang=\"ko\">",
    ),
    (
        "mail/title",
        "<title>작은 모델의 계절</title>",
        "<title>다른 제목</title>",
    ),
    ("mail/title", "<title>작은 모델의 계절</title>", ""),
    (
        "mail/meta",
        "<meta name=\"color-scheme\" content=\"light dark\">",
        "",
    ),
    (
        "mail/zoom-lock",
        "initial-scale=1",
        "initial-scale=1, user-scalable=no",
    ),
    (
        "mail/zoom-lock",
        "initial-scale=1",
        "initial-scale=1,maximum-scale=1.0",
    ),
    (
        "mail/outlook-dpi",
        "<o:PixelsPerInch>96</o:PixelsPerInch>",
        "",
    ),
    ("mail/wrapper", "role=\"article\"", ""),
    ("mail/wrapper", "aria-label=\"작은 모델의 계절\"", ""),
    ("mail/preheader", "display:none;mso-hide:all;", ""),
    (
        "mail/nested-rule",
        "@media (max-width: 620px) {",
        "@media screen { @media (max-width: 620px) {",
    ),
    (
        "mail/stylesheet",
        "<style>",
        "<link rel=\"stylesheet\" href=\"https://example.com/a.css\"><style>",
    ),
    (
        "mail/stylesheet",
        "<style>",
        "<style>@import url(https://example.com/a.css);",
    ),
    (
        "mail/forbidden-element",
        "<h2",
        "<form action=\"/\"></form><h2",
    ),
    ("mail/forbidden-element", "<h2", "<script>1</script><h2"),
    ("mail/layout-table", "cellpadding=\"0\"", ""),
    ("mail/layout-table", "role=\"presentation\"", ""),
    (
        "mail/layout-table",
        "<table style=\"border-collapse:collapse;\">",
        "<table role=\"presentation\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\">",
    ),
    (
        "mail/layout-css",
        "padding:16px;font-family",
        "display:flex;font-family",
    ),
    (
        "mail/layout-css",
        "padding:16px;font-family",
        "position:absolute;font-family",
    ),
    ("mail/width", "width:100%;max-width:600px;", "width:600px;"),
    (
        "mail/width",
        "width=\"100%\" style=\"width:100%;max-width:600px;",
        "width=\"600\" style=\"",
    ),
    ("mail/css-variable", "color:#5B6470", "color:var(--quiet)"),
    ("mail/colour-form", "color:#5B6470", "color:#555"),
    (
        "mail/colour-form",
        "color:#5B6470",
        "color:rgb(91, 100, 112)",
    ),
    ("mail/keep-all", "overflow-wrap:break-word;", ""),
    ("mail/keep-all", "word-break:keep-all;", ""),
    ("mail/meta", ":root { color-scheme: light dark }", ""),
    ("mail/preheader", "&#847;&zwnj;&nbsp;", ""),
    (
        "mail/outlook-width",
        "<table role=\"presentation\" width=\"600\"><tr><td>",
        "",
    ),
    (
        "mail/padding",
        "font-size:28px;",
        "font-size:28px;padding:8px 0;",
    ),
    ("mail/head-only", "color:#5B6470;", ""),
    ("mail/head-only", "font-size:28px;", ""),
    ("mail/font", "font-size:14px;", ""),
    (
        "mail/font",
        "font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:15px;color:#1B1F24;\">가",
        "font-size:15px;color:#1B1F24;\">가",
    ),
    (
        "mail/korean-font",
        "'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:22px",
        "Georgia,serif;font-size:22px",
    ),
    (
        "mail/korean-font",
        "<style>td,p{font-family:'Malgun Gothic',sans-serif !important}</style>",
        "",
    ),
    (
        "mail/unsupported",
        "padding:16px;font-family",
        "padding:16px;text-indent:-8px;font-family",
    ),
    (
        "mail/unsupported",
        "padding:16px;font-family",
        "padding:16px;text-align:start;font-family",
    ),
    (
        "mail/outlook-cropped",
        "padding:16px;font-family:sans-serif;",
        "padding:16px;font-family:sans-serif;line-height:30px;mso-line-height-rule:exactly;",
    ),
    ("mail/button", "mso-padding-alt:12px 24px;", ""),
    ("mail/button", "background-color:#2447D8;mso", "mso"),
    ("mail/link-text", ">보고서<", ">여기<"),
    (
        "mail/image",
        "https://example.com/a.png",
        "http://example.com/a.png",
    ),
    (
        "mail/image",
        "https://example.com/a.png",
        "https://example.com/a.webp",
    ),
    ("mail/text-size", "font-size:14px", "font-size:11px"),
    (
        "mail/text-size",
        "font-size:17px;line-height:30px",
        "font-size:15px;line-height:30px",
    ),
    ("mail/line-height", "line-height:30px", "line-height:1.4"),
    ("mail/image", " alt=\"그래프\"", ""),
    ("mail/image", " width=\"300\"", ""),
    ("mail/image", "height:auto;", ""),
    (
        "mail/image-source",
        "https://example.com/a.png",
        "data:image/png;base64,AA",
    ),
    (
        "mail/image-source",
        "https://example.com/a.png",
        "img/a.png",
    ),
    (
        "mail/image-source",
        "https://example.com/a.png",
        "https://example.com/a.svg",
    ),
    ("mail/one-h1", "h1", "h2"),
    ("mail/one-h1", "h2", "h1"),
    ("mail/heading-order", "h2", "h3"),
    ("mail/empty-heading", ">첫 이야기<", "><"),
    ("mail/link-target", "href=\"#s1\"", "href=\"#s2\""),
    ("mail/link-target", "https://example.com/u/token", ""),
    (
        "mail/link-target",
        "https://example.com/u/token",
        "/u/token",
    ),
    ("mail/link-name", ">보고서<", "><"),
    (
        "mail/link-told",
        "color:#2447D8;text-decoration:underline;",
        "color:#2447D8;text-decoration:none;",
    ),
    ("mail/doubled-id", "<h1 ", "<h1 id=\"s1\" "),
    ("mail/contrast", "color:#5B6470", "color:#9AA0A6"),
    (
        "mail/contrast",
        "color:#2447D8;\">수신",
        "color:#FFFFFF;\">수신",
    ),
    (
        "mail/dark-contrast",
        ".p, h1, td h2 { color: #E8EAED !important; }",
        "",
    ),
    (
        "mail/dark-contrast",
        ".link { color: #8FA8FF !important; }",
        "",
    ),
    (
        "mail/unsupported",
        "padding:16px;font-family",
        "clip-path:circle(50%);font-family",
    ),
    ("mail/unsupported", "<h2", "<svg></svg><h2"),
];

fn mail(html: &str, text: &str) -> RenderedIssue {
    RenderedIssue {
        subject: "작은 모델의 계절".to_owned(),
        html: html.to_owned(),
        text: text.to_owned(),
    }
}

fn check(html: &str, text: &str) -> Vec<Finding> {
    let issue = with_text(
        "작은 모델이 큰 일을 하는 계절이 왔습니다. 값은 절반이고 속도는 두 배라는 이야기를 보고서에서 읽었습니다.",
    );
    Desk::new().check_rendered(&issue, Some(&mail(html, text)))
}

#[test]
fn a_mail_that_is_well_has_no_findings() {
    assert_eq!(shown(&check(GOOD, TEXT)), Vec::<String>::new());
}

pub(super) fn trials() -> Vec<Trial> {
    let changed = CHANGES.iter().map(|(rule, from, to)| {
        assert!(GOOD.contains(from), "{from}");
        Trial::new(
            rule,
            *to,
            check(&GOOD.replace(from, to), TEXT),
            check(GOOD, TEXT),
        )
    });
    let style = format!("<style>{}", ".a { color: #112233 }\n".repeat(800));
    let long = format!(
        "<p class=\"p\" style=\"color:#1B1F24;\">{}</p><h2 ",
        "긴 글 ".repeat(14_000)
    );
    let html = [
        ("mail/style-size", GOOD.replace("<style>", &style)),
        ("mail/size", GOOD.replace("<h2 ", &long)),
    ]
    .map(|(rule, html)| Trial::new(rule, "a long one", check(&html, TEXT), check(GOOD, TEXT)));
    let texts = [
        TEXT.replace("첫 이야기", "다른 이야기"),
        format!("{TEXT}{}", "긴 줄 ".repeat(30)),
        String::new(),
        "<p>글</p>".to_owned(),
        "a".repeat(1_000),
    ]
    .map(|text| {
        Trial::new(
            "mail/text-part",
            text.clone(),
            check(GOOD, &text),
            check(GOOD, TEXT),
        )
    });
    changed.chain(html).chain(texts).collect()
}

/// Word's sheet says the rule, the cell the line's height: what no rule on one element would see.
#[test]
fn a_picture_is_cropped_by_the_sheet_for_word_and_not_where_its_line_is_free() {
    let word = "td,p{font-family:'Malgun Gothic',sans-serif !important";
    let cell = "padding:16px;font-family:sans-serif;";
    let told = |sheet: &str, style: &str| {
        let html = GOOD.replace(word, &format!("{word};{sheet}"));
        let html = html.replace(cell, &format!("{cell}{style}"));
        has(&check(&html, TEXT), "mail/outlook-cropped")
    };
    let exactly = "mso-line-height-rule:exactly";
    assert!(told(exactly, "line-height:30px;"));
    assert!(told(exactly, "line-height:0;"));
    for (sheet, style) in [
        (exactly, ""),
        (exactly, "line-height:100%;"),
        (exactly, "line-height:30px;mso-line-height-rule:at-least;"),
        ("mso-line-height-rule:at-least", "line-height:30px;"),
        ("", "line-height:30px;"),
    ] {
        assert!(!told(sheet, style), "{sheet} {style}");
    }
}

#[test]
fn a_cell_leans_on_its_table_only_where_word_is_told_the_font() {
    let font = "font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif;font-size:15px;";
    let html = GOOD.replace(font, "").replace(
        "border-collapse:collapse;",
        &format!("border-collapse:collapse;{font}"),
    );
    assert_eq!(shown(&check(&html, TEXT)), Vec::<String>::new());
    let word = "<style>td,p{font-family:'Malgun Gothic',sans-serif !important}</style>";
    let without = html.replace(word, &word.replace("td,p", "p"));
    assert!(has(&check(&without, TEXT), "mail/font"));
}

#[test]
fn a_footer_longer_than_a_short_issue_is_no_body() {
    let long = format!("데일리 노트 {}", "받는 까닭을 길게 적습니다. ".repeat(20));
    assert_eq!(
        shown(&check(
            &GOOD.replace("데일리 노트 <a", &format!("{long}<a")),
            TEXT
        )),
        Vec::<String>::new()
    );
}

#[test]
fn what_the_writer_wrote_is_told_at_its_place_and_not_again_in_the_mail() {
    const TOLD: [&str; 4] = ["-anchor", "-target", "-level", "-order"];
    let text = with_text("[둘째](#s2)를 봅니다.\n\n#### 너무 깊은 제목\n\n글");
    let desk = Desk::new();
    let findings = desk.check_rendered(&text, Some(&desk.rendered(&text)));
    let rules: Vec<&str> = (findings.iter())
        .map(|finding| finding.rule().id)
        .filter(|rule| TOLD.iter().any(|end| rule.ends_with(end)))
        .collect();
    assert_eq!(rules, ["link/unknown-anchor", "content/heading-level"]);
}

#[test]
fn the_size_is_told_by_its_parts() {
    let long = format!("<p>{}</p><h2 ", "긴 글 ".repeat(14_000));
    let findings = check(&GOOD.replace("<h2 ", &long), TEXT);
    let size = findings
        .iter()
        .find(|finding| finding.rule().id == "mail/size")
        .unwrap();
    let said = size.message().to_string();
    assert!(said.contains("KB text"), "{said}");
}

#[test]
fn a_finding_on_the_mail_shows_its_html_and_points_programs_to_the_issue() {
    let findings = check(&GOOD.replace("color:#5B6470", "color:#9AA0A6"), TEXT);
    let finding = &findings[0];
    let mut text = String::new();
    miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor())
        .render_report(&mut text, finding)
        .unwrap();
    insta::assert_snapshot!(text, @r#"
    mail/contrast

      ⚠ #9AA0A6 on #FFFFFF is 2.6:1, 4.5:1 is needed: `데일리 노트`
       ╭─[issues/2026-11-23-own.md as mail:1:1]
     1 │ <p class="foot" style="font-size:14px;line-height:22px;color:#9AA0A6;font-family:'A…">
       · ──────────────────────────────────────────────────────────────────────────────────────
       ╰────
      help: darken one of the two, or lighten the other
    "#);
    assert_eq!(finding.place().unwrap().file(), "issues/2026-11-23-own.md");
}
