//! From the publication's pages: written where they can be published, and looked for before anything
//! is frozen.

use std::fs;

use super::{pages::Pages, with_photo};

#[test]
fn an_issue_leaves_when_readers_will_find_its_pictures() {
    let pages = Pages::new();
    let base_url = pages.base_url();
    let publication = with_photo().and_config(&format!(
        "web: {{base_url: \"{base_url}\", probe: off}}\nimages: https\n"
    ));
    let at = ["--at", "2026-11-23T08:00:00Z"];
    publication
        .run(["render", "2026-11-23-quiet", "--out", "site"])
        .exits(0);
    let mail = fs::read_to_string(publication.path("site/issue.eml")).unwrap();
    assert!(!mail.contains("Content-ID:"), "nothing travels with it");
    let published: Vec<_> = fs::read_dir(publication.path("site/images"))
        .unwrap()
        .collect();
    assert_eq!(published.len(), 1);
    let page = fs::read_to_string(publication.path("site/issue.html")).unwrap();
    assert!(
        page.contains("src=\"images/"),
        "the page to look at has them beside it"
    );

    // A host that knows nothing of them.
    let empty = publication.path("empty");
    fs::create_dir(&empty).unwrap();
    let serving = pages.serve(empty.clone());
    let refused = publication
        .run(at.into_iter().chain(["send", "2026-11-23-quiet", "--yes"]))
        .exits(4);
    let shown = refused.shown();
    assert!(
        shown.contains("readers would not see") && shown.contains("what comes is text/html"),
        "{shown}"
    );
    assert!(shown.contains("images: cid"), "{shown}");
    assert!(publication.inbox().is_empty());

    fs::rename(publication.path("site/images"), empty.join("images")).unwrap();
    publication
        .run(at.into_iter().chain(["send", "2026-11-23-quiet", "--yes"]))
        .exits(0);
    assert_eq!(publication.inbox().len(), 2);
    drop(serving);
}

#[test]
fn nobody_at_the_pages_is_told_before_anything_is_frozen() {
    let nobody = Pages::new().base_url();
    let publication = with_photo().and_config(&format!(
        "web: {{base_url: \"{nobody}\", probe: off}}\nimages: https\n"
    ));
    let refused = publication
        .run([
            "--at",
            "2026-11-23T08:00:00Z",
            "send",
            "2026-11-23-quiet",
            "--yes",
        ])
        .exits(4);
    assert!(refused.shown().contains("127.0.0.1"), "{}", refused.shown());
    publication.run(["status", "2026-11-23-quiet"]).exits(6);
}

#[test]
fn pictures_from_pages_need_pages() {
    let publication = with_photo().and_config("images: https\n");
    let refused = publication.run(["check"]).exits(3).shown();
    assert!(
        refused.contains("`https` needs pages to fetch images from"),
        "{refused}"
    );
    assert!(refused.contains("images: cid"), "{refused}");
}
