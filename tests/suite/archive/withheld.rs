//! What only a state knows, on the pages of `serve` while it runs: who is held back, and what readers said.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use crate::{
    readers::harness::{Answer, ServedPages, mail_to, publication},
    support::TestPublication,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until it is so: what the state says is believed for a moment.
fn until(pages: &ServedPages, link: &str, is_so: impl Fn(&Answer) -> bool) -> Answer {
    let start = Instant::now();
    loop {
        let answer = pages.get(link);
        if is_so(&answer) {
            return answer;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "{link}: {} {}",
            answer.status,
            answer.body
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// Whether anything that lists issues names it.
fn is_listed(pages: &ServedPages, title: &str) -> bool {
    let lists = [
        "/",
        "/feed.xml",
        "/rss.xml",
        "/feed.json",
        "/editions/monday",
        "/years/2026",
    ];
    let listed = lists.map(|link| pages.get(link).body.contains(title));
    let is_found = pages.get("/search/?q=happened").body.contains("<mark>");
    let is_mapped = pages.get("/sitemap.xml").body.contains("/issues/quiet");
    assert!(
        listed.iter().all(|is| *is == is_found && *is == is_mapped),
        "{listed:?}"
    );
    is_found
}

#[test]
fn what_is_held_or_a_draft_again_leaves_every_page_and_comes_back() {
    let publication = publication();
    let pages = ServedPages::start(&publication);
    pages.get("/issues/quiet").is(200);
    assert!(is_listed(&pages, "A quiet week"));

    publication.run(["hold", "2026-11-23-quiet"]).exits(0);
    until(&pages, "/issues/quiet", |answer| answer.status == 404);
    assert!(!is_listed(&pages, "A quiet week"));
    publication.run(["release", "2026-11-23-quiet"]).exits(0);
    until(&pages, "/issues/quiet", |answer| answer.status == 200);
    assert!(is_listed(&pages, "A quiet week"));

    let path = publication.path("issues/2026-11-23-quiet.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("status: ready", "status: draft")).unwrap();
    until(&pages, "/issues/quiet", |answer| answer.status == 404);
    assert!(!is_listed(&pages, "A quiet week"));
    fs::write(
        &path,
        text.replace("It happened", "It did happen, and happened"),
    )
    .unwrap();
    let page = until(&pages, "/issues/quiet", |answer| answer.status == 200);
    assert!(page.body.contains("It did happen"), "{}", page.body);
    assert!(is_listed(&pages, "A quiet week"));
}

fn said(publication: &TestPublication, number: usize) {
    let opinions = publication
        .run(["feedback", "list", "--json"])
        .exits(0)
        .json();
    assert_eq!(opinions.as_array().unwrap().len(), number, "{opinions}");
}

#[test]
fn an_opinion_stands_below_its_issue_once_it_is_published_and_only_then() {
    let publication = publication().variable("DAILY_NOTE_WEB__FEEDBACK__PUBLISH", "true");
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    let opinion = mail_to(&publication, "minji@example.com")
        .remove(0)
        .link("/f/");
    let words = "I <b>sat</b> down.";
    let fields = [
        ("choice", "good"),
        ("text", words),
        ("may_publish", "yes"),
        ("name", "M."),
    ];
    pages.post(&opinion, &fields).is(200);
    said(&publication, 1);
    let page = pages.get("/issues/quiet").is(200);
    assert!(!page.body.contains("sat"), "nobody has published it");

    publication.run(["feedback", "publish", "1"]).exits(0);
    let page = until(&pages, "/issues/quiet", |answer| {
        answer.body.contains("sat")
    });
    assert!(
        page.body.contains("I &lt;b&gt;sat&lt;/b&gt; down."),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("M.") && !page.body.contains("minji"),
        "{}",
        page.body
    );
    publication.run(["site", "--out", "public"]).exits(0);
    let written = fs::read_to_string(publication.path("public/issues/quiet/index.html"));
    assert_eq!(written.unwrap(), page.body, "`site` knows it too");

    publication
        .run(["feedback", "publish", "1", "--undo"])
        .exits(0);
    until(&pages, "/issues/quiet", |answer| {
        !answer.body.contains("sat")
    });
}
