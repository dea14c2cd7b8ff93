//! README's week of a writer, line by line, by the real binary in a copy of this repository's publication.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
};

use crate::support::{Ran, TestPublication};

/// What a writer makes of the file that `new` wrote.
const WRITTEN: &str = "\
이번 주에는 작은 모델 이야기만 합니다.

## 휴대전화에서 도는 모델

전화기 한 대가 문장을 끝까지 써 냈습니다. [측정한 표](https://example.com/table)를 함께 싣습니다.

## 데이터가 적을 때

모델이 작으면 데이터가 더 중요해집니다.
";

const NOW: &str = "2026-11-27T00:00:00Z";

/// The commands of the week as a README shows them.
fn commands(readme: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(readme);
    let text = fs::read_to_string(path).unwrap();
    let week = text
        .split("```sh\n")
        .find(|block| block.starts_with("daily-note new "));
    let block = week.unwrap().split("```").next().unwrap();
    block
        .lines()
        .filter_map(|line| line.strip_prefix("daily-note "))
        .map(|line| words(line.split(" #").next().unwrap()))
        .collect()
}

/// As a shell takes it apart, as far as a README's quotes go.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        match at % 2 {
            1 => words.push(part.to_owned()),
            _ => words.extend(part.split_whitespace().map(str::to_owned)),
        }
    }
    words
}

fn run(publication: &TestPublication, command: &[String], more: &[&str]) -> Ran {
    let words = ["--at", NOW]
        .into_iter()
        .chain(command.iter().map(String::as_str));
    publication.run(words.chain(more.iter().copied()))
}

/// The preview says where it is, and goes on until somebody ends it.
fn previewed(publication: &TestPublication) {
    let mut command = publication.command(["--at", NOW, "preview", "--listen", "127.0.0.1:0"]);
    let mut preview = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(preview.stdout.take().unwrap()).lines();
    let address = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("http://")));
    preview.kill().unwrap();
    preview.wait().unwrap();
    assert!(address.is_some(), "the preview says where it is");
}

#[test]
fn the_week_of_both_readmes_works_line_by_line() {
    for readme in ["README.md", "README.ko.md"] {
        let publication = TestPublication::of_the_house();
        let commands = commands(readme);
        assert_eq!(commands.len(), 8, "{readme}: {commands:?}");
        for command in &commands {
            match command[0].as_str() {
                "new" => {
                    run(&publication, command, &[]).exits(0);
                    let file = publication.path("issues/2026-11-30-small/index.md");
                    let text = fs::read_to_string(&file).unwrap();
                    let head = text.split_inclusive("---\n").take(2).collect::<String>();
                    assert!(head.contains("status: draft"), "{head}");
                    fs::write(file, format!("{head}\n{WRITTEN}")).unwrap();
                }
                "preview" => previewed(&publication),
                "send" => {
                    let file = publication.path("issues/2026-11-30-small/index.md");
                    let text = fs::read_to_string(&file).unwrap();
                    fs::write(file, text.replace("status: draft", "status: ready")).unwrap();
                    let is_rehearsal = command.iter().any(|word| word == "--dry-run");
                    // Nobody sits here to answer.
                    let more: &[&str] = if is_rehearsal { &[] } else { &["--yes"] };
                    run(&publication, command, more).exits(0);
                    assert_eq!(publication.inbox().len() > 1, !is_rehearsal, "{command:?}");
                }
                _ => {
                    run(&publication, command, &[]).exits(0);
                }
            }
        }
    }
}
