//! A long list: taken in, frozen, sent to, taken up again after a crash.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use daily_note::store::{BatchLedger, sqlite::SqliteStore};

use super::{
    Sizes,
    batch::Postfix,
    ledger::{issue, now},
    line::Line,
    process::{self, Cost, Killed, watched},
    publication::{Publication, towards},
    row::{Quantity, Reach, Row, Table},
};

const CONNECTIONS: usize = 20;

/// subscribers.yaml, folded in by `send`; for an edition that is not the issue's, so that nothing
/// else follows.
pub(crate) fn fold(table: &mut Table, sizes: &Sizes) {
    let publication = Publication::new(sizes.folder.as_deref());
    let fold = || {
        let cost = publication.run(&mut publication.command(&["send", publication.issue, "--yes"]));
        assert_eq!(cost.code, 6, "nobody reads that edition");
        cost
    };
    publication.write_list(1, "thursday");
    let base = fold();
    publication.forget();
    publication.write_list(sizes.entries, "thursday");
    let new = fold();
    let again = fold();
    let row = |what: String, cost: Cost| Row {
        what,
        here: Quantity(cost.wall.as_secs_f64(), "s"),
        peer: Some(("with one entry", Quantity(base.wall.as_secs_f64(), "s"))),
        reach: Reach::HereAtMost(1.0),
        note: format!("{:.1} µs an entry", cost.cpu_each(sizes.entries)),
        is_robust: false,
    };
    let entries = sizes.entries;
    table.add(row(
        format!("subscribers.yaml, {entries} new entries: whole process"),
        new,
    ));
    table.add(row("the same file a second time".into(), again));
    table.add(Row {
        what: "its memory at the peak".into(),
        here: Quantity(new.peak_mib.max(again.peak_mib), "MiB"),
        peer: Some(("with one entry", Quantity(base.peak_mib, "MiB"))),
        reach: Reach::HereAtMost(48.0),
        note: String::new(),
        is_robust: true,
    });
}

/// Everything about a list of a million.
pub(crate) fn long(table: &mut Table, sizes: &Sizes, postfix: Option<&Postfix>) {
    let publication = Publication::new(sizes.folder.as_deref());
    let readers = sizes.readers;
    write_csv(&publication.path("readers.csv"), readers);
    import(table, &publication, readers);
    freeze(table, &publication, readers);
    let Some(postfix) = postfix else {
        return table.leave_out("a send to the whole list", "Postfix is not installed");
    };
    resume(table, &publication, postfix, readers);
    let small = memory_of_small(sizes, postfix);
    memory(table, sizes, &publication, postfix, small);
}

/// What an import does, without looking at anything: the rows staged, sorted, and merged in one statement.
const STAGED_UPSERT: &str = "\
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TEMP TABLE staged (email TEXT, name TEXT, tags TEXT, language TEXT, consent_at TEXT, consent_source TEXT);
.mode csv
.import --skip 1 'CSV' staged
CREATE TABLE readers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT, tags TEXT,
  language TEXT, consent_at TEXT, consent_source TEXT);
INSERT INTO readers (email, name, tags, language, consent_at, consent_source)
  SELECT * FROM staged WHERE true ORDER BY email COLLATE NOCASE
  ON CONFLICT (email) DO UPDATE SET name = excluded.name, tags = excluded.tags, language = excluded.language,
  consent_at = excluded.consent_at, consent_source = excluded.consent_source;
";
/// All columns that a row of an export has.
const DUMP: &str = "\
.mode csv
.headers on
.output 'OUT'
SELECT email, name, state, suppressed, editions, tags, timezone, language, consent_at, consent_source, origin,
  created_at FROM subscribers ORDER BY id;
";

