//! GET, HEAD and OPTIONS change nothing, on any page; every other method is told what does.

use daily_note::links::PublicPage;

use super::{
    fake::{ISSUE, TOKEN},
    served::ServedPages,
};

/// Every page with a token that would do.
fn paths() -> Vec<String> {
    PublicPage::ALL
        .iter()
        .map(|page| {
            let path = page.route().replace("{token}", TOKEN);
            path.replace("{issue}", ISSUE)
                .replace("{slug}", ISSUE)
                .replace("{name}", "dot.png")
        })
        .collect()
}

#[tokio::test]
async fn no_page_changes_anything_by_being_looked_at() {
    let pages = ServedPages::of_the_house().await;
    // Whatever stands behind the question mark, and whatever body comes along.
    let queries = [
        "",
        "?choice=good&scope=all&act=erase&sure=yes&List-Unsubscribe=One-Click",
    ];
    let forms = [
        "",
        "List-Unsubscribe=One-Click",
        "act=erase&sure=yes&scope=all",
    ];
    for path in paths() {
        for method in ["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND"] {
            for (query, form) in queries.iter().zip(forms.iter().cycle()) {
                let headers = [("Content-Type", "application/x-www-form-urlencoded")];
                let line = format!("{method} {path}{query}");
                let answer = pages.ask(&line, &headers, form.as_bytes()).await;
                assert_eq!(pages.list.take_acts(), [""; 0], "{line}");
                assert!(answer.status < 500, "{line}: {}", answer.status);
                let is_page = answer.status == 200 || (answer.status == 204 && method == "OPTIONS");
                let is_right = match method {
                    "GET" | "HEAD" => is_page || path == "/issues/" || answer.status == 404,
                    _ => [405, 204].contains(&answer.status),
                };
                assert!(is_right, "{line}: {}", answer.status);
                assert!(method != "HEAD" || answer.body.is_empty(), "{line}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_asks_in_a_wrong_way_hears_of_the_right_one() {
    let pages = ServedPages::of_the_house().await;
    for (line, allow) in [
        ("PUT /u/minji", "GET,HEAD,POST"),
        ("DELETE /p/minji", "GET,HEAD,POST"),
        ("POST /", "GET,HEAD"),
        ("POST /privacy", "GET,HEAD"),
        ("OPTIONS /m/minji", "GET,HEAD,POST"),
    ] {
        let answer = pages.ask(line, &[], b"").await;
        assert_eq!(answer.status, 405, "{line}");
        assert_eq!(answer.header("allow"), allow, "{line}");
        assert_eq!(answer.title(), "이렇게는 열 수 없습니다", "{line}");
    }
}

#[tokio::test]
async fn only_our_own_pages_send_what_carries_a_token() {
    let pages = ServedPages::of_the_house().await;
    for (path, form) in [
        ("/confirm/minji", ""),
        ("/p/minji", "name=x"),
        ("/m/minji", "act=erase&sure=yes"),
        ("/undo/minji", ""),
        ("/move/minji", ""),
        ("/move/undo/minji", ""),
        ("/link", "email=minji%40example.com"),
        ("/f/2026-11-23-small-models/minji", "choice=good"),
    ] {
        for site in ["cross-site", "same-site"] {
            let headers = [
                ("Sec-Fetch-Site", site),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ];
            let line = format!("POST {path}");
            let answer = pages.ask(&line, &headers, form.as_bytes()).await;
            assert_eq!(answer.status, 403, "{line} {site}");
            assert_eq!(pages.list.take_acts(), [""; 0], "{line} {site}");
        }
        let answer = pages.post(path, form).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.title());
        assert_eq!(pages.list.take_acts().len(), 1, "{path}");
    }
}
