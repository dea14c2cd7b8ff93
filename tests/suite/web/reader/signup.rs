//! From the form to "check your mail": what is asked, what is kept as proof, and what programs get.

use daily_note::web::reader::{FormWay, SignupTerms};

use super::{
    fake::FakeList,
    served::{Answer, ServedPages},
};
use crate::support::TestPublication;

/// Everything that the form of the house asks for.
const BOXES: &str = "agree=yes&of_age=yes&opened=sealed";

fn field<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let mark = format!("name=\"{name}\" value=\"");
    let from = answer.body.find(&mark).unwrap() + mark.len();
    answer.body[from..].split('"').next().unwrap()
}

#[tokio::test]
async fn a_stranger_finds_the_form_with_what_is_kept_above_its_button() {
    let pages = ServedPages::of_the_house().await;
    for path in ["/", "/subscribe"] {
        let page = pages.get(path).await;
        let button = page.body.find("<button>").unwrap();
        for shown in [
            "수집하는 항목",
            "이용 목적",
            "보유 기간",
            "거부할 권리",
            "Example Mail",
            "만 14세",
        ] {
            let at = page
                .body
                .find(shown)
                .unwrap_or_else(|| panic!("{path}: {shown}"));
            assert!(at < button, "{path}: {shown}");
        }
        assert!(page.body.contains("매주 월요일 오전 8시"), "{path}");
    }
}

#[tokio::test]
async fn a_sign_up_keeps_the_wording_that_was_shown_and_answers_check_your_mail() {
    let pages = ServedPages::of_the_house().await;
    let form = pages.get_in("en", "/subscribe").await;
    let (wording, seal) = (field(&form, "wording"), field(&form, "opened"));
    let sent = format!(
        "email=+minji%40example.com+&name=Minji%0d%0aBcc:+x&choosing=yes&edition=monday&agree=yes&of_age=yes&ads=yes\
         &language=en&wording={wording}&opened={seal}&homepage="
    );
    // Whatever the browser says now: the answer is in the language of the form.
    let answer = pages.post("/subscribe", &sent).await;
    assert_eq!(
        (answer.status, answer.title()),
        (200, "Please check your mail")
    );
    assert_eq!(pages.list.take_acts(), ["sign_up"]);
    let kept = pages.list.last_form();
    assert_eq!(kept.email.as_str(), "minji@example.com");
    assert_eq!(kept.name.as_deref(), Some("Minji Bcc: x"));
    assert_eq!(
        kept.editions.unwrap().into_iter().collect::<Vec<_>>(),
        ["monday"]
    );
    assert_eq!(
        (kept.language.as_str(), kept.agrees_to_ads),
        ("en", Some(true))
    );
    assert_eq!(
        (kept.network.as_str(), kept.page.as_str()),
        ("127.0.0.0/24", "/subscribe")
    );
    assert_eq!(kept.way, FormWay::OwnPage);
    assert_eq!(kept.wording.hash, wording);
    for line in [
        "What: your email address",
        "I agree that this",
        "I am 14 or older",
        "advertising too",
    ] {
        assert!(
            kept.wording.text.contains(line),
            "{line}: {}",
            kept.wording.text
        );
    }
}

#[tokio::test]
async fn the_page_says_so_where_the_relay_is_down() {
    let pages = ServedPages::of_the_house().await;
    let sent = format!("email=minji%40example.com&{BOXES}");
    let well = pages.post("/subscribe", &sent).await;
    assert!(!well.body.contains("메일 서버가 응답하지"), "{}", well.body);
    pages.list.lose_the_relay();
    let down = pages.post("/subscribe", &sent).await;
    assert_eq!(down.status, 200);
    assert!(down.body.contains("메일 서버가 응답하지"), "{}", down.body);
}

#[tokio::test]
async fn what_is_missing_is_said_and_what_was_written_is_not_lost() {
    let pages = ServedPages::of_the_house().await;
    for (sent, sentence) in [
        (format!("email=minji&name=M&{BOXES}"), "이메일 주소를 다시"),
        (
            format!("email=a%40example.com%0d%0aBcc:b%40example.com&{BOXES}"),
            "이메일 주소를 다시",
        ),
        (format!("name=M&{BOXES}"), "이메일 주소를 다시"),
        (
            "email=m%40example.com&name=M&of_age=yes".to_owned(),
            "동의하셔야",
        ),
        (
            "email=m%40example.com&name=M&agree=yes".to_owned(),
            "나이를 묻는",
        ),
        (
            format!("email=m%40example.com&choosing=yes&{BOXES}"),
            "하나 이상",
        ),
        (
            format!("email=m%40example.com&edition=sunday&{BOXES}"),
            "하나 이상",
        ),
        (
            format!("email=m%40example.com&wording=old&{BOXES}"),
            "안내문이 바뀌었습니다",
        ),
        (
            format!("email=m%40refused.example.com&{BOXES}"),
            "도메인의 주소로는",
        ),
    ] {
        let answer = pages.post("/subscribe", &sent).await;
        assert_eq!(answer.status, 422, "{sent}");
        assert!(answer.body.contains(sentence), "{sent}: {}", answer.body);
        assert_eq!(pages.list.take_acts(), [""; 0], "{sent}");
        if sent.contains("name=M") {
            assert!(answer.body.contains("value=\"M\""), "{sent}");
        }
    }
}

