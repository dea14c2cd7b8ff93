//! Providers' hooks, called as `serve` answers them: beside the readers' pages, once what they tell is on the disk.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::harness::*;
use crate::postfix::free_port;

const PASSWORD: &str = "a password that is long enough";

/// The settings of such a hook, served there.
pub(super) fn setting(address: SocketAddr) -> String {
    format!(
        "web: {{base_url: 'https://news.example.test', listen: '{address}'}}\n\
         bounces: {{hooks: {{postmark: {{user: note, password: {PASSWORD}}}}}}}\n"
    )
}

/// What Postmark tells of a mail that a report quotes: its mailbox was full.
pub(super) fn bounce(number: usize, report: &[u8]) -> String {
    let report = String::from_utf8_lossy(report);
    let header = report.split("text/rfc822-headers\n\n").nth(1).unwrap();
    serde_json::json!({
        "RecordType": "Bounce", "ID": number + 1, "Type": "SoftBounce", "Email": "somebody@example.com",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Details": "smtp;552 5.2.2 mailbox full",
        "BouncedAt": "2026-11-23T08:00:05Z", "Content": header.split("\n\n--b1--").next().unwrap(),
    })
    .to_string()
}

/// Waits until somebody listens there.
pub(super) fn wait_for(address: SocketAddr) {
    wait_until("nobody answers hooks", || {
        TcpStream::connect(address).is_ok()
    });
}

/// Tells it as Postmark does; the status of the answer, where one was heard.
pub(super) fn told(address: SocketAddr, body: &str) -> Option<u16> {
    let login = format!("note:{PASSWORD}");
    posted(address, "/hooks/postmark", &login, body)
}

/// The status of an answer to what is posted there.
fn posted(address: SocketAddr, path: &str, login: &str, body: &str) -> Option<u16> {
    let mut tcp = TcpStream::connect(address).ok()?;
    tcp.set_read_timeout(Some(PATIENCE)).ok()?;
    let login = STANDARD.encode(login);
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: news.example.test\r\nAuthorization: Basic {login}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len(),
    );
    tcp.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    let _ = tcp.read_to_string(&mut answer);
    answer.split(' ').nth(1)?.parse().ok()
}

#[test]
fn a_provider_s_hook_is_taken_in_once_it_is_the_provider_s_and_once_only() {
    let (publication, taken) = sent(&["dead@example.com", "well@example.com"]);
    let address = free_port();
    let publication = publication.and_config(&setting(address));
    let served = Served::start(&publication);
    let mail = mail_to(&taken, "dead@example.com");
    let quoted = String::from_utf8_lossy(&mail.bytes);
    let header = quoted.split("\r\n\r\n").next().unwrap();
    let event = serde_json::json!({
        "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "Email": "dead@example.com",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Details": "smtp;550 5.1.1 no such user",
        "BouncedAt": "2026-11-23T08:00:05Z", "Content": header,
    })
    .to_string();
    let login = format!("note:{PASSWORD}");
    wait_for(address);
    let guess = posted(address, "/hooks/postmark", "note:a guess", &event);
    assert_eq!(guess, Some(404));
    let elsewhere = posted(address, "/hooks/mailgun", &login, &event);
    assert_eq!(elsewhere, Some(404));
    assert_eq!(reports(&publication), 0);
    for _ in 0..2 {
        assert_eq!(told(address, &event), Some(200));
    }
    served.kill();
    assert_eq!(reports(&publication), 1);
    let list = publication.run(["bounces", "list", "--json"]).exits(0);
    // What the report quotes proves more than who brought it.
    for said in [
        "\"proof\":\"message_id\"",
        "\"effect\":\"suppressed\"",
        "\"door\":\"postmark\"",
        "user_unknown",
    ] {
        assert!(list.stdout.contains(said), "{said} in {}", list.stdout);
    }
}
