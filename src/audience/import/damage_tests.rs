//! Damaged files: no row vanishes, nobody is mailed inside another's name, and an error names its place.

use std::collections::HashSet;

use proptest::prelude::*;

use super::{tests::read, *};

const ROWS: usize = 1_000;

/// A list of a thousand people; every seventh left, some names are quoted.
fn table() -> String {
    let mut text = "email,name,status\n".to_owned();
    for n in 1..=ROWS {
        let name = match n % 3 {
            0 => format!("\"Reader, {n}\""),
            _ => format!("Reader {n}"),
        };
        let status = if n.is_multiple_of(7) {
            "unsubscribed"
        } else {
            "active"
        };
        text.push_str(&format!("reader{n}@example.com,{name},{status}\n"));
    }
    text
}

/// The address of a line's person.
fn person(line: usize) -> String {
    format!("reader{}@example.com", line - 1)
}

#[derive(Debug, Clone)]
enum Harm {
    Insert(u8),
    Replace(u8),
    Delete,
    Cut,
}

fn any_harm() -> impl Strategy<Value = Harm> {
    let byte = proptest::sample::select(b"\"\"\"\n\r,;\\@x \t'\0".to_vec());
    prop_oneof![
        4 => byte.clone().prop_map(Harm::Insert),
        2 => byte.prop_map(Harm::Replace),
        2 => Just(Harm::Delete),
        1 => Just(Harm::Cut),
    ]
}

fn harmed(text: &str, at: usize, harm: &Harm) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    match harm {
        Harm::Insert(byte) => bytes.insert(at, *byte),
        Harm::Replace(byte) => bytes[at] = *byte,
        Harm::Delete => {
            bytes.remove(at);
        }
        Harm::Cut => bytes.truncate(at),
    }
    bytes
}

