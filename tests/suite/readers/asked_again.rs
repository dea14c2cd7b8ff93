//! What is written to readers without an act of theirs: the law's reminder, a question about their consent, a welcome to
//! who was brought; and what the law wants told of an act where no other mail says it.

use super::harness::{ServedPages, mail_to, next_mail, publication, quiet_korean_publication};

#[test]
fn who_agreed_two_years_ago_is_reminded_once_by_whoever_serves() {
    let publication = quiet_korean_publication().list(
        "- email: old@example.com\n  consent: {at: 2020-03-01T09:00:00+09:00, source: web form}\n\
         - email: new@example.com\n  consent: {at: 2026-03-01T09:00:00+09:00, source: web form}\n",
    );
    publication.run(["send", "2026-11-23-quiet", "--yes"]);
    let had = mail_to(&publication, "old@example.com").len();
    let pages = ServedPages::start(&publication);
    let reminder = next_mail(&publication, "old@example.com", had);
    assert!(reminder.subject.contains("consent"), "{}", reminder.subject);
    assert!(reminder.html.contains("2020"), "when they agreed");
    assert!(reminder.unsubscribe.is_some());
    pages.kill();
    // Another process, and cron's call: nobody hears of it twice.
    let again = ServedPages::start(&publication);
    publication.run(["send", "--due"]);
    again.kill();
    assert_eq!(mail_to(&publication, "old@example.com").len(), had + 1);
    assert_eq!(mail_to(&publication, "new@example.com").len(), had);
}

#[test]
fn who_is_asked_again_answers_by_one_button_and_the_proof_goes_with_the_list() {
    let here = publication();
    here.run(["send", "2026-11-23-quiet", "--yes"]).exits(0);
    let count = |publication: &crate::support::TestPublication| {
        let report = publication.run(["subscribers", "reconfirm", "--dry-run", "--json"]);
        report.json()["without_proof"].as_u64().unwrap()
    };
    assert_eq!(count(&here), 2);
    let asked = here
        .run(["subscribers", "reconfirm", "--yes", "--json"])
        .exits(0);
    assert_eq!(asked.json()["asked"], 2);
    here.run(["subscribers", "reconfirm", "--yes"]).exits(6);
    let pages = ServedPages::start(&here);
    let question = next_mail(&here, "minji@example.com", 1);
    let link = question.link("/confirm/");
    pages.get(&link).is(200);
    pages.post(&link, &[]).is(200);
    let gets_mail = |email: &str| {
        let shown = here.run(["subscribers", "show", email, "--json"]);
        shown.json()["gets_mail"].clone()
    };
    assert_eq!(gets_mail("minji@example.com"), true);
    assert_eq!(
        gets_mail("tom@example.com"),
        true,
        "silence changes nothing"
    );
    let table = here.path("list.csv");
    here.run(["subscribers", "export", "--out", &table.to_string_lossy()])
        .exits(0);
    // Another list takes the proof in, with the words that were shown.
    let there = publication();
    there
        .run(["subscribers", "import", &table.to_string_lossy()])
        .exits(0);
    assert_eq!(count(&there), 1, "of one of them nothing is proven");
    let again = there.run(["subscribers", "export"]).stdout;
    assert!(again.contains("Keep it coming"), "{again}");
    // Once more, and nothing is doubled.
    there.run(["subscribers", "import", &table.to_string_lossy()]);
    assert_eq!(count(&there), 1);
    let once = there.run(["subscribers", "export"]).stdout;
    assert_eq!(once.matches("confirmed_at").count(), 1, "{once}");
}

#[test]
fn a_welcome_goes_to_who_is_new_alone_and_where_it_is_asked_for() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let publication = publication.file(
        "more.csv",
        "email,name\nminji@example.com,Minji\nada@example.com,Ada\n",
    );
    let foreseen = publication.run([
        "subscribers",
        "import",
        "more.csv",
        "--welcome",
        "--dry-run",
        "--json",
    ]);
    assert_eq!(foreseen.json()[0]["welcomed"], 1);
    let taken = publication.run(["subscribers", "import", "more.csv", "--welcome", "--json"]);
    assert_eq!(taken.exits(0).json()[0]["welcomed"], 1);
    publication
        .run(["subscribers", "add", "bo@example.com", "--welcome"])
        .exits(0);
    publication
        .run(["subscribers", "add", "quiet@example.com"])
        .exits(0);
    let _pages = ServedPages::start(&publication);
    for email in ["ada@example.com", "bo@example.com"] {
        let welcome = next_mail(&publication, email, 0);
        assert!(welcome.subject.contains("Welcome"), "{}", welcome.subject);
        assert!(
            welcome.link("/issues/").contains("quiet"),
            "the latest issue"
        );
    }
    assert_eq!(mail_to(&publication, "minji@example.com").len(), 1);
    assert_eq!(mail_to(&publication, "quiet@example.com").len(), 0);
}

#[test]
fn the_law_s_notice_of_result_comes_where_no_other_mail_says_it() {
    let publication = quiet_korean_publication().variable("DAILY_NOTE_WEB__GOODBYE", "false");
    publication.run(["send", "2026-11-23-quiet", "--yes"]);
    let issue = mail_to(&publication, "minji@example.com").remove(0);
    let pages = ServedPages::start(&publication);
    let (who, done) = ("minji@example.com", "has been carried out");
    let preferences = issue.link("/p/");
    pages.post(&preferences, &[("edition", "monday")]).is(200);
    let chosen = next_mail(&publication, who, 1);
    assert!(chosen.subject.contains(done), "{}", chosen.subject);
    assert!(chosen.html.contains("Choice of editions"));
    let issue = mail_to(&publication, "tom@example.com").remove(0);
    pages.post(&issue.link("/u/"), &[("scope", "all")]).is(200);
    let left = next_mail(&publication, "tom@example.com", 1);
    assert!(left.subject.contains(done), "{}", left.subject);
    assert!(left.html.contains("Nothing more is sent"));
}
