//! subscribers.yaml: what each rule says of an entry.

use super::{trials::Trial, *};
use crate::{
    audience::{SuppressionReason, file},
    check::list::ListCheck,
};

const WELL: &str =
    "- email: a@example.com\n  consent: {at: 2026-03-01T09:00:00+09:00, source: web form}\n";

/// The findings on a list; `gone` gets no mail.
fn check(list: &str, gone: Option<(&str, SuppressionReason)>) -> Vec<Finding> {
    let desk = Desk::new().with("subscribers.yaml", list);
    let path = desk.root.path().join("subscribers.yaml");
    let mut entries = file::load(&path, &desk.publication).unwrap().unwrap();
    let mut check = ListCheck::new("2026-11-22T00:00:00Z".parse().unwrap());
    while let Some(entry) = entries.next() {
        match entry {
            Ok(profile) => {
                let suppression = gone
                    .filter(|(email, _)| profile.email.as_str() == *email)
                    .map(|(_, reason)| reason);
                let offset = entries.last_offset();
                check.entry(&profile, suppression, || {
                    let (source, line) = entries.place(offset);
                    Some(FindingPlace::new(&source, line))
                });
            }
            Err(error) => check.unreadable(&error),
        }
    }
    check.finish()
}

pub(super) fn trials() -> Vec<Trial> {
    let second = |entry: &str| format!("{WELL}\n{entry}");
    let lists = [
        ("list/unreadable", second("- email: A@example.com\n")),
        (
            "list/unreadable",
            second("- email: b@example.com\n  editions: [sunday]\n"),
        ),
        ("list/unreadable", second("- email: nobody\n")),
        ("list/no-consent", second("- email: b@example.com\n")),
        (
            "list/consent-without-date",
            second("- email: b@example.com\n  consent: {source: 행사}\n"),
        ),
        (
            "list/consent-in-future",
            second(
                "- email: b@example.com\n  consent: {at: 2062-03-01T09:00:00+09:00, source: 행사}\n",
            ),
        ),
    ];
    let mut trials: Vec<Trial> = lists
        .into_iter()
        .map(|(rule, list)| Trial::new(rule, list.clone(), check(&list, None), check(WELL, None)))
        .collect();
    for reason in [
        SuppressionReason::Unsubscribed,
        SuppressionReason::HardBounce,
        SuppressionReason::Complaint,
        SuppressionReason::Manual,
        SuppressionReason::Erased,
    ] {
        trials.push(Trial::new(
            "list/left",
            reason.word(),
            check(WELL, Some(("a@example.com", reason))),
            check(WELL, Some(("b@example.com", reason))),
        ));
    }
    trials
}

#[test]
fn a_finding_on_the_list_stands_at_its_entry_and_many_are_counted() {
    let list: String = (0..14)
        .map(|number| format!("- email: r{number}@example.com\n"))
        .collect();
    let found = check(&list, None);
    assert_eq!(found.len(), 11);
    let place = found[1].place().unwrap();
    assert_eq!((place.file(), place.start().line), ("subscribers.yaml", 2));
    assert_eq!(place.text(), "- email: r1@example.com");
    assert_eq!(found[10].message(), "and 4 more like these");
}

#[test]
fn a_list_that_is_well_has_no_findings() {
    assert!(check(WELL, None).is_empty());
}
