//! Lists that are longer than anybody wants to see who did not ask for them.

use crate::support::{TestPublication, sqlite3};

const ISSUE: &str = "2026-11-23-quiet";

#[test]
fn a_long_list_is_printed_in_part_with_how_much_more_there_is_and_to_programs_whole() {
    let publication = TestPublication::new().subscribers(12);
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    let list = ["subscribers", "list"];
    let run = |more: &[&str]| publication.run(list.iter().chain(more)).exits(0);
    let part = run(&["--limit", "5"]);
    assert_eq!(part.stdout.matches('@').count(), 5, "{}", part.stdout);
    for said in ["7 more are not shown: --all", "12 people: 12 active"] {
        assert!(part.stderr.contains(said), "{}", part.stderr);
    }
    for whole in [run(&[]), run(&["--all"]), run(&["--limit", "12"])] {
        assert_eq!(whole.stdout.matches('@').count(), 12, "{}", whole.stdout);
        assert!(!whole.stderr.contains("not shown"), "{}", whole.stderr);
    }
    let document = run(&["--limit", "5", "--json"]).json();
    assert_eq!(document.as_array().unwrap().len(), 12);

    for reader in 1..4 {
        let reader = format!("reader{reader}@example.com");
        publication.run(["suppressions", "add", &reader]).exits(0);
    }
    let part = publication
        .run(["suppressions", "list", "--limit", "2"])
        .exits(0);
    assert_eq!(part.stdout.matches('@').count(), 2, "{}", part.stdout);
    assert!(
        part.stderr.contains("1 more is not shown: --all"),
        "{}",
        part.stderr
    );
}

#[test]
fn status_shows_the_newest_issues_and_says_how_many_older_ones_there_are() {
    let publication = TestPublication::new();
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    // A quarter more, as if it had been sent week after week.
    let weeks = "CREATE TEMP TABLE week AS SELECT * FROM batches; UPDATE week SET id = NULL;"
        .to_owned()
        + &(1..=24)
            .map(|n| {
                format!(
                    "UPDATE week SET issue = 'monday-before-{n:02}', file = NULL, slot_date = NULL; \
                     INSERT INTO batches SELECT * FROM week;"
                )
            })
            .collect::<String>();
    sqlite3(&publication.path(".daily-note/daily-note.sqlite"), &weeks);
    let lines = |ran: &str| ran.lines().filter(|line| line.contains("monday-")).count();
    let newest = publication.run(["status"]).exits(0);
    assert_eq!(lines(&newest.stdout), 20, "{}", newest.stdout);
    assert!(
        newest.stderr.contains("5 older issues are not shown"),
        "{}",
        newest.stderr
    );
    let all = publication.run(["status", "--all"]).exits(0);
    assert_eq!(lines(&all.stdout), 25, "{}", all.stdout);
    assert!(!all.stderr.contains("not shown"), "{}", all.stderr);
    let document = publication
        .run(["status", "--all", "--json"])
        .exits(0)
        .json();
    assert_eq!(document.as_array().unwrap().len(), 25);
}
