//! A session from `init` to `status` in either language: nothing in it is said in the other one.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use regex::Regex;

/// What the commands of a first week say, together.
fn session(language: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("notes");
    let mut said = String::new();
    let mut run = |arguments: &[&str], code: i32| {
        let output = call(folder.path(), language, arguments);
        let words = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        let words = words.concat();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{words}");
        said.push_str(&format!("$ {}\n{words}\n", arguments.join(" ")));
        words
    };
    run(&["--help"], 0);
    run(&["init", "notes"], 0);
    run(&["init", "notes"], 2);
    let there = ["--root", "notes"];
    let in_there = |arguments: &[&'static str]| [&there, arguments].concat();
    let editions = std::fs::read_to_string(root.join("daily-note.yaml")).unwrap();
    let edition = Regex::new(r"(?m)^editions:\n(?:\s*#.*\n)*  (\w+):").unwrap();
    let edition = edition.captures(&editions).unwrap()[1].to_owned();
    run(&[&there[..], &["new", &edition]].concat(), 0);
    run(&[&there[..], &["new", "nonesuch"]].concat(), 2);
    let first = first_issue(&root);
    run(&[&there[..], &["check", &first]].concat(), 0);
    run(
        &[&there[..], &["test", &first, "--to", "me@example.com"]].concat(),
        0,
    );
    run(&in_there(&["send", "nonesuch", "--yes"]), 2);
    make_ready(&root, &first);
    run(&[&there[..], &["send", &first, "--dry-run"]].concat(), 0);
    run(&[&there[..], &["send", &first]].concat(), 2);
    run(&[&there[..], &["send", &first, "--yes"]].concat(), 0);
    run(&[&there[..], &["send", &first, "--yes"]].concat(), 6);
    run(&in_there(&["status"]), 0);
    run(
        &[&there[..], &["status", &first, "--list", "accepted"]].concat(),
        0,
    );
    run(&in_there(&["send", "--at", "2026-11-30"]), 2);
    run(&in_there(&["new", "weekly", "--date", "tomorrow"]), 0);
    run(&in_there(&["new", "weekly", "--date", "soon"]), 2);
    run(&in_there(&["sendd"]), 2);
    for command in ["init", "new", "preview", "check", "test", "send", "status"] {
        run(&[command, "--help"], 0);
    }
    said
}

pub(super) fn call(folder: &Path, language: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daily-note"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("XDG_STATE_HOME", folder.join("state-home"))
        .env("LANG", language)
        .env("TZ", "Asia/Seoul")
        .env("COLUMNS", "200")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The issue that `init` wrote, which is whole.
pub(super) fn first_issue(root: &Path) -> String {
    let mut names: Vec<String> = std::fs::read_dir(root.join("issues"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .collect();
    names.sort();
    names[0].trim_end_matches(".md").to_owned()
}

pub(super) fn make_ready(root: &Path, issue: &str) {
    let file = root.join("issues").join(format!("{issue}.md"));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("status: draft", "status: ready")).unwrap();
}

/// Runs of three English words and more, outside of what is typed, quoted or a name.
pub(super) fn english_in(said: &str) -> Vec<String> {
    let typed = Regex::new(
        r"`[^`]*`|(?m)^\$ .*$|^ *daily-note .*$|\S*[/@.:_=]\S*|--?\w[\w-]*|\[[^\]\n]*\]",
    )
    .unwrap();
    let run = Regex::new(r"[A-Za-z][a-z']+(?: +[A-Za-z][a-z']+){2,}").unwrap();
    let bare = said
        .lines()
        .map(|line| typed.replace_all(line, "·").into_owned());
    bare.filter_map(|line| Some(run.find(&line)?.as_str().to_owned()))
        .collect()
}

/// Lines in Hangul, outside of what a person wrote; an example of a Korean publication stays one.
pub(super) fn korean_in(said: &str) -> Vec<String> {
    let hangul = |line: &&str| {
        line.contains(|char: char| matches!(char, '가'..='힣'))
            && !line.starts_with("  daily-note ")
            && !line.contains("ko: ")
            && !line.contains("민지")
    };
    said.lines().filter(hangul).map(str::to_owned).collect()
}

#[test]
fn a_korean_session_says_no_english_sentence() {
    let said = session("ko_KR.UTF-8");
    let english = english_in(&said);
    assert!(english.is_empty(), "{english:#?}\n{said}");
    for words in ["사용법:", "공통 옵션:", "발송했습니다", "해결:", "혹시"] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[test]
fn an_english_session_says_nothing_in_korean() {
    let said = session("en_US.UTF-8");
    let korean = korean_in(&said);
    assert!(korean.is_empty(), "{korean:#?}\n{said}");
}

#[test]
fn the_flag_goes_before_the_publication_and_that_before_the_locale() {
    let folder = tempfile::tempdir().unwrap();
    let spoken = |arguments: &[&str], language: &str| {
        let output = call(folder.path(), language, arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.contains("사용법:")
    };
    assert!(spoken(&["send", "--help"], "ko_KR.UTF-8"));
    assert!(!spoken(&["send", "--help"], "C"));
    std::fs::write(
        folder.path().join("daily-note.yaml"),
        "publication:\n  language: ko\n  broken: [",
    )
    .unwrap();
    assert!(spoken(&["send", "--help"], "en_US.UTF-8"));
    assert!(!spoken(&["--lang", "en", "send", "--help"], "ko_KR.UTF-8"));
    let broken = call(folder.path(), "en_US.UTF-8", &["check", "--json"]);
    assert_eq!(broken.status.code(), Some(3));
}
