//! Files that hold many posts, or half of one: Ghost's export (JSON), WordPress' (WXR), Substack's table beside its
//! pages. Each post becomes a file as any other: a head of JSON and what stands below it.

use serde_json::{Map, Value, json};

use crate::issue::html::decoded;

/// A post taken out of a file of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExportedPost {
    /// What it would be called as a file.
    pub name: String,
    /// It is a page of HTML, not Markdown with tags in it.
    pub is_page: bool,
    /// Head and body.
    pub text: String,
}

impl ExportedPost {
    fn new(name: String, head: &Map<String, Value>, body: &str, is_page: bool) -> Self {
        Self {
            name,
            is_page,
            text: format!("{}\n{body}", Value::from(head.clone())),
        }
    }
}

/// The posts of an export. None: the text is no export that we know.
pub(crate) fn exported(text: &str) -> Option<Vec<ExportedPost>> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.chars().next()? {
        '{' => of_ghost(&serde_json::from_str(text).ok()?),
        '<' if text.contains("<rss") && text.contains("wordpress.org/export") => {
            Some(of_wordpress(text))
        }
        _ => None,
    }
}

/// `{db: [{data: {posts, tags, posts_tags}}]}`; without the list around it where the content API answered.
fn of_ghost(export: &Value) -> Option<Vec<ExportedPost>> {
    let data = export
        .pointer("/db/0/data")
        .or_else(|| export.get("data"))
        .unwrap_or(export);
    let posts = data.get("posts")?.as_array()?;
    let text = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let list = |key: &str| {
        data.get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let (tags, joints) = (list("tags"), list("posts_tags"));
    let tags_of = |post: &Value| -> Vec<String> {
        let own = post.get("tags").and_then(Value::as_array).cloned();
        own.unwrap_or_else(|| {
            let of_post = joints
                .iter()
                .filter(|joint| joint.get("post_id") == post.get("id"));
            of_post
                .filter_map(|joint| tags.iter().find(|tag| tag.get("id") == joint.get("tag_id")))
                .cloned()
                .collect()
        })
        .iter()
        .map(|tag| text(tag, "name"))
        .collect()
    };
    let is_post = |post: &&Value| !matches!(text(post, "type").as_str(), "page");
    Some(
        posts
            .iter()
            .filter(is_post)
            .map(|post| {
                let mut head = Map::new();
                for key in ["title", "slug", "custom_excerpt", "status"] {
                    let value = text(post, key);
                    if !value.is_empty() {
                        head.insert(key.to_owned(), value.into());
                    }
                }
                let date = ["published_at", "created_at"]
                    .iter()
                    .map(|key| text(post, key))
                    .find(|date| !date.is_empty());
                head.insert("date".to_owned(), date.into());
                head.insert("tags".to_owned(), json!(tags_of(post)));
                let html = text(post, "html");
                let (body, is_page) = match html.is_empty() {
                    true => (text(post, "plaintext"), false),
                    false => (html, true),
                };
                ExportedPost::new(text(post, "slug"), &head, &body, is_page)
            })
            .collect(),
    )
}

/// `<item>`s of an RSS file with WordPress' own elements. Pages, pictures and menus stand there too.
fn of_wordpress(text: &str) -> Vec<ExportedPost> {
    let items = text.split("<item>").skip(1);
    items
        .filter_map(|item| {
            let item = item.split("</item>").next()?;
            let one = |name: &str| element(item, name).unwrap_or_default();
            if one("wp:post_type") != "post" {
                return None;
            }
            let mut head = Map::new();
            let status = match one("wp:status").as_str() {
                "publish" => "published",
                _ => "draft",
            };
            let excerpt = one("excerpt:encoded");
            for (key, value) in [
                ("title", one("title")),
                ("slug", one("wp:post_name")),
                ("date", one("wp:post_date")),
                ("author", one("dc:creator")),
                ("excerpt", excerpt),
                ("status", status.to_owned()),
            ] {
                if !value.is_empty() {
                    head.insert(key.to_owned(), value.into());
                }
            }
            let tags: Vec<String> = item
                .match_indices("<category ")
                .filter_map(|(at, _)| element(&item[at..], "category"))
                .filter(|tag| tag != "Uncategorized")
                .collect();
            head.insert("tags".to_owned(), json!(tags));
            let body = without_shortcodes(&one("content:encoded"));
            // Without its own paragraphs WordPress makes one of each run of lines, as Markdown does.
            let is_page = body.contains("<p>") || body.contains("<p ");
            let name = one("wp:post_name");
            Some(ExportedPost::new(name, &head, &body, is_page))
        })
        .collect()
}

/// What stands in the first element of that name: as CDATA, or with entities.
fn element(text: &str, name: &str) -> Option<String> {
    let start = text.find(&format!("<{name}"))?;
    let rest = &text[start..];
    let inner = &rest[rest.find('>')? + 1..];
    let inner = &inner[..inner.find(&format!("</{name}>"))?];
    let inner = inner.trim();
    Some(match inner.strip_prefix("<![CDATA[") {
        Some(raw) => raw
            .strip_suffix("]]>")
            .unwrap_or(raw)
            .replace("]]]]><![CDATA[>", "]]>"),
        None => decoded(inner),
    })
}

/// `[caption …]…[/caption]`, `[embed]…[/embed]`: what they enclose stays.
fn without_shortcodes(text: &str) -> String {
    const NAMES: [&str; 6] = ["caption", "embed", "gallery", "audio", "video", "playlist"];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let inner = &rest[at + 1..];
        let name = inner.strip_prefix('/').unwrap_or(inner);
        let is_one = NAMES.iter().any(|known| {
            name.strip_prefix(known)
                .is_some_and(|after| after.starts_with([']', ' ']))
        });
        out.push_str(&rest[..at]);
        rest = match inner.find(']').filter(|_| is_one) {
            Some(end) => &inner[end + 1..],
            None => {
                out.push('[');
                inner
            }
        };
    }
    out.push_str(rest);
    out
}

/// A page of Substack's with the head that its `posts.csv` has for it. `name`: the page's, as in `post_id`. None: the
/// table does not know it.
pub(crate) fn with_substack_head(name: &str, page: &str, table: &str) -> Option<String> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let names = reader.headers().ok()?.clone();
    let place = |key: &str| names.iter().position(|name| name == key);
    let id = place("post_id")?;
    let record = reader
        .records()
        .filter_map(Result::ok)
        .find(|record| record.get(id) == Some(name))?;
    let value = |key: &str| {
        place(key)
            .and_then(|at| record.get(at))
            .filter(|value| !value.is_empty())
    };
    let mut head = Map::new();
    for (key, own) in [
        ("title", "title"),
        ("date", "post_date"),
        ("subtitle", "subtitle"),
    ] {
        if let Some(value) = value(own) {
            head.insert(key.to_owned(), value.into());
        }
    }
    let is_out = value("is_published") == Some("true");
    head.insert("draft".to_owned(), (!is_out).into());
    Some(format!("{}\n{page}", Value::from(head)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_export_is_none() {
        for text in [
            "",
            "{}",
            "{\"title\": \"a\"}\nText",
            "<p>Text</p>",
            "[1]",
            "{",
        ] {
            assert_eq!(exported(text), None, "{text}");
        }
    }

    #[test]
    fn shortcodes_leave_what_they_enclose() {
        assert_eq!(
            without_shortcodes(
                "a [caption id=\"1\"]<img> Boats[/caption] [b] [embed]https://x[/embed]"
            ),
            "a <img> Boats [b] https://x"
        );
    }
}
