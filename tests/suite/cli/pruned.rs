//! `ledger.keep`: rows of old issues go by a person's word or the daemon's, and every command says so instead of
//! answering as if nobody had got it.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::{
    crash::relay::Relay,
    support::{TestPublication, sqlite3},
};

const ISSUE: &str = "2026-11-23-quiet";
const KEEP: &str = "ledger:\n  keep: 180d\n";

struct Kept {
    publication: TestPublication,
    _relay: Relay,
}

impl Kept {
    /// An issue that forty readers got a year ago.
    fn a_year_ago() -> Self {
        let relay = Relay::start(Duration::ZERO);
        let publication = TestPublication::new()
            .and_config(KEEP)
            .subscribers(40)
            .variable(
                "DAILY_NOTE_SMTP__URL",
                &format!("smtp://127.0.0.1:{}?tls=none", relay.port()),
            );
        publication.run(["send", ISSUE, "--yes"]).exits(0);
        let kept = Self {
            publication,
            _relay: relay,
        };
        let year = 365_i64 * 86_400_000;
        kept.sql(&format!(
            "UPDATE batches SET slot = slot - {year}, frozen_at = frozen_at - {year}; \
             UPDATE deliveries SET updated_at = updated_at - {year}"
        ));
        kept
    }

    fn database(&self) -> PathBuf {
        self.publication.path(".daily-note/daily-note.sqlite")
    }

    fn sql(&self, sql: &str) {
        sqlite3(&self.database(), sql);
    }

    fn rows(&self) -> i64 {
        let database = Connection::open(self.database()).unwrap();
        let sql = "SELECT count(*) FROM deliveries";
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// As if somebody had looked at the clock day after day.
    fn prove_the_clock(&self) {
        self.sql(
            "UPDATE instance SET clock_seen = unixepoch() * 1000, \
             clock_since = (unixepoch() - 8 * 86400) * 1000",
        );
    }
}

#[test]
fn rows_go_by_a_person_s_word_and_every_command_says_so() {
    let kept = Kept::a_year_ago();
    let run = |line: &[&str], code| kept.publication.run(line).exits(code);
    let before = run(&["status", ISSUE, "--json"], 0).json();

    let told = run(&["storage", "prune", "--dry-run"], 0);
    for said in ["monday-2026-11-23", "40 rows of 1 issue have not changed"] {
        assert!(told.stderr.contains(said), "{}", told.stderr);
    }
    let plan = run(&["storage", "prune", "--dry-run", "--json"], 0).json();
    assert_eq!(plan["rows"], 40);
    assert_eq!(plan["issues"][0]["issue"], "monday-2026-11-23");
    let nobody = run(&["storage", "prune"], 2);
    assert!(nobody.stderr.contains("--yes"), "{}", nobody.stderr);
    let unproven = run(&["storage", "prune", "--yes"], 5);
    assert!(
        unproven.stderr.contains("nobody vouches for the clock"),
        "{}",
        unproven.stderr
    );
    // What is pretended says nothing of what is old.
    let pretended = ["--at", "2040-01-01", "storage", "prune", "--yes"];
    run(&pretended, 5);
    assert_eq!(kept.rows(), 40);

    kept.prove_the_clock();
    kept.sql(
        "CREATE TEMP TABLE other AS SELECT * FROM batches; \
         UPDATE other SET id = NULL, issue = 'other', file = NULL, slot_date = NULL, state = 0; \
         INSERT INTO batches SELECT * FROM other",
    );
    let beside = run(&["storage", "prune", "--yes"], 5);
    assert!(
        beside.stderr.contains("other is under way"),
        "{}",
        beside.stderr
    );
    kept.sql("DELETE FROM batches WHERE issue = 'other'");
    assert_eq!(kept.rows(), 40);
    let gone = run(&["storage", "prune", "--yes", "--json"], 0).json();
    assert_eq!((&gone["rows"], &gone["issues"]), (&40.into(), &1.into()));
    assert_eq!(kept.rows(), 0);
    run(&["storage", "prune", "--yes"], 6);

    let after = run(&["status", ISSUE, "--json"], 0).json();
    assert_eq!(after["counts"], before["counts"]);
    assert_eq!(after["pruned"]["rows"], 40);
    let shown = run(&["status", ISSUE], 0);
    assert!(
        shown.stdout.contains("40 rows were pruned"),
        "{}",
        shown.stdout
    );
    let listed = run(&["status", ISSUE, "--list", "accepted"], 6);
    assert!(
        listed.stderr.contains("40 rows were pruned"),
        "{}",
        listed.stderr
    );
    let reader = run(&["subscribers", "show", "reader1@example.com"], 0);
    assert!(
        reader.stdout.contains("they got is not kept any more"),
        "{}",
        reader.stdout
    );
}

#[test]
fn a_pruned_issue_is_not_sent_again() {
    let kept = Kept::a_year_ago();
    kept.prove_the_clock();
    kept.publication.run(["storage", "prune", "--yes"]).exits(0);
    let again = kept.publication.run(["send", ISSUE, "--yes"]);
    assert_ne!(again.code, Some(0), "{}", again.shown());
    assert_eq!(kept.rows(), 0, "nobody is frozen into it once more");
    let retried = kept
        .publication
        .run(["resume", ISSUE, "--retry", "rejected"])
        .exits(6);
    for said in ["Nobody to retry", "40 rows were pruned"] {
        assert!(retried.stderr.contains(said), "{}", retried.shown());
    }
    assert_eq!(kept.rows(), 0);
}

#[test]
fn the_daemon_prunes_while_nothing_is_on_its_way() {
    let kept = Kept::a_year_ago();
    // No slot is near, whenever this runs.
    let file = kept.publication.path("daily-note.yaml");
    let config = fs::read_to_string(&file).unwrap();
    let holidays =
        "schedule:\n  breaks: [{from: 2026-01-01, to: 2099-12-31, why: nobody writes}]\n";
    fs::write(&file, config + holidays).unwrap();
    let serves = |until: &dyn Fn() -> bool, most: Duration| {
        let mut serve = kept.publication.start(["serve"]);
        let since = Instant::now();
        while !until() && since.elapsed() < most {
            std::thread::sleep(Duration::from_millis(100));
        }
        serve.kill().unwrap();
        serve.wait().unwrap();
    };
    // It looks at the clock, which nobody knows yet, and takes nothing.
    let has_looked = || {
        let database = Connection::open(kept.database()).unwrap();
        let sql = "SELECT clock_seen IS NOT NULL FROM instance";
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    serves(&has_looked, Duration::from_secs(60));
    assert!(has_looked());
    assert_eq!(kept.rows(), 40);
    kept.prove_the_clock();
    serves(&|| kept.rows() == 0, Duration::from_secs(60));
    assert_eq!(kept.rows(), 0);
    let status = kept.publication.run(["status", ISSUE, "--json"]).exits(0);
    assert_eq!(status.json()["counts"]["accepted"], 40);
}

#[test]
fn how_long_rows_are_kept_is_said_and_not_too_short() {
    let publication = TestPublication::new();
    let unset = publication.run(["storage", "prune", "--dry-run"]).exits(3);
    assert!(
        unset.stderr.contains("`ledger.keep` is not set"),
        "{}",
        unset.stderr
    );
    let short = publication.and_config("ledger:\n  keep: 30d\n");
    let refused = short.run(["status"]).exits(3);
    assert!(refused.stderr.contains("90d or more"), "{}", refused.stderr);
}
