//! What a reader chose: editions, name, language, time zone. What a forwarded mail must not give away is not
//! here: the page offers to write a fresh link to the reader's own address.

use axum::{
    body::Body,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use serde::Serialize;

use super::{
    act::PreferencesForm,
    desk::Desk,
    edition_box::{EditionBox, EditionChoice},
    fault::ReaderFault,
    form::{self, Fields},
    note::NotePage,
    signed_path::SignedPath,
    signup,
    view::PreferencesView,
    visit::{Visit, Voice},
    zone_list::ZoneGroup,
};

/// The page's template.
const PREFERENCES: &str = "web/reader/preferences.html";

/// What can be chosen, and what is.
#[derive(Serialize)]
struct PreferencesPage<'v> {
    editions: Vec<EditionBox>,
    name: &'v str,
    languages: Vec<LanguageOption<'v>>,
    /// None where mail goes out at one hour for everybody.
    zones: Vec<ZoneGroup>,
    unsubscribe: Option<String>,
    /// They have just chosen.
    is_saved: bool,
    /// They chose no edition.
    is_wrong: bool,
}

/// A language that the pages speak.
#[derive(Serialize)]
struct LanguageOption<'v> {
    tag: &'v str,
    /// In itself.
    label: &'v str,
    is_chosen: bool,
}

/// `/p/TOKEN`.
pub(super) async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
) -> Result<Response, ReaderFault> {
    let view = desk.service.preferences(&token).await?;
    let voice = visit.voice(view.language.as_deref());
    if !view.is_active {
        let page = NotePage::new(voice, "inactive").link("to_subscribe", subscribe_path(voice));
        return Ok(page.into_response());
    }
    Ok(page(voice, StatusCode::OK, &view, false))
}

/// The form, or the button that asks for a fresh link.
pub(super) async fn save(
    State(desk): State<Desk>,
    visit: Visit,
    SignedPath(token): SignedPath,
    body: Body,
) -> Result<Response, ReaderFault> {
    let fields = Fields::parse(visit.headers(), &form::body(body).await?)?;
    if fields.get("act") == Some("link") {
        let mail = desk.service.write_own_link(&token, &visit.network).await?;
        let voice = visit.voice(mail.language.as_deref());
        let page = NotePage::new(voice, "own_link");
        return Ok(signup::promised(page, mail.leaves).into_response());
    }
    let view = desk.service.preferences(&token).await?;
    let Some(editions) = EditionChoice::of(&fields, &visit.site).kept() else {
        let voice = visit.voice(view.language.as_deref());
        return Ok(page(voice, StatusCode::UNPROCESSABLE_ENTITY, &view, false));
    };
    let form = PreferencesForm {
        editions,
        name: signup::name(fields.get("name")),
        language: language(&fields, &visit)?,
        timezone: zone(&fields, &view)?,
    };
    desk.service.prefer(&token, &form).await?;
    let view = desk.service.preferences(&token).await?;
    let voice = visit.voice(view.language.as_deref());
    Ok(page(voice, StatusCode::OK, &view, true))
}

fn language(fields: &Fields, visit: &Visit) -> Result<Option<String>, ReaderFault> {
    let Some(wanted) = fields.get("language") else {
        return Ok(None);
    };
    let mut ours = visit.site.pages.languages();
    let found = ours.find(|tag| *tag == wanted);
    found
        .map(|tag| Some(tag.to_owned()))
        .ok_or(ReaderFault::Nonsense)
}

/// The zone of the form; where it does not ask for one, the one that stood.
fn zone(fields: &Fields, view: &PreferencesView) -> Result<Option<Tz>, ReaderFault> {
    let asked = match fields.has("zone_asked") {
        true => fields.get("timezone"),
        false => view.timezone.as_deref(),
    };
    asked
        .map(|name| name.parse().map_err(|_| ReaderFault::Nonsense))
        .transpose()
}

fn page(voice: Voice<'_>, status: StatusCode, view: &PreferencesView, is_saved: bool) -> Response {
    let site = voice.site;
    let languages = site.pages.languages();
    let page = PreferencesPage {
        editions: EditionBox::all(voice, view.editions.as_ref()),
        name: view.name.as_deref().unwrap_or_default(),
        languages: languages
            .map(|tag| LanguageOption {
                tag,
                label: site.pages.language_name(tag),
                is_chosen: tag == voice.language(),
            })
            .collect(),
        zones: match site.asks_timezone {
            true => ZoneGroup::all(view.timezone.as_deref()),
            false => Vec::new(),
        },
        unsubscribe: view.unsubscribe.as_deref().map(|it| site.path(&["u", it])),
        is_saved,
        is_wrong: status != StatusCode::OK,
    };
    voice.page(status, PREFERENCES, &page)
}

fn subscribe_path(voice: Voice<'_>) -> String {
    voice.site.path(&["subscribe"])
}
