//! Every command in either language, in good and in bad cases: none says a sentence of the other one.

use std::{collections::BTreeSet, fs, path::Path};

use super::spoken::{call, english_in, first_issue, korean_in, make_ready};

/// The commands, as the program itself lists them, each with the words that lead to it.
fn commands(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![String::new()];
    while let Some(path) = open.pop() {
        let words: Vec<&str> = path.split_whitespace().chain(["--help"]).collect();
        let help = call(folder, "en_US.UTF-8", &words);
        let help = String::from_utf8(help.stdout).unwrap();
        let listed = help.split_once("\nCommands:\n").map(|(_, rest)| rest);
        let block = listed.and_then(|rest| rest.split("\n\n").next());
        let inner: Vec<String> = block
            .unwrap_or_default()
            .lines()
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(|name| format!("{path} {name}").trim().to_owned())
            .collect();
        if inner.is_empty() {
            found.insert(path);
        }
        open.extend(inner);
    }
    found
}

/// A publication, made by `init`, with what the commands below are about.
fn publication(folder: &Path, language: &str) -> String {
    let made = call(folder, language, &["init", "notes"]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let root = folder.join("notes");
    let issue = first_issue(&root);
    make_ready(&root, &issue);
    fs::write(
        folder.join("list.csv"),
        "email,name,unsubscribed\nada@example.com,민지,no\nbroken@,민지,no\nminji@example.com,민지,yes\n",
    )
    .unwrap();
    fs::write(folder.join("odd.csv"), "a,b\n1,2\n").unwrap();
    fs::write(
        folder.join("returned.eml"),
        "From: mailer@example.com\r\nTo: x@example.com\r\nSubject: gone\r\n\r\n550 5.1.1 <x@example.com>\r\n",
    )
    .unwrap();
    let post = "---\ntitle: A post\ndate: 2026-11-24\ntags: [a]\ncover: x.png\n---\n\nHello {{< figure src=\"a.png\" >}} there.\n";
    fs::write(folder.join("post.md"), post).unwrap();
    fs::write(folder.join("empty.md"), "").unwrap();
    issue
}

/// What is typed, a line each; `ISSUE` stands for the issue that `init` wrote.
const RUNS: &str = "
init notes
new weekday --date 2026-12-31
new nonesuch
import-post post.md --dry-run
import-post empty.md
import-post nowhere.md
check
check nonesuch
check --only nonesuch
check --fix
render ISSUE --out rendered
render nonesuch
preview --listen 192.0.2.1:1
preview --listen nowhere
test ISSUE --to me@example.com
test ISSUE --to me
send ISSUE --dry-run
send ISSUE --yes
send ISSUE --yes
send nonesuch --yes
send --due
send --due --dry-run
status
status ISSUE --failed
status ISSUE --list accepted
status ISSUE --list nonesuch
status nonesuch
pause ISSUE
pause nonesuch
resume ISSUE
resume nonesuch
hold nonesuch-2026-12-31
hold nonesuch
release nonesuch
cancel ISSUE --yes
cancel nonesuch --yes
schedule
schedule --weeks 12
schedule --weeks many
schedule --ics --json
serve --listen nowhere
serve --listen 192.0.2.1:1
adopt --yes
adopt
backup kept.backup
backup kept.backup
backup --as-is notes
restore kept.backup
restore nowhere.backup
storage move --to postgres://nobody@127.0.0.1:1/nowhere --yes
storage move --to nowhere --yes
storage prune
storage prune --dry-run
worker
worker --config nowhere.yaml
inbox --listen 192.0.2.1:1
inbox clear
subscribers list
subscribers list --tag nobody
subscribers add ada@example.com --name Ada --consent-at 2026-03-01
subscribers add ada@example.com
subscribers add ada
subscribers add ada@example.com --timezone Mars/Olympus
subscribers add ada@example.com --consent-at yesterday
subscribers add ada@example.com --edition nonesuch
subscribers show ada@example.com
subscribers show nobody@example.com
subscribers move ada@example.com ada@example.test
subscribers move nobody@example.com ada@example.test
subscribers import list.csv --dry-run
subscribers import list.csv
subscribers import odd.csv
subscribers import nowhere.csv
subscribers import list.csv --map nothing
subscribers import list.csv --map a=b
subscribers import list.csv --encoding klingon
subscribers export --out out.csv
subscribers export --json
subscribers growth
subscribers held
subscribers held --release
subscribers reconfirm --dry-run
subscribers reconfirm
subscribers remove ada@example.test
subscribers remove ada@example.test
subscribers add ada@example.test
subscribers erase minji@example.com --yes
subscribers erase minji@example.com --yes
suppressions list
suppressions add trap@example.com --detail x
suppressions add trap@example.com
suppressions list --reason manual
suppressions remove trap@example.com
suppressions remove trap@example.com
suppressions remove --issue ISSUE
feedback list
feedback show 1
feedback publish 1
feedback export
bounces import returned.eml
bounces import returned.eml
bounces import nowhere.eml
bounces list
bounces list --kind nonesuch
bounces list --class nonesuch
bounces show 1
bounces show 99
bounces status
doctor
dkim new
dkim new
dkim new --selector a_b!
secret rotate
secret rotate --leaked
completions zsh
completions nonesuch
man
templates list
templates eject mail.html
templates eject nonesuch
templates diff
site --out public
site --out notes/issues
schema config
schema nonesuch
";

/// What is made for programs, or is the publication's own.
const FOR_PROGRAMS: [&str; 5] = [
    "schema config",
    "completions zsh",
    "man",
    "subscribers export",
    "templates diff",
];

/// Calls all of it; answers what is said in the other language, with the line that was typed.
fn slips(language: &str, slips_in: fn(&str) -> Vec<String>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let issue = publication(folder.path(), language);
    let mut slips = Vec::new();
    for line in RUNS.lines().filter(|line| !line.is_empty()) {
        let typed = line.replace("ISSUE", &issue);
        let words: Vec<&str> = typed.split(' ').collect();
        let output = call(
            folder.path(),
            language,
            &[&["--root", "notes"], &words[..]].concat(),
        );
        assert!(output.status.code().is_some(), "{line}: {output:?}");
        let said = match FOR_PROGRAMS.iter().any(|command| line.starts_with(command)) {
            true => output.stderr,
            false => [output.stdout, output.stderr].concat(),
        };
        let said = String::from_utf8_lossy(&said);
        slips.extend(
            slips_in(&said)
                .into_iter()
                .map(|slip| format!("{line}: {slip}")),
        );
    }
    slips
}

#[test]
fn every_command_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let missing: Vec<String> = commands(folder.path())
        .into_iter()
        .filter(|command| {
            !RUNS
                .lines()
                .any(|line| format!("{line} ").starts_with(&format!("{command} ")))
        })
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn no_command_says_an_english_sentence_in_korean() {
    let slips = slips("ko_KR.UTF-8", english_in);
    assert!(slips.is_empty(), "{slips:#?}");
}

#[test]
fn no_command_says_a_korean_one_in_english() {
    let slips = slips("en_US.UTF-8", korean_in);
    assert!(slips.is_empty(), "{slips:#?}");
}