#[tokio::test]
async fn a_likely_slip_is_asked_back_once() {
    let pages = ServedPages::of_the_house().await;
    let sent = format!("email=minji%40gmial.com&{BOXES}");
    let asked = pages.post("/subscribe", &sent).await;
    assert_eq!((asked.status, pages.list.take_acts().len()), (422, 0));
    assert!(asked.body.contains("minji@gmail.com") && asked.body.contains("name=\"sure\""));
    let sure = pages.post("/subscribe", &format!("{sent}&sure=yes")).await;
    assert_eq!((sure.status, pages.list.take_acts().len()), (200, 1));
}

#[tokio::test]
async fn a_form_may_stand_on_any_site_and_is_trusted_less() {
    let pages = ServedPages::of_the_house().await;
    let headers = [
        ("Origin", "https://blog.example.org"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let sent = b"email=minji%40example.com&agree=yes&of_age=yes";
    let answer = pages.ask("POST /subscribe", &headers, sent).await;
    assert_eq!(answer.status, 200);
    let kept = pages.list.last_form();
    assert_eq!(
        (kept.way, kept.page.as_str()),
        (FormWay::Elsewhere, "https://blog.example.org")
    );
    assert_eq!((kept.editions, kept.agrees_to_ads), (None, Some(false)));
}

#[tokio::test]
async fn programs_fill_in_what_nobody_sees_and_are_too_quick() {
    let pages = ServedPages::of_the_house().await;
    let trapped = format!("email=minji%40example.com&homepage=http%3A%2F%2Fx&{BOXES}");
    let answer = pages.post("/subscribe", &trapped).await;
    assert_eq!(
        (answer.status, answer.title()),
        (200, "메일함을 확인해 주세요")
    );
    assert_eq!(pages.list.take_acts(), [""; 0]);

    let quick = "email=minji%40example.com&agree=yes&of_age=yes&opened=fresh";
    let answer = pages.post("/subscribe", quick).await;
    assert_eq!((answer.status, pages.list.take_acts().len()), (422, 0));
    assert!(answer.body.contains("버튼을 다시 눌러"), "{}", answer.body);
    // Whoever is a person presses once more.
    assert_eq!(field(&answer, "opened"), "sealed");
}

#[tokio::test]
async fn without_the_laws_boxes_the_form_asks_for_nothing_but_the_address() {
    let list = FakeList::over(&TestPublication::of_the_house(), |site| {
        site.signup = SignupTerms {
            is_open: true,
            ..SignupTerms::default()
        };
    });
    let pages = ServedPages::start(list).await;
    let page = pages.get("/subscribe").await;
    assert!(
        !page.body.contains("name=\"agree\"") && page.body.contains("뉴스레터를 보내는 데에만")
    );
    let answer = pages.post("/subscribe", "email=minji%40example.com").await;
    assert_eq!(answer.status, 200);
    assert_eq!(pages.list.last_form().agrees_to_ads, None);
}

#[tokio::test]
async fn closed_sign_ups_show_no_form_and_take_none() {
    let list = FakeList::over(&TestPublication::of_the_house(), |site| {
        site.signup.is_open = false;
    });
    let pages = ServedPages::start(list).await;
    assert!(!pages.get("/").await.body.contains("<form"));
    assert_eq!(pages.get("/subscribe").await.status, 404);
    let answer = pages.post("/subscribe", "email=minji%40example.com").await;
    assert_eq!((answer.status, pages.list.take_acts().len()), (404, 0));
}

#[tokio::test]
async fn a_link_by_address_says_the_same_whoever_asks() {
    let pages = ServedPages::of_the_house().await;
    let known = pages.post("/link", "email=minji%40example.com").await;
    let unknown = pages.post("/link", "email=nobody%40example.com").await;
    assert_eq!((known.status, known.body), (200, unknown.body));
    assert_eq!(pages.list.take_acts(), ["write_link from 127.0.0.0/24"; 2]);
    let wrong = pages.post("/link", "email=minji%40").await;
    assert_eq!((wrong.status, pages.list.take_acts().len()), (422, 0));
}
