//! A happening as an event for a program, signed as Standard Webhooks 1.0 has it.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;

use crate::{
    address::mask_strings,
    fingerprint::{hex, sha256},
    publication::HookSecret,
    schedule::{Event, EventWeight},
};

/// The JSON document of an event; None where it is nobody's business.
#[must_use]
pub fn event(event: &Event, publication: &str, at: DateTime<Utc>) -> Option<Vec<u8>> {
    let facts = event.facts();
    if facts.weight == EventWeight::Log {
        return None;
    }
    let mut data = serde_json::to_value(event).ok()?;
    let fields = data.as_object_mut()?;
    fields.remove("event");
    fields.insert("publication".to_owned(), publication.into());
    mask_strings(&mut data);
    let body = json!({
        "type": facts.code,
        "timestamp": at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "data": data,
    });
    Some(body.to_string().into_bytes())
}

/// The document with its place in the order of events, which may arrive in another. A document that can't
/// be read stays as it is.
#[must_use]
pub fn numbered(document: &[u8], sequence: i64) -> Vec<u8> {
    let mut value: serde_json::Value = match serde_json::from_slice(document) {
        Ok(value) => value,
        Err(_) => return document.to_vec(),
    };
    if let Some(fields) = value.as_object_mut() {
        fields.insert("sequence".to_owned(), sequence.into());
    }
    value.to_string().into_bytes()
}

/// `webhook-signature`: over id, timestamp and body.
#[must_use]
pub fn signature(secret: &HookSecret, id: &str, timestamp: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{id}.{timestamp}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

/// `webhook-id`: the same for every try, so that the other side can tell a repetition. The key's
/// digest, for keys may hold what an id may not.
#[must_use]
pub fn id(key: &str) -> String {
    format!("msg_{}", hex(&sha256(key.as_bytes())[..16]))
}
