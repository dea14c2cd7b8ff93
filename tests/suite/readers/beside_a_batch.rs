//! One click, and people who come, while `serve` itself carries a batch as fast as it can: what is answered is on the
//! disk, who clicks before their turn is skipped, and neither waits for the other.
//!
//! `CLICKS_READERS` and `CLICKS` make it the long programme (`just clicks`), which holds its figures to bounds. Beside
//! other tests a few hundred are sent by a slow relay, and figures are printed, no more.

use std::{
    env, thread,
    time::{Duration, Instant},
};

use chrono::{Datelike, TimeDelta};
use daily_note::{
    audience::SubscriberId,
    links::{LinkSecrets, LinkSigner, ListMark},
};
use rusqlite::{Connection, OpenFlags};

use super::{
    connection::OpenConnection,
    harness::{BASE, ServedPages, form},
};
use crate::{identity::harness::Desk, schedule::wait_until};

const SECRET: &str = "a secret of the links, long enough to be one";
/// Connections to the relay, and those of the providers that click: fewer than one network may have.
const CONNECTIONS: usize = 20;
const CLICKERS: usize = 48;
/// How many click in a second, all together: more than a list of millions sees.
const CLICKS_A_SECOND: u32 = 2_500;
/// Readers of the issue who leave before their turn has come.
const LATE: usize = 40;
/// A few hours more than nobody waits for.
const PATIENCE: Duration = Duration::from_secs(3 * 3_600);

/// How much of everything.
#[derive(Clone, Copy)]
struct Size {
    readers: usize,
    clicks: usize,
    newcomers: usize,
    /// What the relay waits at each message.
    delay: Duration,
    rounds: usize,
    is_held_to_bounds: bool,
}

impl Size {
    fn wanted() -> Self {
        let number = |name: &str| env::var(name).ok()?.parse().ok();
        let readers: Option<usize> = number("CLICKS_READERS");
        Self {
            readers: readers.unwrap_or(400),
            clicks: number("CLICKS").unwrap_or(200),
            newcomers: if readers.is_some() { 10 } else { 3 },
            delay: Duration::from_millis(if readers.is_some() { 0 } else { 20 }),
            rounds: if readers.is_some() { 3 } else { 1 },
            is_held_to_bounds: readers.is_some(),
        }
    }
}

/// What one batch came to.
#[derive(Debug, Default)]
struct Figures {
    batch: Duration,
    /// How long each click waited for its answer, the shortest first.
    clicks: Vec<Duration>,
    clicked_in: Duration,
    /// From each form to the relay that has its confirmation.
    confirmations: Vec<Duration>,
}

impl Figures {
    fn clicks_a_second(&self) -> f64 {
        self.clicks.len() as f64 / self.clicked_in.as_secs_f64()
    }

    fn p99(&self) -> Duration {
        self.clicks[self.clicks.len() * 99 / 100]
    }
}

#[test]
fn clicks_and_newcomers_beside_a_batch_wait_for_nothing_and_it_hardly_for_them() {
    let size = Size::wanted();
    let mut ratios = Vec::new();
    for round in 1..=size.rounds {
        let alone = size.is_held_to_bounds.then(|| carried(&quiet(size)).batch);
        let beside = carried(&size);
        println!(
            "round {round}: {} clicks, {:.0} a second, p99 {:?}, longest {:?}; {} newcomers, the longest waited {:?}; \
             a batch of {} took {:?}",
            beside.clicks.len(),
            beside.clicks_a_second(),
            beside.p99(),
            beside.clicks.last().unwrap(),
            beside.confirmations.len(),
            beside.confirmations.last().unwrap(),
            size.readers,
            beside.batch,
        );
        let Some(alone) = alone else { continue };
        let ratio = beside.batch.as_secs_f64() / alone.as_secs_f64();
        println!("  {ratio:.2} times what it took alone, {alone:?}");
        ratios.push(ratio);
        assert!(beside.clicks_a_second() >= 2_000.0);
        assert!(beside.p99() <= Duration::from_millis(50));
        assert!(*beside.confirmations.last().unwrap() <= Duration::from_secs(2));
    }
    ratios.sort_by(f64::total_cmp);
    if size.is_held_to_bounds {
        assert!(ratios[ratios.len() / 2] <= 1.2, "{ratios:?}");
    }
}

/// The same, and nobody comes or leaves.
fn quiet(size: Size) -> Size {
    Size {
        clicks: 0,
        newcomers: 0,
        ..size
    }
}

/// A batch to that many readers, carried by a `serve` whose pages are asked meanwhile.
fn carried(size: &Size) -> Figures {
    let desk = desk(size);
    let (late, others) = (paths_of(&desk, "tardy"), paths_of(&desk, "leaver"));
    let pages = ServedPages::spawn(&mut desk.publication.command(["serve"]));
    wait_until(|| desk.taken() > 0, "the first message");
    let begun = Instant::now();
    let mut figures = thread::scope(|scope| {
        let clicking = (size.clicks > 0).then(|| {
            scope.spawn(|| {
                OpenConnection::to(pages.address).clicks(&late);
                wave(&pages, &others)
            })
        });
        let coming = scope.spawn(|| newcomers(&desk, &pages, size.newcomers));
        while desk.taken() < size.readers {
            assert!(begun.elapsed() < PATIENCE, "the batch has no end");
            thread::sleep(Duration::from_millis(2));
        }
        let batch = begun.elapsed();
        let (clicks, clicked_in) = clicking.map_or_else(Default::default, |it| it.join().unwrap());
        Figures {
            batch,
            clicks,
            clicked_in,
            confirmations: coming.join().unwrap(),
        }
    });
    let status = || desk.run(&["status", "the-issue", "--json"]).json();
    wait_until(|| status()["state"] == "finished", "the end of the batch");
    pages.kill();
    settled(&desk, size, &status());
    figures.clicks.sort();
    figures.confirmations.sort();
    figures
}

