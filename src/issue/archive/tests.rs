//! Which entries of the folder are issues, whatever else lies in it.

use std::{os::unix::fs::symlink, process::Command};

use super::*;
use crate::publication::Environment;

fn publication(root: &Path) -> Publication {
    let yaml = "publication: {name: n, timezone: UTC, from: n@example.com}\n\
                editions: {monday: {title: m, day: mon, time: '08:00'}}\n";
    Publication::from_yaml(root, yaml, &Environment::empty()).unwrap()
}

fn names(archive: &Archive) -> Vec<&str> {
    archive.entries().map(|entry| &*entry.name).collect()
}

#[test]
fn an_issue_is_a_file_or_a_folder_with_one_also_behind_a_link() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join("issues").join(name);
    let write = |name: &str| {
        fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        let text = "---\ntitle: T\nedition: monday\ndate: 2026-11-23\n---\nText.\n";
        fs::write(at(name), text).unwrap();
    };
    for name in [
        "2026-11-02-file.md",
        "2026-11-02-folder/index.md",
        "2026-11-02-odd.md/index.md",
        "2026-11-02-none/photo.jpg",
        "2026-11-02-notes.txt",
        "README.md",
        "_draft.md",
        ".hidden.md",
        "../aside/index.md",
        "../beside.md",
    ] {
        write(name);
    }
    symlink(root.path().join("beside.md"), at("2026-11-02-linked.md")).unwrap();
    symlink(root.path().join("aside"), at("2026-11-02-linked-folder")).unwrap();
    symlink(root.path().join("nowhere"), at("2026-11-02-lost.md")).unwrap();
    fs::create_dir(at("2026-11-02-pipe")).unwrap();
    for pipe in ["2026-11-02-pipe.md", "2026-11-02-pipe/index.md"] {
        assert!(
            Command::new("mkfifo")
                .arg(at(pipe))
                .status()
                .unwrap()
                .success()
        );
    }
    let publication = publication(root.path());
    let archive = Archive::load(&publication).unwrap();
    let found = [
        "2026-11-02-file",
        "2026-11-02-folder",
        "2026-11-02-linked",
        "2026-11-02-linked-folder",
        "2026-11-02-odd.md",
    ];
    assert_eq!(names(&archive), found);
    // What is known is not looked for again; what is said to have changed is.
    fs::remove_file(at("2026-11-02-folder/index.md")).unwrap();
    write("2026-11-02-none/index.md");
    let changed = |path: &Path| path.starts_with(at("2026-11-02-folder"));
    let renewed = archive.reloaded(&publication, changed).unwrap();
    assert_eq!(names(&renewed).len(), 5);
    assert!(renewed.entry("2026-11-02-none").is_ok());
    assert!(renewed.entry("folder").is_err());
}
