//! What each event says, in both languages, and what makes two of them one.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;
use crate::{
    publication::{Environment, Publication, Slot},
    render::Templates,
    schedule::SlotStanding,
    store::DeliveryCounts,
};

fn publication(language: &str) -> Publication {
    let (monday, name) = match language {
        "ko" => ("월요일 편", "데일리 노트"),
        _ => ("Monday", "The Daily Note"),
    };
    let yaml = format!(
        "publication: {{name: {name}, language: {language}, timezone: Asia/Seoul, from: hello@note.example.com}}\n\
         editions: {{monday: {{title: {monday}, topic: software, day: mon, time: '08:00', accent_color: '#2447D8'}}}}\n"
    );
    Publication::from_yaml(Path::new("/nowhere"), &yaml, &Environment::empty()).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn slot() -> Slot {
    Slot {
        edition: "monday".to_owned(),
        date: "2026-11-30".parse().unwrap(),
        at: at("2026-11-29T23:00:00Z"),
    }
}

fn nears(standing: SlotStanding) -> Event {
    Event::SlotNears {
        slot: slot(),
        standing,
        before_seconds: 10_800,
    }
}

/// One of each, with what is known around it.
fn events() -> Vec<(&'static str, Event, EventBackground)> {
    let until = at("2026-11-30T05:00:00Z");
    let issue = "monday-2026-11-30".to_owned();
    let draft = SlotStanding::Draft {
        issue: issue.clone(),
    };
    let known = EventBackground {
        issue_title: Some("작은 모델, 그리고 <b>".to_owned()),
        batch: Some(("monday".to_owned(), slot().at)),
        ..EventBackground::default()
    };
    let failed = EventBackground {
        failed: vec![FailedReader {
            who: "m***@example.com".to_owned(),
            outcome: "rejected".to_owned(),
            reply: "550 5.1.1 <m***@example.com>: unknown".to_owned(),
        }],
        failed_total: 31,
        ..known.clone()
    };
    let ended = |counts| Event::BatchEnded {
        issue: issue.clone(),
        edition: "monday".to_owned(),
        slot: slot().at,
        audience: 1_204,
        counts,
    };
    let some = DeliveryCounts {
        accepted: 1_173,
        rejected: 28,
        unknown: 2,
        skipped: 1,
        ..DeliveryCounts::default()
    };
    let all = DeliveryCounts {
        accepted: 1_204,
        ..DeliveryCounts::default()
    };
    let none = EventBackground::default;
    let problems = vec![
        "issues/2026-11-30-small.md:14:3: the picture `plan.png` is not there".to_owned(),
        "subscribers.yaml: minji@example.com stands twice".to_owned(),
    ];
    vec![
        ("nears_missing", nears(SlotStanding::Missing), none()),
        ("nears_draft", nears(draft.clone()), none()),
        (
            "nears_doubled",
            nears(SlotStanding::Doubled {
                issues: vec!["a".to_owned(), "b".to_owned()],
            }),
            none(),
        ),
        (
            "waits",
            Event::SlotWaits {
                slot: slot(),
                standing: draft,
                until,
            },
            none(),
        ),
        (
            "missed",
            Event::SlotMissed {
                slot: slot(),
                standing: SlotStanding::Ready {
                    issue: issue.clone(),
                },
                until,
            },
            none(),
        ),
        (
            "refused",
            Event::IssueRefused {
                slot: slot(),
                issue: issue.clone(),
                problems: problems.clone(),
                until,
            },
            none(),
        ),
        (
            "held",
            Event::IssueHeld {
                slot: slot(),
                issue: issue.clone(),
                why: "issues/a.md is still being changed".to_owned(),
                until,
                is_alarm: true,
            },
            none(),
        ),
        (
            "unplaced",
            Event::IssueUnplaced {
                issue: issue.clone(),
                edition: "monday".to_owned(),
                date: slot().date,
                why: "`schedule.skip` leaves 2026-11-30 out".to_owned(),
            },
            known.clone(),
        ),
        (
            "on_hold",
            Event::SlotWaits {
                slot: slot(),
                standing: SlotStanding::OnHold {
                    issue: Some(issue.clone()),
                },
                until,
            },
            none(),
        ),
        ("ended", ended(some), failed),
        ("ended_all", ended(all), known.clone()),
        (
            "paused",
            Event::BatchPaused {
                issue: issue.clone(),
                reason: "the relay refused the sender: 550 5.7.1 <minji@example.com> denied"
                    .to_owned(),
            },
            known.clone(),
        ),
        (
            "readers",
            Event::ReadersMissed {
                issue: issue.clone(),
                readers: 1_031,
            },
            known.clone(),
        ),
        (
            "away",
            Event::RelayAway {
                issue: issue.clone(),
                reason: "smtp.example.com:465 does not answer".to_owned(),
            },
            known.clone(),
        ),
        (
            "relay",
            Event::RelayTrouble {
                issue: issue.clone(),
                reason: "smtp.example.com:465 shows a certificate that can't be trusted".to_owned(),
            },
            known.clone(),
        ),
        (
            "complained",
            Event::ReaderComplained {
                issue: issue.clone(),
                report: 12,
            },
            known.clone(),
        ),
        (
            "domain_refuses",
            Event::DomainRefuses {
                issue,
                domain: "naver.com".to_owned(),
                reports: 1_012,
                reason: "421 4.3.2 <minji@example.com> Your IP has been blocked".to_owned(),
                until,
            },
            known,
        ),
        ("leave_asked", Event::LeaveAsked { report: 13 }, none()),
        (
            "turned_away",
            Event::ReturnsTurnedAway { since: until },
            none(),
        ),
        ("signups", Event::SignupsHeld { since: until }, none()),
        (
            "configuration",
            Event::ConfigurationRefused { problems },
            none(),
        ),
        (
            "given_up",
            Event::NoticeGivenUp {
                target: "w***@example.com".to_owned(),
                notice: "missed monday-2026-11-30".to_owned(),
                reason: "550 5.1.1 no such user".to_owned(),
            },
            none(),
        ),
        (
            "state",
            Event::StateRefused {
                reason: "the disk is full".to_owned(),
            },
            none(),
        ),
    ]
}

fn mail_of(event: &Event, background: &EventBackground, language: &str) -> NoticeMail {
    let now = at("2026-11-29T20:00:02Z");
    let publication = publication(language);
    mail(event, background, &publication, &Templates::built_in(), now)
        .unwrap()
        .unwrap()
}

#[test]
fn every_mail_says_what_happened_and_what_to_do() {
    for language in ["ko", "en"] {
        let mut shown = String::new();
        for (name, event, background) in events() {
            let mail = mail_of(&event, &background, language);
            shown.push_str(&format!(
                "━━ {name}\nSubject: {}\n\n{}\n",
                mail.subject, mail.text
            ));
        }
        insta::assert_snapshot!(language, shown);
    }
}

#[test]
fn no_phrase_is_missing_or_left_open_and_no_address_is_shown() {
    for language in ["ko", "en", "fr"] {
        for (name, event, background) in events() {
            let mail = mail_of(&event, &background, language);
            for text in [&mail.subject, &mail.text, &mail.html] {
                assert!(
                    !text.contains("_lead") && !text.contains("_title"),
                    "{name}: {text}"
                );
                assert!(!text.contains("minji@"), "{name}: {text}");
            }
            assert!(!mail.text.contains(['{', '}']), "{name}: {}", mail.text);
            let body = mail.html.split("</style>").last().unwrap_or_default();
            assert!(!body.contains(['{', '}']), "{name}: {body}");
            assert!(!mail.html.contains("<b>"), "{name}: a title is no markup");
        }
    }
}

#[test]
fn each_reminder_is_told_once_whatever_is_written_meanwhile() {
    let today = &at("2026-11-30T00:00:00Z");
    let draft = SlotStanding::Draft {
        issue: "monday-2026-11-30".to_owned(),
    };
    assert_eq!(
        key(&nears(SlotStanding::Missing), today),
        key(&nears(draft), today)
    );
    let earlier = Event::SlotNears {
        slot: slot(),
        standing: SlotStanding::Missing,
        before_seconds: 86_400,
    };
    assert_ne!(
        key(&nears(SlotStanding::Missing), today),
        key(&earlier, today)
    );
}

#[test]
fn a_relay_that_goes_away_again_is_told_of_once_a_day() {
    let away = |reason: &str| Event::RelayAway {
        issue: "monday-2026-11-30".to_owned(),
        reason: reason.to_owned(),
    };
    let today = &at("2026-11-30T00:00:00Z");
    let (tonight, tomorrow) = (&at("2026-11-30T23:59:59Z"), &at("2026-12-01T00:00:00Z"));
    assert_eq!(key(&away("refused"), today), key(&away("silent"), tonight));
    assert_ne!(
        key(&away("refused"), today),
        key(&away("refused"), tomorrow)
    );
}

#[test]
fn a_batch_that_stops_again_for_the_same_reason_is_told_of_again() {
    let issue = "monday-2026-11-30".to_owned();
    let (first, second) = (&at("2026-11-30T08:00:00Z"), &at("2026-11-30T08:10:00Z"));
    let reason = "the relay refuses reader after reader".to_owned();
    let paused = Event::BatchPaused {
        issue: issue.clone(),
        reason,
    };
    assert_ne!(key(&paused, first), key(&paused, second));
    // Three readers of one zone, three of the next.
    let missed = Event::ReadersMissed { issue, readers: 3 };
    assert_ne!(key(&missed, first), key(&missed, second));
}

#[test]
fn an_event_for_a_program_has_its_type_and_no_reader_in_it() {
    for (name, happening, _) in events() {
        let body = event(&happening, "데일리 노트", slot().at).unwrap();
        let body = String::from_utf8(body).unwrap();
        assert!(!body.contains("minji@"), "{name}: {body}");
        let document: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert!(document["type"].as_str().unwrap().contains('.'), "{name}");
        assert_eq!(document["timestamp"], "2026-11-29T23:00:00Z");
        assert_eq!(document["data"]["publication"], "데일리 노트");
        assert_eq!(document["data"]["event"], serde_json::Value::Null);
    }
}

#[test]
fn a_signature_is_the_one_that_standard_webhooks_publishes() {
    // The example of the specification's reference libraries.
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let yaml = format!(
        "publication: {{name: n, timezone: UTC, from: n@example.com}}\n\
         editions: {{monday: {{title: m, day: mon, time: '08:00'}}}}\n\
         notify: {{webhook: {{url: 'https://example.com/', secret: {secret}}}}}\n"
    );
    let publication =
        Publication::from_yaml(Path::new("/nowhere"), &yaml, &Environment::empty()).unwrap();
    let secret = publication.notify.webhook.unwrap().secret;
    assert_eq!(
        STANDARD.encode(secret.bytes()),
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    );
    assert_eq!(
        signature(
            &secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#
        ),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}
