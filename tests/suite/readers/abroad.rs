//! What others do to the pages: other origins, other bytes, other moods.

use super::harness::{ServedPages, form, mail_to, publication};

#[test]
fn what_no_browser_sends_is_answered_with_a_sentence() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    let mail = mail_to(&publication, "minji@example.com").remove(0);
    let preferences = mail.link("/p/");
    let urlencoded = ("Content-Type", "application/x-www-form-urlencoded");
    let large = "a=".to_owned() + &"x".repeat(10 << 20);
    for (what, answer) in [
        (
            "10 MB",
            pages.ask("POST", "/subscribe", &[urlencoded], &large),
        ),
        (
            "no UTF-8",
            pages.ask("POST", "/subscribe", &[urlencoded], "email=%ff%fe"),
        ),
        (
            "CR LF",
            pages.post(
                "/subscribe",
                &[("email", "a@example.com\r\nBcc: b@example.com")],
            ),
        ),
        (
            "two addresses",
            pages.post(
                "/subscribe",
                &[("email", "a@example.com"), ("email", "b@example.com")],
            ),
        ),
        (
            "no address",
            pages.post("/subscribe", &[("email", "nobody")]),
        ),
        ("../", pages.get("/issues/..%2f..%2fdaily-note.yaml")),
        ("../ in a picture", pages.get("/images/..%2f..%2fsecret")),
        ("a method", pages.ask("DELETE", "/subscribe", &[], "")),
        (
            "a method on a token",
            pages.ask("PUT", &preferences, &[], "x"),
        ),
        (
            "another site",
            pages.ask(
                "POST",
                &preferences,
                &[urlencoded, ("Sec-Fetch-Site", "cross-site")],
                &form(&[("edition", "monday")]),
            ),
        ),
    ] {
        assert!(
            (400..500).contains(&answer.status),
            "{what}: {} {}",
            answer.status,
            answer.body
        );
        assert!(answer.body.len() > 10, "{what}: a sentence");
    }
    pages.get("/").is(200);
    assert!(mail_to(&publication, "a@example.com").is_empty());
}

#[test]
fn who_is_known_and_who_is_not_get_the_same_answer() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    let ask = |email: &str| {
        let answer = pages.post(
            "/subscribe",
            &[
                ("email", email),
                ("edition", "monday"),
                ("edition", "thursday"),
            ],
        );
        (answer.status, answer.body.replace(email, ""))
    };
    assert_eq!(ask("minji@example.com"), ask("stranger@example.com"));
    let link = |email: &str| {
        let answer = pages.post("/link", &[("email", email)]);
        (answer.status, answer.body.replace(email, ""))
    };
    assert_eq!(link("minji@example.com"), link("nobody@example.com"));
}
