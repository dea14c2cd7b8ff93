//! Files that are no files, and files without end, in the place of each that a command reads.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use super::bounded;
use crate::support::TestPublication;

/// Puts something in a file's place.
type Put = fn(&Path);

const PUTS: [(&str, Put); 4] = [
    ("a pipe", |path| {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }),
    ("/dev/zero", |path| symlink("/dev/zero", path).unwrap()),
    ("a folder", |path| fs::create_dir(path).unwrap()),
    ("a gigabyte", |path| {
        // Sparse: it takes no room.
        fs::File::create(path).unwrap().set_len(1 << 30).unwrap();
    }),
];

#[test]
fn what_is_no_file_or_has_no_end_is_told_by_its_name() {
    for (file, arguments) in [
        ("daily-note.yaml", &["check"][..]),
        ("subscribers.yaml", &["check"]),
        ("templates/email/issue.html", &["check", "2026-11-23-quiet"]),
        ("templates/words/en.yaml", &["check", "2026-11-23-quiet"]),
        ("daily-note.keeper", &["send", "2026-11-23-quiet", "--yes"]),
        (
            "columns",
            &["subscribers", "import", "list.csv", "--map-file", "columns"],
        ),
        ("list.csv", &["subscribers", "import", "list.csv"]),
    ] {
        for (what, put) in PUTS {
            let mut publication = TestPublication::new().file("list.csv", "email\na@example.com\n");
            if file == "daily-note.keeper" {
                // A try-out through the inbox needs no word of who keeps the list.
                publication = publication.and_config("smtp: {url: \"smtp://127.0.0.1:1\"}\n");
            }
            let path = publication.path(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if path.exists() {
                fs::remove_file(&path).unwrap();
            }
            put(&path);
            let ran = bounded(&publication, arguments);
            if what == "a folder" && file.starts_with("templates/") {
                // A folder of templates is none of them.
                continue;
            }
            assert_ne!(ran.code, Some(0), "{file} as {what}: {}", ran.said);
            assert!(ran.said.contains(file), "{file} as {what}: {}", ran.said);
            assert_eq!(publication.inbox().len(), 0);
        }
    }
}

#[test]
fn a_certificate_file_without_end_is_told() {
    for (what, put) in PUTS {
        let publication = TestPublication::new()
            .and_config("smtp: {url: \"smtps://127.0.0.1:1\", ca_file: ca.pem}\n");
        put(&publication.path("ca.pem"));
        let ran = bounded(&publication, &["doctor"]);
        assert_ne!(ran.code, Some(0), "{what}: {}", ran.said);
    }
}

#[test]
fn a_table_without_end_is_told_with_its_row() {
    for (name, table, told) in [
        (
            "a line",
            format!("email,name\n{}", "a".repeat(20_000_000)),
            "list.csv:2: row 2 is longer than 256 KiB",
        ),
        ("a header", "a".repeat(20_000_000), "list.csv"),
        (
            "a cell",
            format!("email,name\na@example.com,\"{}", "a\n".repeat(5_000_000)),
            "list.csv:2: row 2 is longer than 256 KiB",
        ),
        (
            "columns",
            format!("email{}\n", ",".repeat(200_000)),
            "list.csv:1: row 1 has 200001 columns; a table may have 1000",
        ),
        ("nothing", "\0".repeat(20_000_000), "list.csv"),
    ] {
        let publication = TestPublication::new().file("list.csv", &table);
        let ran = bounded(&publication, &["subscribers", "import", "list.csv"]);
        assert!(ran.said.contains(told), "{name}: {}", ran.said);
    }
}

#[test]
fn yaml_that_multiplies_or_never_ends_is_told() {
    let bomb = {
        let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for (below, name) in ('a'..='h').zip('b'..='i') {
            bomb.push_str(&format!(
                "{name}: &{name} [{}]\n",
                vec![format!("*{below}"); 9].join(",")
            ));
        }
        bomb
    };
    let tags = format!(
        "- email: a@example.com\n  tags: [{}x]\n",
        "x, ".repeat(1_000_000)
    );
    let name = format!(
        "- email: a@example.com\n  name: {}\n",
        "x".repeat(3_000_000)
    );
    for text in [
        bomb.clone(),
        "[".repeat(1_000_000),
        "- ".repeat(500_000),
        "a".repeat(3_000_000),
        tags,
        name,
        "- &a {email: a@example.com}\n".to_owned() + &"- *a\n".repeat(100_000),
    ] {
        let publication = TestPublication::new().list(&text);
        let ran = bounded(&publication, &["check"]);
        assert_eq!(ran.code, Some(4), "{}", ran.said);
        assert!(ran.said.contains("subscribers.yaml"), "{}", ran.said);
        let text = &text[..text.len().min(900_000)];
        let ran = bounded(&TestPublication::new().config(text), &["check"]);
        assert_eq!(ran.code, Some(3), "{}", ran.said);
    }
}
