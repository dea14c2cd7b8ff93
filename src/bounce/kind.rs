//! Which kind of mail it is, where it is no report and no complaint: a program's answer, a challenge, a person's.

use super::{mail_parts::MailParts, own_words::own_words, returned_mail::ReturnedKind};

/// Words of a subject by which programs answer, in lower case: "away", "out of office".
const AUTO_SUBJECTS: &[&str] = &[
    "auto:",
    "auto response",
    "auto-response",
    "autoreply",
    "auto reply",
    "auto-reply",
    "automatic reply",
    "automatische antwort",
    "abwesenheit",
    "away from",
    "out of office",
    "out of the office",
    "réponse automatique",
    "respuesta automática",
    "risposta automatica",
    "vacation",
    "on vacation",
    "부재중",
    "부재 중",
    "자동 응답",
    "자동응답",
    "자동 회신",
    "自動返信",
    "自動応答",
    "不在",
    "自动回复",
];

/// Words by which a program asks whether a person writes.
const CHALLENGES: &[&str] = &[
    "boxbe waiting list",
    "confirm your email to",
    "confirm you are human",
    "please verify your message",
    "spamarrest",
    "spam arrest",
    "to deliver your message, please",
    "verify that you are a person",
    "waiting for your verification",
    "whitelist request",
    "[tmda]",
];

/// Words by which a person asks to be taken off, in lower case. Read only where the mail is short or the subject says
/// it: a discussion of unsubscribing is no wish for it.
const LEAVING: &[&str] = &[
    "unsubscribe",
    "unsubcribe",
    "opt out",
    "opt-out",
    "remove me",
    "take me off",
    "stop sending",
    "stop emailing",
    "no more emails",
    "cancel my subscription",
    "수신거부",
    "수신 거부",
    "구독취소",
    "구독 취소",
    "구독해지",
    "구독 해지",
    "보내지 마",
    "그만 보내",
    "그만보내",
    "해지해 주세요",
    "해지해주세요",
    "配信停止",
    "配信を停止",
    "登録解除",
    "購読解除",
    "退订",
    "取消订阅",
    "abmelden",
    "abbestellen",
    "désabonner",
    "désinscrire",
    "darse de baja",
    "cancelar suscripción",
    "отписаться",
];

/// More words than these in the text are no plain wish.
const SHORT: usize = 400;

/// The kind of a mail that is no report.
pub(super) fn of(parts: &MailParts<'_>) -> ReturnedKind {
    let header = |name: &str| {
        parts
            .header
            .get(name)
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let subject = parts
        .header
        .decoded("subject")
        .unwrap_or_default()
        .to_lowercase();
    let own_words = own_words(&parts.narrative)
        .to_lowercase()
        .replace('\n', " ");
    let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&subject, CHALLENGES) || (own_words.len() < 4_000 && has(&own_words, CHALLENGES)) {
        return ReturnedKind::Challenge;
    }
    let auto_submitted = header("auto-submitted");
    let answers_by_itself = (!auto_submitted.is_empty() && !auto_submitted.starts_with("no"))
        || matches!(
            header("precedence").trim(),
            "auto_reply" | "auto-reply" | "bulk" | "junk"
        )
        || !header("x-autoreply").is_empty()
        || !header("x-autorespond").is_empty()
        || !header("x-auto-response-suppress").is_empty() && has(&subject, AUTO_SUBJECTS)
        || header("x-apple-action").contains("vacation")
        || header("return-path").trim() == "<>"
        || parts.report_type == "disposition-notification"
        || !parts.disposition.is_empty();
    if answers_by_itself || has(&subject, AUTO_SUBJECTS) {
        return ReturnedKind::AutoReply;
    }
    let asks_to_leave =
        has(&subject, LEAVING) || (own_words.chars().count() <= SHORT && has(&own_words, LEAVING));
    ReturnedKind::Answer { asks_to_leave }
}
