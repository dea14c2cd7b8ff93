//! `init` at a terminal: what it asks in either language, that Enter takes what it would guess, and that it asks nothing
//! where nobody sits or a flag has said it.

use std::{fs, path::Path, process::Command};

use crate::support::left_out;

/// What a terminal shows while somebody answers, and the exit code.
fn at_terminal(
    folder: &Path,
    locale: &str,
    answers: &[&str],
    arguments: &[&str],
) -> Option<(String, i32)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/terminal.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(serde_json::to_string(answers).unwrap())
        .arg(env!("CARGO_BIN_EXE_daily-note"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("LANG", locale)
        .env("TZ", "Asia/Seoul")
        .env("TERM", "xterm")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output();
    let Ok(output) = output else {
        left_out("a terminal's questions: there is no python3");
        return None;
    };
    let shown = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code().unwrap();
    assert!(code != 99, "answers are left over:\n{shown}");
    Some((shown, code))
}

fn settings(folder: &Path) -> String {
    fs::read_to_string(folder.join("daily-note.yaml")).unwrap()
}

#[test]
fn enter_takes_what_would_be_guessed() {
    let home = tempfile::tempdir().unwrap();
    let answers = ["", "", "", "", "", ""];
    let Some((shown, code)) =
        at_terminal(home.path(), "en_US.UTF-8", &answers, &["init", "my-notes"])
    else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    let asked = at_terminal_questions(&shown);
    assert_eq!(
        asked,
        [
            "Its language, ko or en? [en]",
            "Its name? [My notes]",
            "The address that it comes from? Until it has one of yours, nothing leaves this machine. [hello@example.com]",
            "On which days does it go out? As: mon, thu [Monday]",
            "Keep it in git? [Y/n]",
            "Copy the mail's templates into it, to change them? Colours, fonts and the logo need none. [y/N]",
        ]
    );
    assert_eq!(
        shown.matches("A new newsletter in my-notes.").count(),
        1,
        "{shown}"
    );
    let folder = home.path().join("my-notes");
    assert!(folder.join(".git").is_dir() && folder.join(".gitignore").is_file());
    assert!(!folder.join("templates").exists());
    // The same as without questions.
    let guessed = Command::new(env!("CARGO_BIN_EXE_daily-note"))
        .args(["init", "--yes", "other/my-notes"])
        .current_dir(home.path())
        .env("LANG", "en_US.UTF-8")
        .env("TZ", "Asia/Seoul")
        .output()
        .unwrap();
    assert!(guessed.status.success());
    assert_eq!(
        settings(&folder),
        settings(&home.path().join("other/my-notes"))
    );
}

#[test]
fn who_is_spoken_to_in_a_language_writes_in_it_unless_they_say_otherwise() {
    let home = tempfile::tempdir().unwrap();
    let answers = ["", "", "", "", "", ""];
    let arguments = ["--lang", "ko", "init", "note"];
    let Some((shown, code)) = at_terminal(home.path(), "en_US.UTF-8", &answers, &arguments) else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    let asked = at_terminal_questions(&shown);
    assert!(asked[0].ends_with("[ko]"), "{asked:?}");
    assert!(!shown.contains("Its name?"), "{shown}");
    let (shown, code) = at_terminal(
        home.path(),
        "en_US.UTF-8",
        &[],
        &["--lang", "ko", "init", "guessed", "--yes"],
    )
    .unwrap();
    assert_eq!(code, 0, "{shown}");
    for folder in ["note", "guessed"] {
        let settings = settings(&home.path().join(folder));
        assert!(settings.contains("language: ko"), "{settings}");
    }
}

/// The questions that a terminal showed.
fn at_terminal_questions(shown: &str) -> Vec<String> {
    shown
        .lines()
        .filter(|line| line.contains('[') && line.contains("] "))
        .map(|line| line[..=line.rfind(']').unwrap()].to_owned())
        .collect()
}

#[test]
fn answers_are_asked_for_again_until_they_can_be_read_and_korean_is_spoken_to_whoever_writes_it() {
    let home = tempfile::tempdir().unwrap();
    let answers = [
        "fr",
        "ko",
        "골목 노트",
        "not an address",
        "hello@alley.example.com",
        "월, 그날",
        "목 월",
        "ㅜ",
        "예",
    ];
    let Some((shown, code)) = at_terminal(home.path(), "en_US.UTF-8", &answers, &["init", "alley"])
    else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    for sentence in [
        "it is written in ko or en to begin with",
        "뉴스레터 이름은 무엇인가요?",
        "`그날` 요일은 없습니다. 월, 목처럼 쓰세요",
        "git으로 관리할까요?",
    ] {
        assert!(shown.contains(sentence), "{sentence}:\n{shown}");
    }
    let folder = home.path().join("alley");
    let settings = settings(&folder);
    for line in [
        "  name: 골목 노트",
        "  language: ko",
        "  from: 골목 노트 <hello@alley.example.com>",
        "  monday:\n    title: 월요일 편\n    day: mon",
        "  thursday:\n    title: 목요일 편\n    day: thu",
    ] {
        assert!(settings.contains(line), "{line}:\n{settings}");
    }
    assert!(!folder.join(".git").exists());
    assert!(folder.join("templates/email/issue.html").is_file());
    let checked = Command::new(env!("CARGO_BIN_EXE_daily-note"))
        .args(["--root", "alley", "check"])
        .current_dir(home.path())
        .output()
        .unwrap();
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
    );
}

#[test]
fn what_flags_say_is_not_asked_and_a_publication_that_is_there_is_told_first() {
    let home = tempfile::tempdir().unwrap();
    let flags = [
        "init",
        "--language",
        "en",
        "--name",
        "Tides",
        "--from",
        "tides@example.com",
        "--day",
        "tue,sat",
        "--git",
        "--templates",
        "tides",
    ];
    let Some((shown, code)) = at_terminal(home.path(), "C", &[], &flags) else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    assert_eq!(at_terminal_questions(&shown), Vec::<String>::new());
    let (shown, code) = at_terminal(home.path(), "C", &[], &["init", "tides"]).unwrap();
    assert_eq!(code, 2, "{shown}");
    assert!(
        shown.contains("there is already `daily-note.yaml`"),
        "{shown}"
    );
}
