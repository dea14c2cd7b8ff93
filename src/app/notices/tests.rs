//! Whom a rehearsal tells, and what becomes of news that the state can't keep.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::time::timeout;

use super::*;
use crate::publication::{Environment, Publication};

const RELAY: &str = "smtp://127.0.0.1:2525?tls=none";

fn app(root: &std::path::Path, relay: &str, hook: &str, clock: Clock) -> App {
    let yaml = format!(
        "publication: {{name: n, timezone: UTC, from: n@example.com}}\n\
         editions: {{monday: {{title: m, day: mon, time: '08:00'}}}}\n\
         smtp: {{url: '{relay}'}}\n\
         notify: {{webhook: {{url: '{hook}', secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}}}\n"
    );
    let publication = Publication::from_yaml(root, &yaml, &Environment::empty()).unwrap();
    App {
        publication: Arc::new(publication),
        clock,
    }
}

#[test]
fn a_rehearsal_posts_to_this_machine_alone() {
    let pretended = Clock::starting_at(DateTime::UNIX_EPOCH);
    let has_hook = |relay, hook, clock| {
        let app = app("/nowhere".as_ref(), relay, hook, clock);
        app.webhook().is_some()
    };
    let (here, there) = ("http://127.0.0.1:8080/hook", "https://hook.example.com/");
    for (relay, clock) in [(RELAY, pretended), ("inbox", Clock::System)] {
        assert!(has_hook(relay, here, clock) && has_hook(relay, "http://localhost/", clock));
        assert!(!has_hook(relay, there, clock));
    }
    assert!(has_hook(RELAY, there, Clock::System) && has_hook(RELAY, here, Clock::System));
}

#[tokio::test]
async fn what_the_state_can_t_keep_is_told_beside_the_beat() {
    let folder = TempDir::new().unwrap();
    let hook = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", hook.local_addr().unwrap());
    let app = app(folder.path(), RELAY, &url, Clock::System);
    let live = LivePublication::start(app.publication).await;
    let notifier = Notifier::open(&live, app.clock).await.unwrap();
    let database = folder.path().join(".daily-note/daily-note.sqlite");
    let beside = Connection::open(database).unwrap();
    beside
        .execute_batch("ALTER TABLE notices RENAME TO away")
        .unwrap();
    let reason = "the disk answered with an error".to_owned();
    let event = Event::StateRefused { reason };
    // The hook takes the connection and says nothing.
    let telling = notifier.tell(&event, Clock::System.now());
    timeout(Duration::from_secs(5), telling).await.unwrap();

    let answering = thread::spawn(move || {
        let (stream, _) = hook.accept().unwrap();
        let mut lines = BufReader::new(&stream).lines();
        let first = lines.next().unwrap().unwrap();
        (&stream)
            .write_all(b"HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        first
    });
    notifier.flush(Duration::from_secs(10)).await;
    assert_eq!(answering.join().unwrap(), "POST / HTTP/1.1");
    assert!(notifier.unkept().is_empty());
}
