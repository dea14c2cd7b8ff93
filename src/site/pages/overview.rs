//! All that the archive has, at a glance: years, editions, tags.

use std::collections::BTreeMap;

use chrono::Datelike;
use serde::Serialize;

use super::super::{
    address::PageAddress, content::SiteContent, page_head::PageHead, set_text::SetPage,
};
use crate::render::RenderError;

#[derive(Serialize)]
struct OverviewPage {
    head: PageHead,
    count: String,
    years: Vec<ShelfLink>,
    editions: Vec<ShelfLink>,
    tags: Vec<ShelfLink>,
}

/// A list of issues, as a link to it.
#[derive(Serialize)]
struct ShelfLink {
    title: String,
    note: String,
    count: String,
    href: String,
    edition: Option<String>,
}

pub(crate) fn overview(content: &SiteContent) -> Result<SetPage, RenderError> {
    let words = content.words();
    let link = |title: String, note: &str, issues: usize, parts: &[&str]| ShelfLink {
        title,
        note: note.to_owned(),
        count: words.filled("count", "n", &issues.to_string()),
        href: content.addresses().path(&PageAddress::of(parts)),
        edition: None,
    };
    let mut years: BTreeMap<i32, usize> = BTreeMap::new();
    let mut editions: BTreeMap<&str, usize> = BTreeMap::new();
    for ready in &content.issues {
        let front_matter = ready.front_matter();
        *years.entry(front_matter.date.year()).or_default() += 1;
        *editions.entry(&front_matter.edition).or_default() += 1;
    }
    let year_links = years.iter().rev().map(|(year, issues)| {
        let number = year.to_string();
        let title = words.filled("year", "year", &number);
        link(title, "", *issues, &["years", &number])
    });
    let edition_links = content.publication().editions.iter().map(|edition| {
        let issues = editions.get(edition.key.as_str()).copied().unwrap_or(0);
        let (title, topic) = (edition.title.clone(), &edition.topic);
        ShelfLink {
            edition: Some(edition.key.clone()),
            ..link(title, topic, issues, &["editions", &edition.key])
        }
    });
    let tag_links = content
        .tags
        .iter()
        .map(|(key, tagged)| link(tagged.name.clone(), "", tagged.issues.len(), &["tags", key]));
    let title = words.get("all_issues");
    let page = OverviewPage {
        head: PageHead::of_list(content, title, &PageAddress::of(&["issues"])),
        count: words.filled("count", "n", &content.issues.len().to_string()),
        years: year_links.collect(),
        editions: edition_links.collect(),
        tags: tag_links.collect(),
    };
    SetPage::new("overview.html", &page)
}
