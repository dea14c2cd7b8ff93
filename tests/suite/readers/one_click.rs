//! RFC 8058 as mail clients speak it, to the byte.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    connection::OpenConnection,
    harness::{BASE, ServedPages, mail_by_reader, mail_to, publication},
};

fn path_of(link: &str) -> String {
    link.strip_prefix(BASE).unwrap().to_owned()
}

/// How clients send it; `PATH` and the length are filled in.
const CLIENTS: [(&str, &str, &str); 6] = [
    (
        "Gmail",
        "POST PATH HTTP/1.1\r\nHost: note.example.com\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nUser-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)\r\nAccept-Encoding: gzip, deflate, br\r\n",
        "List-Unsubscribe=One-Click",
    ),
    (
        "Yahoo",
        "POST PATH HTTP/1.1\r\nhost: note.example.com\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded; charset=utf-8\r\naccept: */*\r\n",
        "List-Unsubscribe=One-Click",
    ),
    (
        "Apple",
        "POST PATH HTTP/1.1\r\nHost: note.example.com\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nUser-Agent: Mail/3774.600 CFNetwork/1568 Darwin/24.1.0\r\n",
        "List-Unsubscribe=One-Click",
    ),
    (
        "the RFC's multipart",
        "POST PATH HTTP/1.1\r\nHost: note.example.com\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=---FormBoundaryjWmhtjORrn\r\n",
        "-----FormBoundaryjWmhtjORrn\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n-----FormBoundaryjWmhtjORrn--\r\n",
    ),
    (
        "without a type or a body",
        "POST PATH HTTP/1.1\r\nHost: note.example.com\r\nConnection: close\r\n",
        "",
    ),
    (
        "from another site, with any type",
        "POST PATH HTTP/1.1\r\nHost: note.example.com\r\nConnection: close\r\nSec-Fetch-Site: cross-site\r\nOrigin: https://mail.example.org\r\nContent-Type: text/plain\r\nCookie: a=b\r\n",
        "List-Unsubscribe=One-Click",
    ),
];

#[test]
fn one_click_works_as_gmail_yahoo_and_apple_send_it_and_twice_the_same() {
    let readers: String = (1..=CLIENTS.len())
        .map(|number| format!("- email: reader{number}@example.com\n"))
        .collect();
    let publication = publication().list(readers);
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    for (number, (client, head, body)) in (1..).zip(CLIENTS) {
        let who = format!("reader{number}@example.com");
        let mail = mail_to(&publication, &who).remove(0);
        let link = mail.unsubscribe.expect("a one-click address");
        let head = head.replace("PATH", &path_of(&link));
        let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        let answers = [(); 2].map(|()| pages.raw(request.as_bytes()).is(200));
        assert_eq!(answers[0].body, answers[1].body, "{client}: twice the same");
        for answer in &answers {
            let head = answer.head.to_ascii_lowercase();
            assert!(
                !head.contains("\nset-cookie:") && !head.contains("\nlocation:"),
                "{client}"
            );
        }
        let known = publication
            .run(["subscribers", "show", &who, "--json"])
            .json();
        assert_eq!(known["suppression"]["reason"], "unsubscribed", "{client}");
    }
}

/// Figures depend on the machine and on the build: they are printed, and bounded as for a debug build
/// beside other tests.
#[test]
fn a_wave_of_clicks_is_answered_each_once_it_is_durable() {
    const READERS: usize = 600;
    const CONNECTIONS: usize = 20;
    let readers: String = (0..READERS)
        .map(|number| format!("- email: reader{number}@example.com\n"))
        .collect();
    let publication = publication().list(readers);
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    let mail = mail_by_reader(&publication);
    let paths: Vec<String> = (0..READERS)
        .map(|number| {
            let mail = &mail[&format!("reader{number}@example.com")];
            path_of(mail.unsubscribe.as_ref().unwrap())
        })
        .collect();
    let start = Instant::now();
    let address = pages.address;
    let threads: Vec<_> = paths
        .chunks(READERS.div_ceil(CONNECTIONS))
        .map(|paths| {
            let paths = paths.to_vec();
            thread::spawn(move || OpenConnection::to(address).clicks(&paths))
        })
        .collect();
    let mut took: Vec<Duration> = threads
        .into_iter()
        .flat_map(|it| it.join().unwrap())
        .collect();
    let rate = READERS as f64 / start.elapsed().as_secs_f64();
    took.sort();
    println!(
        "{rate:.0} clicks a second, p99 {:?}",
        took[READERS * 99 / 100]
    );
    // Answered is durable, whatever happens now.
    pages.kill();
    let left = publication.run(["suppressions", "list", "--json"]).json();
    let left = left.as_array().map_or(0, Vec::len);
    assert_eq!(left, READERS);
}
