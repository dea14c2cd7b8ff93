//! What a writer's slips look like.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    title: String,
    #[serde(default)]
    stamps: u32,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    sender: Option<Sender>,
    #[serde(default)]
    pages: BTreeMap<String, u32>,
    #[serde(default)]
    class: Option<Class>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sender {
    name: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Class {
    First,
    Second,
}

fn parse(text: &str) -> Result<Tree, Vec<SourceError>> {
    let source = Source::new("letter.yaml", text);
    Tree::parse(&source, 0..text.len())
}

fn read(text: &str) -> Result<Letter, Vec<SourceError>> {
    parse(text)?.read()
}

fn errors(text: &str) -> String {
    let lines: Vec<String> = read(text)
        .expect_err("should be refused")
        .iter()
        .map(|error| match error.hint() {
            Some(hint) => format!("{error} — {hint}"),
            None => error.to_string(),
        })
        .collect();
    lines.join("\n")
}

#[test]
fn a_document_is_read_into_a_type() {
    let letter = read(
        "title: \"안녕\" # a comment\nstamps: 3\ntags: [a, 'b']\nsender:\n  name: 민지\npages: {one: 1}\nclass: first\n",
    )
    .unwrap();
    assert_eq!(letter.title, "안녕");
    assert_eq!(letter.stamps, 3);
    assert_eq!(letter.tags, ["a", "b"]);
    assert_eq!(letter.sender.unwrap().name, "민지");
    assert_eq!(letter.pages["one"], 1);
    assert_eq!(letter.class, Some(Class::First));
}

#[test]
fn every_error_of_a_document_is_found_at_its_place() {
    insta::assert_snapshot!(errors(
        "title: 12\nstamps: many\ntgas: [x]\nsender:\n  name: a\n  age: 3\npages:\n  one: two\nclass: frist\n"
    ), @r#"
    letter.yaml:1:8: expected text, found the number 12 — put it in quotes
    letter.yaml:2:9: expected a whole number, zero or more, found the text `many`
    letter.yaml:3:1: unknown key `tgas` — did you mean `tags`?
    letter.yaml:6:3: unknown key `age` — the keys here are `name`
    letter.yaml:8:8: expected a whole number, zero or more, found the text `two`
    letter.yaml:9:8: `frist` is not one of `first`, `second` — did you mean `first`?
    "#);
}

#[test]
fn a_missing_key_is_named_where_it_should_stand() {
    insta::assert_snapshot!(errors("title: x\nsender:\n  nmae: a\n"), @r#"
    letter.yaml:3:3: unknown key `nmae` — did you mean `name`?
    letter.yaml:2:1: `name` is missing
    "#);
}

#[test]
fn a_doubled_key_is_an_error_at_the_second_one() {
    insta::assert_snapshot!(errors("title: x\nstamps: 1\ntitle: y\nstamps: 2\n"), @r#"
    letter.yaml:3:1: `title` stands here twice — the first one is in line 1: keep one of them
    letter.yaml:4:1: `stamps` stands here twice — the first one is in line 2: keep one of them
    "#);
}

#[test]
fn a_tab_is_named_as_what_is_wrong() {
    insta::assert_snapshot!(errors("title: x\nsender:\n\tname: y\n"), @r#"letter.yaml:3:1: this line is indented with a tab — YAML indents with spaces"#);
}

#[test]
fn text_that_needs_quotes_is_said_to_need_them() {
    insta::assert_snapshot!(errors("title: [a: b\nstamps: 1\n"), @r#"letter.yaml:2:7: not YAML: while parsing a flow mapping, did not find expected ',' or '}' — text with `: `, ` #` or a leading `[`, `{`, `*`, `&`, `!`, `%`, `@` needs quotes around it"#);
    insta::assert_snapshot!(errors("title: a: b\n"), @r#"letter.yaml:1:9: not YAML: mapping values are not allowed in this context — text with `: `, ` #` or a leading `[`, `{`, `*`, `&`, `!`, `%`, `@` needs quotes around it"#);
    insta::assert_snapshot!(errors("title: @me\n"), @r#"letter.yaml:1:8: not YAML: unexpected character: `@' — text with `: `, ` #` or a leading `[`, `{`, `*`, `&`, `!`, `%`, `@` needs quotes around it"#);
}

#[test]
fn places_are_bytes_of_the_whole_file() {
    let text = "\u{feff}---\r\ntitle: 한글 제목\r\ntags:\r\n  - 하나\r\n---\r\n본문";
    let source = Source::new("issue.md", text);
    let start = text.find("title").unwrap();
    let end = text.rfind("---").unwrap();
    let tree = Tree::parse(&source, start..end).unwrap();
    let shown = |node: &Node| text[node.span().unwrap()].to_owned();
    assert_eq!(shown(tree.get(&["title"]).unwrap()), "한글 제목");
    assert_eq!(shown(tree.get(&["tags"]).unwrap()), "- 하나");
    assert_eq!(
        tree.error(&["tags", "x"], "no").to_string(),
        "issue.md:3:1: no"
    );
}

#[test]
fn a_variable_goes_over_the_file_and_is_named_in_errors() {
    let mut tree = parse("title: x\n").unwrap();
    tree.root_mut().set(
        &["sender".into(), "name".into()],
        Node::from_variable("LETTER_SENDER__NAME", "007"),
    );
    let letter: Letter = tree.read().unwrap();
    assert_eq!(letter.sender.unwrap().name, "007");
    tree.root_mut().set(
        &["stamps".into()],
        Node::from_variable("LETTER_STAMPS", "x"),
    );
    let errors = tree.read::<Letter>().unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "LETTER_STAMPS: expected a whole number, zero or more, found the text `x`"
    );
}

#[test]
fn aliases_are_followed_but_cannot_blow_up() {
    let letter = read("title: &t x\ntags: [*t, *t]\n").unwrap();
    assert_eq!(letter.tags, ["x", "x"]);
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for level in 1..9 {
        let below = format!("*a{},", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    assert!(errors(&bomb).contains("too many aliases"));
    assert!(errors(&"[".repeat(100_000)).contains("recursion limit"));
    let ladder: String = (0..100).map(|depth| "  ".repeat(depth) + "a:\n").collect();
    assert!(errors(&ladder).contains("inside one another"));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "(?s)[-a-z:{}\\[\\]&*!|>'\"%@`#?, \t\r\n한😀]{0,60}") {
        let source = Source::new("x.yaml", text.clone());
        if let Ok(tree) = Tree::parse(&source, 0..text.len()) {
            let _ = tree.read::<Letter>();
        }
    }
}