/// Holds what was made of a damaged table against the people in it.
fn check(bytes: &[u8], line_of_harm: usize, is_cut: bool) {
    let Ok((_, rows)) = read("list.csv", bytes, &ReadingOptions::default()) else {
        // Nothing is taken of a file that stops.
        return;
    };
    let mut named = HashSet::new();
    let mut lines = HashSet::new();
    for row in &rows {
        lines.insert(row.line as usize);
        match &row.entry {
            RowDecision::Subscribe(profile) => {
                let name = profile.name.clone().unwrap_or_default();
                assert!(
                    !name.contains("@example") && !name.contains('\n'),
                    "{row:?}"
                );
                let address = profile.email.as_str();
                let number = address
                    .trim_start_matches("reader")
                    .split('@')
                    .next()
                    .unwrap();
                let has_left = number.parse().is_ok_and(|n: usize| n.is_multiple_of(7));
                let is_harmed =
                    (line_of_harm - 1..=line_of_harm + 1).contains(&(row.line as usize));
                assert!(!has_left || is_harmed, "{row:?}");
                if is_cut {
                    assert!(address.ends_with("@example.com"), "{row:?}");
                    assert!(name.contains("Reader"), "{row:?}");
                }
                named.insert(address.to_owned());
            }
            RowDecision::Suppress(suppressions) => {
                named.extend(
                    suppressions
                        .iter()
                        .map(|it| it.email.as_ref().unwrap().to_string()),
                );
            }
            RowDecision::Join(_) | RowDecision::Hashed(_) | RowDecision::Wording => unreachable!(),
            RowDecision::Skip { email, .. } => {
                named.insert(email.to_string());
            }
            RowDecision::Refuse { email, .. } => {
                named.insert(email.clone());
            }
        }
    }
    let last = if is_cut { line_of_harm - 1 } else { ROWS + 1 };
    for line in 2..=last {
        // A person whose address was damaged is told by their row.
        let is_told = named.contains(&person(line))
            || line.abs_diff(line_of_harm) <= 1
                && (lines.contains(&line) || lines.contains(&(line - 1)));
        assert!(is_told, "{} of line {line} has vanished", person(line));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_byte_of_a_list_is_damaged_no_row_vanishes(at in 0_usize..30_000, harm in any_harm()) {
        let text = table();
        let at = at % text.len();
        let line = text[..at].matches('\n').count() + 1;
        check(&harmed(&text, at, &harm), line, matches!(harm, Harm::Cut));
    }
}

#[test]
fn a_quotation_mark_at_any_place_of_two_rows_hides_no_row() {
    let text = table();
    let begin = text.find("reader500@").unwrap();
    let end = text.find("reader502@").unwrap();
    for at in begin..end {
        let line = text[..at].matches('\n').count() + 1;
        check(&harmed(&text, at, &Harm::Insert(b'"')), line, false);
    }
}

#[test]
fn damaged_quotation_marks_are_told_with_row_line_and_column() {
    for (text, told) in [
        (
            "email,name\na@example.com,Ada\nb@example.com,\"Bo\nc@example.com,Cy\n",
            "list.csv:3:15: the quotation mark here, in row 3, is never closed",
        ),
        (
            "email,name\n\"Ada\n\"b@x.org\",Bo\n",
            "list.csv:2:1: the quotation mark here, in row 2, takes in what follows up to line 3",
        ),
        (
            "email,name,note\na@example.com,A,\"5\nb@example.com,B,\"\nc@example.com,C,ok\n",
            "list.csv:2: row 2 goes on to line 3: several rows have run together in it",
        ),
        (
            "email,name,note\na@example.com,\"A\n\",b,b@example.com,B\n",
            "list.csv:2: row 2 goes on to line 3: several rows have run together in it",
        ),
        (
            "\"email,name\na@example.com,A\n",
            "list.csv:1:1: the quotation mark here, in row 1, is never closed",
        ),
        (
            "email,namea@example.com,A\nb@example.com,B\n",
            "list.csv:1: row 1 names columns and has somebody's address in it: a line break is missing",
        ),
    ] {
        let error = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap_err();
        assert_eq!(error.to_string(), told, "{text}");
    }
}

#[test]
fn a_row_of_another_length_than_its_table_is_refused() {
    let text = "email,name,status\na@example.com,Doe, Jane,active\nb@example.com,Bo\nc@example.com,C,active,,\n";
    let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
    assert!(matches!(&rows[0].entry, RowDecision::Refuse { why, .. } if why.contains("4 cells")));
    assert!(matches!(&rows[1].entry, RowDecision::Refuse { why, .. } if why.contains("2 cells")));
    assert!(matches!(rows[2].entry, RowDecision::Subscribe(_)));
    // Where a program leaves empty cells at the end out, all its rows are short.
    let text = "email,name,city\na@example.com\nb@example.com,Bo\nc@example.com\n";
    let (_, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
    assert!(
        rows.iter()
            .all(|row| matches!(row.entry, RowDecision::Subscribe(_)))
    );
}

#[test]
fn a_table_begins_where_its_header_is() {
    for (text, first_row) in [
        ("sep=;\nemail;name\na@example.com;Ada\n", 2),
        ("\"sep=|\"\nemail|name\na@example.com|Ada\n", 2),
        (
            "Subscribers exported 2026-11-01,\n,\nEmail,Name\na@example.com,Ada\n",
            3,
        ),
        ("\n\nemail\tname\na@example.com\tAda\n", 3),
        ("회원 명단,,\n이메일,이름\na@example.com,Ada\n", 2),
        ("a@example.com,Ada\n", 1),
    ] {
        let (plan, rows) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
        assert_eq!((plan.first_row, rows.len()), (first_row, 1), "{text}");
        assert!(matches!(rows[0].entry, RowDecision::Subscribe(_)), "{text}");
    }
}

#[test]
fn the_plan_shows_three_samples_of_each_column() {
    let text =
        "email,name\na@example.com,Ada\nb@example.com,Ada\nc@example.com,\nd@example.com,Di\n";
    let (plan, _) = read("list.csv", text.as_bytes(), &ReadingOptions::default()).unwrap();
    assert_eq!(
        plan.columns[0].samples,
        ["a@example.com", "b@example.com", "c@example.com"]
    );
    assert_eq!(plan.columns[1].samples, ["Ada", "Di"]);
}
