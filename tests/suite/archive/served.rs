//! `serve` answers with the bytes that `site` writes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    readers::harness::{ServedPages, publication},
    support::TestPublication,
};

/// Every file below a folder, by its path.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => left.push(path),
                false => found.push(path.strip_prefix(folder).unwrap().to_owned()),
            }
        }
    }
    found
}

fn archived() -> TestPublication {
    let dot = include_bytes!("../../../src/site/tests/dot.png");
    publication()
        .issue(
            "2026-11-16-한글-이름.md",
            "---\ntitle: 한글 이름\nedition: monday\ndate: 2026-11-16\nstatus: ready\ntags: [디자인]\naliases: [before]\n---\n\
             ![A dot](dot.png)\n\n작은언어모델에 대한 글.\n",
        )
        .file("issues/dot.png", dot)
}

#[test]
fn every_file_is_served_byte_for_byte() {
    let publication = archived();
    publication.run(["site", "--out", "public"]).exits(0);
    let pages = ServedPages::start(&publication);
    let folder = publication.path("public");
    let files = files(&folder);
    assert!(files.len() > 30, "{files:?}");
    for file in files {
        let path = file.to_str().unwrap();
        if path == ".daily-note-site.json" {
            continue;
        }
        let address: Vec<String> = path
            .split('/')
            .map(|part| url::form_urlencoded::byte_serialize(part.as_bytes()).collect())
            .collect();
        let address = format!("/{}", address.join("/"));
        let address = address.strip_suffix("index.html").unwrap_or(&address);
        let answer = pages.get(address);
        let status = if path.contains("before") { 301 } else { 200 };
        let answer = answer.is(status);
        let bytes = fs::read(folder.join(&file)).unwrap();
        assert_eq!(answer.body, String::from_utf8_lossy(&bytes), "{path}");
        let tag = answer.header("etag");
        let again = pages.ask("GET", address, &[("If-None-Match", &tag)], "");
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
    }
    // As mail writes it, without the slash.
    let page = pages.get("/issues/quiet").is(200);
    assert!(page.body.contains("The one thing"));
    let packed = pages
        .ask("GET", "/", &[("Accept-Encoding", "gzip")], "")
        .is(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(
        pages
            .get("/search/?q=모델")
            .is(200)
            .body
            .contains("<mark>모델</mark>")
    );
}

#[test]
fn what_is_taken_off_the_web_is_off_also_for_whoever_has_the_mail() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    pages.get("/issues/quiet").is(200);
    drop(pages);
    // A file that is gone leaves the mail.
    let path = publication.path("issues/2026-11-23-quiet.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let pages = ServedPages::start(&publication);
    let page = pages.get("/issues/quiet").is(200);
    assert!(page.body.contains("noindex"), "{}", page.body);
    drop(pages);
    fs::write(
        &path,
        text.replace("status: ready", "status: ready\narchive: false"),
    )
    .unwrap();
    let pages = ServedPages::start(&publication);
    pages.get("/issues/quiet").is(404);
    let front = pages.get("/").is(200).body;
    assert!(!front.contains("A quiet week"), "{front}");
}

#[test]
fn the_archives_form_leads_to_the_whole_one_with_the_address_filled_in() {
    let publication = publication();
    let pages = ServedPages::start(&publication);
    let fields = [
        ("begun", "yes"),
        ("email", "hana@example.com"),
        ("language", "en"),
    ];
    let form = pages.post("/subscribe", &fields).is(200);
    assert_eq!(form.field("email").as_deref(), Some("hana@example.com"));
    assert!(!form.body.contains("role=\"alert\""), "{}", form.body);
    assert!(form.field("opened").is_some());
}