fn import(table: &mut Table, publication: &Publication, readers: usize) {
    let csv = publication.path("readers.csv");
    let csv = csv.to_string_lossy();
    let ours = publication.run(&mut publication.command(&["subscribers", "import", &csv]));
    assert_eq!(ours.code, 0, "import failed");
    let yardstick = publication.path("yardstick.sqlite");
    let peer = sqlite3(publication, &yardstick, &STAGED_UPSERT.replace("CSV", &csv));
    table.add(Row {
        what: format!("import a CSV of {readers} readers: whole process"),
        here: Quantity(ours.wall.as_secs_f64(), "s"),
        peer: peer.map(|cost| ("sqlite3: one staged, sorted upsert", seconds(cost))),
        reach: Reach::RatioAtMost(1.5),
        note: beside(ours, peer),
        is_robust: false,
    });
    let out = publication.path("exported.csv");
    let out = out.to_string_lossy();
    let ours = publication.run(&mut publication.command(&["subscribers", "export", "--out", &out]));
    assert_eq!(ours.code, 0, "export failed");
    let list = publication.path(".daily-note/daily-note.sqlite");
    let dump = publication.path("dumped.csv");
    let dump = DUMP.replace("OUT", &dump.to_string_lossy());
    let peer = sqlite3(publication, &list, &dump);
    table.add(Row {
        what: format!("export {readers} readers as CSV: whole process"),
        here: Quantity(ours.wall.as_secs_f64(), "s"),
        peer: peer.map(|cost| ("sqlite3 -csv of the same table", seconds(cost))),
        reach: Reach::RatioAtMost(2.0),
        note: beside(ours, peer),
        is_robust: false,
    });
}

/// What it costs to have that script run on a database; None: sqlite3 is not here.
fn sqlite3(publication: &Publication, database: &Path, script: &str) -> Option<Cost> {
    process::has("sqlite3").then(|| {
        let (account, path) = (
            publication.path("their-account"),
            publication.path("script.sql"),
        );
        fs::write(&path, script).expect("a script");
        let mut command = watched("sqlite3", &account);
        let read = format!(".read '{}'", path.display());
        command.arg(database).arg(read);
        process::run(&mut command, &account)
    })
}

fn seconds(cost: Cost) -> Quantity {
    Quantity(cost.wall.as_secs_f64(), "s")
}

fn beside(ours: Cost, peer: Option<Cost>) -> String {
    let of = |cost: Cost| {
        format!(
            "{:.1} s and {:.0} MiB",
            cost.cpu.as_secs_f64(),
            cost.peak_mib
        )
    };
    let theirs = peer.map_or_else(|| "not here".to_owned(), of);
    format!("processor and peak: {}; sqlite3: {theirs}", of(ours))
}

/// The same list and ledger through the library: the freeze alone, without the issue's rendering.
fn freeze(table: &mut Table, publication: &Publication, readers: usize) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let took = runtime.block_on(async {
        let store = SqliteStore::open(&publication.path(".daily-note"))
            .await
            .expect("the store");
        let start = Instant::now();
        let frozen = store
            .freeze(&issue("freeze-alone"), now(0))
            .await
            .expect("a batch");
        let took = start.elapsed();
        assert_eq!(frozen.batch.audience, readers as u64);
        store.close().await;
        took
    });
    table.add(Row {
        what: format!("freeze a batch of {readers} deliveries"),
        here: Quantity(took.as_secs_f64(), "s"),
        peer: copied_rows(publication).map(|cost| {
            let seconds = cost.wall.as_secs_f64();
            (
                "sqlite3: INSERT … SELECT, one index",
                Quantity(seconds, "s"),
            )
        }),
        reach: Reach::HereAtMost(4.0),
        note: "one transaction, synchronous=FULL".into(),
        is_robust: false,
    });
}

/// What SQLite's own program takes for as many rows with as many columns that matter.
fn copied_rows(publication: &Publication) -> Option<Cost> {
    if !process::has("sqlite3") {
        return None;
    }
    let account = publication.path("their-account");
    let mut command = watched("sqlite3", &account);
    command
        .arg(publication.path("yardstick.sqlite"))
        .arg("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        .arg(
            "CREATE TABLE rows (id INTEGER PRIMARY KEY, state, lane, domain, due_at); \
             CREATE INDEX due ON rows (state, lane, due_at); \
             INSERT INTO rows SELECT rowid, 0, 0, 1, 1795388400000 FROM readers;",
        );
    Some(process::run(&mut command, &account))
}

