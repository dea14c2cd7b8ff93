//! subscribers.yaml, read in pieces; what is wrong with an entry, shown.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::audience::fixture;

/// A folder with one subscribers.yaml in it.
struct List {
    folder: tempfile::TempDir,
    publication: Publication,
}

impl List {
    fn new(text: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("subscribers.yaml"), text).unwrap();
        let publication = fixture::publication(folder.path().to_owned());
        Self {
            folder,
            publication,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("subscribers.yaml")
    }

    fn entries(&self) -> ProfileReader<'_> {
        load(&self.path(), &self.publication).unwrap().unwrap()
    }

    fn profiles(&self) -> Vec<Profile> {
        self.entries().map(Result::unwrap).collect()
    }

    /// Every problem on a line: place, message, hint.
    fn problems(&self) -> String {
        let problems: Vec<String> = self
            .entries()
            .filter_map(Result::err)
            .map(|error| match error.hint() {
                Some(hint) => format!("{error}\n  → {hint}"),
                None => error.to_string(),
            })
            .collect();
        problems.join("\n")
    }
}

fn emails(profiles: &[Profile]) -> Vec<&str> {
    profiles.iter().map(|p| p.email.as_str()).collect()
}

#[test]
fn a_list_is_read_in_its_order_with_all_it_says() {
    let list = List::new(
        "# Friends first.\n---\n- email: minji@example.com\n  name: 민지\n  editions: [monday]\n  tags: [founder, seoul]\n  timezone: Asia/Seoul\n  language: ko\n  consent: {at: 2026-03-01T09:00:00+09:00, source: \"web form\"}\n\n# Then the others.\n- email: jun@example.com\n  editions:\n  - thursday\n  - monday\n",
    );
    let profiles = list.profiles();
    assert_eq!(emails(&profiles), ["minji@example.com", "jun@example.com"]);
    insta::assert_debug_snapshot!(profiles);
}

#[test]
fn a_missing_file_is_no_error_and_an_empty_one_is_an_empty_list() {
    let list = List::new("# nobody yet\n");
    assert_eq!(list.profiles(), []);
    let missing = list.folder.path().join("nobody.yaml");
    assert!(load(&missing, &list.publication).unwrap().is_none());
}

#[test]
fn what_cannot_be_cut_is_parsed_whole() {
    for text in [
        "[{email: a@example.com}, {email: b@example.com}]\n",
        "  - email: a@example.com\n  - email: b@example.com\n",
        "- &one\n  email: a@example.com\n  tags: &tags [x]\n- email: b@example.com\n  tags: *tags\n",
        "%YAML 1.1\n---\n- email: a@example.com\n- email: b@example.com\n...\n",
        "\u{feff}- email: a@example.com\r\n-\r\n  email: b@example.com\r\n",
    ] {
        let list = List::new(text);
        let profiles = list.profiles();
        assert_eq!(
            emails(&profiles),
            ["a@example.com", "b@example.com"],
            "{text}"
        );
    }
}

#[test]
fn every_problem_of_an_entry_is_shown_where_it_is() {
    let list = List::new(
        "- email: minji.example.com
- email: minji@example.com
- name: 준
- email: Minji@EXAMPLE.com
- email: a@example.com
  nmae: 수아
- email: b@example.com
  name: 123
- email: c@example.com
  name: \"수\\r\\nBcc: d@example.com\"
- email: d@example.com
  editions: [monday, thurday]
- email: e@example.com
  editions: monday
- email: f@example.com
  timezone: Asia/Soul
- email: g@example.com
  consent:
    at: soon
- email: h@example.com
  consent: yes I do
- email: i@example.com
  language: korean!
- email: j@example.com
  name: 하나
  name: 두나
- k@example.com
-
- email: l@example.com
\tname: 탭
- email: m@example.com
  name: \"unfinished
- email: n@example.com
  tags: [a, [b]]
- email: o@example.com
  editions: []
- email: p@example.com
  consent: {when: 2026-01-01}
",
    );
    insta::assert_snapshot!(list.problems());
}

#[test]
fn a_text_that_is_no_list_says_so() {
    let problems = |text: &[u8]| List::new(text).problems();
    insta::assert_snapshot!(
        [
            problems(b"subscribers:\n  - email: a@example.com\n"),
            problems(b"just a word\n"),
            problems(b"[{email: a@example.com},\n {email: A@example.com}]\n"),
            problems(b"- email: a@example.com\n---\n- email: b@example.com\n"),
            problems(b"- email: a@example.com\n  name: \xb9\xce\xc1\xf6\n- email: b@example.com\n"),
            problems(&[&b"- email: a@example.com\n  name: "[..], &[b'x'; 70_000]].concat()),
        ]
        .join("\n")
    );
}

