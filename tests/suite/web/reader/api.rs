//! Subscribing for programs: JSON in, JSON out, from any site.

use daily_note::web::reader::FormWay;
use serde_json::{Value, json};

use super::served::{Answer, ServedPages};

async fn call(pages: &ServedPages, body: &[u8]) -> Answer {
    let headers = [
        ("Content-Type", "application/json"),
        ("Origin", "https://blog.example.org"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Accept-Language", "en"),
    ];
    let answer = pages.ask("POST /api/subscribe", &headers, body).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("content-type"), "application/json");
    answer
}

fn parsed(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn a_program_subscribes_somebody_who_agreed_to_the_words_it_was_given() {
    let pages = ServedPages::of_the_house().await;
    let facts = parsed(&pages.get_in("en", "/api/subscribe").await);
    assert_eq!(
        (&facts["open"], &facts["asks_consent"], &facts["least_age"]),
        (&json!(true), &json!(true), &json!(14))
    );
    assert_eq!(facts["editions"][0]["key"], "monday");
    assert!(
        facts["consent"]
            .as_str()
            .unwrap()
            .contains("You may refuse")
    );
    let sent = json!({
        "email": "minji@example.com", "editions": ["monday"], "language": "en",
        "agree": true, "of_age": true, "wording": facts["wording"],
    });
    let answer = call(&pages, sent.to_string().as_bytes()).await;
    assert_eq!(answer.status, 202);
    assert_eq!(
        parsed(&answer),
        json!({ "status": "check_mail", "delayed": false })
    );
    let kept = pages.list.last_form();
    assert_eq!(
        (kept.way, kept.page.as_str()),
        (FormWay::Api, "https://blog.example.org")
    );
    assert_eq!(kept.wording.hash, facts["wording"].as_str().unwrap());
}

#[tokio::test]
async fn what_is_wrong_has_a_code_and_a_sentence() {
    let pages = ServedPages::of_the_house().await;
    let whole = json!({ "email": "m@example.com", "agree": true, "of_age": true });
    let with = |key: &str, value: Value| {
        let mut sent = whole.clone();
        sent[key] = value;
        sent.to_string().into_bytes()
    };
    for (body, status, code) in [
        (with("email", json!("m")), 422, "email"),
        (
            with("email", json!("m@example.com\r\nBcc: x@example.com")),
            422,
            "email",
        ),
        (with("email", json!("m@refused.example.com")), 422, "domain"),
        (with("email", json!("m@gmial.com")), 422, "asked_back"),
        (with("email", json!("m@busy.example.com")), 429, "busy"),
        (
            with("email", json!("m@full.example.com")),
            503,
            "unavailable",
        ),
        (with("agree", json!(false)), 422, "agree"),
        (with("of_age", json!(false)), 422, "age"),
        (with("editions", json!([])), 422, "edition"),
        (with("editions", json!(["sunday"])), 422, "edition"),
        (with("wording", json!("old")), 422, "wording"),
        (with("surprise", json!(1)), 400, "unreadable"),
        (with("email", json!(["a"])), 400, "unreadable"),
        (
            b"{\"email\":\"a@example.com\",\"email\":\"b@example.com\"}".to_vec(),
            400,
            "unreadable",
        ),
        (b"not json".to_vec(), 400, "unreadable"),
        (b"{\"email\":\"\xff\"}".to_vec(), 400, "unreadable"),
        (vec![b' '; 70_000], 413, "large"),
    ] {
        let answer = call(&pages, &body).await;
        let error = parsed(&answer)["error"].clone();
        let said = (answer.status, error["code"].as_str().unwrap());
        assert_eq!(said, (status, code), "{:?}", String::from_utf8_lossy(&body));
        assert!(error["message"].as_str().unwrap().len() > 20, "{code}");
        assert_eq!(pages.list.take_acts(), [""; 0], "{code}");
    }
    let plain = pages
        .ask(
            "POST /api/subscribe",
            &[("Content-Type", "text/plain")],
            b"{}",
        )
        .await;
    assert_eq!(plain.status, 415);
}

#[tokio::test]
async fn a_browser_may_ask_first() {
    let pages = ServedPages::of_the_house().await;
    let headers = [
        ("Origin", "https://blog.example.org"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    ];
    let answer = pages.ask("OPTIONS /api/subscribe", &headers, b"").await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(
        answer
            .header("access-control-allow-methods")
            .contains("POST")
    );
    assert_eq!(
        answer.header("access-control-allow-headers"),
        "content-type"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(pages.list.take_acts(), [""; 0]);
}
