//! A list of issues: of an edition, a tag, a year; a page at a time.

use serde::Serialize;

use super::super::{
    address::PageAddress, content::SiteContent, issue_card::IssueCard, page_head::PageHead,
    set_text::SetPage,
};
use crate::render::RenderError;

/// How many issues a page lists.
pub(crate) const PER_PAGE: usize = 60;

/// A list, and which issues it is of.
#[derive(Debug, Clone)]
pub(crate) struct IssueShelf {
    pub(crate) title: String,
    /// A line below the title.
    pub(crate) subtitle: String,
    pub(crate) address: PageAddress,
    /// Whose colours it has.
    pub(crate) edition: Option<String>,
    pub(crate) issues: Vec<usize>,
}

#[derive(Serialize)]
struct ListPage<'l> {
    head: PageHead,
    title: &'l str,
    subtitle: &'l str,
    count: String,
    cards: Vec<&'l IssueCard>,
    page: Option<String>,
    newer: Option<String>,
    older: Option<String>,
}

/// How many pages a list of so many issues has; an empty one has one too.
pub(crate) fn pages_of(issues: usize) -> usize {
    issues.div_ceil(PER_PAGE).max(1)
}

/// The `number`th page, from 1.
pub(crate) fn list<'l>(
    content: &'l SiteContent,
    list: &'l IssueShelf,
    number: usize,
) -> Result<SetPage, RenderError> {
    let words = content.words();
    let pages = pages_of(list.issues.len());
    let start = (number - 1) * PER_PAGE;
    let end = (start + PER_PAGE).min(list.issues.len());
    let path = |number: usize| content.addresses().path(&list.address.page(number));
    let (at, all) = (number.to_string(), pages.to_string());
    let position = words.filled_in("page_of", &[("n", &at), ("all", &all)]);
    let title = match number {
        1 => list.title.clone(),
        _ => format!("{} ({position})", list.title),
    };
    let mut head = PageHead::of_list(content, &title, &list.address.page(number));
    if let Some(edition) = &list.edition {
        head = head.in_edition(content, edition);
    }
    let page = ListPage {
        head,
        title: &list.title,
        subtitle: &list.subtitle,
        count: words.filled("count", "n", &list.issues.len().to_string()),
        cards: content.cards(list.issues.get(start..end).unwrap_or_default()),
        page: (pages > 1).then_some(position),
        newer: (number > 1).then(|| path(number - 1)),
        older: (number < pages).then(|| path(number + 1)),
    };
    SetPage::new("list.html", &page)
}