#[test]
fn an_error_shows_the_line_with_a_caret() {
    let list =
        List::new("- email: a@example.com\n- email: b@example.com\n  timezone: Mars/Base # home\n");
    let error = list.entries().find_map(Result::err).unwrap();
    let mut shown = String::new();
    miette::NarratableReportHandler::new()
        .render_report(&mut shown, &error)
        .unwrap();
    insta::assert_snapshot!(shown);
}

#[test]
fn a_survey_counts_what_it_does_not_keep() {
    let survey = survey(
        List::new("- a\n- email: b@example.com\n- c\n- d\n").entries(),
        2,
    );
    assert_eq!(
        (survey.entries, survey.errors.len(), survey.further_errors),
        (1, 2, 1)
    );
}

#[test]
fn the_usual_spellings_need_no_parser() {
    for text in [
        "- email: minji@example.com\n  name: 민지\n  editions: [monday, thursday]\n  tags: [founder]\n  timezone: Asia/Seoul\n  language: ko\n  consent: {at: 2026-03-01T09:00:00+09:00, source: \"web form\"}\n\n# The others.\n",
        "- email: 123@example.com\n  editions:\n  - monday\n  consent:\n    at: 2026-03-01T09:00:00+09:00\n    source: import:stibee\n  name: 'O Brien'\n",
        "- email: a@example.com",
    ] {
        assert!(plain::parse(text).is_some(), "{text}");
    }
    for text in [
        "- email: a@example.com\n  name: 123\n",
        "- email: a@example.com # friend\n",
    ] {
        assert!(plain::parse(text).is_none(), "{text}");
    }
}

/// Lines that are nearly plain.
const PLAIN_LIKE: &str = "(- email: (a@example\\.com|1@x\\.kr|'a@example\\.com')\n|  name: (민지|<V>|a b|1|no|null|~|2026|\"a\"|\"a\\\\n\"|'it''s'|a: b|a #b|a#b|-|- a|\\*a|&a b|!a|%a|@a|\\|)?\n|  (tags|editions): (\\[\\]|\\[a, b\\]|\\[a,b\\]|\\[\"a, b\"\\]|\\['a', b c\\]|\\[<V>\\]|\\[a,\\]|a)?\n|  - [a-c#:]{0,3}\n|    - [a-c]{0,2}\n|  consent: (\\{at: 2026-03-01, source: web form\\}|\\{at: 2026-03-01T09:00:00\\+09:00\\}|\\{\\}|\\{source: \"a, b\"\\}|\\{source:b\\}|x)?\n|    (at|source): (2026-03-01|web|<V>)?\n|  # comment\n|\n|  \n|   x\n|      deep\n)";

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_rendered_is_read_back(profile in fixture::any_profile()) {
        let yaml = render(&profile).unwrap();
        let list = List::new(&yaml);
        let read: Vec<_> = list.entries().collect::<Result<_, _>>().map_err(|error| {
            TestCaseError::fail(format!("{error}\n{yaml}"))
        })?;
        prop_assert_eq!(read, vec![profile], "{}", yaml);
    }

    #[test]
    fn what_we_render_is_plain_or_read_alike(profile in fixture::any_profile()) {
        let yaml = render(&profile).unwrap();
        if let Some(entry) = plain::parse(&yaml) {
            let (parsed,) = serde_yaml::from_str::<(ListEntry,)>(&yaml).unwrap();
            prop_assert_eq!(entry, parsed, "{}", yaml);
        }
    }

    #[test]
    fn what_is_plain_is_what_the_parser_reads(
        lines in proptest::collection::vec(PLAIN_LIKE, 0..6),
        value in "[^\n]{0,6}",
        key in "(name|timezone|at|source)",
    ) {
        let text = format!("- email: a@example.com\n{}  {key}: {value}\n", lines.concat());
        for text in [text.clone(), text.replace("<V>", &value), lines.concat()] {
            if let Some(entry) = plain::parse(&text) {
                let parsed = serde_yaml::from_str::<(ListEntry,)>(&text);
                let parsed = parsed.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
                prop_assert_eq!(entry, parsed.0, "{}", text);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        List::new(bytes).problems();
    }

    #[test]
    fn no_yaml_like_text_makes_it_panic(
        text in "(- |  |\n|email|name|: |@|\\[|\\]|\\{|\\}|&a|\\*a|\"|'|#|!t |<<|~|1|---|\t|민|,){0,40}"
    ) {
        List::new(text).problems();
    }
}

/// What a look through the whole file finds.
#[derive(Debug, Default)]
struct FileSurvey {
    /// Entries that make sense.
    entries: u64,
    /// The first problems.
    errors: Vec<SourceError>,
    /// Problems beyond those.
    further_errors: u64,
}

/// Reads everything and keeps the first `limit` errors.
fn survey(entries: ProfileReader<'_>, limit: usize) -> FileSurvey {
    let mut survey = FileSurvey::default();
    for entry in entries {
        match entry {
            Ok(_) => survey.entries += 1,
            Err(error) if survey.errors.len() < limit => survey.errors.push(error),
            Err(_) => survey.further_errors += 1,
        }
    }
    survey
}
