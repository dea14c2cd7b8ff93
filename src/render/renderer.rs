//! A [`Composition`] made ready, then one kind of reader after the other: template, styles, holes; and
//! filled for a reader, done.

use std::sync::Arc;

use serde_json::Value;
use tera::Context;

use crate::render::{
    Composition, ReaderField, ReaderView, RenderError, RenderedIssue, TemplateEngine, Templates,
    addressed::with_names,
    holes::{CutText, HolePlace, Marks},
    style_inliner::StyleInliner,
};

/// Renders a composition for any number of readers; a pure function of each [`ReaderView`].
pub struct Renderer {
    engine: TemplateEngine,
    inliner: StyleInliner,
    marks: Marks,
    subject: String,
}

/// An issue rendered for all readers who have the same values (whatever these say), language and tags.
pub(crate) struct Outline {
    /// The subject, not yet encoded.
    pub(crate) subject: String,
    /// The HTML part, its CSS inlined, lines separated by LF.
    pub(crate) html: CutText,
    /// The text part, lines separated by LF.
    pub(crate) text: CutText,
}

impl Composition {
    /// Parses the templates and sets up the inliner: once an issue.
    ///
    /// # Errors
    /// A template that does not parse.
    pub fn renderer(&self) -> Result<Renderer, RenderError> {
        self.renderer_on(&TemplateEngine::new(&self.templates)?, StyleInliner::new())
    }

    /// The same with the templates that it was just prepared with, which need not be parsed again.
    pub(crate) fn renderer_with(&self, templates: &Templates) -> Result<Renderer, RenderError> {
        let inliner = StyleInliner::remembering(Arc::clone(templates.styles()));
        self.renderer_on(templates.engine()?, inliner)
    }

    fn renderer_on(
        &self,
        engine: &TemplateEngine,
        inliner: StyleInliner,
    ) -> Result<Renderer, RenderError> {
        let texts = self.templates.values().map(String::as_str);
        Renderer::of(engine, inliner, &self.context, texts)
    }
}

/// All that a value says.
fn push_texts<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| push_texts(item, texts)),
        Value::Object(fields) => {
            for (name, field) in fields {
                texts.push(name);
                push_texts(field, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Renderer {
    /// One for what templates see, with an engine that has these texts for templates.
    pub(super) fn of<'t>(
        engine: &TemplateEngine,
        inliner: StyleInliner,
        context: &'t Value,
        templates: impl Iterator<Item = &'t str>,
    ) -> Result<Self, RenderError> {
        let mut texts: Vec<&str> = templates.collect();
        push_texts(context, &mut texts);
        Ok(Self {
            engine: engine.knowing(context)?,
            inliner,
            marks: Marks::absent_from(&texts).ok_or(RenderError::PrivateUse)?,
            subject: context["issue"]["subject"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        })
    }

    /// The issue as this reader gets it.
    ///
    /// # Errors
    /// A template that asks for what is not there, or styles that cannot be inlined.
    pub fn render(&self, reader: &ReaderView) -> Result<RenderedIssue, RenderError> {
        let outline = self.outline(reader)?;
        let value = |field| reader.value(field);
        Ok(RenderedIssue {
            html: outline.html.filled(value).0,
            text: outline.text.filled(value).0,
            subject: outline.subject,
        })
    }

    /// The issue as all readers like this one get it.
    ///
    /// # Errors
    /// As [`Renderer::render`].
    pub(crate) fn outline(&self, reader: &ReaderView) -> Result<Outline, RenderError> {
        let mut context = Context::new();
        context.insert("reader", &self.marks.in_place_of_values(reader));
        let mark = |particle| self.marks.of_name(particle);
        let has_name = reader.value(ReaderField::Name).is_some();
        let named: Option<&dyn Fn(_) -> _> = if has_name { Some(&mark) } else { None };
        let page = self.engine.render("email/issue.html", &context)?;
        let page = with_names(&page, named);
        let text = self.engine.render("email/issue.txt", &context)?;
        let text = tidy_text(&with_names(&text, named));
        Ok(Outline {
            subject: self.subject.clone(),
            html: self
                .marks
                .cut(&self.inliner.inlined(&page)?, HolePlace::Html),
            text: self.marks.cut(&text, HolePlace::Text),
        })
    }

    /// The page whose styles are inlined, for a reader whose values are marks.
    #[cfg(test)]
    pub(super) fn page(&self, reader: &ReaderView) -> Result<String, RenderError> {
        let mut context = Context::new();
        context.insert("reader", &self.marks.in_place_of_values(reader));
        self.engine.render("email/issue.html", &context)
    }

    /// The issue as the engine alone makes it, the reader's values in its own hands: what filling
    /// holes is held against.
    #[cfg(test)]
    pub(super) fn render_by_engine(
        &self,
        reader: &ReaderView,
    ) -> Result<RenderedIssue, RenderError> {
        let mut context = Context::new();
        context.insert("reader", reader);
        let page = self.engine.render("email/issue.html", &context)?;
        let text = self.engine.render("email/issue.txt", &context)?;
        use crate::{issue::NameParticle, render::escape_html};
        let name = reader.value(ReaderField::Name).unwrap_or_default();
        let particle = |it: Option<NameParticle>| it.map_or("", |it| it.behind(name));
        let in_html = |it| format!("{}{}", escape_html(name), particle(it));
        let in_text = |it| format!("{name}{}", particle(it));
        let named = |say: &dyn Fn(Option<NameParticle>) -> String, text: &str| {
            with_names(text, (!name.is_empty()).then_some(say)).into_owned()
        };
        Ok(RenderedIssue {
            subject: self.subject.clone(),
            html: self.inliner.inlined(&named(&in_html, &page))?,
            text: tidy_text(&named(&in_text, &text)),
        })
    }
}

/// Templates leave blank lines where a part is absent: none at the start, two in a row at most.
/// Lines themselves stay as they are, since a reader's value may end one.
pub(crate) fn tidy_text(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut blank_lines = 0;
    for line in text.lines() {
        if line.trim().is_empty() {
            blank_lines += 1;
            continue;
        }
        if !tidy.is_empty() {
            tidy.extend(std::iter::repeat_n('\n', blank_lines.min(2)));
        }
        blank_lines = 0;
        tidy.push_str(line);
        tidy.push('\n');
    }
    tidy
}
