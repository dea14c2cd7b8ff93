//! The mail as families of clients show it, in Chromium: what the facts deny a family counts nowhere in
//! its view; the faults of old markup can be seen in the view of who suffers them, and not in the mail
//! as it is now.

use std::{fs, path::Path};

use daily_note::check::{ClientView, as_shown};
use serde_json::{Value, json};

use super::{
    clients::{COPIED, every_part, long_lines},
    script,
};
use crate::support::TestPublication;

const FACTS: &str = include_str!("../../../src/check/mail/facts.txt");
const PROGRAMS: [&str; 3] = ["node", "npm", "chromium"];
const PHONE: u32 = 360;
const DESKTOP: u32 = 700;
const WINDOW: u32 = 1024;

/// The CSS properties that a family drops whatever their value.
fn denied(view: ClientView) -> Vec<&'static str> {
    let mut lines = FACTS.lines().skip(1);
    let clients = lines.next().unwrap().trim_start_matches("# ");
    let Some(column) = view
        .client()
        .map(|client| clients.split(' ').position(|it| it == client).unwrap())
    else {
        return Vec::new();
    };
    lines
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, letters)| letters.chars().nth(column) == Some('n'))
        .filter_map(|(feature, _)| feature.strip_prefix("css-"))
        .collect()
}

/// Old markup, each with a fault that its family alone shows.
const OLD: [(&str, ClientView, u32, &str); 7] = [
    // A picture in a cell whose line has a height, under Word's exact rule.
    (
        "cropped",
        ClientView::Outlook,
        DESKTOP,
        "<!--[if mso]><style>td{mso-line-height-rule:exactly}</style><![endif]-->\
         <table width=\"600\"><tr><td style=\"line-height:30px;font-size:17px\">\
         <img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\" alt=\"chart\" width=\"520\" height=\"300\" \
         style=\"display:block;width:100%;height:auto\"></td></tr></table>",
    ),
    // Columns that fit because numbers may break anywhere.
    (
        "wide",
        ClientView::Gmail,
        PHONE,
        "<table><tr><td style=\"overflow-wrap:anywhere\">12,345,678.90123</td>\
         <td style=\"overflow-wrap:anywhere\">12,345,678.90123</td>\
         <td style=\"overflow-wrap:anywhere\">12,345,678.90123</td></tr></table>",
    ),
    // Gutters that only a style sheet makes narrow.
    (
        "gutters",
        ClientView::GmailForeign,
        PHONE,
        "<style>@media (max-width:600px){.g{padding:0 16px!important}}</style>\
         <table width=\"100%\"><tr><td class=\"g\" style=\"padding:0 40px\"><p>words</p></td></tr></table>",
    ),
    // An address that nothing breaks where `overflow-wrap` is unknown.
    (
        "wide",
        ClientView::Yahoo,
        PHONE,
        "<p style=\"overflow-wrap:break-word\">https://example.com/averylongaddressthatnophoneiswideenoughforandnobodywritesbyhand</p>",
    ),
    // Code whose words nothing breaks in Word.
    (
        "wide",
        ClientView::Outlook,
        DESKTOP,
        "<table width=\"600\"><tr><td><pre style=\"margin:0;white-space:pre-wrap;overflow-wrap:anywhere\">let a = \
         \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\";</pre></td></tr></table>",
    ),
    // A link told to break: Word asks the paragraph.
    (
        "wide",
        ClientView::Outlook,
        DESKTOP,
        "<table width=\"600\"><tr><td><p style=\"margin:0\"><a href=\"#\" style=\"word-break:break-all\">\
         averylongaddressthatnodesktopiswideenoughforandnobodywritesbyhandandthatgoesonandonuntilitisverylong</a></p></td></tr></table>",
    ),
    // A first line drawn out by a negative indent.
    (
        "hanging",
        ClientView::Gmail,
        PHONE,
        "<p class=\"hangs\" style=\"padding-left:24px;text-indent:-24px\">☑ a task of so many words that it takes \
         more than the one line that there is for it on a phone</p>",
    ),
];

