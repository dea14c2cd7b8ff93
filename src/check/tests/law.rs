//! The law's rules: one mail that keeps all of them, and a change for each that does not.

use super::{trials::Trial, *};
use crate::audience::Consent;

const ALL: &str = r#"
publication:
  name: 데일리 노트
  timezone: Asia/Seoul
  from: 데일리 노트 <hello@example.com>
  contact: 02-1234-5678
  postal_address: |
    서울특별시 성동구
    예시로 23
editions:
  monday: {title: 월요일 편, day: mon, time: "08:00"}
law: {korea: true, us: true, eu: true}
"#;

const FOOT: &str = "광고\n데일리 노트\n02-1234-5678 hello@example.com\n서울특별시 성동구 예시로 23\n\
     언제든 떠나실 수 있습니다. 수신거부 (unsubscribe)\n";

/// What varies.
struct Case {
    settings: String,
    head: &'static str,
    subject: &'static str,
    foot: String,
    text: &'static str,
    recipients: ConsentTally,
}

impl Case {
    fn well() -> Self {
        Self {
            settings: ALL.to_owned(),
            head: "ad: true",
            subject: "(광고) 작은 모델",
            foot: FOOT.to_owned(),
            text: "> [!SPONSOR]\n> 글\n",
            recipients: ConsentTally {
                total: 3,
                ..ConsentTally::default()
            },
        }
    }

    fn without(mut self, words: &str) -> Self {
        assert!(self.foot.contains(words), "{words}");
        self.foot = self.foot.replace(words, "");
        self
    }

    fn with_settings(mut self, from: &str, to: &str) -> Self {
        assert!(self.settings.contains(from), "{from}");
        self.settings = self.settings.replace(from, to);
        self
    }

    fn check(&self) -> Vec<Finding> {
        let text = format!(
            "---\ntitle: 작은 모델\nedition: monday\ndate: 2026-11-23\n{}\n---\n\n여는 말\n\n## 하나\n\n{}",
            self.head, self.text
        );
        let rendered = RenderedIssue {
            subject: self.subject.to_owned(),
            html: format!(
                "<html><head><title>수신거부 unsubscribe</title></head><body><p>{}</p>\
                 <p style=\"display:none\">숨은 글</p></body></html>",
                self.foot.replace('\n', "<br>")
            ),
            text: self.foot.clone(),
        };
        Desk::of(&self.settings).check_all(&text, Some(Ok(&rendered)), Some(&self.recipients), None)
    }
}

fn people(change: impl Fn(&mut ConsentTally)) -> Case {
    let mut case = Case::well();
    change(&mut case.recipients);
    case
}

pub(super) fn trials() -> Vec<Trial> {
    let subject = |head, subject| Case {
        head,
        subject,
        ..Case::well()
    };
    let unmarked = |text| Case {
        head: "ad: false",
        subject: "작은 모델",
        text,
        ..Case::well()
    };
    let cases = [
        ("law/sponsor", unmarked("> [!SPONSOR]\n> 글\n")),
        (
            "law/sponsor",
            unmarked("- > [!sponsor] 좋은 가게\n  > 글\n"),
        ),
        ("law/sponsor", unmarked("[광고] 좋은 가게에서 삽니다.\n")),
        ("law/sponsor", unmarked("### 협찬\n\n좋은 가게\n")),
        ("law/sponsor", unmarked("Sponsored by a good shop\n")),
        (
            "law/sponsor",
            unmarked("Sponsored by Acme, the coffee company.\n"),
        ),
        (
            "law/sponsor",
            unmarked("Presented by Acme, Globex and Initech\n"),
        ),
        ("law/kr-label", subject("ad: true", "작은 모델")),
        (
            "law/kr-label",
            subject("ad: true", "[test] (광고) 작은 모델"),
        ),
        (
            "law/kr-label",
            subject("ad: true\nsubject: '[광고] 모델'", "(광고) [광고] 모델"),
        ),
        (
            "law/kr-label",
            subject("ad: true\nsubject: (광 고) 모델", "(광고) (광 고) 모델"),
        ),
        (
            "law/kr-label",
            subject("ad: false\nsubject: (광고) 모델", "(광고) 모델"),
        ),
        (
            "law/kr-label",
            subject("ad: false\nsubject: (AD) Models", "(AD) Models"),
        ),
        ("law/kr-sender", Case::well().without("데일리 노트")),
        ("law/kr-sender", Case::well().without("02-1234-5678")),
        (
            "law/kr-contact",
            Case::well().with_settings("contact: 02-1234-5678", "contact: hello@example.com"),
        ),
        ("law/kr-contact", Case::well().without("예시로 23")),
        ("law/kr-opt-out", Case::well().without("수신거부")),
        ("law/kr-opt-out", Case::well().without("unsubscribe")),
        ("law/kr-consent", people(|all| all.without_consent = 1)),
        ("law/kr-renewal", people(|all| all.long_ago = 2)),
        ("law/us-address", Case::well().without("예시로 23")),
        (
            "law/us-address",
            Case::well().with_settings(
                "  postal_address: |\n    서울특별시 성동구\n    예시로 23\n",
                "",
            ),
        ),
        (
            "law/us-opt-out",
            Case::well().without("수신거부 (unsubscribe)"),
        ),
        (
            "law/us-subject",
            subject("ad: true\nsubject: 'Re: 모델'", "(광고) Re: 모델"),
        ),
        (
            "law/us-sender",
            Case::well().with_settings("데일리 노트 <hello@", "bank@example.org <hello@"),
        ),
        ("law/us-advertising", {
            let mut case = Case::well().with_settings("korea: true, ", "");
            case.text = "글";
            case.foot = case.foot.replace("광고", "");
            case
        }),
        ("law/eu-sender", Case::well().without("데일리 노트")),
        (
            "law/eu-opt-out",
            Case::well().without("수신거부 (unsubscribe)"),
        ),
        ("law/eu-consent", people(|all| all.not_provable = 1)),
        ("law/eu-consent", people(|all| all.without_consent = 1)),
    ];
    cases
        .into_iter()
        .map(|(rule, case)| {
            let what = format!("{} {} {} {}", case.head, case.subject, case.foot, case.text);
            Trial::new(rule, what, case.check(), Case::well().check())
        })
        .collect()
}

