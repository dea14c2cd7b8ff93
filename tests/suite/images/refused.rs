//! What can't be shown, told where the writer wrote it.

use std::{fs, os::unix::fs::symlink};

use super::{jpeg, photo};
use crate::support::TestPublication;

const AT: [&str; 3] = ["--at", "2026-11-20T09:00:00Z", "check"];

fn with_pictures(text: &str) -> TestPublication {
    TestPublication::new().issue_with("It happened", &format!("{text}\n\nIt happened"))
}

#[test]
fn every_unfit_picture_is_told_at_its_place() {
    let whole = jpeg(&photo(300, 200));
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bomb.extend_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0, 8, 6, 0, 0, 0, 0, 0, 0, 0]);
    bomb.extend_from_slice(b"\0\0\0\0IEND\xaeB`\x82");
    let publication = with_pictures(
        "![A drawing](drawing.svg)\n\n![A hill](cut.jpg)\n\n![A bomb](bomb.png)\n\n![A page](page.png)\n\n![A folder](folder)",
    )
    .file("issues/drawing.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
    .file("issues/cut.jpg", &whole[..whole.len() / 2])
    .file("issues/bomb.png", bomb)
    .file("issues/page.png", "<!doctype html><title>404</title>")
    .file("issues/folder/note.txt", "");
    insta::assert_snapshot!(publication.run(AT).exits(4).shown());
}

#[test]
fn a_link_out_of_the_publication_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.jpg"), jpeg(&photo(30, 20))).unwrap();
    let publication = with_pictures("![A hill](hill.jpg)");
    symlink(
        outside.path().join("secret.jpg"),
        publication.path("issues/hill.jpg"),
    )
    .unwrap();
    let shown = publication.run(AT).exits(4).shown();
    assert!(
        shown.contains("lies outside the publication's folder"),
        "{shown}"
    );
    publication.run(["render", "2026-11-23-quiet"]).exits(4);
}

#[test]
fn a_pipe_is_not_waited_for() {
    let publication = with_pictures("![A hill](hill.jpg)");
    let pipe = publication.path("issues/hill.jpg");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let shown = publication.run(AT).exits(4).shown();
    assert!(shown.contains("is not a file"), "{shown}");
}
