//! What pages are set with, whichever issues there are: the publication, its templates and words, its colours and
//! mark, and where its pages are.

use std::sync::Arc;

use super::{
    address::SiteAddresses,
    assets::SiteAssets,
    frame::frame,
    pictures::{PictureShelf, WebPicture},
    set_text::SetText,
};
use crate::{
    publication::Publication,
    render::{CodeColours, RenderError, Templates},
};

/// Pages without issues.
#[derive(Debug)]
pub(super) struct SiteDesign {
    pub(super) publication: Arc<Publication>,
    templates: Arc<Templates>,
    pub(super) addresses: SiteAddresses,
    pub(super) set_text: SetText,
    pub(super) assets: SiteAssets,
    pub(super) logo: Option<WebPicture>,
    pub(super) colours: CodeColours,
}

impl SiteDesign {
    /// The design of before, if it still is what it would be.
    ///
    /// # Errors
    /// A template that does not parse; words that are none.
    pub(super) fn renewed(
        before: Option<&Arc<Self>>,
        publication: &Arc<Publication>,
        templates: &Arc<Templates>,
        addresses: SiteAddresses,
        shelf: &PictureShelf,
    ) -> Result<Arc<Self>, RenderError> {
        let logo = logo(publication, shelf);
        let is_same = |before: &&Arc<Self>| {
            Arc::ptr_eq(&before.publication, publication)
                && Arc::ptr_eq(&before.templates, templates)
                && before.logo == logo
        };
        if let Some(before) = before.filter(is_same) {
            return Ok(Arc::clone(before));
        }
        let set_text = SetText::new(templates, publication)?;
        let assets = SiteAssets::new(publication, &set_text.rules);
        let frame = frame(publication, &addresses, &assets, logo.as_ref());
        Ok(Arc::new(Self {
            publication: Arc::clone(publication),
            templates: Arc::clone(templates),
            colours: CodeColours::below(&publication.state_dir()),
            set_text: set_text.knowing(&frame)?,
            addresses,
            assets,
            logo,
        }))
    }
}

/// The publication's mark; one that can't be read is left out, as `check` says.
fn logo(publication: &Publication, shelf: &PictureShelf) -> Option<WebPicture> {
    let logo = publication.look.logo.as_ref()?;
    let shown = WebPicture::of_look(publication, shelf, &logo.file, logo.width);
    shown.unwrap_or_else(|error| {
        tracing::warn!("the archive has no logo: {error}");
        None
    })
}
