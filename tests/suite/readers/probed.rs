//! Before an issue promises pages, they are asked; what answers there has to be this list.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
};

use super::harness::{ServedPages, publication};
use crate::{
    schedule::{Serve, wait_until},
    scripted::ScriptedServer,
    support::TestPublication,
};

/// Somebody else's pages, which answer every click with 200.
fn strangers_pages() -> std::net::SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 2048];
            let _ = stream.read(&mut request);
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
        }
    });
    address
}

/// Mail goes to a relay on this machine, and readers to that address.
fn mailing(relay: &ScriptedServer, pages: std::net::SocketAddr) -> TestPublication {
    publication()
        .variable("DAILY_NOTE_SMTP__URL", &relay.url())
        .variable(
            "DAILY_NOTE_PUBLICATION__UNSUBSCRIBE_EMAIL",
            "leave@note.example.com",
        )
        .variable("DAILY_NOTE_WEB__BASE_URL", &format!("http://{pages}"))
}

/// An address on which nobody listens.
fn nobody() -> std::net::SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn status_says_that_another_program_has_the_pages_address() {
    let stranger = strangers_pages();
    let publication = publication().variable("DAILY_NOTE_WEB__LISTEN", &stranger.to_string());
    let shown = publication.run(["status"]);
    assert!(
        shown.stderr.contains("another program answers at"),
        "{}",
        shown.shown()
    );
    let own = self::publication();
    let pages = ServedPages::start(&own);
    let own = own.variable("DAILY_NOTE_WEB__LISTEN", &pages.address.to_string());
    let shown = own.run(["status"]);
    assert!(
        !shown.stderr.contains("another program"),
        "{}",
        shown.shown()
    );
}

#[test]
fn no_issue_leaves_that_promises_pages_which_are_not_this_lists() {
    let relay = ScriptedServer::new().start();
    let elsewhere = publication();
    let other_list = ServedPages::start(&elsewhere);
    for (what, pages) in [
        ("nobody", nobody()),
        ("a stranger who says yes", strangers_pages()),
        ("another list", other_list.address),
    ] {
        let publication = mailing(&relay, pages);
        let refused = publication
            .run(["send", "2026-11-23-quiet", "--yes"])
            .exits(3);
        assert!(
            refused.shown().contains("readers could not unsubscribe"),
            "{what}: {}",
            refused.shown()
        );
        publication
            .run(["send", "2026-11-23-quiet", "--dry-run"])
            .exits(3);
        assert!(relay.taken().is_empty(), "{what}");
        let status = publication.run(["status", "--json"]).json();
        assert_eq!(status, serde_json::json!([]), "{what}: nothing is frozen");
    }
}

#[test]
fn without_pages_an_issue_leaves_with_the_mailto_alone() {
    let relay = ScriptedServer::new().start();
    let publication = mailing(&relay, nobody());
    publication
        .run(["send", "2026-11-23-quiet", "--yes", "--no-pages"])
        .exits(0);
    let taken = relay.taken();
    assert_eq!(taken.len(), 2);
    for mail in taken {
        let text = String::from_utf8_lossy(&mail.bytes).into_owned();
        assert!(
            text.contains("List-Unsubscribe: <mailto:leave@note.example.com"),
            "{text}"
        );
        assert!(
            !text.contains("List-Unsubscribe-Post") && !text.contains("http://127.0.0.1"),
            "{text}"
        );
    }
}

#[test]
fn pages_that_are_this_lists_own_let_it_leave_and_a_probe_changes_nothing() {
    let relay = ScriptedServer::new().start();
    let publication = publication()
        .variable(
            "DAILY_NOTE_PUBLICATION__UNSUBSCRIBE_EMAIL",
            "leave@note.example.com",
        )
        .variable("DAILY_NOTE_SMTP__URL", &relay.url());
    let pages = ServedPages::start(&publication);
    let publication = publication.variable(
        "DAILY_NOTE_WEB__BASE_URL",
        &format!("http://{}", pages.address),
    );
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    assert_eq!(relay.taken().len(), 2);
    let left = publication.run(["suppressions", "list", "--json"]).json();
    assert_eq!(left, serde_json::json!([]));
}

#[test]
fn a_machine_that_cannot_reach_its_own_name_says_so_in_the_file() {
    let relay = ScriptedServer::new().start();
    let publication = mailing(&relay, nobody()).variable("DAILY_NOTE_WEB__PROBE", "off");
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    assert_eq!(relay.taken().len(), 2);
}

#[test]
fn serve_tells_of_pages_that_do_not_answer_and_sends_once_they_do() {
    let relay = ScriptedServer::new().start();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let publication =
        mailing(&relay, address).variable("DAILY_NOTE_WEB__LISTEN", &address.to_string());
    // Monday 08:00 in London: the hour before it has begun.
    let serve = Serve::start(&publication, "2026-11-23T07:59:50Z");
    let told = serve.wait_for("pages_away");
    assert!(
        told["reason"].as_str().unwrap().contains("unsubscribe"),
        "{told}"
    );
    assert!(relay.taken().is_empty());
    drop(taken);
    wait_until(|| relay.taken().len() == 2, "the issue");
    assert_eq!(serve.stop(), Some(0));
}
