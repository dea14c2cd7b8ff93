//! The templates: built into the binary, overridden a file at a time by the publication's own
//! `templates/` folder; and what the template engine says of a broken one.

use std::{collections::BTreeMap, fs, path::Path, sync::OnceLock};

use tera::{ErrorKind, Kwargs, State, Tera, TeraResult};

use crate::{
    render::{RenderError, escape, text},
    source::{Source, SourceError, shown_path, unresolved_conflict},
};

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),+]
    };
}

const BUILT_IN: &[(&str, &str)] = built_in![
    "email/issue.html",
    "email/issue.txt",
    "email/inline.css",
    "email/head.css",
    "email/word.css",
    "email/letter.css",
    "email/parts/masthead.html",
    "email/parts/logo.html",
    "email/parts/opening.html",
    "email/parts/contents.html",
    "email/parts/story.html",
    "email/parts/footnotes.html",
    "email/parts/teaser.html",
    "email/parts/participation.html",
    "email/parts/footer.html",
    "email/blocks/button.html",
    "email/blocks/callout.html",
    "email/blocks/code.html",
    "email/blocks/figure.html",
    "email/blocks/gap.html",
    "email/blocks/pair.html",
    "email/blocks/quote.html",
    "email/blocks/table.html",
    "email/blocks/tasks.html",
    "email/blocks/video.html",
    "notice/notice.html",
    "notice/notice.txt",
    "notice/en.yaml",
    "notice/ko.yaml",
    "words/en.yaml",
    "words/ko.yaml",
];

/// The part of the templates that a mail is made from, and that a batch therefore freezes.
const MAIL: &str = "email/";
/// A template larger than this is no template.
const MAX_BYTES: u64 = 1 << 20;

/// Every template by its name under `templates/`.
#[derive(Debug, Clone)]
pub struct Templates {
    texts: BTreeMap<String, String>,
    /// Those of the mail, parsed: an archive's issues share it.
    engine: OnceLock<Tera>,
}

impl Templates {
    /// The ones inside the binary.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            texts: BUILT_IN
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            engine: OnceLock::new(),
        }
    }

    /// The built-in ones, overridden by the files of `<root>/templates/`. Each is parsed, so that a
    /// syntax error shows here.
    ///
    /// # Errors
    /// A file that cannot be read, is not UTF-8, or does not parse.
    pub fn load(root: &Path) -> Result<Self, RenderError> {
        let mut templates = Self::built_in();
        let folder = root.join("templates");
        if folder.is_dir() {
            templates.read_folder(root, &folder, &folder)?;
        }
        templates.engine()?;
        Ok(templates)
    }

    fn read_folder(&mut self, root: &Path, top: &Path, folder: &Path) -> Result<(), RenderError> {
        let unreadable = |path: &Path, source| RenderError::Unreadable {
            path: shown_path(root, path),
            source,
        };
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
            let path = entry.map_err(|error| unreadable(folder, error))?.path();
            if path.is_dir() {
                self.read_folder(root, top, &path)?;
                continue;
            }
            if !is_template(&path) {
                continue;
            }
            let size = fs::metadata(&path)
                .map_err(|error| unreadable(&path, error))?
                .len();
            if size > MAX_BYTES {
                return Err(RenderError::Source(Box::new(SourceError::new(format!(
                    "{} has {size} bytes: too large for a template (the limit is {MAX_BYTES})",
                    shown_path(root, &path)
                )))));
            }
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            let source = Source::new(shown_path(root, &path), text.as_str());
            if let Some(conflict) = unresolved_conflict(&source) {
                return Err(RenderError::Source(Box::new(conflict)));
            }
            self.texts
                .insert(shown_path(top, &path).replace('\\', "/"), text);
        }
        Ok(())
    }

    /// The names of all, under `templates/`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// A template's text by its name under `templates/`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// What an issue's mail is made from, ready to be rendered.
    ///
    /// # Errors
    /// The first template that does not parse.
    pub(crate) fn engine(&self) -> Result<&Tera, RenderError> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        let fresh = engine(&self.mail())?;
        Ok(self.engine.get_or_init(|| fresh))
    }

    /// What an issue's mail is made from.
    pub(crate) fn mail(&self) -> BTreeMap<String, String> {
        self.under(MAIL)
    }

    /// The templates whose names begin so.
    pub(crate) fn under(&self, folder: &str) -> BTreeMap<String, String> {
        self.texts
            .iter()
            .filter(|(name, _)| name.starts_with(folder))
            .map(|(name, text)| (name.clone(), text.clone()))
            .collect()
    }
}

/// Whether a file of `templates/` is read.
pub(super) fn is_template(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| ["html", "txt", "css", "yaml", "xml"].contains(&extension))
}

/// A template engine that has these templates and the one escape function.
///
/// # Errors
/// The first template that does not parse.
pub(crate) fn engine(templates: &BTreeMap<String, String>) -> Result<Tera, RenderError> {
    let mut tera = Tera::default();
    tera.set_escape_fn(escape::write_escaped);
    tera.autoescape_on([".html"]);
    tera.register_filter("urlencode", |text: &str, _: Kwargs, _: &State| {
        escape::percent_encode(text)
    });
    tera.register_filter("wrapped", |text: &str, _: Kwargs, _: &State| {
        text::wrap(text, text::WIDTH).join("\n")
    });
    tera.register_filter("underlined", |text: &str, arguments: Kwargs, _: &State| {
        let with = arguments
            .get::<&str>("with")?
            .and_then(|with| with.chars().next());
        TeraResult::Ok(text::underlined(text, with.unwrap_or('=')).join("\n"))
    });
    tera.add_raw_templates(templates.iter())
        .map_err(|error| template_error(&error, templates))?;
    Ok(tera)
}

/// The engine's report as the error that people see everywhere else: place, line, caret, hint.
pub(crate) fn template_error(
    error: &tera::Error,
    templates: &BTreeMap<String, String>,
) -> RenderError {
    let error = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let name = report.filename();
            let text = templates.get(name).cloned().unwrap_or_default();
            let source = Source::new(format!("templates/{name}"), text);
            SourceError::at(
                &source,
                report.span().range.clone(),
                sentence(report.message()),
            )
            .with_hint(hint(report.message()))
        }
        other => SourceError::new(format!("the templates do not fit together: {other}")).with_hint(
            "a file under templates/ replaces the built-in one of the same name; the file of \
                 a block must go on defining that block's component",
        ),
    };
    RenderError::Source(Box::new(error))
}

/// What to do about the commonest mistakes.
fn hint(message: &str) -> &'static str {
    if message.contains("not defined") {
        "a template of the mail sees: publication, edition, issue, introduction, contents, \
         stories, footnotes, next, opt_out, look, theme, words, reader"
    } else {
        "templates are written in Tera: {{ value }}, {% if … %} … {% endif %}, {# a remark #}"
    }
}

/// The engine starts its messages in upper case and may end them with a full stop; ours go on after
/// a place and a colon.
fn sentence(message: &str) -> String {
    let mut characters = message.trim_end_matches('.').chars();
    let first = characters
        .next()
        .map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
