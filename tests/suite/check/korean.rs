//! What `check` says to whoever writes a Korean newsletter: all of it in Korean, and to programs in English.

use std::process::Command;

use regex::Regex;

use crate::support::TestPublication;

const SLIPS: &str = "\
---
title: 데일리 노트 #12
edition: monday
date: 2026-11-23
status: ready
layout: post
allow: {link/no-such-rule: 그냥}
---
{{ name }}님, 몇일 만입니다. <video src=a.mp4>영상</video> <span style=\"color:red\">붉은</span> 글.

##붙여 쓴 제목

-붙여 쓴 항목

## 첫 이야기

### 더 읽기

[더](#더읽을거리) [여기](https://example.com/a) [여기](http://localhost/b) [빈](https://) [[없는-편]]

![](none.png) ![그림](none.png) 11월 24일(월)에 만나요. 2월 30일. TODO: 쓰기. **닫지 않은 강조

| 이름 | 값 |
| 가 | 1 |

각주[^1] *|FNAME|*님 https://https://example.com 할수 있다 API이 뭔가요 “열고

```
끝나지 않은 코드
";

fn publication() -> TestPublication {
    let publication = TestPublication::new().file("issues/2026-11-23-quiet.md", SLIPS);
    let config = std::fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    publication.config(&config.replace("language: en", "language: ko"))
}

/// What a run says whose language nobody has chosen.
fn said(publication: &TestPublication, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_daily-note"))
        .args(arguments)
        .current_dir(publication.path(""))
        .env_clear()
        .env("HOME", publication.path(""))
        .env("COLUMNS", "200")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Three Latin words in a row that are neither code nor a place in a file.
fn english(said: &str) -> Vec<String> {
    let code = Regex::new("`[^`]*`|“[^”]*”|<[^>]*>|https?://\\S+").unwrap();
    let run = Regex::new("[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}").unwrap();
    said.lines()
        .filter(|line| !line.contains(['│', '╭', '╰', '·']))
        .map(|line| code.replace_all(line, "").into_owned())
        .filter(|line| run.is_match(line))
        .collect()
}

#[test]
fn a_korean_newsletter_is_checked_in_korean() {
    let publication = publication();
    let told = said(&publication, &["check"]);
    for sentence in [
        "구독자에게는 `데일리 노트`만 보입니다",
        "`##붙여 쓴 제목`이 제목이 되지 않고 그대로 보입니다",
        "`몇일`은 `며칠`이 맞습니다",
        "`없는-편`이라는 편은 없습니다",
        "이런 제목이 있습니다: `#첫-이야기`, `#더-읽기`",
        "이름이 없는 구독자에게는 이 자리가 비어 보입니다",
    ] {
        assert!(told.contains(sentence), "{sentence}:\n{told}");
    }
    // The last line counts, and is the command's own.
    let findings = told.trim_end().rsplit_once('\n').unwrap().0;
    let left = english(findings);
    assert!(left.is_empty(), "{}", left.join("\n"));
    let rules = said(&publication, &["check", "--rules"]);
    assert!(
        rules.contains("그림에는 alt와 width, height:auto가 있어야 합니다"),
        "{rules}"
    );
}

#[test]
fn a_program_reads_the_same_in_every_language() {
    let publication = publication();
    let [korean, english] = ["ko", "en"].map(|tongue| {
        let formats = ["json", "sarif", "github"];
        formats.map(|format| {
            said(
                &publication,
                &["--lang", tongue, "check", "--format", format],
            )
        })
    });
    assert_eq!(korean, english);
    assert!(
        english[0].contains("`몇일` should be `며칠`"),
        "{}",
        english[0]
    );
}
