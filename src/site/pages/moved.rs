//! Where an issue was before it was renamed: a page that leads to where it is now, on servers that know no
//! redirects too.

use serde::Serialize;

use super::super::{content::ReadyIssue, content::SiteContent, page_head::PageHead};
use crate::render::RenderError;

#[derive(Serialize)]
struct MovedPage<'c> {
    head: PageHead,
    title: &'c str,
    href: String,
}

pub(crate) fn moved(content: &SiteContent, ready: &ReadyIssue) -> Result<String, RenderError> {
    let title = &ready.issue().front_matter.title;
    let page = MovedPage {
        head: PageHead::of_moved(content, title, &ready.address()),
        title,
        href: content.addresses.path(&ready.address()),
    };
    content.set_text.page("moved.html", &page)
}
