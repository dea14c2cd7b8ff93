//! Every `--help`, as a snapshot: a word that changes there is seen.

use crate::support::TestPublication;

#[test]
fn every_command_explains_itself() {
    let publication = TestPublication::new();
    let mut seen = 0;
    let mut waiting = vec![Vec::<String>::new()];
    while let Some(command) = waiting.pop() {
        let arguments = command.iter().map(String::as_str).chain(["--help"]);
        let help = publication.run(arguments).exits(0).stdout;
        for name in commands(&help) {
            waiting.push([command.as_slice(), &[name]].concat());
        }
        let name = if command.is_empty() {
            "daily-note".to_owned()
        } else {
            command.join("_")
        };
        insta::assert_snapshot!(name, without_global_flags(&help));
        seen += 1;
    }
    assert!(seen > 10, "only {seen} commands found");
}

/// The names under `Commands:`.
fn commands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        // Deeper lines go on with what a command does.
        .filter(|line| !line.starts_with("    "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// A help without the flags that every command takes, which the program's own shows.
fn without_global_flags(help: &str) -> String {
    const GLOBAL: &[&str] = &[
        "--root",
        "--json",
        "--lang",
        "--at",
        "--verbose...",
        "--quiet",
        "--color",
        "--log-format",
        "--help",
        "--version",
    ];
    if help.contains("Commands:") && help.contains("Exit codes:") {
        return help.to_owned();
    }
    let mut is_global = false;
    let mut kept = Vec::new();
    for paragraph in help.split("\n\n") {
        let head = paragraph
            .lines()
            .find(|line| !["Options:", "Global options:"].contains(line))
            .unwrap_or_default();
        if head.trim_start().starts_with('-') {
            is_global = head.split_whitespace().any(|word| GLOBAL.contains(&word));
        } else if !head.starts_with(' ') {
            is_global = false;
        }
        if !is_global {
            kept.push(paragraph);
        }
    }
    kept.join("\n\n")
}
