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

#[test]
fn who_was_refused_is_tried_again_by_code_address_and_domain_and_nobody_gets_it_twice() {
    // Apart from each other: three of the first five would be the domain's matter, and wait.
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.7.1 Blocked").to("reader3@").times(1))
        .on(Rcpt, reply("550 5.7.1 Blocked").to("reader12@").times(1))
        .on(Rcpt, reply("552 5.2.2 Full").to("reader25@").times(1))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    assert_eq!(server.taken().len(), 27);
    let retry = ["resume", ISSUE, "--retry", "rejected"];
    let with = |more: &[&'static str]| {
        retry
            .iter()
            .copied()
            .chain(more.to_vec())
            .collect::<Vec<_>>()
    };

    publication
        .run(with(&["--domain", "elsewhere.example.com"]))
        .exits(6);
    publication.run(with(&["--code", "5.1.1"])).exits(6);
    let ran = publication
        .run(with(&["--code", "5.7.1", "reader12@example.com"]))
        .exits(5);
    assert!(ran.stderr.contains("Retrying 1 reader."), "{}", ran.stderr);
    assert_eq!(server.recipients().last().unwrap(), "reader12@example.com");
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
        .on(
            Rcpt,
            reply("550 5.1.1 No such user").to("reader3@").times(1),
        )
        .on(
            Rcpt,
            reply("550 5.1.2 No such host").to("reader4@").times(1),
        )
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    publication
        .run(["suppressions", "add", "reader9@example.com"])
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
    assert!(
        asked.stdout.contains("reader3@example.com"),
        "{}",
        asked.stdout
    );
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
        left.contains("reader9@") && !left.contains("reader3@"),
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
