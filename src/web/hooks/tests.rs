//! The hooks' door, asked as providers ask it: payloads made by their published schemes, with keys of our own. `sns.json`
//! was signed once by a key that nobody has any more.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use url::Url;

use super::{
    HookEvent, HookFault, HookService, MailgunHook, PostmarkHook, ReportHook, SendGridHook,
    SesHook, SnsSource, router,
};
use crate::{
    bounce::{BounceClass, HookProvider, ReturnedKind},
    fingerprint::hex,
};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:bounces";
const KEY: &str = "a signing key of ours";

fn moment() -> DateTime<Utc> {
    "2026-03-02T07:01:00Z".parse().unwrap()
}

/// The program behind the door: its hooks, its clock, and what it took in.
struct Program {
    hooks: Vec<Arc<dyn ReportHook>>,
    now: Mutex<DateTime<Utc>>,
    taken: Mutex<Vec<HookEvent>>,
    is_full: Mutex<bool>,
}

#[async_trait]
impl HookService for Program {
    fn hook(&self, provider: HookProvider) -> Option<Arc<dyn ReportHook>> {
        let mut hooks = self.hooks.iter();
        hooks.find(|hook| hook.provider() == provider).cloned()
    }

    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    async fn take_in(&self, _: HookProvider, events: Vec<HookEvent>) -> Result<(), HookFault> {
        if *self.is_full.lock().unwrap() {
            return Err(HookFault::Unavailable);
        }
        let mut taken = self.taken.lock().unwrap();
        for event in events {
            // As the store does: known by provider and id.
            if !taken.iter().any(|own| own.id == event.id) {
                taken.push(event);
            }
        }
        Ok(())
    }
}

/// SNS's own host: its certificate, and what it was asked.
struct Amazon {
    certificate: String,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl SnsSource for Amazon {
    async fn certificate(&self, url: &Url) -> Result<Vec<u8>, HookFault> {
        self.asked.lock().unwrap().push(url.to_string());
        Ok(self.certificate.clone().into_bytes())
    }

    async fn confirm(&self, url: &Url) -> Result<(), HookFault> {
        self.asked.lock().unwrap().push(url.to_string());
        Ok(())
    }
}

fn program(hook: impl ReportHook + 'static) -> Arc<Program> {
    Arc::new(Program {
        hooks: vec![Arc::new(hook)],
        now: Mutex::new(moment()),
        taken: Mutex::default(),
        is_full: Mutex::default(),
    })
}

async fn post(
    program: &Arc<Program>,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
) -> StatusCode {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let service: Arc<dyn HookService> = Arc::<Program>::clone(program);
    let request = request.body(Body::from(body.into())).unwrap();
    let answer = TowerToHyperService::new(router(service))
        .call(request)
        .await;
    answer.unwrap().status()
}

fn sns() -> (Arc<Amazon>, Value) {
    let signed: Value = serde_json::from_str(include_str!("tests/sns.json")).unwrap();
    let amazon = Amazon {
        certificate: signed["certificate"].as_str().unwrap().to_owned(),
        asked: Mutex::default(),
    };
    (Arc::new(amazon), signed)
}

fn ses(amazon: &Arc<Amazon>, topic: &str) -> Arc<Program> {
    let amazon: Arc<dyn SnsSource> = Arc::<Amazon>::clone(amazon);
    program(SesHook::new(vec![topic.to_owned()], amazon))
}

#[tokio::test]
async fn both_versions_of_an_sns_signature_are_taken_and_a_repetition_counts_once() {
    let (amazon, signed) = sns();
    let program = ses(&amazon, TOPIC);
    for version in ["version_1", "version_2", "version_2"] {
        let body = signed[version].to_string();
        assert_eq!(
            post(&program, "/hooks/ses", &[], body).await,
            StatusCode::OK,
            "{version}"
        );
    }
    let taken = program.taken.lock().unwrap();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].report.class(), Some(BounceClass::UserUnknown));
    assert_eq!(taken[0].report.clues.relay_ids, ["0102018f-abc-000000"]);
}

