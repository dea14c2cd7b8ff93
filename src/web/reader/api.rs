//! Subscribing for programs: `POST /api/subscribe` takes JSON and answers it, to whoever asks from whatever
//! site. GET says what is asked for, and in which words. There is no cookie, so nothing is risked by it.

use std::collections::BTreeSet;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::{
    act::{FormWay, MailPromise, SignupAnswer, SignupForm},
    consent::ConsentNotice,
    desk::Desk,
    edition_box::EditionChoice,
    fault::ReaderFault,
    fault_report::{FaultDetail, FaultReport},
    form, signup,
    signup_page::SignupFault,
    visit::{Visit, Voice},
};
use crate::address::Address;

/// What a program sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignupCall {
    email: String,
    name: Option<String>,
    /// Left out: all, future ones too.
    editions: Option<BTreeSet<String>>,
    /// The language that the person reads.
    language: Option<String>,
    /// They agreed to what GET says is kept.
    #[serde(default)]
    agree: bool,
    #[serde(default)]
    ads: bool,
    #[serde(default)]
    of_age: bool,
    /// The hash of the words that they were shown.
    wording: Option<String>,
    /// They were asked whether the address is right.
    #[serde(default)]
    sure: bool,
}

/// What a program is answered.
#[derive(Serialize)]
struct SignupTaken {
    status: &'static str,
    /// The relay doesn't answer: the mail leaves later.
    delayed: bool,
}

/// What the form asks for.
#[derive(Serialize)]
struct SignupFacts<'v> {
    open: bool,
    name: &'v str,
    language: &'v str,
    editions: Vec<EditionFact<'v>>,
    asks_name: bool,
    asks_consent: bool,
    asks_ads: bool,
    least_age: Option<u8>,
    /// What has to be shown above the button.
    consent: String,
    /// Its hash.
    wording: String,
}

/// An edition that can be chosen.
#[derive(Serialize)]
struct EditionFact<'v> {
    key: &'v str,
    title: &'v str,
    topic: &'v str,
}

/// GET: what is asked for.
pub(super) async fn facts(visit: Visit) -> Response {
    let voice = visit.voice(None);
    let (site, terms) = (voice.site, &voice.site.signup);
    let wording = ConsentNotice::new(voice).wording(voice.language());
    let editions = site.editions.iter();
    let facts = SignupFacts {
        open: terms.is_open,
        name: &site.name,
        language: voice.language(),
        editions: editions
            .map(|edition| EditionFact {
                key: &edition.key,
                title: &edition.title,
                topic: &edition.topic,
            })
            .collect(),
        asks_name: terms.asks_name,
        asks_consent: terms.asks_consent,
        asks_ads: terms.asks_ads,
        least_age: terms.least_age,
        consent: wording.text,
        wording: wording.hash,
    };
    Json(facts).into_response()
}

/// A browser asks first whether another site's script may send this.
pub(super) async fn preflight() -> Response {
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        (header::ALLOW, "GET, HEAD, OPTIONS, POST"),
    ];
    let allowed = allowed.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (StatusCode::NO_CONTENT, allowed).into_response()
}

/// POST: somebody asks to get the newsletter.
pub(super) async fn subscribe(
    State(desk): State<Desk>,
    visit: Visit,
    body: Body,
) -> Result<Response, ReaderFault> {
    let body = form::body(body).await?;
    if !visit.site.signup.is_open {
        return Err(ReaderFault::NOT_FOUND);
    }
    if !is_json(visit.headers()) {
        return Err(ReaderFault::Form(form::FormFault::Unknown));
    }
    let call: SignupCall = serde_json::from_slice(&body).map_err(|_| ReaderFault::Nonsense)?;
    let voice = visit.voice(call.language.as_deref());
    let form = match signup_form(call, voice, &visit) {
        Ok(form) => form,
        Err(fault) => return Ok(refused(fault, voice)),
    };
    Ok(match desk.service.sign_up(&form).await? {
        SignupAnswer::CheckMail(promise) => {
            let taken = SignupTaken {
                status: "check_mail",
                delayed: promise == MailPromise::Delayed,
            };
            (StatusCode::ACCEPTED, Json(taken)).into_response()
        }
        SignupAnswer::DomainRefused => refused(SignupFault::Domain, voice),
        SignupAnswer::AskedBack { meant } => {
            let words = voice.words();
            let message = match &meant {
                Some(meant) => words.filled("asked_back_meant", "meant", meant),
                None => words.get("asked_back_unknown").to_owned(),
            };
            let detail = FaultDetail {
                code: "asked_back",
                message: &message,
                meant: meant.as_deref(),
            };
            FaultReport::new(detail).answered(StatusCode::UNPROCESSABLE_ENTITY)
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// What is asked for, or the first thing that is wrong with it.
fn signup_form(
    call: SignupCall,
    voice: Voice<'_>,
    visit: &Visit,
) -> Result<SignupForm, SignupFault> {
    let terms = &visit.site.signup;
    let email = Address::parse(call.email.trim()).map_err(|_| SignupFault::Email)?;
    let is_asked = call.editions.is_some();
    let editions = EditionChoice::new(call.editions.unwrap_or_default(), is_asked, &visit.site);
    let editions = editions.kept().ok_or(SignupFault::Edition)?;
    if terms.asks_consent && !call.agree {
        return Err(SignupFault::Agree);
    }
    if terms.least_age.is_some() && !call.of_age {
        return Err(SignupFault::Age);
    }
    let wording = ConsentNotice::new(voice).wording(voice.language());
    if call.wording.is_some_and(|hash| hash != wording.hash) {
        return Err(SignupFault::Wording);
    }
    Ok(SignupForm {
        email,
        name: signup::name(call.name.as_deref()),
        editions,
        language: voice.language().to_owned(),
        wording,
        agrees_to_ads: terms.asks_ads.then_some(call.ads),
        page: signup::origin(visit),
        network: visit.network.clone(),
        way: FormWay::Api,
        is_sure: call.sure,
    })
}

fn refused(fault: SignupFault, voice: Voice<'_>) -> Response {
    let detail = FaultDetail {
        code: fault.code(),
        message: fault.sentence(voice),
        meant: None,
    };
    FaultReport::new(detail).answered(StatusCode::UNPROCESSABLE_ENTITY)
}

/// Any site's script may read the answer.
pub(super) fn open_to_all(headers: &mut HeaderMap) {
    let open: [(HeaderName, &str); 2] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    for (name, value) in open {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