/// Everybody got it, or was skipped because they had left; and whoever was told that they are out is.
fn settled(desk: &Desk, size: &Size, status: &serde_json::Value) {
    let skipped = status["counts"]["skipped"].as_u64().unwrap() as usize;
    let accepted = status["counts"]["accepted"].as_u64().unwrap() as usize;
    assert_eq!(accepted + skipped, size.readers + LATE, "{status}");
    let late = (0..LATE).map(|number| format!("tardy{number}@example.com"));
    let without = late.filter(|email| !desk.relay.has_taken(email)).count();
    assert_eq!(without, skipped, "whoever is skipped gets nothing");
    let left = desk.run(&["suppressions", "list", "--json"]).json();
    let left = left.as_array().map_or(0, Vec::len);
    if size.clicks == 0 {
        assert_eq!((left, skipped), (0, 0));
        return;
    }
    assert_eq!(left, LATE + size.clicks);
    if size.is_held_to_bounds {
        assert_eq!(skipped, LATE, "they left before their turn");
    }
}

/// An issue that is due, to that many readers; other people read an edition that has its day later.
fn desk(size: &Size) -> Desk {
    let desk = Desk::with_delay(size.delay);
    let day = |days| {
        let day = desk.due_at + TimeDelta::days(days);
        day.weekday().to_string().to_lowercase()
    };
    let (today, later) = (day(0), day(3));
    let time = desk.due_at.format("%H:%M");
    let yaml = format!(
        "publication:\n  name: The Note\n  language: en\n  timezone: UTC\n  \
         from: The Note <hello@note.example.com>\n  postal_address: 1 Example Street\n  \
         contact: hello@note.example.com\n  unsubscribe_email: leave@note.example.com\n\
         editions:\n  weekly: {{title: Weekly, topic: software, day: {today}, time: \"{time}\"}}\n  \
         other: {{title: Other, topic: design, day: {later}, time: \"{time}\"}}\n"
    );
    let mut list = "email,editions\n".to_owned();
    for (who, edition, count) in [
        ("reader", "weekly", size.readers),
        // An import sorts by address: they come last.
        ("tardy", "weekly", LATE),
        ("leaver", "other", size.clicks),
    ] {
        for number in 0..count {
            list.push_str(&format!("{who}{number}@example.com,{edition}\n"));
        }
    }
    let desk = desk.change(|publication| {
        publication
            .config(&yaml)
            .without("subscribers.yaml")
            .file("readers.csv", list)
            .variable("DAILY_NOTE_WEB__BASE_URL", BASE)
            .variable("DAILY_NOTE_WEB__LISTEN", "127.0.0.1:0")
            .variable("DAILY_NOTE_WEB__SECRET", SECRET)
            .variable("DAILY_NOTE_SMTP__CONNECTIONS", &CONNECTIONS.to_string())
    });
    desk.run(&["subscribers", "import", "readers.csv"]).exits(0);
    desk
}

/// Where those people leave with one click, in the order of their numbers.
fn paths_of(desk: &Desk, who: &str) -> Vec<String> {
    let database = desk.path(".daily-note/daily-note.sqlite");
    let database = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mark: String = database
        .query_row("SELECT mark FROM instance", [], |row| row.get(0))
        .unwrap();
    let secrets = LinkSecrets::only(SECRET.as_bytes());
    let links = LinkSigner::new(&secrets, &ListMark::new(&mark), Some(""));
    let mut rows = database
        .prepare("SELECT id FROM subscribers WHERE email LIKE ?1 || '%' ORDER BY id")
        .unwrap();
    let numbers = rows.query_map([who], |row| row.get(0)).unwrap();
    numbers
        .map(|number| links.unsubscribe(SubscriberId(number.unwrap())).unwrap())
        .collect()
}

/// All of them click, so many a second, over as many connections as there are; answers how long each waited, and all together.
fn wave(pages: &ServedPages, paths: &[String]) -> (Vec<Duration>, Duration) {
    let pace = Duration::from_secs(CLICKERS as u64) / CLICKS_A_SECOND;
    let start = Instant::now();
    let took = thread::scope(|scope| {
        let threads: Vec<_> = paths
            .chunks(paths.len().div_ceil(CLICKERS))
            .map(|paths| scope.spawn(|| OpenConnection::to(pages.address).clicks_at(pace, paths)))
            .collect();
        let took = threads.into_iter().flat_map(|it| it.join().unwrap());
        took.collect()
    });
    (took, start.elapsed())
}

/// People who subscribe one after the other; answers how long the confirmation of each took to the relay.
fn newcomers(desk: &Desk, pages: &ServedPages, count: usize) -> Vec<Duration> {
    let one = |number: usize| {
        let email = format!("newcomer{number}@example.com");
        let start = Instant::now();
        let network = format!("198.51.{number}.7");
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Forwarded-For", network.as_str()),
        ];
        let body = form(&[("email", &email), ("edition", "weekly")]);
        pages.ask("POST", "/subscribe", &headers, &body).is(200);
        while !desk.relay.has_taken(&email) {
            assert!(start.elapsed() < PATIENCE, "{email} gets no mail");
            thread::sleep(Duration::from_millis(2));
        }
        let took = start.elapsed();
        thread::sleep(Duration::from_millis(200));
        took
    };
    (0..count).map(one).collect()
}
