//! One reader's whole life at the pages, from the form to being forgotten.

use super::harness::{ServedPages, links_to, mail_to, next_link, next_mail, publication};

const WHO: &str = "hana@example.com";

#[test]
fn a_stranger_becomes_a_reader_chooses_speaks_moves_leaves_returns_and_is_forgotten() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);

    // The form asks, a mail asks back, a click answers.
    let front = pages.get("/").is(200);
    assert!(front.body.contains("A quiet week"), "the newest issue");
    let seal = front.field("seal");
    let mut fields = vec![
        ("email", WHO),
        ("name", "Hana"),
        ("edition", "monday"),
        ("edition", "thursday"),
    ];
    if let Some(seal) = &seal {
        fields.push(("seal", seal));
    }
    let asked = pages.post("/subscribe", &fields).is(200);
    assert!(!asked.body.contains(WHO));
    let confirm = next_mail(&publication, WHO, 0);
    assert!(
        !confirm.html.contains("Hana"),
        "nothing that a form sent is in it"
    );
    assert_eq!(confirm.unsubscribe, None);
    let link = confirm.link("/confirm/");
    pages.get(&link).is(200);
    let listed = |state: &str| {
        publication
            .run(["subscribers", "show", WHO, "--json"])
            .json()[state]
            .clone()
    };
    assert_eq!(
        listed("gets_mail"),
        false,
        "a scanner's GET confirms nothing"
    );
    pages.post(&link, &[]).is(200);
    assert_eq!(listed("gets_mail"), true);
    let welcome = next_mail(&publication, WHO, 1);
    assert!(welcome.unsubscribe.is_some());
    assert!(
        welcome.link("/issues/").contains("quiet"),
        "the newest issue"
    );
    // Twice is as good as once.
    pages.post(&link, &[]).is(200);

    // The next issue comes, and is answered.
    publication
        .run(["send", "2026-11-26-chairs", "--yes"])
        .exits(0);
    let issue = next_mail(&publication, WHO, 2);
    assert_eq!(issue.subject, "Chairs");
    let opinion = issue.link("/f/");
    pages.get(&format!("{opinion}?choice=good")).is(200);
    let said = [
        ("choice", "good"),
        ("text", "I sat down."),
        ("publish", "yes"),
        ("name", "H."),
    ];
    pages.post(&opinion, &said).is(200);
    let opinions = publication.run(["feedback", "list", "--json"]).json();
    assert_eq!(opinions[0]["text"], "I sat down.");

    // Only Mondays.
    let preferences = issue.link("/p/");
    pages.get(&preferences).is(200);
    pages
        .post(
            &preferences,
            &[
                ("edition", "monday"),
                ("name", "Hana Lee"),
                ("language", "en"),
            ],
        )
        .is(200);
    let subscriber = listed("subscriber");
    assert_eq!(subscriber["editions"], serde_json::json!(["monday"]));
    assert_eq!(subscriber["name"], "Hana Lee");

    // Another address: by a link to the old one, confirmed at the new one.
    pages.post(&preferences, &[("act", "link")]).is(200);
    let manage = next_link(&publication, WHO, "/m/", 0);
    pages.get(&manage).is(200);
    let new = "hana@example.org";
    pages
        .post(&manage, &[("act", "move"), ("email", new)])
        .is(200);
    let moving = next_link(&publication, new, "/move/", 0);
    pages.get(&moving).is(200);
    pages.post(&moving, &[]).is(200);
    let moved = publication
        .run(["subscribers", "show", new, "--json"])
        .json();
    assert_eq!(moved["gets_mail"], true);

    // Leaving, and not leaving.
    let leave = issue.link("/u/");
    pages.get(&leave).is(200);
    let left = pages.post(&leave, &[("scope", "all")]).is(200);
    let gets_mail = || {
        publication
            .run(["subscribers", "show", new, "--json"])
            .json()["gets_mail"]
            .clone()
    };
    assert_eq!(gets_mail(), false);
    let undo = left.link("/undo/").expect("the way back");
    pages.get(&undo).is(200);
    pages.post(&undo, &[]).is(200);
    assert_eq!(gets_mail(), true);

    // Forgotten.
    let had = links_to(&publication, new, "/m/").len();
    pages.post(&preferences, &[("act", "link")]).is(200);
    let manage = next_link(&publication, new, "/m/", had);
    pages
        .post(&manage, &[("act", "erase"), ("sure", "yes")])
        .is(200);
    assert!(mail_to(&publication, new).is_empty(), "also in the inbox");
    let known = publication.run(["subscribers", "show", new]);
    assert!(!known.shown().contains("Hana"));
    pages.get(&leave).is(200);
}
