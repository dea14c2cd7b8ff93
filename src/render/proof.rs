//! An issue's mail for looking at: as one reader would get it, without the bytes of its pictures. What leaves is made of
//! a [`Composition`], which has them; the words of both come from one place.

use std::sync::Arc;

use crate::render::{
    Composition, PrepareInput, ReaderView, RenderError, RenderedIssue,
    images::{PictureBytes, PicturesAsked},
    renderer::Renderer,
    style_inliner::StyleInliner,
};

/// A mail that nobody will send.
pub(crate) struct MailProof {
    /// What it says.
    pub(crate) rendered: RenderedIssue,
    /// What is known of its pictures.
    pub(crate) pictures: PicturesAsked,
}

impl MailProof {
    /// The issue as this reader would get it.
    ///
    /// # Errors
    /// As [`Composition::prepare`], and as [`Renderer::render`].
    pub(crate) fn pull(input: &PrepareInput<'_>, reader: &ReaderView) -> Result<Self, RenderError> {
        let (context, images) = Composition::context(input, PictureBytes::LeftOut)?;
        let templates = input.templates;
        let inliner = StyleInliner::remembering(Arc::clone(templates.styles()));
        let texts = templates.mail_texts();
        let renderer = Renderer::of(templates.engine()?, inliner, &context, texts)?;
        Ok(Self {
            rendered: renderer.render(reader)?,
            pictures: images.into_asked(),
        })
    }
}
