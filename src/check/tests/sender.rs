//! How an issue would leave: the way out, the sender's address, the slot.

use super::*;
use trials::Trial;

const REAL: SendingFacts<'static> = SendingFacts {
    reaches_readers: true,
    is_now: false,
    slot_taken_by: None,
    exposed: &[],
    held_because: None,
};

/// The findings on an issue that would leave so.
fn check(publication: &str, date: &str, leaving: SendingFacts<'_>) -> Vec<Finding> {
    let desk = Desk::of(publication).with(
        "issues/2026-11-23-own.md",
        with_text("글\n").replace("2026-11-23", date),
    );
    let archive = Archive::load(&desk.publication).unwrap();
    issue(&CheckSubject {
        publication: &desk.publication,
        archive: &archive,
        issue: archive.newest().unwrap(),
        today: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
        is_sent: false,
        kept_since: NaiveDate::from_ymd_opt(2020, 1, 1),
        leaving,
        recipients: None,
        online: None,
        rendering: None,
        templates: None,
        pictures: None,
    })
}

pub(super) fn trials() -> Vec<Trial> {
    let own = PUBLICATION.replace("hello@example.com", "hello@note.kr");
    let with_mailto = own.replace("editions:", "  unsubscribe_email: leave@note.kr\neditions:");
    let with_pages = format!("{own}web: {{base_url: \"https://note.kr\"}}\n");
    let insecure = format!("{own}web: {{base_url: \"http://note.kr\"}}\n");
    let unwritten = format!("{with_pages}privacy: {{officer: TODO}}\n");
    let named = format!("{with_pages}privacy: {{officer: 김서연}}\n");
    let korean = format!("{with_pages}law: {{korea: true}}\n");
    let korean_named = format!("{named}law: {{korea: true}}\n");
    let taken = SendingFacts {
        slot_taken_by: Some("monday-other"),
        ..SendingFacts::default()
    };
    let held = SendingFacts {
        held_because: Some("the numbers are not confirmed"),
        ..SendingFacts::default()
    };
    let trial =
        |rule, what: &str, broken: (&str, SendingFacts<'_>), well: (&str, SendingFacts<'_>)| {
            let check = |(yaml, leaving)| check(yaml, "2026-11-23", leaving);
            Trial::new(rule, what, check(broken), check(well))
        };
    let rehearsal = SendingFacts::default();
    let keys = ["keys/dkim.pem".to_owned()];
    let exposed = SendingFacts {
        exposed: &keys,
        ..rehearsal
    };
    let way_out = "sender/no-way-out";
    let address = "sender/example-address";
    vec![
        trial(way_out, "neither", (&own, REAL), (&with_mailto, REAL)),
        trial(
            way_out,
            "pages in clear",
            (&insecure, REAL),
            (&with_pages, REAL),
        ),
        trial(way_out, "the inbox", (&own, REAL), (&own, rehearsal)),
        trial(address, "example.com", (PUBLICATION, REAL), (&own, REAL)),
        trial(
            address,
            "the inbox",
            (PUBLICATION, REAL),
            (PUBLICATION, rehearsal),
        ),
        trial(
            "sender/open-key",
            "0644",
            (&own, exposed),
            (&own, rehearsal),
        ),
        trial(
            "sender/privacy-placeholder",
            "TODO",
            (&unwritten, rehearsal),
            (&named, rehearsal),
        ),
        trial(
            "sender/privacy-officer",
            "nobody",
            (&korean, rehearsal),
            (&korean_named, rehearsal),
        ),
        trial("calendar/slot-sent", "another", (&own, taken), (&own, REAL)),
        trial("calendar/on-hold", "held", (&own, held), (&own, REAL)),
    ]
}

#[test]
fn what_has_gone_by_has_no_way_before_it() {
    let past = check(PUBLICATION, "2026-11-16", REAL);
    assert!(!has(&past, "sender/no-way-out"), "{:?}", shown(&past));
    let sent_now = SendingFacts {
        is_now: true,
        ..REAL
    };
    let late = check(PUBLICATION, "2026-11-16", sent_now);
    assert!(has(&late, "sender/no-way-out"), "{:?}", shown(&late));
    assert!(!has(&late, "calendar/past"), "{:?}", shown(&late));
}
