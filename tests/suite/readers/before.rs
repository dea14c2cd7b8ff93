//! Links in mail of the release before, which named no list: its own state, brought up to date, takes all of them; a fresh
//! state under the same secret none.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use daily_note::{
    audience::SubscriberId,
    links::{LinkSecrets, LinkSigner, ListMark},
};
use rusqlite::Connection;

use super::{
    connection::OpenConnection,
    harness::{ServedPages, publication},
};
use crate::support::{TestPublication, sqlite3};

const SECRET: &str = "one secret of both releases, long enough to be one";
const STATE_BEFORE: &str = include_str!("../store/before_rusqlite.sql");
/// Readers of the old state: its own five, and as many more.
const READERS: std::ops::RangeInclusive<i64> = 6..=1_005;
const ISSUE: &str = "monday-2026-11-23";

/// A token as that release made it, spelled out: the number in as few bytes as it takes, then half of an HMAC under a key
/// of the purpose's own.
fn token(purpose: &str, reader: i64, about: &str) -> Vec<u8> {
    let root = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let label = format!("daily-note links 1 {purpose}");
    let key = hmac::sign(&root, label.as_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
    let number = reader.to_be_bytes();
    let proof = hmac::sign(&key, &[&number[..], about.as_bytes()].concat());
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    [&number[zeros..], &proof.as_ref()[..16]].concat()
}

fn link(page: &str, purpose: &str, reader: i64, about: &str) -> String {
    let token = URL_SAFE_NO_PAD.encode(token(purpose, reader, about));
    format!("{page}{token}")
}

/// How many of those readers' links are taken: preferences, opinions, departures, bounces.
fn taken(publication: &TestPublication) -> [usize; 4] {
    let pages = ServedPages::start(publication);
    let mut open = OpenConnection::to(pages.address);
    let mut taken = [0; 4];
    let feedback = format!("/f/{ISSUE}/");
    for reader in READERS {
        let preferences = link("/p/", "Preferences", reader, "");
        let feedback = link(&feedback, "Feedback", reader, ISSUE);
        let unsubscribe = link("/u/", "Unsubscribe", reader, "");
        let answers = [
            open.get(&preferences),
            open.get(&feedback),
            open.post(&unsubscribe, "", "List-Unsubscribe=One-Click"),
        ];
        for (count, status) in taken.iter_mut().zip(answers) {
            assert!(status == 200 || (400..500).contains(&status), "{status}");
            *count += usize::from(status == 200);
        }
    }
    pages.kill();
    let signer = signer(publication);
    let bounced = |reader: &i64| {
        let token = token("Bounce", *reader, "");
        let hex: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        let named = signer.verify_bounce(&format!("bounce+{hex}"));
        named.is_ok_and(|named| named.reader == SubscriberId(*reader) && named.batch.is_none())
    };
    taken[3] = READERS.filter(bounced).count();
    taken
}

fn signer(publication: &TestPublication) -> LinkSigner {
    let database = publication.path(".daily-note/daily-note.sqlite");
    let database = Connection::open(database).unwrap();
    let list = database.query_row("SELECT mark, last_unmarked FROM instance", [], |row| {
        let mut list = ListMark::new(&row.get::<_, String>(0)?);
        list.last_unmarked = SubscriberId(row.get(1)?);
        Ok(list)
    });
    LinkSigner::new(&LinkSecrets::only(SECRET.as_bytes()), &list.unwrap(), None)
}

#[test]
fn links_of_the_release_before_work_in_its_own_state_and_nowhere_else() {
    let old = publication()
        .variable("DAILY_NOTE_WEB__SECRET", SECRET)
        .file(".daily-note/inbox/.keep", "")
        .without("subscribers.yaml");
    let database = old.path(".daily-note/daily-note.sqlite");
    sqlite3(&database, STATE_BEFORE);
    let (first, last) = (READERS.start(), READERS.end());
    sqlite3(
        &database,
        &format!(
            "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) \
             INSERT INTO subscribers SELECT i, 'old' || i || '@example.com', 1, NULL, NULL, NULL, NULL, \
             NULL, NULL, NULL, 0, NULL, 1, 1, 1, 1795933290517, 1795933290517 FROM n; \
             UPDATE sqlite_sequence SET seq = {last} WHERE name = 'subscribers'"
        ),
    );
    old.run(["send", "2026-11-23-quiet", "--yes"]).exits(0);
    assert_eq!(taken(&old), [1_000; 4]);
    let left = old.run(["suppressions", "list", "--json"]).json();
    let left = left.to_string();
    assert_eq!(left.matches("old").count(), 1_000, "each of them is out");

    let fresh = publication()
        .variable("DAILY_NOTE_WEB__SECRET", SECRET)
        .subscribers(1_005);
    fresh.run(["send", "2026-11-23-quiet", "--yes"]).exits(0);
    assert_eq!(taken(&fresh), [0; 4]);
    let left = fresh.run(["suppressions", "list", "--json"]).json();
    assert_eq!(left.as_array().map_or(0, Vec::len), 0);
}
