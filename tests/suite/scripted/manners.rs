//! The scripted server itself: it must notice bad manners, or the tests that lean on it prove
//! nothing.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use super::{At::*, Plan, ScriptedServer, reply};

/// Says these lines, reading one answer for each, and hangs up.
fn talk(server: &ScriptedServer, lines: &[&str]) -> Vec<String> {
    let tcp = TcpStream::connect(server.addr()).unwrap();
    let mut answers = BufReader::new(tcp.try_clone().unwrap());
    let mut said = Vec::new();
    for line in [""].iter().chain(lines) {
        if !line.is_empty() {
            (&tcp).write_all(format!("{line}\r\n").as_bytes()).unwrap();
        }
        let mut answer = String::new();
        while answer.is_empty() || answer.as_bytes().get(3) == Some(&b'-') {
            answer.clear();
            if answers.read_line(&mut answer).unwrap() == 0 {
                return said;
            }
        }
        said.push(answer.trim_end().to_owned());
    }
    said
}

fn greeted() -> (Plan, [&'static str; 3]) {
    let opening = [
        "EHLO x",
        "MAIL FROM:<a@example.com>",
        "RCPT TO:<b@example.com>",
    ];
    (ScriptedServer::new(), opening)
}

#[test]
#[should_panic(expected = "connection 1 was left half-way, at Rcpt")]
fn a_client_that_vanishes_in_the_middle_of_a_message_fails_the_test() {
    let (plan, opening) = greeted();
    talk(&plan.start(), &opening);
}

#[test]
#[should_panic(expected = "connection 1 was left open")]
fn a_connection_left_open_fails_the_test() {
    let server = ScriptedServer::new().start();
    let _open = TcpStream::connect(server.addr()).unwrap();
    while server.connections() == 0 {}
    drop(server);
}

#[test]
#[should_panic(expected = "pipelined unasked")]
fn pipelining_unasked_fails_the_test() {
    let server = ScriptedServer::new().offering(&[]).start();
    talk(&server, &["EHLO x", "MAIL FROM:<>\r\nRSET", "QUIT"]);
}

#[test]
#[should_panic(expected = "sent a bare LF")]
fn a_bare_line_feed_fails_the_test() {
    let (plan, [ehlo, mail, rcpt]) = greeted();
    talk(
        &plan.start(),
        &[ehlo, mail, rcpt, "DATA", "x\ny\r\n.", "QUIT"],
    );
}

#[test]
fn a_forgiving_server_minds_nothing() {
    let (plan, opening) = greeted();
    talk(&plan.forgiving().start(), &opening);
}

#[test]
fn plays_are_played_when_their_conditions_hold() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("451 4.3.0 Third time").every(3))
        .on(
            Rcpt,
            reply("550 5.1.1 Second connection").connection(2).times(1),
        )
        .on(Rcpt, reply("452 4.5.3 After two").skip(2).to("late@"))
        .start();
    let rcpt = |to: &str| format!("RCPT TO:<{to}@example.com>");
    let codes = |to: &str| {
        let rcpt = rcpt(to);
        let lines = [
            "EHLO x",
            "MAIL FROM:<>",
            &rcpt,
            &rcpt,
            &rcpt,
            "RSET",
            "QUIT",
        ];
        let said = talk(&server, &lines);
        said[3..6]
            .iter()
            .map(|line| line[..3].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(codes("a"), ["250", "250", "451"]);
    assert_eq!(codes("b"), ["550", "250", "451"]);
    assert_eq!(codes("late"), ["250", "250", "451"]);
    assert_eq!(codes("late"), ["452", "452", "451"]);
}

#[test]
fn a_server_that_dies_comes_back_at_its_address() {
    let mut first = ScriptedServer::new().start();
    let (_, [ehlo, mail, rcpt]) = greeted();
    let lines = [
        ehlo,
        mail,
        rcpt,
        "DATA",
        "Message-ID: <1@example.com>\r\n\r\n.",
        "QUIT",
    ];
    talk(&first, &lines);
    first.die();
    assert!(TcpStream::connect(first.addr()).is_err());
    let second = ScriptedServer::new().listen(first.addr()).start();
    talk(&second, &lines);
    assert_eq!((first.taken().len(), second.taken().len()), (1, 1));
    let taken = &second.taken()[0];
    assert_eq!(taken.message_id, "<1@example.com>");
    assert_eq!(
        (taken.sender.as_str(), taken.connection),
        ("a@example.com", 1)
    );
    assert_eq!(taken.answer.as_deref(), Some("250 2.0.0 Taken"));
    assert!(second.url().starts_with("smtp://127.0.0.1:"));
}
