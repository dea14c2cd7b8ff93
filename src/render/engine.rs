//! The template engine: what it knows beside Tera's own filters, what it says of a broken template, and how
//! far a template may go.
//!
//! Tera stops neither a loop nor a value that doubles itself, and a thread can't be stopped from outside. So
//! each template is given counters before it is parsed ([`metered`]), which stop it from inside ([`fuel`]).
//! Nobody sees them: places are told as they are in the template's own text.

mod fuel;
mod metered;

use std::{collections::BTreeMap, io, sync::Arc};

use serde_json::Value;
use tera::{Context, ErrorKind, Kwargs, State, Tera, TeraResult};

use self::metered::MeteredTemplate;
use crate::{
    render::{RenderError, escape, long_words::has_long_word, text},
    source::{Source, SourceError},
    words::{Said, phrase, phrased, say},
};

/// What a template may write: forty times of what Gmail shows.
const MAX_BYTES: usize = 8 << 20;

/// Templates, parsed and ready. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct TemplateEngine {
    tera: Arc<Tera>,
    templates: Arc<BTreeMap<String, MeteredTemplate>>,
    /// What all of them see.
    known: Arc<Context>,
}

impl TemplateEngine {
    /// An engine with these templates.
    ///
    /// # Errors
    /// The first template that does not parse.
    pub(crate) fn new(templates: &BTreeMap<String, String>) -> Result<Self, RenderError> {
        let metered: BTreeMap<String, MeteredTemplate> = templates
            .iter()
            .map(|(name, text)| (name.clone(), MeteredTemplate::new(text)))
            .collect();
        // A counter within a tag might complete what is broken there; beside tags it can't.
        if metered.values().any(MeteredTemplate::changes_tags) {
            parse_plain(templates)?;
        }
        let mut tera = tera();
        let texts = metered.iter().map(|(name, metered)| (name, &metered.text));
        if let Err(error) = tera.add_raw_templates(texts) {
            // Told of the text that was written, if that is wrong by itself.
            parse_plain(templates)?;
            return Err(told(&error, &|name| metered.get(name).cloned()));
        }
        Ok(Self {
            tera: Arc::new(tera),
            templates: Arc::new(metered),
            known: Arc::default(),
        })
    }

    /// The same, its templates seeing these values wherever they are rendered.
    ///
    /// # Errors
    /// None that is known: every JSON object is a context.
    pub(crate) fn knowing(&self, values: &Value) -> Result<Self, RenderError> {
        let known = Context::from_serialize(values).map_err(|error| self.told(&error))?;
        Ok(Self {
            known: Arc::new(known),
            ..self.clone()
        })
    }

    /// A template filled with these values.
    ///
    /// # Errors
    /// Values that are not there or of another kind, and a template that goes too far.
    pub(crate) fn render(&self, name: &str, values: &Context) -> Result<String, RenderError> {
        let mut seen = Context::clone(&self.known);
        seen.extend(values.clone());
        self.written(name, |to| self.tera.render_to(name, &seen, to))
    }

    /// A component filled with these values, around a body that is HTML already.
    ///
    /// # Errors
    /// As [`TemplateEngine::render`].
    pub(crate) fn component(
        &self,
        name: &str,
        values: &Context,
        body: Option<&str>,
    ) -> Result<String, RenderError> {
        self.written(name, |to| {
            self.tera
                .render_component_with_implicits_to(name, values, &self.known, body, true, to)
        })
    }

    fn written(
        &self,
        name: &str,
        write: impl FnOnce(&mut BoundedOutput) -> TeraResult<()>,
    ) -> Result<String, RenderError> {
        let mut page = BoundedOutput::default();
        fuel::fill();
        match write(&mut page) {
            _ if page.is_full => {
                let message = phrased!(
                    "`{name}` writes more than {most} MB",
                    most = MAX_BYTES >> 20
                );
                Err(SourceError::new(message).with_hint(too_far()).into())
            }
            Ok(()) => String::from_utf8(page.bytes)
                .map_err(|_| SourceError::new(phrased!("`{name}` writes what is no UTF-8")).into()),
            Err(error) => Err(self.told(&error)),
        }
    }

    fn told(&self, error: &tera::Error) -> RenderError {
        told(error, &|name| self.templates.get(name).cloned())
    }
}

/// The templates as they were written, so that what is wrong with them is told of their own text.
fn parse_plain(templates: &BTreeMap<String, String>) -> Result<(), RenderError> {
    let plain = |name: &str| Some(MeteredTemplate::plain(templates.get(name)?));
    tera()
        .add_raw_templates(templates.iter())
        .map_err(|error| told(&error, &plain))
}

/// Takes what a template writes, up to a bound.
#[derive(Default)]
struct BoundedOutput {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for BoundedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.is_full |= self.bytes.len() + bytes.len() > MAX_BYTES;
        if self.is_full {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn tera() -> Tera {
    let mut tera = Tera::default();
    tera.set_escape_fn(escape::write_escaped);
    tera.autoescape_on([".html", ".svg"]);
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
    tera.register_test("with_long_word", |text: &str, _: Kwargs, _: &State| {
        has_long_word(text)
    });
    fuel::register(&mut tera);
    tera
}

/// The engine's report as the error that people see everywhere else: place, line, caret, hint.
fn told(error: &tera::Error, template: &dyn Fn(&str) -> Option<MeteredTemplate>) -> RenderError {
    let error = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let name = report.filename();
            let metered = template(name).unwrap_or_default();
            let span = metered.original(report.span().range.clone());
            let source = Source::new(format!("templates/{name}"), metered.original_text);
            SourceError::at(&source, span, sentence(report.message()))
                .with_hint(hint(report.message()))
        }
        other if other.to_string().contains("recursion depth") => {
            SourceError::new(phrase!("components call one another without end"))
                .with_hint(too_far())
        }
        other => SourceError::new(phrased!("the templates do not fit together: {other}"))
            .with_hint(phrase!(
                "a file under templates/ replaces the built-in one of the same name; the file of \
                 a block must go on defining that block's component"
            )),
    };
    RenderError::Source(Box::new(error))
}

fn too_far() -> Said {
    say!(
        "a template is filled for each issue, and for readers of each language and tag: let it loop over what the issue has, once"
    )
}

/// What to do about the commonest mistakes.
fn hint(message: &str) -> Said {
    if message.contains("not defined") {
        say!(
            "a template of the mail sees: publication, edition, issue, introduction, contents, stories, footnotes, next, opt_out, look, theme, words, reader"
        )
    } else if fuel::is_told(message) {
        too_far()
    } else {
        say!(
            "templates are written in Tera: {{{{ value }}}}, {{% if … %}} … {{% endif %}}, {{# a remark #}}"
        )
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

#[cfg(test)]
mod tests;
