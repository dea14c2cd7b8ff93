//! A page that says one thing, and may ask for one press or lead on. What it says are the words
//! `note_KEY_title` and `note_KEY_text`; each line of the text is a paragraph.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::visit::Voice;

/// The page's template.
const NOTE: &str = "web/reader/note.html";

/// What the page shows.
#[derive(Serialize)]
pub(super) struct NotePage<'v> {
    #[serde(skip)]
    voice: Voice<'v>,
    title: String,
    paragraphs: Vec<String>,
    /// Said more quietly, below.
    hints: Vec<String>,
    button: Option<NoteButton>,
    links: Vec<NoteLink>,
}

/// The one press.
#[derive(Serialize)]
struct NoteButton {
    label: String,
    /// Where it is sent. None: to the page itself.
    path: Option<String>,
    /// Fields that go with it: their names and values.
    fields: &'static [(&'static str, &'static str)],
    /// What it does can't be undone.
    is_grave: bool,
}

/// Where it goes on.
#[derive(Serialize)]
struct NoteLink {
    href: String,
    label: String,
}

impl<'v> NotePage<'v> {
    pub(super) fn new(voice: Voice<'v>, key: &str) -> Self {
        let title = said(voice, &format!("note_{key}_title"));
        Self {
            voice,
            title: title.concat(),
            paragraphs: said(voice, &format!("note_{key}_text")),
            hints: Vec::new(),
            button: None,
            links: Vec::new(),
        }
    }

    /// Words of that key follow.
    #[must_use]
    pub(super) fn saying(mut self, key: &str) -> Self {
        self.paragraphs.extend(said(self.voice, key));
        self
    }

    /// A value stands where the words name it in braces.
    #[must_use]
    pub(super) fn with(mut self, placeholder: &str, value: &str) -> Self {
        let name = format!("{{{placeholder}}}");
        for paragraph in &mut self.paragraphs {
            *paragraph = paragraph.replace(&name, value);
        }
        self
    }

    /// Said beside it.
    #[must_use]
    pub(super) fn hint(mut self, key: &str) -> Self {
        self.hints.extend(said(self.voice, key));
        self
    }

    /// A button that sends the page's own address a POST.
    #[must_use]
    pub(super) fn button(self, key: &str) -> Self {
        self.sending(key, None, &[])
    }

    /// The same to another path.
    #[must_use]
    pub(super) fn button_to(self, key: &str, path: String) -> Self {
        self.sending(key, Some(path), &[])
    }

    /// The same with fields, for what can't be undone.
    #[must_use]
    pub(super) fn grave_button(
        self,
        key: &str,
        fields: &'static [(&'static str, &'static str)],
    ) -> Self {
        let mut page = self.sending(key, None, fields);
        if let Some(button) = &mut page.button {
            button.is_grave = true;
        }
        page
    }

    fn sending(
        mut self,
        key: &str,
        path: Option<String>,
        fields: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.button = Some(NoteButton {
            label: self.voice.words().get(key).to_owned(),
            path,
            fields,
            is_grave: false,
        });
        self
    }

    /// A link to go on by.
    #[must_use]
    pub(super) fn link(mut self, key: &str, href: String) -> Self {
        let label = self.voice.words().get(key).to_owned();
        self.links.push(NoteLink { href, label });
        self
    }

    /// A link to the preferences of whoever this is about, where that may be.
    #[must_use]
    pub(super) fn preferences(self, token: Option<&str>) -> Self {
        match token {
            Some(token) => {
                let path = self.voice.site.path(&["p", token]);
                self.link("to_preferences", path)
            }
            None => self,
        }
    }
}

impl IntoResponse for NotePage<'_> {
    fn into_response(self) -> Response {
        self.voice.page(StatusCode::OK, NOTE, &self)
    }
}

fn said(voice: Voice<'_>, key: &str) -> Vec<String> {
    let text = voice.words().filled(key, "name", &voice.site.name);
    text.lines().map(str::to_owned).collect()
}
