//! A page's style sheets written into its elements: what is left is what mail clients read.

use css_inline::{CSSInliner, InlineOptions};

use crate::render::{RenderError, escape::Veil, slim::PageSheets};

/// Inlines the styles of any number of pages.
pub(super) struct StyleInliner(CSSInliner<'static>);

impl StyleInliner {
    pub(super) fn new() -> Self {
        Self(CSSInliner::new(InlineOptions {
            load_remote_stylesheets: false,
            minify_css: true,
            ..InlineOptions::default()
        }))
    }

    /// The page with its styles in its elements, and in its head what can't be there.
    pub(super) fn inlined(&self, page: &str) -> Result<String, RenderError> {
        let veil = Veil::for_html(page).ok_or(RenderError::PrivateUse)?;
        let (page, sheets) = PageSheets::taken_from(page);
        let inlined = self
            .0
            .inline(&veil.put_on(&page))
            .map_err(RenderError::Styles)?;
        Ok(veil.take_off(&sheets.slimmed(&inlined)))
    }
}
