//! Heads of other programs: YAML, TOML or JSON, read for what ours can say; the rest is kept below `extra`.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::{super::slug as file_name, refusal::NotAPost};
use crate::words::{phrase, phrased};

/// What a head says that ours can say.
#[derive(Debug, Default)]
pub(super) struct PostHead {
    pub(super) title: Option<String>,
    pub(super) date: Option<NaiveDate>,
    pub(super) slug: String,
    subject: Option<String>,
    summary: Option<String>,
    author: Option<String>,
    is_draft: Option<bool>,
    tags: Vec<String>,
    extra: Map<String, Value>,
}

/// The head's values and the text below it. Without a head: none, and all of it.
pub(super) fn split(text: &str) -> Result<(Map<String, Value>, &str), NotAPost> {
    let text = text
        .trim_start_matches('\u{feff}')
        .trim_start_matches(['\r', '\n']);
    let first = text.lines().next().unwrap_or_default().trim_end();
    // Eleventy's and others' name the language behind the fence.
    let (fence, language) = match first.strip_prefix("---") {
        Some(language @ ("json" | "toml" | "yaml" | "yml")) => ("---", language),
        Some("") => ("---", "yaml"),
        _ if first == "+++" => ("+++", "toml"),
        _ => ("", ""),
    };
    let unreadable = |error: String| {
        let line = error.lines().next().unwrap_or_default().to_owned();
        NotAPost::Head(line)
    };
    match fence {
        "---" | "+++" => {
            let (head, body) = fenced(text, fence).ok_or_else(|| {
                NotAPost::Head(phrased!(
                    "no second line of `{first}` closes it",
                    first = fence
                ))
            })?;
            let values = match language {
                // YAML reads JSON, too.
                "yaml" | "yml" | "json" => serde_yaml::from_str::<Option<Map<String, Value>>>(head)
                    .map(Option::unwrap_or_default)
                    .map_err(|error| unreadable(error.to_string()))?,
                _ => toml::from_str::<toml::Table>(head)
                    .map(of_toml)
                    .map_err(|error| unreadable(error.message().to_owned()))?,
            };
            Ok((values, body))
        }
        // Hugo's third way; a text may begin with a brace, too.
        _ if first.starts_with('{') => {
            let mut values =
                serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>();
            match values.next() {
                Some(Ok(head)) => Ok((head, &text[values.byte_offset()..])),
                _ => Ok((Map::new(), text)),
            }
        }
        _ => Ok((Map::new(), text)),
    }
}

