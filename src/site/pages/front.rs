//! The front page: what the publication is, the newest issue, the ones before it, and where to subscribe.

use serde::Serialize;

use super::super::{
    content::SiteContent, issue_card::IssueCard, page_head::PageHead, set_text::SetPage,
};
use crate::render::RenderError;

/// How many issues stand below the newest.
const RECENT: usize = 8;

#[derive(Serialize)]
struct ArchiveFront<'c> {
    head: PageHead,
    newest: Option<&'c IssueCard>,
    recent: Vec<&'c IssueCard>,
    has_more: bool,
}

pub(crate) fn front(content: &SiteContent) -> Result<SetPage, RenderError> {
    let listed = match content.is_listed() {
        true => content.issues.len(),
        false => 0,
    };
    let places: Vec<usize> = (0..listed.min(RECENT + 1)).collect();
    let mut cards = content.cards(&places).into_iter();
    let page = ArchiveFront {
        head: PageHead::of_front(content),
        newest: cards.next(),
        recent: cards.collect(),
        has_more: listed > RECENT + 1,
    };
    SetPage::new("front.html", &page)
}
