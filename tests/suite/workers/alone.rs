//! One worker, and what it is told: it sends what is open, ends in good order, and claims nothing that it has no key for.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use daily_note::{
    links::{LinkSecrets, LinkSigner, ListMark},
    message::FrozenKeys,
    publication::{DkimSettings, KeySource},
    store::{BatchLedger, DeliveryState},
};

use super::fleet::{Fleet, SECRET, Worker};
use crate::support::postgres::free_port;

const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_what_is_open_and_stop_in_good_order() {
    let Some(fleet) = Fleet::new(1_600, Duration::from_millis(4)).await else {
        return;
    };
    let (monday, extra) = (fleet.freeze("monday").await, fleet.freeze("extra").await);
    let workers = ["one", "two"].map(|name| fleet.worker(name));
    for batch in [&monday, &extra] {
        fleet.finished(batch, SOON).await;
    }
    for (worker, name) in workers.into_iter().zip(["one", "two"]) {
        assert!(worker.stop().success(), "{}", fleet.said());
        let state = fleet.state(name);
        assert_eq!(fs::read(state.join("worker.lock")).unwrap(), b"");
        let notes = fs::read_dir(&state).unwrap().filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with("transfers")
        });
        assert_eq!(notes.count(), 0);
        let said = fs::read_to_string(state.join("said")).unwrap();
        assert!(said.contains("→ monday (1600 readers)"), "{said}");
    }
    let taken = fleet.relay.finish();
    assert_eq!(taken.len(), 1_600);
    assert!(taken.values().all(|times| *times == 2), "once an issue");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_stopped_leaves_nothing_in_doubt() {
    let Some(fleet) = Fleet::new(600, Duration::from_millis(15)).await else {
        return;
    };
    let monday = fleet.freeze("monday").await;
    let worker = fleet.worker("one");
    while fleet.relay.count() < 40 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(worker.stop().success(), "{}", fleet.said());
    let counts = fleet.store.counts(monday.id).await.unwrap();
    assert_eq!(counts.accepted as usize, fleet.relay.count());
    assert_eq!(counts.accepted + counts.pending, 600, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_has_no_key_for_it_says_and_claims_nothing_of() {
    let Some(fleet) = Fleet::new(4, Duration::ZERO).await else {
        return;
    };
    let links = fleet.links().await;
    let other = LinkSecrets::only(b"another publication's");
    let foreign = LinkSigner::new(&other, &ListMark::new("another list"), None);
    let dkim = DkimSettings {
        domain: "note.example.com".to_owned(),
        selector: "mail".to_owned(),
        key: KeySource::Pem(String::new()),
        ed25519: None,
        sign_date: true,
    };
    let unsaid = fleet.freeze_with("unsaid", None).await;
    let keys = FrozenKeys::of(&foreign, None);
    let linked = fleet.freeze_with("linked", Some(keys)).await;
    let keys = FrozenKeys::of(&links, Some(&dkim));
    let signed = fleet.freeze_with("signed", Some(keys)).await;
    let good = fleet.freeze("good").await;
    let port = free_port();
    let mut command = fleet.command("one");
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    let worker = Worker::start(command, fleet.state("one"));
    fleet.finished(&good, SOON).await;
    let expected = [
        "unsaid is not carried from here for now",
        "web.secret",
        "note.example.com",
    ];
    let since = Instant::now();
    while !expected.iter().all(|words| fleet.said().contains(words)) {
        assert!(since.elapsed() < SOON, "{}", fleet.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for batch in [&unsaid, &linked, &signed] {
        let rows = fleet.rows(batch).await;
        assert!(rows.values().all(|state| *state == DeliveryState::Pending));
    }
    assert!(asked(port, "/healthz").starts_with("HTTP/1.1 200"));
    let ready = asked(port, "/readyz");
    assert!(
        ready.starts_with("HTTP/1.1 503") && ready.contains("signed"),
        "{ready}"
    );
    let metrics = asked(port, "/metrics");
    assert!(metrics.contains("{outcome=\"accepted\"} 4\n"), "{metrics}");
    assert!(worker.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_one_worker_s_and_what_is_wrong_is_one_sentence() {
    let Some(fleet) = Fleet::new(1, Duration::ZERO).await else {
        return;
    };
    let worker = fleet.worker("one");
    let since = Instant::now();
    while !fleet.said().contains("Looking for open batches") {
        assert!(since.elapsed() < SOON, "{}", fleet.said());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = |name: &str, change: &dyn Fn(&mut std::process::Command)| {
        let mut command = fleet.command(name);
        change(&mut command);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let taken = refused("one", &|_| {});
    assert!(taken.contains("another worker of this machine"), "{taken}");
    assert!(taken.contains("--state"), "{taken}");
    let nowhere = refused("two", &|command| {
        command.env(
            "DAILY_NOTE_STORAGE",
            "postgres://note:hidden@127.0.0.1:1/note",
        );
    });
    assert!(nowhere.contains("can't be reached"), "{nowhere}");
    assert!(!nowhere.contains("hidden"), "{nowhere}");
    let inbox = refused("two", &|command| {
        command.env("DAILY_NOTE_SMTP__URL", "inbox");
    });
    assert!(inbox.contains("hands mail to a relay"), "{inbox}");
    let secretless = refused("two", &|command| {
        command.env_remove("DAILY_NOTE_WEB__SECRET");
    });
    let place = fleet.state("two").join("secret");
    assert!(
        secretless.contains(place.to_str().unwrap()) && secretless.contains("web.secret"),
        "{secretless}"
    );
    fs::write(&place, "cut off").unwrap();
    let torn = refused("two", &|command| {
        command.env_remove("DAILY_NOTE_WEB__SECRET");
    });
    assert!(torn.contains("shorter than 32 bytes"), "{torn}");
    assert!(worker.stop().success());
}

/// A list that came from a folder keeps the secret of that folder, which is a file of bytes.
#[tokio::test(flavor = "multi_thread")]
async fn the_publication_s_own_secret_lies_in_a_worker_s_folder() {
    let Some(fleet) = Fleet::new(4, Duration::ZERO).await else {
        return;
    };
    let monday = fleet.freeze("monday").await;
    let folder = fleet.state("one");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("secret"), SECRET).unwrap();
    let mut command = fleet.command("one");
    command.env_remove("DAILY_NOTE_WEB__SECRET");
    let worker = Worker::start(command, folder);
    fleet.finished(&monday, SOON).await;
    assert!(worker.stop().success());
}

/// What is answered there.
fn asked(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
