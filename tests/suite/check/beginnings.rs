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
        let ran = publication.run(["check", &issue, "--json"]).exits(4);
        let report = ran.json();
        let findings = report["issues"][0]["findings"].as_array().unwrap();
        let left = findings
            .iter()
            .filter(|finding| finding["rule"] == "content/scaffold")
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

/// A command in the publication's folder, with the program on its PATH.
fn command(publication: &TestPublication, program: &str) -> Command {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_daily-note"));
    let path = format!(
        "{}:{}",
        binary.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut command = Command::new(program);
    command
        .current_dir(publication.path(""))
        .env("PATH", path)
        .env("HOME", publication.path(""));
    command
}

fn git(publication: &TestPublication, arguments: &[&str]) -> bool {
    command(publication, "git")
        .args([
            "-c",
            "user.name=Tester",
            "-c",
            "user.email=tester@example.com",
        ])
        .args(arguments)
        .output()
        .unwrap()
        .status
        .success()
}

/// A publication in git with hook and workflow, all of it committed.
fn kept_in_git() -> TestPublication {
    let publication = nowhere();
    assert!(git(&publication, &["init", "-q"]));
    publication
        .run([
            "init",
            "--language",
            "ko",
            "--hooks",
            "--github",
            "--at",
            "2026-11-28T09:00:00+09:00",
        ])
        .exits(0);
    assert!(git(&publication, &["config", "core.hooksPath", "hooks"]));
    assert!(git(&publication, &["add", "-A"]));
    assert!(git(&publication, &["commit", "-qm", "all is well"]));
    publication
}

/// The issue that `init` wrote, under another name.
fn copy_issue(publication: &TestPublication, name: &str, added: &str) {
    let first = fs::read_dir(publication.path("issues"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.ends_with("2026-11-30-first.md"))
        .unwrap();
    let text = fs::read_to_string(first).unwrap();
    // A week later: a slot has one issue.
    let text = text.replace("date: 2026-11-30", "date: 2026-12-07");
    fs::write(
        publication.path("issues").join(name),
        format!("{text}{added}"),
    )
    .unwrap();
}

#[test]
fn the_hook_knows_an_issue_by_its_hangul_name() {
    let publication = kept_in_git();
    copy_issue(&publication, "2026-12-07-한글 이름.md", "");
    assert!(git(&publication, &["add", "-A"]));
    assert!(git(&publication, &["commit", "-qm", "a good one"]));

    copy_issue(&publication, "2026-12-07-한글 이름.md", "\n[[nobody]]\n");
    assert!(git(&publication, &["add", "-A"]));
    assert!(!git(&publication, &["commit", "-qm", "a broken one"]));
}

#[test]
fn the_workflow_renders_an_issue_by_its_hangul_name() {
    let publication = kept_in_git();
    copy_issue(&publication, "2026-12-07-한글 이름.md", "");
    assert!(git(&publication, &["add", "-A"]));
    assert!(git(&publication, &["commit", "-qm", "a good one"]));

    let workflow = fs::read_to_string(publication.path(".github/workflows/check.yml")).unwrap();
    let workflow: serde_yaml::Value = serde_yaml::from_str(&workflow).unwrap();
    let steps = workflow["jobs"]["check"]["steps"].as_sequence().unwrap();
    let render = |step: &&serde_yaml::Value| step["name"] == "Render what has changed";
    let script = steps.iter().find(render).unwrap()["run"].as_str().unwrap();
    let rendered = publication.path("rendered/2026-12-07-한글 이름");
    // As GitHub runs it.
    let run = || {
        command(&publication, "sh")
            .args(["-ec", script])
            .env("BASE", "HEAD~1")
            .output()
            .unwrap()
    };
    let ran = run();
    assert!(ran.status.success(), "{ran:?}");
    assert!(rendered.is_dir(), "{ran:?}");

    copy_issue(
        &publication,
        "2026-12-07-한글 이름.md",
        "\n![x](none.png)\n",
    );
    assert!(git(&publication, &["add", "-A"]));
    assert!(git(
        &publication,
        &["commit", "-qm", "broken", "--no-verify"]
    ));
    let ran = run();
    assert!(!ran.status.success(), "{ran:?}");
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
        ".github/workflows/pages.yml",
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