#[tokio::test]
async fn an_sns_message_that_was_changed_is_of_another_topic_or_of_another_day_tells_nothing() {
    let (amazon, signed) = sns();
    let program = ses(&amazon, TOPIC);
    let changed = |field: &str, value: &str| {
        let mut message = signed["version_2"].clone();
        message[field] = value.into();
        message.to_string()
    };
    for (field, value) in [
        ("Message", "{}"),
        ("Signature", "AAAA"),
        ("SignatureVersion", "1"),
        ("Timestamp", "2026-03-02T07:00:06.000Z"),
        (
            "SigningCertURL",
            "https://evil.example/SimpleNotificationService-1.pem",
        ),
        ("TopicArn", "arn:aws:sns:eu-west-1:123456789012:other"),
    ] {
        let status = post(&program, "/hooks/ses", &[], changed(field, value)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{field}");
    }
    let asked = amazon.asked.lock().unwrap().len();
    assert_eq!(
        asked, 4,
        "nothing is fetched for a strange topic or from a strange host"
    );
    for ahead in [TimeDelta::days(2), TimeDelta::hours(-1)] {
        *program.now.lock().unwrap() = moment() + ahead;
        let status = post(&program, "/hooks/ses", &[], signed["version_2"].to_string()).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    assert!(program.taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_subscription_is_confirmed_for_our_topic_alone() {
    let (amazon, signed) = sns();
    let body = signed["confirmation"].to_string();
    let strange = ses(&amazon, "arn:aws:sns:eu-west-1:123456789012:other");
    assert_eq!(
        post(&strange, "/hooks/ses", &[], body.clone()).await,
        StatusCode::FORBIDDEN
    );
    assert!(amazon.asked.lock().unwrap().is_empty());
    let program = ses(&amazon, TOPIC);
    assert_eq!(
        post(&program, "/hooks/ses", &[], body).await,
        StatusCode::OK
    );
    let asked = amazon.asked.lock().unwrap();
    assert!(asked[1].contains("Action=ConfirmSubscription"), "{asked:?}");
}

/// A key pair of P-256, and what SendGrid would show of it.
fn sendgrid_keys() -> (EcdsaKeyPair, Vec<u8>) {
    use aws_lc_rs::encoding::AsDer;
    let keys = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let der = keys.public_key().as_der().unwrap().as_ref().to_vec();
    (keys, der)
}

fn sendgrid_headers(keys: &EcdsaKeyPair, at: DateTime<Utc>, body: &[u8]) -> (String, String) {
    let timestamp = at.timestamp().to_string();
    let signed = [timestamp.as_bytes(), body].concat();
    let signature = keys.sign(&SystemRandom::new(), &signed).unwrap();
    (timestamp, STANDARD.encode(signature))
}

#[tokio::test]
async fn sendgrids_events_are_taken_as_they_came_and_not_as_they_are_written_anew() {
    let (keys, public) = sendgrid_keys();
    let program = program(SendGridHook::new(&public));
    let body = r#"[ {"event":"bounce","type":"bounce","email":"minji@example.com","timestamp":1772434800,
        "smtp-id":"<cea4vq2bmzxw6ytboi3tk5dpnzqxgzlm@news.example.com>","sg_event_id":"e1","sg_message_id":"abcd.filter",
        "reason":"550 5.1.1 no such user","status":"5.1.1"},
       {"event":"dropped","email":"a@example.com","sg_event_id":"e2","reason":"Bounced Address"},
       {"event":"bounce","type":"blocked","email":"b@example.com","sg_event_id":"e3","reason":"550 5.7.1 blocked using zen.spamhaus.org"},
       {"event":"open","email":"b@example.com","sg_event_id":"e4"},
       {"event":"spamreport","email":"c@example.com","sg_event_id":"e5"} ]"#;
    let (timestamp, signature) = sendgrid_headers(&keys, moment(), body.as_bytes());
    let headers = [
        ("X-Twilio-Email-Event-Webhook-Signature", signature.as_str()),
        ("X-Twilio-Email-Event-Webhook-Timestamp", timestamp.as_str()),
    ];
    let anew: Value = serde_json::from_str(body).unwrap();
    let status = post(&program, "/hooks/sendgrid", &headers, anew.to_string()).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "another serialisation");
    assert!(program.taken.lock().unwrap().is_empty());
    for _ in 0..2 {
        let status = post(&program, "/hooks/sendgrid", &headers, body).await;
        assert_eq!(status, StatusCode::OK);
    }
    {
        let taken = program.taken.lock().unwrap();
        let classes: Vec<_> = taken
            .iter()
            .map(|event| event.report.class().unwrap())
            .collect();
        assert_eq!(
            classes,
            [
                BounceClass::UserUnknown,
                BounceClass::Suppressed,
                BounceClass::Blocked,
                BounceClass::Undefined,
            ]
        );
        assert!(matches!(taken[3].report.kind, ReturnedKind::Complaint(_)));
        assert_eq!(taken[0].report.clues.message_ids.len(), 1);
        assert!(taken[0].report.clues.relay_ids.contains(&"abcd".to_owned()));
    }
    *program.now.lock().unwrap() = moment() + TimeDelta::seconds(301);
    let status = post(&program, "/hooks/sendgrid", &headers, body).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "replayed later");
}