/// A sender dies in the middle of a batch, alone or with its machine; how long until the next one's first message?
fn resume(table: &mut Table, publication: &Publication, postfix: &Postfix, readers: usize) {
    let issue = publication.write_twin(0, "interrupted");
    let sink = postfix.sink();
    let until = |messages| {
        let line = Line::start(sink.addr, Duration::ZERO);
        let mut command = publication.bare_command(&["send", &issue, "--yes"]);
        let start = Instant::now();
        let dying = Killed(
            towards(&mut command, line.addr, CONNECTIONS)
                .spawn()
                .expect("send"),
        );
        let first = line.wait_for(messages, Duration::from_secs(60));
        drop(dying);
        (first.expect("a batch under way") - start).as_secs_f64()
    };
    until(500);
    let alone = until(1);
    // What is left where the machine died says nothing of this running of it.
    fs::write(publication.path(".daily-note/open.lock"), "").expect("open.lock");
    let with_machine = until(1);
    for (whose, took, most, note) in [
        (
            "the process died",
            alone,
            0.25,
            "killed by SIGKILL right after the freeze, its log unfolded; every page is looked at beside it",
        ),
        (
            "the machine died",
            with_machine,
            1.0,
            "every page is looked at before",
        ),
    ] {
        table.add(Row {
            what: format!(
                "resume an interrupted batch of {readers}, {whose}: start to first message"
            ),
            here: Quantity(took, "s"),
            peer: None,
            reach: Reach::HereAtMost(most),
            note: note.into(),
            is_robust: false,
        });
    }
}

fn memory_of_small(sizes: &Sizes, postfix: &Postfix) -> Cost {
    let publication = Publication::new(sizes.folder.as_deref());
    write_csv(&publication.path("readers.csv"), 1_000);
    let csv = publication.path("readers.csv");
    let csv = csv.to_string_lossy();
    publication.run(&mut publication.command(&["subscribers", "import", &csv]));
    publication.send(publication.issue, postfix.sink().addr, CONNECTIONS)
}

fn memory(
    table: &mut Table,
    sizes: &Sizes,
    publication: &Publication,
    postfix: &Postfix,
    small: Cost,
) {
    let readers = sizes.readers;
    let issue = publication.write_twin(1, "all");
    let sink = postfix.sink();
    let cost = publication.send(&issue, sink.addr, CONNECTIONS);
    assert_eq!(publication.accepted(&issue), readers as u64);
    let disk = fs::metadata(publication.path(".daily-note/daily-note.sqlite"));
    let disk = disk.map_or(0, |file| file.len()) as f64 / readers as f64;
    table.add(Row {
        what: format!("memory at the peak of a send to {readers}"),
        here: Quantity(cost.peak_mib, "MiB"),
        peer: Some(("to 1,000", Quantity(small.peak_mib, "MiB"))),
        reach: Reach::HereAtMost(52.0),
        note: format!(
            "{:.0} s, {:.0} /s, processor a message {:.0} µs; disk {disk:.0} bytes a reader for the list and three batches",
            cost.wall.as_secs_f64(),
            cost.per_second(readers),
            cost.cpu_each(readers),
        ),
        is_robust: true,
    });
}

/// Addresses in no order, as real lists have them; a third each at two providers.
fn write_csv(path: &Path, readers: usize) {
    let mut text = String::from("email,name,tags,language,consent_at,consent_source\n");
    for number in 0..readers {
        let scattered = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24;
        let domain = match number % 3 {
            0 => "gmail.example.com".to_owned(),
            1 => "naver.example.com".to_owned(),
            _ => format!("company{}.example.com", scattered % 5_000),
        };
        let _ = writeln!(
            text,
            "reader{scattered}@{domain},독자 {number},founder,ko,2026-03-01T09:00:00+09:00,web form"
        );
    }
    fs::write(path, text).expect("a CSV file");
}
