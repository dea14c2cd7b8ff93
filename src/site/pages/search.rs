//! The page that looks for words: its form, and what was found where a server answers; else a script finds it.

use serde::Serialize;

use super::super::{
    content::SiteContent,
    issue_card::IssueCard,
    page_head::PageHead,
    search::{ExcerptPart, SearchIndex, TEXTS},
    set_text::SetPage,
};
use crate::render::RenderError;

/// How many hits a server's answer shows.
const SHOWN: usize = 50;

#[derive(Serialize)]
struct SearchPage<'q> {
    head: PageHead,
    /// Where the index is, for the script; and the texts.
    index: String,
    shards: usize,
    texts: String,
    query: Option<&'q str>,
    hits: Vec<HitCard<'q>>,
    told: String,
}

/// An issue that was found.
#[derive(Serialize)]
struct HitCard<'q> {
    card: &'q IssueCard,
    excerpt: Vec<ExcerptPart>,
}

/// The page for that query; without one the form alone.
pub(crate) fn search(
    content: &SiteContent,
    index: &SearchIndex,
    query: Option<&str>,
) -> Result<SetPage, RenderError> {
    let words = content.words();
    let query = query.map(str::trim).filter(|query| !query.is_empty());
    let found = query.map(|query| index.find(content, query));
    let told = match found.as_ref().map(Vec::len) {
        None => String::new(),
        Some(0) => words.get("search_none").to_owned(),
        Some(count) => words.filled("count", "n", &count.to_string()),
    };
    let hits = found.into_iter().flatten().take(SHOWN);
    let cards = hits.filter_map(|hit| {
        Some(HitCard {
            card: content.card(hit.at)?,
            excerpt: hit.excerpt,
        })
    });
    let page = SearchPage {
        head: PageHead::of_nothing(content, words.get("search")),
        index: content.addresses().file_path(&index.folder),
        shards: index.shard_count(),
        texts: content.addresses().file_path(TEXTS),
        query,
        hits: cards.collect(),
        told,
    };
    SetPage::new("search.html", &page)
}