fn mailgun_body(key: &str, at: DateTime<Utc>, token: &str, event: &Value) -> String {
    let timestamp = at.timestamp().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let signature = hex(hmac::sign(&key, format!("{timestamp}{token}").as_bytes()).as_ref());
    json!({ "signature": { "timestamp": timestamp, "token": token, "signature": signature }, "event-data": event })
        .to_string()
}

#[tokio::test]
async fn a_token_of_mailguns_is_good_for_one_event() {
    let program = program(MailgunHook::new(KEY));
    let failed = json!({ "event": "failed", "severity": "permanent", "reason": "bounce", "recipient": "minji@example.com",
        "timestamp": 1772434800.5, "delivery-status": { "code": 550, "message": "5.1.1 no such user" },
        "message": { "headers": { "message-id": "cea4vq2bmzxw6ytboi3tk5dpnzqxgzlm@news.example.com" } } });
    let complained = json!({ "event": "complained", "recipient": "another@example.com" });
    let body = mailgun_body(KEY, moment(), "one", &failed);
    assert_eq!(
        post(&program, "/hooks/mailgun", &[], body).await,
        StatusCode::OK
    );
    // The signature is not over the event: a second one under it changes nothing.
    let forged = mailgun_body(KEY, moment(), "one", &complained);
    assert_eq!(
        post(&program, "/hooks/mailgun", &[], forged).await,
        StatusCode::OK
    );
    for body in [
        mailgun_body("another key", moment(), "two", &failed),
        mailgun_body(KEY, moment() - TimeDelta::days(2), "three", &failed),
        mailgun_body(KEY, moment() + TimeDelta::hours(1), "four", &failed),
    ] {
        assert_eq!(
            post(&program, "/hooks/mailgun", &[], body).await,
            StatusCode::FORBIDDEN
        );
    }
    let taken = program.taken.lock().unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].report.class(), Some(BounceClass::UserUnknown));
    assert_eq!(taken[0].report.clues.message_ids.len(), 1);
}

#[tokio::test]
async fn postmark_is_known_by_its_password_and_nobody_else_learns_of_the_hook() {
    let program = program(PostmarkHook::new("daily-note", "a long enough password"));
    let body = json!({ "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "Email": "minji@example.com",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "BouncedAt": "2026-03-02T07:00:00Z" })
    .to_string();
    let basic = |login: &str| format!("Basic {}", STANDARD.encode(login));
    let good = basic("daily-note:a long enough password");
    for bad in [
        basic("daily-note:another"),
        "Bearer x".to_owned(),
        String::new(),
    ] {
        let headers = [("Authorization", bad.as_str())];
        let status = post(&program, "/hooks/postmark", &headers, body.clone()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    assert_eq!(
        post(&program, "/hooks/postmark", &[], body.clone()).await,
        StatusCode::NOT_FOUND
    );
    let headers = [("Authorization", good.as_str())];
    assert_eq!(
        post(&program, "/hooks/postmark", &headers, body).await,
        StatusCode::OK
    );
    let taken = program.taken.lock().unwrap();
    assert_eq!(taken[0].report.class(), Some(BounceClass::UserUnknown));
}

#[tokio::test]
async fn what_cannot_be_committed_is_not_acknowledged() {
    let program = program(MailgunHook::new(KEY));
    *program.is_full.lock().unwrap() = true;
    let body = mailgun_body(
        KEY,
        moment(),
        "one",
        &json!({ "event": "complained", "recipient": "a@example.com" }),
    );
    let status = post(&program, "/hooks/mailgun", &[], body.clone()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    *program.is_full.lock().unwrap() = false;
    assert_eq!(
        post(&program, "/hooks/mailgun", &[], body).await,
        StatusCode::OK
    );
    assert_eq!(program.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_no_hook_too_large_or_no_json_is_named_by_its_status() {
    let program = program(MailgunHook::new(KEY));
    for (path, body, status) in [
        ("/hooks/ses", "{}", StatusCode::NOT_FOUND),
        ("/hooks/unheard-of", "{}", StatusCode::NOT_FOUND),
        ("/hooks/mailgun", "not json", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(post(&program, path, &[], body).await, status, "{path}");
    }
    let large = vec![b'x'; super::MAX_BODY_BYTES + 1];
    let status = post(&program, "/hooks/mailgun", &[], large).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}
