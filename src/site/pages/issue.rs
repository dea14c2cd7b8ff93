//! An issue's page: the document, what leads to it and on from it, and what readers said.

use serde::Serialize;

use super::super::{
    address::PageAddress,
    content::{SiteContent, tag_key},
    issue_card::IssueCard,
    page_head::PageHead,
    public_issue::ShownOpinion,
    ready_issue::ReadyIssue,
    set_text::SetPage,
};
use crate::{
    look::OptionalPart,
    publication::FACES,
    render::{RenderError, percent_encode},
};

/// An issue of fewer stories is read through.
const CONTENTS_FROM: usize = 2;

const TEMPLATE: &str = "issue.html";

/// All but the text.
#[derive(Serialize)]
struct ArchivedPage<'c> {
    head: PageHead,
    card: &'c IssueCard,
    byline: Option<String>,
    edition: Option<EditionLine<'c>>,
    is_ad: bool,
    has_numbers: bool,
    tags: Vec<TagLink<'c>>,
    older: Option<&'c IssueCard>,
    newer: Option<&'c IssueCard>,
    opinions: Vec<OpinionCard<'c>>,
    opinion_path: String,
}

/// What a reader said.
#[derive(Serialize)]
struct OpinionCard<'c> {
    name: Option<&'c str>,
    choice: Option<&'c str>,
    lines: &'c [String],
}

#[derive(Serialize)]
struct EditionLine<'c> {
    title: &'c str,
    topic: &'c str,
    href: String,
}

#[derive(Serialize)]
struct TagLink<'c> {
    name: &'c str,
    href: String,
}

/// All that the page says around an issue's text.
pub(crate) fn around_issue(
    content: &SiteContent,
    at: usize,
) -> Result<Option<String>, RenderError> {
    let page = around(content, at);
    page.map(|page| SetPage::said_by(TEMPLATE, &page))
        .transpose()
}

/// All of it.
pub(crate) fn issue(content: &SiteContent, at: usize) -> Result<Option<SetPage>, RenderError> {
    let body = content.body(at, content.addresses().base_path());
    let (Some(around), Some((body, cover))) = (around(content, at), body) else {
        return Ok(None);
    };
    let has_contents = body.stories.len() >= CONTENTS_FROM;
    let page = SetPage::new(TEMPLATE, &around)?.with("cover", &cover)?;
    let page = page.with("has_contents", &has_contents)?;
    page.with("body", &body).map(Some)
}

fn around(content: &SiteContent, at: usize) -> Option<ArchivedPage<'_>> {
    let ready = content.issues.get(at)?;
    let front_matter = ready.front_matter();
    let words = content.words();
    let neighbour = |at: Option<usize>| content.card(at?).filter(|_| content.is_listed());
    let author = front_matter.author.as_ref();
    Some(ArchivedPage {
        head: PageHead::of_issue(content, ready),
        card: &ready.card,
        byline: author.map(|author| words.filled("byline", "name", author)),
        edition: edition(content, ready),
        is_ad: front_matter.ad,
        has_numbers: content.publication().look.shows(OptionalPart::Numbers),
        tags: tags(content, ready),
        older: neighbour(Some(at + 1)),
        newer: neighbour(at.checked_sub(1)),
        opinions: opinions(content, ready),
        opinion_path: format!(
            "{}/f/{}",
            content.addresses().base_path(),
            percent_encode(&ready.public.slug)
        ),
    })
}

fn edition<'c>(content: &'c SiteContent, ready: &ReadyIssue) -> Option<EditionLine<'c>> {
    let edition = content
        .publication()
        .edition(&ready.front_matter().edition)?;
    let address = PageAddress::of(&["editions", &edition.key]);
    Some(EditionLine {
        title: &edition.title,
        topic: &edition.topic,
        href: content.addresses().path(&address),
    })
}

fn tags<'c>(content: &'c SiteContent, ready: &ReadyIssue) -> Vec<TagLink<'c>> {
    let mut links = Vec::new();
    for tag in &ready.front_matter().tags {
        let found = tag_key(tag).and_then(|key| content.tags.get_key_value(&key));
        if let Some((key, tagged)) = found {
            links.push(TagLink {
                name: &tagged.name,
                href: content.addresses().path(&PageAddress::of(&["tags", key])),
            });
        }
    }
    links
}

/// What readers said; of the three faces, their words.
fn opinions<'c>(content: &'c SiteContent, ready: &ReadyIssue) -> Vec<OpinionCard<'c>> {
    let opinions = content.opinions(ready).iter();
    let lines = opinions.map(
        |ShownOpinion {
             name,
             choice,
             lines,
         }| OpinionCard {
            name: name.as_deref(),
            choice: choice.as_deref().map(|choice| {
                match FACES.iter().find(|face| **face == choice) {
                    Some(&"good") => content.words().get("face_good"),
                    Some(&"fair") => content.words().get("face_fair"),
                    Some(_) => content.words().get("face_poor"),
                    None => choice,
                }
            }),
            lines,
        },
    );
    lines.collect()
}