fn page(folder: &Path, name: &str, html: &str) -> String {
    let file = folder.join(name);
    fs::write(&file, html).unwrap();
    file.display().to_string()
}

fn entry(
    file: &str,
    view: Option<ClientView>,
    width: u32,
    shows: &[&str],
    hides: &[&str],
) -> Value {
    let denied = view.map(denied).unwrap_or_default();
    json!({ "file": file, "denied": denied, "width": width, "shows": shows, "hides": hides })
}

/// What is longer than a line is broken in every view, and copied as it was written.
#[test]
fn no_line_of_code_no_address_and_no_word_widens_a_view() {
    let themes = ["paper", "letter"].map(|theme| {
        TestPublication::new()
            .without("issues/2026-11-23-quiet.md")
            .and_config(&format!("look: {{theme: {theme}}}\n"))
            .issue("2026-11-23-long.md", long_lines())
    });
    let mut plan = Vec::new();
    for publication in &themes {
        publication
            .run(["render", "2026-11-23-long", "--out", "out"])
            .exits(0);
        let folder = publication.path("out");
        let mail = fs::read_to_string(folder.join("issue.html")).unwrap();
        for view in ClientView::ALL {
            let name = format!("{}.html", view.key());
            let file = page(&folder, &name, &as_shown(&mail, view));
            let widths: &[u32] = match view {
                ClientView::Outlook => &[DESKTOP],
                _ => &[PHONE, DESKTOP],
            };
            for width in widths {
                let mut entry = entry(&file, Some(view), *width, &[], &["wide"]);
                entry["copies"] = json!(COPIED);
                plan.push(entry);
            }
        }
    }
    let file = themes[0].path("out/plan.json");
    fs::write(&file, serde_json::to_vec(&plan).unwrap()).unwrap();
    script("views.mjs", &PROGRAMS, &[file]);
}

#[test]
fn what_a_family_drops_counts_nowhere_and_old_faults_are_seen_where_they_hurt() {
    let words = "Small models do great things this season, at half the price";
    let publication = TestPublication::new()
        .without("issues/2026-11-23-quiet.md")
        .issue("2026-11-23-parts.md", every_part(words));
    publication
        .run(["render", "2026-11-23-parts", "--out", "out"])
        .exits(0);
    let folder = publication.path("out");
    let mail = fs::read_to_string(folder.join("issue.html")).unwrap();
    let mut plan = Vec::new();
    for view in ClientView::ALL {
        let file = page(
            &folder,
            &format!("{}.html", view.key()),
            &as_shown(&mail, view),
        );
        // Outlook on Windows is on no phone, and gives nine columns the room that they need.
        let widths = match view {
            ClientView::Outlook => [DESKTOP, WINDOW],
            _ => [PHONE, DESKTOP],
        };
        for width in widths {
            let hides: &[&str] = match (view, width) {
                (_, PHONE) => &["cropped", "wide", "gutters"],
                (ClientView::Outlook, DESKTOP) => &["cropped"],
                _ => &["cropped", "wide"],
            };
            plan.push(entry(&file, Some(view), width, &[], hides));
        }
    }
    for (at, (fault, view, width, body)) in OLD.into_iter().enumerate() {
        let html = format!(
            "<!DOCTYPE html><html><head><meta name=\"viewport\" content=\"width=device-width\"></head>\
             <body style=\"margin:0\">{body}</body></html>"
        );
        let plain = page(&folder, &format!("old-{at}.html"), &html);
        let shown = page(
            &folder,
            &format!("old-{at}-shown.html"),
            &as_shown(&html, view),
        );
        plan.push(entry(&plain, None, width, &[], &[fault]));
        plan.push(entry(&shown, Some(view), width, &[fault], &[]));
    }
    let file = folder.join("plan.json");
    fs::write(&file, serde_json::to_vec(&plan).unwrap()).unwrap();
    script("views.mjs", &PROGRAMS, &[file]);
}
