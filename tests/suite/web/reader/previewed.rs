//! A publication that `init` has just made shows its readers' pages in the preview, before any configuration;
//! every button can be pressed, and nothing is kept.

use std::net::{Ipv4Addr, SocketAddr};

use daily_note::{app::App, clock::Clock};

use super::served::Answer;
use crate::support::TestPublication;

/// What the preview answers to that request, asked as this machine.
async fn ask(at: SocketAddr, line: &str, form: &str) -> Answer {
    let request = format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Language: en\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    Answer::of(at, request.as_bytes()).await
}

#[tokio::test]
async fn what_init_made_has_working_pages_in_the_preview() {
    let publication = TestPublication::new();
    publication.run(["init", "fresh"]).exits(0);
    let root = publication.path("fresh");
    let app = App::open(Some(&root), Clock::System).unwrap();
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let site = app.preview(None, anywhere).await.unwrap();
    let at = site.page();

    let list = ask(at, "GET /reader-pages", "").await;
    let hrefs = list.body.split("href=\"").skip(1);
    let hrefs: Vec<&str> = hrefs.map(|rest| rest.split('"').next().unwrap()).collect();
    let pages: Vec<&&str> = hrefs
        .iter()
        .filter(|it| it.starts_with("/readers"))
        .collect();
    assert!(pages.len() >= 15, "{pages:?}");
    let mails = hrefs.iter().filter(|it| it.starts_with("/reader-mail/"));
    let mut seen = 0;
    for path in mails {
        let answer = ask(at, &format!("GET {path}"), "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-security-policy").contains("sandbox"));
        assert!(!answer.body.contains("cid:"), "{path}");
        seen += 1;
    }
    assert_eq!(seen, 13, "one of each");
    for path in pages {
        let answer = ask(at, &format!("GET {path}"), "").await;
        let expected = match path.rsplit('/').next() {
            Some("broken") => 404,
            Some("expired") => 410,
            _ => 200,
        };
        assert_eq!(answer.status, expected, "{path}: {}", answer.body);
        if answer.body.contains("rel=\"stylesheet\" href=\"") {
            let style = answer
                .body
                .split("rel=\"stylesheet\" href=\"")
                .nth(1)
                .unwrap();
            let style = style.split('"').next().unwrap().replace("&amp;", "&");
            let style = ask(at, &format!("GET {style}"), "").await;
            assert_eq!(
                style.header("content-type"),
                "text/css; charset=utf-8",
                "{path}"
            );
        }
    }
    assert_eq!(ask(at, "GET /readers/", "").await.status, 200);

    let before = files(&root);
    for (path, form, title) in [
        (
            "/subscribe",
            "email=a%40example.com&agree=yes&of_age=yes",
            "Please check your mail",
        ),
        ("/confirm/sample", "", "You are subscribed"),
        ("/p/sample", "name=A", "Your preferences"),
        ("/u/sample", "scope=all", "You are unsubscribed"),
        ("/undo/sample", "", "Welcome back"),
        ("/m/sample", "act=erase&sure=yes", "Everything is erased"),
    ] {
        let answer = ask(at, &format!("POST /readers{path}"), form).await;
        assert_eq!(
            (answer.status, answer.title()),
            (200, title),
            "{path}: {}",
            answer.body
        );
    }
    assert_eq!(files(&root), before, "nothing is kept");
}

/// Every file below a folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}
