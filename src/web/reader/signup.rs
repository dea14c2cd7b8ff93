//! The front page, and the way from its form to "check your mail". A form may stand on any site: what comes
//! from elsewhere, or too soon to have been filled in by somebody, is asked once more or trusted less.

use std::time::Duration;

use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    act::{FormWay, MailPromise, SignupAnswer, SignupForm},
    archive,
    consent::ConsentNotice,
    desk::Desk,
    edition_box::{EditionBox, EditionChoice},
    fault::ReaderFault,
    form::{self, Fields},
    issue_entry::IssueEntry,
    note::NotePage,
    signup_page::{SignupFault, SignupPage},
    visit::{Visit, Voice},
};
use crate::address::{Address, clean_name};

/// The pages' templates.
const FRONT: &str = "web/reader/front.html";
const SUBSCRIBE: &str = "web/reader/subscribe.html";
/// Nobody fills in a form in less.
const LEAST_TIME: Duration = Duration::from_secs(3);
/// A field that people don't see, and programs fill in.
const HONEYPOT: &str = "homepage";
/// A field of the form's first step.
const BEGUN: &str = "begun";
/// The longest name that is kept.
const MAX_NAME_CHARS: usize = 100;
/// The longest name of a site that is kept.
const MAX_ORIGIN_BYTES: usize = 200;

/// What the publication is, its newest issues, and the form.
#[derive(Serialize)]
struct FrontPage<'v> {
    editions: Vec<EditionBox>,
    issues: Vec<IssueEntry>,
    form: Option<SignupPage<'v>>,
}

/// The form on a page of its own.
#[derive(Serialize)]
struct SubscribePage<'v> {
    form: SignupPage<'v>,
}

/// `/`.
pub(super) async fn front(State(desk): State<Desk>, visit: Visit) -> Result<Response, ReaderFault> {
    if let Some(front) = archive::answer(&desk, "/", visit.headers()).await? {
        return Ok(front);
    }
    let issues = desk.service.newest().await?;
    let voice = visit.voice(None);
    let page = FrontPage {
        editions: EditionBox::all(voice, None),
        issues: issues.iter().map(|it| IssueEntry::new(it, voice)).collect(),
        form: SignupPage::empty(voice, &*desk.service),
    };
    Ok(voice.page(StatusCode::OK, FRONT, &page))
}

/// `/subscribe`: the form alone, to link to.
pub(super) async fn form(State(desk): State<Desk>, visit: Visit) -> Result<Response, ReaderFault> {
    let voice = visit.voice(None);
    let form = SignupPage::empty(voice, &*desk.service).ok_or(ReaderFault::NOT_FOUND)?;
    Ok(voice.page(StatusCode::OK, SUBSCRIBE, &SubscribePage { form }))
}

/// The form as it was sent.
pub(super) async fn subscribe(
    State(desk): State<Desk>,
    visit: Visit,
    body: Body,
) -> Result<Response, ReaderFault> {
    let fields = Fields::parse(visit.headers(), &form::body(body).await?)?;
    if !visit.site.signup.is_open {
        return Err(ReaderFault::NOT_FOUND);
    }
    // The answer is in the language of the question.
    let voice = visit.voice(fields.get("language"));
    if fields.has(HONEYPOT) {
        tracing::debug!("a form with a field that nobody sees: nothing is done");
        return Ok(check_mail(voice, MailPromise::OnItsWay));
    }
    let again = |faults: &[SignupFault]| {
        let form = SignupPage::filled(voice, &*desk.service, Some(&fields), faults);
        voice.page(
            StatusCode::UNPROCESSABLE_ENTITY,
            SUBSCRIBE,
            &SubscribePage { form },
        )
    };
    // The archive's form asks for the address alone.
    if fields.has(BEGUN) {
        let form = SignupPage::filled(voice, &*desk.service, Some(&fields), &[]);
        return Ok(voice.page(StatusCode::OK, SUBSCRIBE, &SubscribePage { form }));
    }
    let age = fields
        .get("opened")
        .and_then(|seal| desk.service.seal_age(seal));
    let signup = match signup(&fields, voice, &visit) {
        Ok(signup) => SignupForm {
            way: age.map_or(FormWay::Elsewhere, |_| FormWay::OwnPage),
            ..signup
        },
        Err(faults) => return Ok(again(&faults)),
    };
    if age.is_some_and(|age| age < LEAST_TIME) {
        return Ok(again(&[SignupFault::Hasty]));
    }
    Ok(match desk.service.sign_up(&signup).await? {
        SignupAnswer::CheckMail(promise) => check_mail(voice, promise),
        SignupAnswer::DomainRefused => again(&[SignupFault::Domain]),
        SignupAnswer::AskedBack { meant } => {
            let form = SignupPage::filled(voice, &*desk.service, Some(&fields), &[]);
            let form = form.asking_back(meant);
            voice.page(
                StatusCode::UNPROCESSABLE_ENTITY,
                SUBSCRIBE,
                &SubscribePage { form },
            )
        }
    })
}

