//! JSON Feed 1.1.

use serde_json::{Value, json};

use super::{Feed, FeedEntry};

pub(super) fn written(feed: &Feed<'_>) -> String {
    let items: Vec<Value> = feed.entries.iter().map(item).collect();
    let document = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.subtitle,
        "home_page_url": feed.home,
        "feed_url": feed.own,
        "language": feed.language,
        "authors": [{ "name": feed.publication }],
        "items": items,
    });
    without_nothing(document).to_string() + "\n"
}

fn item(entry: &FeedEntry<'_>) -> Value {
    without_nothing(json!({
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": Some(&entry.summary).filter(|summary| !summary.is_empty()),
        "content_html": entry.html(),
        "date_published": entry.at.to_rfc3339(),
        "authors": entry.author.map(|author| json!([{ "name": author }])),
        "tags": entry.tags,
    }))
}

/// What is not there is not named.
fn without_nothing(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    value
}