fn fenced<'t>(text: &'t str, fence: &str) -> Option<(&'t str, &'t str)> {
    let start = text.find('\n')? + 1;
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == fence {
            return Some((&text[start..at], &text[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

fn of_toml(table: toml::Table) -> Map<String, Value> {
    table
        .into_iter()
        .map(|(key, value)| (key, of_toml_value(value)))
        .collect()
}

fn of_toml_value(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(is) => is.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(of_toml_value).collect(),
        toml::Value::Table(table) => Value::Object(of_toml(table)),
    }
}

impl PostHead {
    /// `name`: the file's, which tells date and slug where the head does not.
    pub(super) fn of(values: &Map<String, Value>, name: &str) -> Self {
        let mut left = values.clone();
        let mut take = |keys: &[&str]| keys.iter().find_map(|key| line(&left.remove(*key)?));
        let title = take(&["title"]);
        let subject = take(&["email_subject", "subject"]);
        let summary = take(&[
            "preheader",
            "description",
            "custom_excerpt",
            "excerpt",
            "summary",
            "subtitle",
        ]);
        let slug = take(&["slug"]);
        let dated = take(&[
            "date",
            "publish_date",
            "published_at",
            "publishDate",
            "pubDate",
            "created",
        ]);
        let author = take(&["author"]);
        let is_draft = is_draft(&mut left);
        let tags = words(left.remove("tags"))
            .into_iter()
            .chain(words(left.remove("categories")))
            .chain(words(left.remove("category")))
            .fold(Vec::new(), |mut tags, tag| {
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
                tags
            });
        let authors = words(left.remove("authors"));
        let (name_date, name_slug) = of_name(name);
        Self {
            title: title.clone().or(subject.clone()),
            subject: subject.filter(|subject| title.as_ref().is_some_and(|title| title != subject)),
            date: dated.as_deref().and_then(day).or(name_date),
            slug: file_name::of_wish(&slug.unwrap_or(name_slug)),
            summary,
            author: author.or_else(|| (!authors.is_empty()).then(|| authors.join(", "))),
            is_draft,
            tags,
            extra: left,
        }
    }

    /// The file. Always a draft: whoever moves in looks first.
    pub(super) fn written(
        &self,
        edition: &str,
        date: NaiveDate,
        body: &str,
        notes: &mut BTreeSet<String>,
    ) -> Result<String, NotAPost> {
        let of_name = || {
            let words = self.slug.replace('-', " ");
            (!words.is_empty()).then(|| {
                notes.insert(phrased!(
                    "it had no title: `{words}` is its file's name",
                    words = words
                ));
                words
            })
        };
        let title = self
            .title
            .clone()
            .or_else(of_name)
            .ok_or(NotAPost::NoTitle)?;
        let mut head = serde_yaml::Mapping::new();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                head.insert(key.into(), value.into());
            }
        };
        put("title", Some(title));
        put("subject", self.subject.clone());
        put("edition", Some(edition.to_owned()));
        put("date", Some(date.to_string()));
        put("status", Some("draft".to_owned()));
        put("preheader", self.summary.clone());
        put("author", self.author.clone());
        if !self.tags.is_empty() {
            let tags: Vec<serde_yaml::Value> =
                self.tags.iter().map(|tag| tag.as_str().into()).collect();
            head.insert("tags".into(), tags.into());
        }
        if !self.extra.is_empty() {
            let extra = serde_yaml::to_value(&self.extra)
                .map_err(|error| NotAPost::Head(error.to_string()))?;
            head.insert("extra".into(), extra);
            let keys: Vec<String> = self.extra.keys().map(|key| format!("`{key}`")).collect();
            let names = keys.join(", ");
            notes.insert(match keys.len() {
                1 => phrased!("{names} stands below `extra:` now, and says nothing"),
                _ => phrased!("{names} stand below `extra:` now, and say nothing"),
            });
        }
        if self.is_draft == Some(false) {
            notes.insert(
                phrase!("it had come out; here it is a draft until you say `status: ready`")
                    .to_owned(),
            );
        }
        let head =
            serde_yaml::to_string(&head).map_err(|error| NotAPost::Head(error.to_string()))?;
        Ok(format!("---\n{head}---\n\n{body}\n"))
    }
}

/// `draft`, `published`, `status: published`, in each program's way.
fn is_draft(left: &mut Map<String, Value>) -> Option<bool> {
    let draft = left.remove("draft").and_then(|value| value.as_bool());
    let published = left.remove("published").and_then(|value| value.as_bool());
    let status = left.remove("status").and_then(|value| line(&value));
    let by_status =
        status.map(|status| !matches!(status.as_str(), "published" | "sent" | "ready" | "public"));
    draft.or(published.map(|is| !is)).or(by_status)
}

/// Text of one line.
fn line(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A list of words, or one with commas, or Ghost's list of `{name: …}`.
fn words(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| line(item).or_else(|| line(item.get("name")?)))
            .collect(),
        Some(Value::String(text)) => text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(ToOwned::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// The day at the beginning of a moment: `2026-11-30T08:00:00+09:00`, `2026-11-30 08:00`, `2026/11/30`, `30 Nov 2026`.
fn day(text: &str) -> Option<NaiveDate> {
    let head: String = text.chars().take(10).collect();
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(&head, form).ok())
        .or_else(|| {
            ["%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y"]
                .iter()
                .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        })
        .or_else(|| {
            chrono::DateTime::parse_from_rfc2822(text)
                .ok()
                .map(|moment| moment.date_naive())
        })
}

/// `2026-11-30-small-models` → the day and `small-models`; Substack's `123456.small-models` → `small-models`.
fn of_name(name: &str) -> (Option<NaiveDate>, String) {
    let date = name.get(..10).and_then(day);
    let rest = match date {
        Some(_) => name[10..].trim_start_matches(['-', '_', ' ']),
        None => name
            .split_once('.')
            .filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(name, |(_, rest)| rest),
    };
    (date, rest.to_owned())
}
