//! Power that goes out while readers come, speak and leave: what was answered with success is there, once.

use std::{
    collections::BTreeMap,
    env,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use super::harness::{BASE, ServedPages, form, mail_by_reader, publication};

/// Rounds of a test run; `READER_ROUNDS` says how many for the long programme.
const ROUNDS: usize = 5;
/// Readers who leave and speak, and strangers who come, in each round.
const A_ROUND: usize = 24;

/// Posts a form; answers whether success was answered before the end.
fn posted(address: SocketAddr, number: usize, path: &str, fields: &[(&str, &str)]) -> bool {
    let body = form(fields);
    // Each of a network of their own, as the proxy says.
    let network = format!("198.{}.{}.7", 18 + number / 200, number % 200);
    let head = [
        format!("POST {path} HTTP/1.1"),
        "Host: note.example.com".to_owned(),
        "Connection: close".to_owned(),
        "Sec-Fetch-Site: same-origin".to_owned(),
        format!("X-Forwarded-For: {network}"),
        "Content-Type: application/x-www-form-urlencoded".to_owned(),
        format!("Content-Length: {}", body.len()),
    ];
    let request = format!("{}\r\n\r\n{body}", head.join("\r\n"));
    let answer = || -> std::io::Result<String> {
        let mut tcp = TcpStream::connect(address)?;
        tcp.set_read_timeout(Some(Duration::from_secs(20)))?;
        tcp.write_all(request.as_bytes())?;
        let mut answer = String::new();
        tcp.read_to_string(&mut answer)?;
        Ok(answer)
    };
    answer().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

#[test]
fn what_was_answered_is_there_once_however_often_the_power_goes_out() {
    let rounds = env::var("READER_ROUNDS")
        .ok()
        .and_then(|it| it.parse().ok());
    let rounds: usize = rounds.unwrap_or(ROUNDS);
    let readers: String = (0..rounds * A_ROUND)
        .map(|number| format!("- email: reader{number}@example.com\n"))
        .collect();
    let publication = publication().list(readers);
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let mail = mail_by_reader(&publication);
    let paths: Vec<[String; 2]> = (0..rounds * A_ROUND)
        .map(|number| {
            let mail = &mail[&format!("reader{number}@example.com")];
            ["/u/", "/f/"].map(|prefix| mail.link(prefix).strip_prefix(BASE).unwrap().to_owned())
        })
        .collect();
    let done: Arc<Mutex<BTreeMap<&'static str, Vec<usize>>>> = Arc::default();
    for round in 0..rounds {
        let pages = ServedPages::start(&publication);
        let address = pages.address;
        let (paths, done) = (paths.clone(), Arc::clone(&done));
        let acting = thread::spawn(move || {
            let of_round = paths.iter().enumerate().skip(round * A_ROUND).take(A_ROUND);
            for (number, [leave, speak]) in of_round {
                let said = [("choice", "good"), ("text", "yes")];
                let email = format!("stranger{number}@example.com");
                let asked = [
                    ("email", email.as_str()),
                    ("edition", "monday"),
                    ("edition", "thursday"),
                ];
                for (what, is_done) in [
                    ("opined", posted(address, number, speak, &said)),
                    (
                        "left",
                        posted(address, number, leave, &[("List-Unsubscribe", "One-Click")]),
                    ),
                    ("asked", posted(address, number, "/subscribe", &asked)),
                ] {
                    if is_done {
                        done.lock().unwrap().entry(what).or_default().push(number);
                    }
                }
            }
        });
        // Somewhere in the middle of it, in another place each time.
        thread::sleep(Duration::from_millis(40 + (round as u64 * 137) % 400));
        pages.kill();
        acting.join().unwrap();
    }
    let done = done.lock().unwrap();
    let of = |what: &str| done.get(what).cloned().unwrap_or_default();
    println!(
        "{rounds} rounds: {} opinions, {} departures, {} wishes were answered",
        of("opined").len(),
        of("left").len(),
        of("asked").len()
    );
    assert!(!of("left").is_empty() && !of("opined").is_empty());
    let gone = publication.run(["suppressions", "list", "--json"]).json();
    let gone = gone.to_string();
    for number in of("left") {
        let email = format!("\"reader{number}@example.com\"");
        assert_eq!(gone.matches(&email).count(), 1, "{email} left");
    }
    let opinions = publication.run(["feedback", "list", "--json"]).json();
    let opinions = opinions.as_array().cloned().unwrap_or_default();
    let mut of_reader: BTreeMap<i64, usize> = BTreeMap::new();
    for opinion in &opinions {
        *of_reader
            .entry(opinion["reader"].as_i64().unwrap())
            .or_default() += 1;
    }
    assert!(
        of_reader.values().all(|count| *count == 1),
        "none is doubled"
    );
    assert!(opinions.len() >= of("opined").len());
    let asked = publication
        .run(["subscribers", "list", "--state", "unconfirmed", "--json"])
        .json();
    let asked = asked.to_string();
    for number in of("asked") {
        let email = format!("\"stranger{number}@example.com\"");
        assert_eq!(asked.matches(&email).count(), 1, "{email} asked");
    }
}
