//! 의견 남기기: what a reader thinks of an issue. The mail's link lands with a choice made; only the button
//! stores it. Without a reader's token it works too, and somebody looks at it first.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    act::OpinionForm,
    desk::Desk,
    fault::ReaderFault,
    form::{self, Fields},
    note::NotePage,
    signed_path::{NamedPath, OpinionPath},
    signup,
    view::OpinionView,
    visit::{Visit, Voice},
};
use crate::publication::MOST_OPINION_CHARS;

/// The page's template.
const OPINION: &str = "web/reader/opinion.html";
/// A field that people don't see, and programs fill in.
const HONEYPOT: &str = "homepage";

/// The form.
#[derive(Serialize)]
struct OpinionPage<'v> {
    title: &'v str,
    choices: Vec<ChoiceBox<'v>>,
    text: &'v str,
    name: &'v str,
    max_chars: usize,
    may_be_published: bool,
    can_be_answered: bool,
    may_publish: bool,
    may_reply: bool,
    /// Nothing was chosen and nothing said.
    is_empty: bool,
}

/// One of the choices.
#[derive(Serialize)]
struct ChoiceBox<'v> {
    key: &'v str,
    label: String,
    /// Which of the three faces it is.
    face: Option<&'v str>,
    is_chosen: bool,
}

/// `/f/ISSUE/TOKEN`.
pub(super) async fn ask_reader(
    desk: State<Desk>,
    visit: Visit,
    OpinionPath { issue, token }: OpinionPath,
    query: Query<BTreeMap<String, String>>,
) -> Result<Response, ReaderFault> {
    ask(desk, visit, &issue, Some(&token), query).await
}

/// `/f/ISSUE`.
pub(super) async fn ask_anybody(
    desk: State<Desk>,
    visit: Visit,
    NamedPath(issue): NamedPath,
    query: Query<BTreeMap<String, String>>,
) -> Result<Response, ReaderFault> {
    ask(desk, visit, &issue, None, query).await
}

async fn ask(
    State(desk): State<Desk>,
    visit: Visit,
    issue: &str,
    token: Option<&str>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Response, ReaderFault> {
    let view = desk.service.opinion(issue, token).await?;
    let voice = visit.voice(view.language.as_deref());
    let choice = query.get("choice").map(String::as_str);
    let nothing = Fields::default();
    let page = OpinionPage::new(voice, &view, choice, &nothing);
    Ok(voice.page(StatusCode::OK, OPINION, &page))
}

/// A reader's opinion.
pub(super) async fn take_readers(
    State(desk): State<Desk>,
    visit: Visit,
    OpinionPath { issue, token }: OpinionPath,
    body: Body,
) -> Result<Response, ReaderFault> {
    take(&desk, &visit, &issue, Some(&token), body).await
}

/// Anybody's.
pub(super) async fn take_anybodys(
    State(desk): State<Desk>,
    visit: Visit,
    NamedPath(issue): NamedPath,
    body: Body,
) -> Result<Response, ReaderFault> {
    take(&desk, &visit, &issue, None, body).await
}

async fn take(
    desk: &Desk,
    visit: &Visit,
    issue: &str,
    token: Option<&str>,
    body: Body,
) -> Result<Response, ReaderFault> {
    let fields = Fields::parse(visit.headers(), &form::body(body).await?)?;
    let view = desk.service.opinion(issue, token).await?;
    let voice = visit.voice(view.language.as_deref());
    let opinion = opinion(&fields, &view, visit)?;
    if opinion.choice.is_none() && opinion.text.is_none() {
        let page = OpinionPage {
            is_empty: true,
            ..OpinionPage::new(voice, &view, None, &fields)
        };
        return Ok(voice.page(StatusCode::UNPROCESSABLE_ENTITY, OPINION, &page));
    }
    if fields.has(HONEYPOT) {
        tracing::debug!("an opinion with a field that nobody sees: it is not kept");
        return Ok(NotePage::new(voice, "opinion_held").into_response());
    }
    let taken = desk.service.opine(issue, token, &opinion).await?;
    let key = match taken.is_held {
        true => "opinion_held",
        false => "opinion",
    };
    let page = NotePage::new(voice, key).link("to_front", voice.site.path(&[""]));
    Ok(page.into_response())
}

fn opinion(fields: &Fields, view: &OpinionView, visit: &Visit) -> Result<OpinionForm, ReaderFault> {
    let choice = fields.get("choice");
    let is_one = |key: &str| view.choices.iter().any(|choice| choice.key == key);
    if choice.is_some_and(|key| !is_one(key)) {
        return Err(ReaderFault::Nonsense);
    }
    let text = fields.get("text").map(clean);
    Ok(OpinionForm {
        choice: choice.map(str::to_owned),
        text: text.filter(|text| !text.is_empty()),
        may_publish: view.may_be_published && fields.has("may_publish"),
        name: signup::name(fields.get("name")),
        may_reply: view.can_be_answered && fields.has("may_reply"),
        network: visit.network.clone(),
    })
}

/// What somebody wrote, without what no text has: control characters but line ends, and no more of it than
/// is kept.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept = text
        .chars()
        .filter(|char| !char.is_control() || *char == '\n');
    let kept: String = kept.take(MOST_OPINION_CHARS).collect();
    kept.trim().to_owned()
}

impl<'v> OpinionPage<'v> {
    fn new(
        voice: Voice<'v>,
        view: &'v OpinionView,
        chosen: Option<&str>,
        sent: &'v Fields,
    ) -> Self {
        let chosen = sent.get("choice").or(chosen);
        let choices = view.choices.iter().map(|choice| ChoiceBox {
            key: &choice.key,
            label: match &choice.label {
                Some(label) => label.clone(),
                None => voice
                    .words()
                    .get(&format!("face_{}", choice.key))
                    .to_owned(),
            },
            face: choice.label.is_none().then_some(choice.key.as_str()),
            is_chosen: chosen == Some(choice.key.as_str()),
        });
        Self {
            title: &view.title,
            choices: choices.collect(),
            text: sent.get("text").unwrap_or_default(),
            name: sent.get("name").unwrap_or_default(),
            max_chars: MOST_OPINION_CHARS,
            may_be_published: view.may_be_published,
            can_be_answered: view.can_be_answered,
            may_publish: sent.has("may_publish"),
            may_reply: sent.has("may_reply"),
            is_empty: false,
        }
    }
}
