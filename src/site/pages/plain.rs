//! Pages of a few words: what is not there.

use serde::Serialize;

use super::super::{content::SiteContent, page_head::PageHead};
use crate::render::RenderError;

#[derive(Serialize)]
struct PlainPage {
    head: PageHead,
}

/// What servers show for an address that nothing has.
pub(crate) fn missing(content: &SiteContent) -> Result<String, RenderError> {
    let head = PageHead::of_nothing(content, content.words().get("fault_missing_title"));
    content.set_text.page("missing.html", &PlainPage { head })
}
