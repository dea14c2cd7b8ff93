//! Pages of a few words: what is not there.

use serde::Serialize;

use super::super::{content::SiteContent, page_head::PageHead, set_text::SetPage};
use crate::render::RenderError;

#[derive(Serialize)]
struct PlainPage {
    head: PageHead,
}

/// What servers show for an address that nothing has.
pub(crate) fn missing(content: &SiteContent) -> Result<SetPage, RenderError> {
    let head = PageHead::of_nothing(content, content.words().get("fault_missing_title"));
    SetPage::new("missing.html", &PlainPage { head })
}
