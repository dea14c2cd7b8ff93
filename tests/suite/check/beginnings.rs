//! `init` makes what passes, and what stands beside it works.

use std::{fs, process::Command};

use crate::support::TestPublication;

/// An empty folder.
fn nowhere() -> TestPublication {
    let publication = TestPublication::new();
    for name in [
        "daily-note.yaml",
        "subscribers.yaml",
        "issues/2026-11-23-quiet.md",
    ] {
        fs::remove_file(publication.path(name)).unwrap();
    }
    fs::remove_dir(publication.path("issues")).unwrap();
    publication
}

#[test]
fn a_new_publication_passes_strictly_in_both_languages() {
    for language in ["ko", "en"] {
        let publication = nowhere();
        publication.run(["init", "--language", language]).exits(0);
        let ran = publication.run(["check", "--strict"]);
        assert_eq!(ran.code, Some(0), "{language}: {}", ran.shown());
    }
}

#[test]
fn a_new_issue_tells_what_is_still_to_be_written() {
    for language in ["ko", "en"] {
        let publication = nowhere();
        publication.run(["init", "--language", language]).exits(0);
        let made = publication.run(["new", "weekly", "--json"]).exits(0).json();
        let issue = made["issue"].as_str().unwrap().to_owned();
        let ran = publication.run(["check", &issue, "--json"]).exits(0);
        let report = ran.json();
        let findings = report["issues"][0]["findings"].as_array().unwrap();
        let left = findings
            .iter()
            .filter(|finding| finding["rule"] == "content/placeholder")
            .count();
        // The title, the introduction, each story.
        assert!(left >= 4, "{language}: {report:#}");
        let path = made["path"].as_str().unwrap();
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains("# yaml-language-server: $schema="), "{text}");
    }
}

#[test]
fn schemas_say_of_the_files_that_init_writes_what_the_program_says() {
    let publication = nowhere();
    publication.run(["init", "--language", "ko"]).exits(0);
    for (of, file) in [
        ("config", "daily-note.json"),
        ("issue", "issue.json"),
        ("subscribers", "subscribers.json"),
    ] {
        let printed = publication.run(["schema", of]).exits(0).stdout;
        let written = fs::read_to_string(publication.path("schemas").join(file)).unwrap();
        assert_eq!(printed, written, "{file} is what `schema {of}` prints");
    }
}

fn git(publication: &TestPublication, arguments: &[&str]) -> bool {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_daily-note"));
    let path = format!(
        "{}:{}",
        binary.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    Command::new("git")
        .args([
            "-c",
            "user.name=Tester",
            "-c",
            "user.email=tester@example.com",
        ])
        .args(arguments)
        .current_dir(publication.path(""))
        .env("PATH", path)
        .env("HOME", publication.path(""))
        .output()
        .unwrap()
        .status
        .success()
}

#[test]
fn the_hook_stops_a_commit_with_errors_and_lets_others_pass() {
    let publication = nowhere();
    assert!(git(&publication, &["init", "-q"]));
    publication
        .run([
            "init",
            "--language",
            "en",
            "--hooks",
            "--vscode",
            "--github",
        ])
        .exits(0);
    for file in [
        ".vscode/tasks.json",
        ".github/workflows/check.yml",
        "hooks/pre-commit",
    ] {
        assert!(publication.path(file).is_file(), "{file}");
    }
    // Once more, nothing is overwritten.
    publication.run(["init", "--hooks"]).exits(2);
    assert!(git(&publication, &["config", "core.hooksPath", "hooks"]));
    assert!(git(&publication, &["add", "-A"]));
    assert!(git(&publication, &["commit", "-qm", "all is well"]));

    let issue = fs::read_dir(publication.path("issues"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let text = fs::read_to_string(&issue).unwrap();
    fs::write(&issue, format!("{text}\n[[nobody]]\n")).unwrap();
    assert!(git(&publication, &["add", "-A"]));
    assert!(!git(&publication, &["commit", "-qm", "a link to nowhere"]));
    assert!(git(
        &publication,
        &["commit", "-qm", "for once", "--no-verify"]
    ));
}
