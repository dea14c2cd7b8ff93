//! A domain that rests because it sent an issue back, and a person who ends that.

use super::harness::*;
use crate::scripted::{At, ScriptedServer, reply};

const LATER: &str = "later@d.example.com";

#[test]
fn a_domain_that_rests_is_told_with_its_reason_and_a_person_ends_its_rest() {
    let busy = reply("451 4.7.1 Greylisted").to(LATER).times(1);
    let relay = ScriptedServer::new().on(At::Rcpt, busy).start();
    let publication = publication(&[
        "a@d.example.com",
        "b@d.example.com",
        LATER,
        "c@e.example.com",
    ])
    .variable("DAILY_NOTE_SMTP__URL", &relay.url());
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let taken = relay.taken();
    assert_eq!(taken.len(), 3, "one waits");
    let words = "554 5.7.1 Service unavailable; Client host blocked using Spamhaus";
    for (number, reader) in ["a@d.example.com", "b@d.example.com"].iter().enumerate() {
        let blocked = report(mail_to(&taken, reader), "5.7.1", words);
        std::fs::write(publication.path(&format!("{number}.eml")), blocked).unwrap();
        let imported = publication.run(["bounces", "import", &format!("{number}.eml"), "--json"]);
        assert_eq!(imported.exits(0).json()["effects"]["against_sender"], 1);
    }
    let status = publication.run(["status", ISSUE]).exits(5).stdout;
    for said in [
        "d.example.com rests until 20",
        "blocked using Spamhaus",
        "daily-note resume monday-2026-11-23 --domain d.example.com",
    ] {
        assert!(status.contains(said), "{said} in {status}");
    }
    // Whoever sends meanwhile lets it rest.
    publication.run(["send", ISSUE, "--yes"]);
    assert_eq!(relay.taken().len(), 3);
    let elsewhere = publication
        .run(["resume", ISSUE, "--domain", "e.example.com"])
        .exits(6);
    assert!(
        elsewhere.stderr.contains("e.example.com does not rest"),
        "{elsewhere:?}"
    );
    let ended = publication
        .run(["resume", ISSUE, "--domain", "D.example.com"])
        .exits(0);
    assert!(
        ended
            .stderr
            .contains("rests no more: 1 reader no longer waits"),
        "{ended:?}"
    );
    assert_eq!(relay.recipients()[3], LATER);
    let status = publication.run(["status", ISSUE]).exits(0).stdout;
    assert!(!status.contains("rests until"), "{status}");
    for reader in ["a@d.example.com", "b@d.example.com"] {
        assert_eq!(shown(&publication, reader)["gets_mail"], true);
    }
}
