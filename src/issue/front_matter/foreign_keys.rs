//! Keys of other programs' front matter: understood where they say what one of ours says, set aside where they don't.

use crate::{
    source::Span,
    yaml::{Node, Tree},
};

/// Keys of Hugo, Jekyll, Zola, Eleventy, Ghost, Buttondown and Substack that mean nothing here, as their documents
/// name them; `extra` is anybody's.
const SET_ASIDE: [&str; 65] = [
    "authors",
    "build",
    "cascade",
    "canonical",
    "canonicalURL",
    "canonical_url",
    "categories",
    "category",
    "codeinjection_foot",
    "codeinjection_head",
    "comments",
    "cssclasses",
    "custom_template",
    "email_only",
    "eleventyComputed",
    "eleventyExcludeFromCollections",
    "eleventyNavigation",
    "expiryDate",
    "extra",
    "feature_image",
    "feature_image_alt",
    "feature_image_caption",
    "featured",
    "featured_image",
    "headless",
    "image",
    "images",
    "in_search_index",
    "isCJKLanguage",
    "keywords",
    "lang",
    "language",
    "lastmod",
    "last_modified_at",
    "layout",
    "linkTitle",
    "markup",
    "math",
    "menu",
    "menus",
    "meta_description",
    "meta_title",
    "modified",
    "og_description",
    "og_image",
    "og_title",
    "outputs",
    "pagination",
    "params",
    "path",
    "permalink",
    "pin",
    "publishDate",
    "published",
    "published_at",
    "render",
    "resources",
    "series",
    "slug",
    "taxonomies",
    "template",
    "toc",
    "updated",
    "url",
    "weight",
];

/// Keys that say what `preheader` says, the likelier first.
const SUMMARIES: [&str; 5] = [
    "description",
    "excerpt",
    "custom_excerpt",
    "summary",
    "subtitle",
];

/// What of a head is another program's.
#[derive(Debug, Default)]
pub(super) struct ForeignKeys {
    /// `draft: false` says `status: ready`. None: it is not written, or not so.
    pub(super) is_draft: Option<bool>,
    /// What stands for `preheader`, and where.
    pub(super) summary: Option<(String, Option<Span>)>,
    /// The rest, which says nothing here, and where each key stands.
    pub(super) set_aside: Vec<(String, Span)>,
}

impl ForeignKeys {
    /// Takes them out of a head.
    pub(super) fn take(tree: &mut Tree) -> Self {
        let mut found = Self::default();
        let root = tree.root_mut();
        found.is_draft = match root.get("draft").and_then(Node::text) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        if found.is_draft.is_some() {
            root.take(&["draft"]);
        }
        for key in SUMMARIES {
            let line = root.get(key).and_then(|node| {
                let text = node.text()?.trim();
                let is_line = !text.is_empty() && !text.chars().any(char::is_control);
                is_line.then(|| (text.to_owned(), node.span()))
            });
            if found.summary.is_none() && line.is_some() {
                found.summary = line;
                root.take(&[key]);
            }
        }
        for key in SET_ASIDE.iter().chain(&SUMMARIES) {
            let Some(entry) = root.entry(key) else {
                continue;
            };
            let place = entry.key_place.span().unwrap_or(0..0);
            found.set_aside.push(((*key).to_owned(), place));
            root.take(&[key]);
        }
        found.set_aside.sort_by_key(|(_, place)| place.start);
        found
    }
}
