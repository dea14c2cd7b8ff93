//! A forwarded mail, a link scanner, another list: who holds what of a reader's can do what a page says, and
//! nothing else.

use super::harness::{BASE, ServedPages, mail_to, publication};

/// Every link of a mail below the pages' address.
fn links(html: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(BASE) {
        rest = &rest[at..];
        let end = rest.find(['"', '<', ' ', '\'', ')']).unwrap_or(rest.len());
        links.push(rest[..end].replace("&amp;", "&"));
        rest = &rest[end..];
    }
    links.sort();
    links.dedup();
    links
}

#[test]
fn who_follows_every_link_of_a_mail_changes_nothing() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    let mail = mail_to(&publication, "minji@example.com").remove(0);
    let before = publication.run(["subscribers", "export"]).shown();
    let links = links(&mail.html);
    assert!(links.len() >= 4, "{links:?}");
    for link in &links {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let answer = pages.ask(method, link, &[], "");
            assert!(answer.status < 500, "{method} {link}: {}", answer.status);
        }
        let page = pages.get(link).is(200);
        assert!(
            !page.body.contains("minji@example.com"),
            "{link} shows the address"
        );
    }
    let after = publication.run(["subscribers", "export"]).shown();
    assert_eq!(before, after);
    let shown = publication
        .run(["subscribers", "show", "minji@example.com", "--json"])
        .json();
    assert_eq!(shown["gets_mail"], true);
}

#[test]
fn a_forwarded_mail_opens_neither_address_nor_record_nor_erasure() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    let mail = mail_to(&publication, "minji@example.com").remove(0);
    let token = |prefix: &str| mail.link(prefix).rsplit('/').next().unwrap().to_owned();
    for lasting in [token("/u/"), token("/p/"), token("/f/")] {
        for page in ["/m/", "/undo/", "/confirm/", "/move/", "/move/undo/"] {
            let link = format!("{page}{lasting}");
            for fields in [
                &[][..],
                &[("act", "erase"), ("sure", "yes")],
                &[("act", "record")],
                &[("act", "move"), ("email", "stranger@example.org")],
            ] {
                let answer = pages.post(&link, fields);
                assert!(
                    (400..500).contains(&answer.status),
                    "{link}: {}",
                    answer.status
                );
                assert!(!answer.body.contains("minji@example.com"));
            }
        }
    }
    // Each token for its own purpose.
    let swapped = [
        ("/u/", "/p/"),
        ("/u/", "/f/"),
        ("/p/", "/u/"),
        ("/p/", "/f/"),
    ];
    for (page, of) in swapped {
        let answer = pages.post(&format!("{page}{}", token(of)), &[]);
        assert!(
            (400..500).contains(&answer.status),
            "{page} with that of {of}"
        );
    }
    let shown = publication
        .run(["subscribers", "show", "minji@example.com", "--json"])
        .json();
    assert_eq!(shown["gets_mail"], true);
}

#[test]
fn another_list_under_the_same_secret_takes_none_of_a_thousand_tokens() {
    const SECRET: &str = "one secret that two lists share, long enough";
    let readers: String = (0..1_000)
        .map(|number| format!("- email: reader{number}@example.com\n"))
        .collect();
    let own = publication()
        .variable("DAILY_NOTE_WEB__SECRET", SECRET)
        .list(&readers);
    own.run(["send", "2026-11-23-quiet", "--yes"]).exits(0);
    let other = publication()
        .variable("DAILY_NOTE_WEB__SECRET", SECRET)
        .list(&readers);
    other.run(["send", "2026-11-26-chairs", "--yes"]).exits(0);
    let pages = ServedPages::start(&other);
    let mut tried = 0;
    for file in own.inbox() {
        let text = std::fs::read_to_string(file).unwrap();
        let Some((_, rest)) = text.split_once("List-Unsubscribe: <https://note.example.com") else {
            continue;
        };
        let (path, _) = rest.split_once('>').unwrap();
        let path = path.replace("\r\n ", "");
        let answer = pages.post(&path, &[("List-Unsubscribe", "One-Click")]);
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        tried += 1;
    }
    assert_eq!(tried, 1_000);
    let left = other.run(["suppressions", "list", "--json"]).json();
    assert_eq!(left.as_array().map_or(0, Vec::len), 0);
}
