//! Where an issue was before it was renamed: a page that leads to where it is now, on servers that know no
//! redirects too.

use serde::Serialize;

use super::super::{
    content::SiteContent, page_head::PageHead, ready_issue::ReadyIssue, set_text::SetPage,
};
use crate::render::RenderError;

#[derive(Serialize)]
struct MovedPage<'c> {
    head: PageHead,
    title: &'c str,
    href: String,
}

pub(crate) fn moved(content: &SiteContent, ready: &ReadyIssue) -> Result<SetPage, RenderError> {
    let title = &ready.front_matter().title;
    let page = MovedPage {
        head: PageHead::of_moved(content, title, &ready.address()),
        title,
        href: content.addresses().path(&ready.address()),
    };
    SetPage::new("moved.html", &page)
}
