//! With the mail: as wide as sharp screens need, named by content, described to every client.

use std::fs;

use super::with_photo;

#[test]
fn a_photograph_travels_with_the_mail_at_the_size_that_the_column_needs() {
    let publication = with_photo();
    publication
        .run(["check", "--strict", "--at", "2026-11-20T09:00:00Z"])
        .exits(0);
    publication
        .run(["render", "2026-11-23-quiet", "--out", "out"])
        .exits(0);
    let pictures: Vec<_> = fs::read_dir(publication.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
        .collect();
    let [picture] = pictures.as_slice() else {
        panic!("{pictures:?}");
    };
    let bytes = fs::read(picture).unwrap();
    let read = image::load_from_memory(&bytes).unwrap();
    assert_eq!((read.width(), read.height()), (1200, 480));
    assert!(
        bytes.len()
            < fs::metadata(publication.path("issues/hill.jpg"))
                .unwrap()
                .len() as usize
    );

    let page = fs::read_to_string(publication.path("out/issue.html")).unwrap();
    let name = picture.file_name().unwrap().to_str().unwrap();
    let tag = page
        .split("<img")
        .nth(1)
        .unwrap()
        .split('>')
        .next()
        .unwrap();
    for part in [
        format!("src=\"{name}\""),
        "width=\"520\" height=\"208\"".to_owned(),
        "alt=\"A hill at dawn\"".to_owned(),
        "height:auto".to_owned(),
    ] {
        assert!(tag.contains(&part), "{part} is not in {tag}");
    }
    let mail = fs::read_to_string(publication.path("out/issue.eml")).unwrap();
    let hash = name.trim_end_matches(".jpg");
    assert!(mail.contains(&format!("Content-ID: <{hash}@note.example.com>")));
    assert!(mail.contains("Content-Type: image/jpeg") && mail.contains("hill.jpg"));
}

#[test]
fn many_runs_at_once_make_the_same_mail_and_one_entry() {
    let publication = with_photo();
    let mut runs: Vec<_> = (0..4)
        .map(|n| publication.start(["render", "2026-11-23-quiet", "--out", &format!("out{n}")]))
        .collect();
    for run in &mut runs {
        assert!(run.wait().unwrap().success());
    }
    let page = |n: usize| fs::read(publication.path(&format!("out{n}/issue.html"))).unwrap();
    for n in 1..4 {
        assert!(page(n) == page(0));
    }
    let entries = fs::read_dir(publication.path(".daily-note/cache/pictures")).unwrap();
    assert_eq!(entries.count(), 1);
}

#[test]
fn checking_keeps_pictures_and_makes_no_ledger() {
    let publication = with_photo();
    for _ in 0..2 {
        publication
            .run(["check", "--at", "2026-11-20T09:00:00Z"])
            .exits(0);
        assert!(publication.path(".daily-note/cache/pictures").is_dir());
        assert!(!publication.path(".daily-note/daily-note.sqlite").exists());
        assert!(!publication.path(".daily-note/secret").exists());
    }
}

#[test]
fn a_cache_that_cannot_be_written_stops_nobody() {
    let publication = with_photo().file(".daily-note/cache", "a file where the folder should be");
    publication
        .run(["render", "2026-11-23-quiet", "--out", "out"])
        .exits(0);
}
