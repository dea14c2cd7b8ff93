//! An issue's mail in one look, composed once and then made for any reader.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    app::App,
    audience::Reader,
    issue::{Archive, Issue},
    links::LinkSigner,
    publication::Publication,
    render::{Composition, ImagePolicy, RenderError, Renderer, Templates},
    web::preview::{LookChoice, RenderedPreview},
};

/// What an issue's mail is made from, as the files are now.
#[derive(Clone, Copy)]
pub(super) struct RenderSources<'a> {
    pub(super) app: &'a App,
    pub(super) archive: &'a Archive,
    /// The templates, or the last ones that could be used.
    pub(super) templates: &'a Templates,
}

/// The mail in one look, ready for any reader.
pub(super) struct ReadyMail {
    /// As it would be sent.
    pub(super) sent: ComposedIssue,
    /// With its pictures at hand, where it would be sent without.
    shown: Option<ComposedIssue>,
    by_reader: BTreeMap<String, Arc<RenderedPreview>>,
}

pub(super) struct ComposedIssue {
    pub(super) composition: Composition,
    renderer: Renderer,
}

impl ReadyMail {
    pub(super) fn new(
        sources: RenderSources<'_>,
        issue: &Issue,
        look: LookChoice,
    ) -> Result<Self, RenderError> {
        let in_look;
        let app = match look.is_own() {
            true => sources.app,
            false => {
                in_look = in_look_of(sources.app, look);
                &in_look
            }
        };
        let links = looked_at(app);
        let compose = |images| {
            let RenderSources {
                archive, templates, ..
            } = sources;
            let composition = app.composition(archive, issue, templates, &links, images)?;
            let renderer = composition.renderer_with(templates)?;
            Ok::<_, RenderError>(ComposedIssue {
                composition,
                renderer,
            })
        };
        let policy = app.image_policy();
        Ok(Self {
            sent: compose(policy)?,
            // Nobody serves the pictures of an issue that is being written but the preview itself.
            shown: match policy {
                ImagePolicy::Inline => None,
                ImagePolicy::Remote => Some(compose(ImagePolicy::Inline)?),
            },
            by_reader: BTreeMap::new(),
        })
    }

    pub(super) fn shown(&self) -> &ComposedIssue {
        self.shown.as_ref().unwrap_or(&self.sent)
    }

    pub(super) fn mail(
        &mut self,
        app: &App,
        issue: &Issue,
        key: &str,
        reader: &Reader,
    ) -> Result<Arc<RenderedPreview>, RenderError> {
        if let Some(mail) = self.by_reader.get(key) {
            return Ok(Arc::clone(mail));
        }
        let view = app.reader_view(reader, issue, &looked_at(app));
        let sent = self.sent.renderer.render(&view)?;
        let shown = match &self.shown {
            Some(shown) => shown.renderer.render(&view)?.html,
            None => sent.html.clone(),
        };
        let mail = Arc::new(RenderedPreview {
            subject: sent.subject,
            shown_html: self.shown().composition.page_beside_images(&shown),
            html: sent.html,
            text: sent.text,
        });
        self.by_reader.insert(key.to_owned(), Arc::clone(&mail));
        Ok(mail)
    }
}

/// The same publication in another look.
fn in_look_of(app: &App, look: LookChoice) -> App {
    let mut publication = Publication::clone(&app.publication);
    publication.look = look.applied(&publication.look);
    App {
        publication: Arc::new(publication),
        clock: app.clock,
    }
}

/// Signs links that are looked at and never followed, so that the secret needs not be there.
pub(super) fn looked_at(app: &App) -> LinkSigner {
    app.links_for_looking()
}