/// What is asked for, or everything that is to be put right.
fn signup(
    fields: &Fields,
    voice: Voice<'_>,
    visit: &Visit,
) -> Result<SignupForm, Vec<SignupFault>> {
    let terms = &visit.site.signup;
    let email = fields
        .get("email")
        .and_then(|text| Address::parse(text).ok());
    let editions = EditionChoice::of(fields, &visit.site).kept();
    let wording = ConsentNotice::new(voice).wording(voice.language());
    let wrong = [
        (email.is_none(), SignupFault::Email),
        (editions.is_none(), SignupFault::Edition),
        (
            terms.asks_consent && !fields.has("agree"),
            SignupFault::Agree,
        ),
        (
            terms.least_age.is_some() && !fields.has("of_age"),
            SignupFault::Age,
        ),
        (
            fields
                .get("wording")
                .is_some_and(|hash| hash != wording.hash),
            SignupFault::Wording,
        ),
    ];
    let wrong = wrong.into_iter().filter(|(is, _)| *is);
    let faults: Vec<SignupFault> = wrong.map(|(_, fault)| fault).collect();
    let (Some(email), Some(editions), true) = (email, editions, faults.is_empty()) else {
        return Err(faults);
    };
    Ok(SignupForm {
        email,
        name: name(fields.get("name")),
        editions,
        language: voice.language().to_owned(),
        wording,
        agrees_to_ads: terms.asks_ads.then(|| fields.has("ads")),
        page: origin(visit),
        network: visit.network.clone(),
        way: FormWay::Elsewhere,
        is_sure: fields.has("sure"),
    })
}

/// A name as it may be kept.
pub(super) fn name(text: Option<&str>) -> Option<String> {
    let text: String = text?.chars().take(MAX_NAME_CHARS).collect();
    clean_name(&text)
}

/// The site whose page has the form, as browsers say it; our own form's path where they don't.
pub(super) fn origin(visit: &Visit) -> String {
    let headers = visit.headers();
    let origin = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok());
    let site = headers.get("sec-fetch-site");
    let is_elsewhere = site.is_some_and(|site| site != "same-origin");
    match origin.filter(|it| *it != "null" && it.len() <= MAX_ORIGIN_BYTES) {
        Some(origin) if is_elsewhere => origin.to_owned(),
        _ => visit.site.path(&["subscribe"]),
    }
}

fn check_mail(voice: Voice<'_>, promise: MailPromise) -> Response {
    let page = NotePage::new(voice, "check_mail");
    promised(page, promise).into_response()
}

/// What a page says of a mail that it promises.
pub(super) fn promised(page: NotePage<'_>, promise: MailPromise) -> NotePage<'_> {
    match promise {
        MailPromise::OnItsWay => page.hint("mail_hint"),
        MailPromise::Delayed => page.saying("mail_delayed").hint("mail_hint"),
    }
}
