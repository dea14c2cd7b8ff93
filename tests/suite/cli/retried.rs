//! Tried again by a person's word: who was refused, who waits, and what refusals did to the list.

use crate::{
    scripted::{At::*, ScriptedServer, reply},
    support::TestPublication,
};

const ISSUE: &str = "2026-11-23-quiet";

fn sending_to(server: &ScriptedServer) -> TestPublication {
    TestPublication::new()
        .subscribers(30)
        .and_config("smtp: {connections: 1}\n")
        .variable("DAILY_NOTE_SMTP__URL", &server.url())
}

/// Whoever was refused by that code, as a person is told. Who comes third and who twentieth on the wire is decided by
/// two threads that compose: it is places that the relay refuses, and not names.
fn refused_with(publication: &TestPublication, code: &str) -> Vec<String> {
    let told = publication.run(["status", ISSUE, "--failed"]).exits(5);
    let lines = told.stdout.lines().filter(|line| line.contains(code));
    let reader = |line: &str| {
        let mut words = line.split_whitespace();
        words.find(|word| word.contains('@')).unwrap().to_owned()
    };
    lines.map(reader).collect()
}

#[test]
fn who_was_refused_is_tried_again_by_code_address_and_domain_and_nobody_gets_it_twice() {
    // The third, the fourteenth and the 25th: closer together they would be the domain's matter, and wait.
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.7.1 Blocked").skip(2).times(1))
        .on(Rcpt, reply("550 5.7.1 Blocked").skip(12).times(1))
        .on(Rcpt, reply("552 5.2.2 Full").skip(22).times(1))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    assert_eq!(server.taken().len(), 27);
    let retry = ["resume", ISSUE, "--retry", "rejected"];
    let with = |more: &[&str]| -> Vec<String> {
        let words = retry.iter().chain(more);
        words.map(|word| (*word).to_owned()).collect()
    };

    publication
        .run(with(&["--domain", "elsewhere.example.com"]))
        .exits(6);
    publication.run(with(&["--code", "5.1.1"])).exits(6);
    let blocked = refused_with(&publication, "5.7.1");
    assert_eq!(blocked.len(), 2);
    let ran = publication
        .run(with(&["--code", "5.7.1", &blocked[1]]))
        .exits(5);
    assert!(ran.stderr.contains("Retrying 1 reader."), "{}", ran.stderr);
    assert_eq!(server.recipients().last(), blocked.last());
    publication.run(with(&["--code", "5.2.2"])).exits(5);
    publication.run(with(&["--domain", "EXAMPLE.com"])).exits(0);
    publication.run(with(&[])).exits(6);
    let mut got = server.recipients();
    got.sort();
    got.dedup();
    assert_eq!((got.len(), server.taken().len()), (30, 30));
}

#[test]
fn who_waits_is_tried_now() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("451 4.7.1 Greylisted").to("reader3@").times(1))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    publication.run(["resume", ISSUE]).exits(5);
    publication
        .run(["resume", ISSUE, "--retry", "deferred"])
        .exits(0);
    assert_eq!(server.taken().len(), 30);
}

#[test]
fn what_refusals_did_to_the_list_is_undone_by_issue_day_domain_and_code() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.1.1 No such user").skip(2).times(1))
        .on(Rcpt, reply("550 5.1.2 No such host").skip(18).times(1))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let dead = refused_with(&publication, "5.1.1");
    let [dead] = &dead[..] else {
        panic!("{dead:?}")
    };
    publication
        .run(["suppressions", "add", "by-hand@example.com"])
        .exits(0);
    let remove = |more: &[&'static str]| {
        let head = ["suppressions", "remove", "--yes"];
        publication.run(head.iter().copied().chain(more.to_vec()))
    };
    // Who is kept off is not tried, and it is said.
    let ran = publication
        .run(["resume", ISSUE, "--retry", "rejected"])
        .exits(6);
    assert!(
        ran.stderr.contains("2 more get no mail at all"),
        "{}",
        ran.stderr
    );

    remove(&["--domain", "elsewhere.example.com"]).exits(6);
    remove(&["--since", "2999-01-01"]).exits(6);
    remove(&["--code", "5.7.1"]).exits(6);
    let asked = publication
        .run(["suppressions", "remove", "--issue", ISSUE])
        .exits(2);
    assert!(asked.stdout.contains(dead.as_str()), "{}", asked.stdout);
    let ran = remove(&["--issue", ISSUE, "--code", "5.1.1"]).exits(0);
    assert!(
        ran.stdout.contains("1 address gets mail again"),
        "{}",
        ran.stdout
    );
    remove(&["--since", "2020-01-01", "--domain", "example.com"]).exits(0);
    remove(&["--domain", "example.com"]).exits(6);
    let left = publication.run(["suppressions", "list"]).exits(0).stdout;
    assert!(
        left.contains("by-hand@") && !left.contains(dead.as_str()),
        "{left}"
    );

    publication
        .run(["resume", ISSUE, "--retry", "rejected"])
        .exits(0);
    assert_eq!(server.taken().len(), 30);
}

#[test]
fn a_poisoned_reader_is_named_and_all_others_have_it() {
    let server = ScriptedServer::new()
        .on(Dot, reply("552 5.2.2 Mailbox full").to("reader3@"))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let told = publication
        .run(["status", ISSUE, "--failed"])
        .exits(5)
        .stdout;
    assert!(
        told.contains("reader3@example.com  552 5.2.2 Mailbox full"),
        "{told}"
    );
    assert_eq!(server.recipients().len(), 29);
}
