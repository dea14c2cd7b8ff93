//! The page that looks for words: its form, and what was found where a server answers; else a script finds it.

use serde::Serialize;

use super::super::{
    address::PageAddress,
    content::SiteContent,
    issue_card::IssueCard,
    page_head::PageHead,
    search::{ExcerptPart, IndexPlan, SearchIndex},
};
use crate::render::RenderError;

/// How many hits a server's answer shows.
const SHOWN: usize = 50;

#[derive(Serialize)]
struct SearchPage<'q> {
    head: PageHead,
    /// Where the index is, for the script.
    index: String,
    shards: usize,
    query: Option<&'q str>,
    hits: Vec<HitCard>,
    told: String,
}

/// An issue that was found.
#[derive(Serialize)]
struct HitCard {
    card: IssueCard,
    excerpt: Vec<ExcerptPart>,
}

/// The page for that query; without one the form alone.
pub(crate) fn search(
    content: &SiteContent,
    plan: &IndexPlan,
    asked: Option<(&SearchIndex, &str)>,
) -> Result<String, RenderError> {
    let words = content.words();
    let asked = asked.map(|(index, query)| (index, query.trim()));
    let asked = asked.filter(|(_, query)| !query.is_empty());
    let found = asked.map(|(index, query)| index.find(content, query));
    let told = match found.as_ref().map(Vec::len) {
        None => String::new(),
        Some(0) => words.get("search_none").to_owned(),
        Some(count) => words.filled("count", "n", &count.to_string()),
    };
    let hits = found.into_iter().flatten().take(SHOWN);
    let cards = hits.filter_map(|hit| {
        Some(HitCard {
            card: IssueCard::new(content, content.issues.get(hit.at)?),
            excerpt: hit.excerpt,
        })
    });
    let page = SearchPage {
        head: PageHead::of_nothing(content, words.get("search")),
        index: content.addresses.path(&PageAddress::of(&[])) + &plan.folder,
        shards: plan.shards,
        query: asked.map(|(_, query)| query),
        hits: cards.collect(),
        told,
    };
    content.set_text.page("search.html", &page)
}