#[test]
fn a_mail_that_keeps_every_law_has_no_finding_of_law() {
    let found = Case::well().check();
    assert!(
        !shown(&found).iter().any(|line| line.starts_with("law/")),
        "{:?}",
        shown(&found)
    );
}

#[test]
fn where_no_country_is_named_no_law_is_asked() {
    let mut case = Case::well().with_settings("law: {korea: true, us: true, eu: true}", "");
    case.head = "ad: false\nsubject: '[광고] Re: 모델'";
    case.foot = String::new();
    case.recipients.without_consent = 3;
    let found = case.check();
    assert!(
        !shown(&found).iter().any(|line| line.starts_with("law/")),
        "{:?}",
        shown(&found)
    );
}

#[test]
fn a_story_about_advertising_is_none() {
    for (subject, text) in [
        (
            "광고가 사라진 거리(1)",
            "광고 시장이 줄었습니다. 광고: 그 낡은 사업",
        ),
        ("(광고 없는) 검색", "### 광고는 왜 미움받나\n\n글"),
        ("AD 1592년의 바다", "Sponsors are many. 협찬사를 찾습니다."),
        (
            "비너스의 값",
            "Sponsored by the Medici, Botticelli painted Venus.\n\n\
             Presented by the mayor, the award went to Kim.",
        ),
    ] {
        let case = Case {
            head: "ad: false",
            subject,
            text,
            ..Case::well()
        };
        let found = case.check();
        // A paragraph that begins with `광고:` is a label; in the middle of one it is a word.
        assert!(
            !has(&found, "law/sponsor") && !has(&found, "law/kr-label"),
            "{subject}: {:?}",
            shown(&found)
        );
    }
}

#[test]
fn a_senders_name_may_hold_a_place() {
    for place in ["@ 성수", "@성수"] {
        let name = format!("데일리 노트 {place} <hello@");
        let found = Case::well()
            .with_settings("데일리 노트 <hello@", &name)
            .check();
        assert!(!has(&found, "law/us-sender"), "{place}");
    }
}

#[test]
fn words_that_nobody_sees_do_not_keep_the_law() {
    let mut case = Case::well().without("수신거부 (unsubscribe)");
    case.foot
        .push_str("<span style=\"display:none\">수신거부 unsubscribe</span>");
    assert!(has(&case.check(), "law/kr-opt-out"));
}

#[test]
fn consents_are_counted_by_what_they_prove() {
    let now = "2026-11-22T00:00:00Z".parse().unwrap();
    let consent = |at: Option<&str>, source: Option<&str>| Consent {
        at: at.map(|at| at.parse().unwrap()),
        source: source.map(ToOwned::to_owned),
    };
    let mut recipients = ConsentTally::default();
    let masked = || "m***@example.com".to_owned();
    recipients.count(None, masked, now);
    recipients.count(Some(&consent(None, Some("web form"))), masked, now);
    recipients.count(
        Some(&consent(Some("2026-01-01T00:00:00Z"), None)),
        masked,
        now,
    );
    recipients.count(
        Some(&consent(Some("2024-11-21T00:00:00Z"), Some("web form"))),
        masked,
        now,
    );
    recipients.count(
        Some(&consent(Some("2026-01-01T00:00:00Z"), Some("web form"))),
        masked,
        now,
    );
    assert_eq!(
        recipients,
        ConsentTally {
            total: 5,
            without_consent: 1,
            not_provable: 2,
            long_ago: 1,
            example: Some("m***@example.com".to_owned()),
        }
    );
}
