//! What readers say reaches whoever writes, as mail: strangers' words, which stand in its text alone.

use super::harness::{ServedPages, mail_to, next_mail, publication};

#[test]
fn the_writer_hears_of_an_opinion_and_answers_who_allowed_it() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    let writer = "hello@note.example.com";
    let say = |email: &str, fields: &[(&str, &str)]| {
        let issue = mail_to(&publication, email).remove(0);
        pages.post(&issue.link("/f/"), fields).is(200);
    };
    let hostile = "<script>alert(1)</script>\r\nBcc: victim@example.org\r\n\r\n.\r\nQUIT";
    say(
        "minji@example.com",
        &[
            ("choice", "good"),
            ("text", hostile),
            ("name", "M\r\nBcc: a@example.org"),
            ("may_reply", "yes"),
        ],
    );
    let first = next_mail(&publication, writer, 0);
    assert!(first.subject.contains("A quiet week"), "{}", first.subject);
    assert!(!first.html.contains("<script>"));
    assert!(first.html.contains("&lt;script&gt;"), "{}", first.html);
    assert_eq!(
        first.header("Reply-To").as_deref(),
        Some("minji@example.com")
    );
    assert_eq!(first.header("Bcc"), None);
    say("tom@example.com", &[("choice", "poor")]);
    let second = next_mail(&publication, writer, 1);
    assert_eq!(
        second.header("Reply-To"),
        None,
        "they did not ask for an answer"
    );
    // The same once more is no news; other words are.
    say("tom@example.com", &[("choice", "poor")]);
    say("tom@example.com", &[("choice", "good")]);
    next_mail(&publication, writer, 2);
    pages.kill();
    // After a restart what was told is told, and what comes then is news.
    let again = ServedPages::start(&publication);
    let issue = mail_to(&publication, "minji@example.com").remove(0);
    again
        .post(&issue.link("/f/"), &[("choice", "fair")])
        .is(200);
    next_mail(&publication, writer, 3);
    assert_eq!(mail_to(&publication, writer).len(), 4);
}

#[test]
fn nobody_hears_of_opinions_where_that_is_switched_off() {
    let publication = publication().variable("DAILY_NOTE_WEB__FEEDBACK__NOTIFY", "off");
    publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(0);
    let pages = ServedPages::start(&publication);
    let issue = mail_to(&publication, "minji@example.com").remove(0);
    pages
        .post(&issue.link("/f/"), &[("choice", "good")])
        .is(200);
    // What readers are told of it comes; the writer's mail would have come before.
    next_mail(&publication, "minji@example.com", 1);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(mail_to(&publication, "hello@note.example.com").is_empty());
}
