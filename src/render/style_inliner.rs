//! A page's style sheets written into its elements: what is left is what mail clients read. Pages of one kind are
//! written from memory, as far as they have nothing new.

use std::sync::Arc;

use css_inline::{CSSInliner, InlineOptions};

use crate::render::{RenderError, escape::Veil, slim::PageSheets, style_memory::StyleMemory};

/// Inlines the styles of any number of pages.
pub(super) struct StyleInliner {
    inliner: CSSInliner<'static>,
    memory: Arc<StyleMemory>,
}

impl StyleInliner {
    pub(super) fn new() -> Self {
        Self::remembering(Arc::default())
    }

    /// One that knows what others with this memory have seen.
    pub(super) fn remembering(memory: Arc<StyleMemory>) -> Self {
        let inliner = CSSInliner::new(InlineOptions {
            load_remote_stylesheets: false,
            minify_css: true,
            ..InlineOptions::default()
        });
        Self { inliner, memory }
    }

    /// The page with its styles in its elements, and in its head what can't be there.
    pub(super) fn inlined(&self, page: &str) -> Result<String, RenderError> {
        let veil = Veil::for_html(page).ok_or(RenderError::PrivateUse)?;
        let Some(plain) = self.memory.read(page) else {
            return self.inlined_anew(page, &veil);
        };
        if let Some(written) = self.memory.written(&plain) {
            return Ok(written);
        }
        let inlined = self.inlined_anew(page, &veil)?;
        self.memory.learn(&plain, &inlined);
        Ok(inlined)
    }

    /// The same without memory.
    fn inlined_anew(&self, page: &str, veil: &Veil) -> Result<String, RenderError> {
        let (page, sheets) = PageSheets::taken_from(page);
        let inlined = self
            .inliner
            .inline(&veil.put_on(&page))
            .map_err(RenderError::Styles)?;
        Ok(veil.take_off(&sheets.slimmed(&inlined)))
    }
}
