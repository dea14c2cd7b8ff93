//! What other programs' Markdown has beside Markdown: shortcodes, Liquid, attributes, containers, Obsidian's links.
//! What has kin here becomes it; the rest is taken out and told.

use std::collections::BTreeSet;

use super::html::watched;
use crate::words::{phrase, phrased};

/// Code between tags instead of fences: Liquid's `highlight`, Hugo's. And Liquid's `raw`, which only guards it.
pub(super) fn fences(text: &str, notes: &mut BTreeSet<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut comment = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let words = command(bare);
        let name = words.first().copied().unwrap_or_default();
        match name {
            "comment" => comment = true,
            "endcomment" => comment = false,
            _ if comment => {}
            "highlight" => {
                out.push_str(&format!(
                    "```{}\n",
                    words.get(1).copied().unwrap_or_default()
                ));
            }
            "endhighlight" | "/highlight" => out.push_str("```\n"),
            "raw" | "endraw" => {}
            _ => {
                out.push_str(line);
                continue;
            }
        }
        notes.insert(
            phrase!("code between a generator's tags stands between fences now").to_owned(),
        );
    }
    out
}

/// The words of a line that is nothing but `{% … %}`, `{{< … >}}` or `{{% … %}}`.
fn command(line: &str) -> Vec<&str> {
    let inner = [("{%", "%}"), ("{{<", ">}}"), ("{{%", "%}}")]
        .iter()
        .find_map(|(open, close)| line.strip_prefix(open)?.strip_suffix(close));
    let Some(inner) = inner.filter(|inner| !inner.contains("%}") && !inner.contains(">}}")) else {
        return Vec::new();
    };
    inner.trim_matches('-').split_whitespace().collect()
}

/// Callouts that other programs set between `:::`, and lines that only other programs know.
pub(super) fn blocks(text: &str, notes: &mut BTreeSet<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_callout = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if let Some(kind) = bare.strip_prefix(":::") {
            let name = kind.trim_start_matches(':').trim();
            is_callout = !name.is_empty();
            if is_callout {
                out.push_str(&begun_callout(name));
            }
            notes.insert(
                phrase!("callouts between `:::` are quotations with `[!NOTE]` now").to_owned(),
            );
        } else if let Some(name) = quoted_callout(bare) {
            out.push_str(&begun_callout(&name));
            notes.insert(
                phrase!("callouts of other kinds are NOTE, TIP, IMPORTANT, WARNING or CAUTION")
                    .to_owned(),
            );
        } else if is_component(bare) {
            notes.insert(phrase!("what MDX imports and exports was taken out").to_owned());
        } else if is_contents(bare) {
            notes.insert(
                phrase!("the table of contents was taken out: it is made from the headings")
                    .to_owned(),
            );
        } else if bare.starts_with("{:") && bare.find('}') == Some(bare.len() - 1) {
            notes.insert(
                phrase!("attributes were taken out: the design has its place in templates/")
                    .to_owned(),
            );
        } else if is_callout {
            out.push_str(format!("> {bare}").trim_end());
            out.push('\n');
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The first lines of a callout: its kind, and its title where it has one.
fn begun_callout(name: &str) -> String {
    let title = name
        .trim_start_matches(['{', '[', '.'])
        .split_once(|char: char| !char.is_alphanumeric())
        .map_or("", |(_, rest)| rest)
        .trim_matches(['}', ']', '[', ' ', '"', '-', '+']);
    let mark = format!("> [!{}]\n", callout(name));
    match title.is_empty() || title.contains('=') {
        true => mark,
        false => format!("{mark}> **{title}**\n>\n"),
    }
}

/// `> [!info]- Title`, Obsidian's, where the kind or a fold is none of ours.
fn quoted_callout(line: &str) -> Option<String> {
    let rest = line.strip_prefix('>')?.trim_start().strip_prefix("[!")?;
    let (kind, rest) = rest.split_once(']')?;
    let is_ours = matches!(
        kind.to_ascii_uppercase().as_str(),
        "NOTE" | "TIP" | "IMPORTANT" | "WARNING" | "CAUTION" | "SPONSOR" | "QUOTE"
    );
    let title = rest.trim_start_matches(['-', '+']).trim();
    let is_plain = is_ours && title.is_empty() && rest.trim().is_empty();
    (!is_plain).then(|| format!("{kind} {title}"))
}

/// `import Tabs from '@theme/Tabs';` of MDX.
fn is_component(line: &str) -> bool {
    let line = line.trim_end_matches(';');
    let is_import = line.starts_with("import ") && line.ends_with(['\'', '"']);
    let is_export = ["export const ", "export default ", "export function "]
        .iter()
        .any(|start| line.starts_with(start));
    is_import && (line.contains(" from ") || line.starts_with("import '")) || is_export
}

fn callout(name: &str) -> &'static str {
    let word = name
        .split(|char: char| !char.is_alphabetic())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    match word.to_ascii_lowercase().as_str() {
        "tip" | "success" | "check" => "TIP",
        "important" => "IMPORTANT",
        "warning" | "attention" => "WARNING",
        "danger" | "caution" | "error" | "failure" => "CAUTION",
        _ => "NOTE",
    }
}

fn is_contents(line: &str) -> bool {
    matches!(
        line.to_ascii_lowercase().as_str(),
        "[toc]"
            | "[[toc]]"
            | "[[_toc_]]"
            | "{:toc}"
            | "{{toc}}"
            | "{{< toc >}}"
            | "* toc"
            | "- toc"
            | "<!-- toc -->"
            | "${toc}"
    )
}

/// What stands within lines.
pub(super) fn within_lines(text: &str, notes: &mut BTreeSet<String>) -> String {
    // What Liquid guards is text, braces and all.
    let text = replaced(text, "{% raw %}", "{% endraw %}", |inner| {
        notes.insert(phrase!("what a generator was to leave alone stands as text").to_owned());
        Some(inner.replace('{', "\\{").replace('}', "\\}"))
    });
    let text = replaced(&text, "{{<", ">}}", |inner| shortcode(inner, notes));
    let text = replaced(&text, "{{%", "%}}", |inner| shortcode(inner, notes));
    let text = replaced(&text, "{{", "}}", |inner| expression(inner, notes));
    let text = replaced(&text, "{%", "%}", |inner| {
        let (name, arguments) = arguments(inner.trim().trim_matches('-'));
        // What an include is given to say is said.
        let said: Vec<String> = arguments
            .into_iter()
            .filter(|(key, _)| {
                name == "include"
                    && matches!(key.as_str(), "content" | "text" | "title" | "caption")
            })
            .map(|(_, value)| value)
            .collect();
        if !said.is_empty() {
            notes
                .insert(phrase!("what an include was given to say stands in its place").to_owned());
            return Some(said.join(" "));
        }
        notes.insert(phrased!(
            "`{{% {trim} %}}` was taken out",
            trim = inner.trim()
        ));
        Some(String::new())
    });
    let text = replaced(&text, "*|", "|*", |inner| {
        notes.insert(phrased!(
            "the merge tag `*|{inner}|*` was taken out: the reader's name belongs to templates/"
        ));
        Some(String::new())
    });
    let text = replaced(&text, "![[", "]]", |inner| {
        let (file, alt) = inner.split_once('|').unwrap_or((inner, ""));
        notes.insert(phrase!("pictures in double brackets are `![…](…)` now").to_owned());
        Some(format!("![{alt}](<{file}>)"))
    });
    let text = note_links(&text, notes);
    let text = replaced(&text, "==", "==", |inner| {
        let is_mark = !inner.is_empty() && inner == inner.trim() && !inner.contains(['\n', '=']);
        is_mark.then(|| {
            notes.insert(phrase!("highlighted words are bold now").to_owned());
            format!("**{inner}**")
        })
    });
    attributes(&text, notes)
}

/// `[[Page|words]]` of a vault or a wiki: their words. Not `[[words]](address)`.
fn note_links(text: &str, notes: &mut BTreeSet<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("[[") {
        let inner = &rest[at + 2..];
        let end = inner.find("]]").filter(|end| !inner[..*end].contains('\n'));
        let Some(end) = end else {
            break;
        };
        out.push_str(&rest[..at]);
        let after = &inner[end + 2..];
        match after.starts_with('(') {
            true => out.push_str(&rest[at..at + end + 4]),
            false => {
                let (page, words) = inner[..end].rsplit_once('|').unwrap_or(("", &inner[..end]));
                let note = if page.is_empty() { words } else { page };
                notes.insert(phrased!(
                    "the link to the note `{note}` is words alone: `[[slug]]` links an issue",
                    note = note
                ));
                out.push_str(words);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Every piece between two marks, replaced by what `change` makes of it; None leaves it.
fn replaced(
    text: &str,
    open: &str,
    close: &str,
    mut change: impl FnMut(&str) -> Option<String>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(open) {
        let inner = &rest[at + open.len()..];
        let Some(end) = inner
            .find(close)
            .filter(|end| !inner[..*end].contains("\n\n"))
        else {
            break;
        };
        let whole = open.len() + end + close.len();
        out.push_str(&rest[..at]);
        match change(&inner[..end]) {
            Some(text) => out.push_str(&text),
            None => out.push_str(&rest[at..at + whole]),
        }
        rest = &rest[at + whole..];
    }
    out.push_str(rest);
    out
}

/// Hugo's shortcodes.
fn shortcode(inner: &str, notes: &mut BTreeSet<String>) -> Option<String> {
    let (name, arguments) = arguments(inner.trim().trim_end_matches('/'));
    let named = |key: &str| {
        arguments
            .iter()
            .find(|(own, _)| own == key)
            .map(|(_, value)| value.clone())
    };
    let first = || {
        arguments
            .iter()
            .find(|(key, _)| key.is_empty())
            .map(|(_, value)| value.clone())
    };
    let made = match name.as_str() {
        "figure" | "image" | "img" => {
            let source = named("src").or_else(first)?;
            let alt = named("alt")
                .or_else(|| named("caption"))
                .unwrap_or_default();
            let caption = named("caption").or_else(|| named("title"));
            let caption = caption.map_or(String::new(), |text| {
                format!(" \"{}\"", text.replace('"', "'"))
            });
            format!("![{alt}]({source}{caption})")
        }
        "youtube" => watched(&format!("https://youtu.be/{}", named("id").or_else(first)?)),
        "vimeo" => format!("https://vimeo.com/{}", named("id").or_else(first)?),
        "ref" | "relref" => {
            let path = first()?;
            let slug = path
                .trim_end_matches(".md")
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
            notes.insert(phrased!(
                "the link to `{path}` wants its address: in the text of a link write [[{slug}]]"
            ));
            return Some(format!("#{slug}"));
        }
        _ => {
            notes.insert(phrased!(
                "the shortcode `{name}` was taken out; what it enclosed stays"
            ));
            return Some(String::new());
        }
    };
    notes.insert(phrased!("the shortcode `{name}` is Markdown now"));
    Some(made)
}

/// Zola's `{{ youtube(id="…") }}`, Liquid's and Ghost's values.
fn expression(inner: &str, notes: &mut BTreeSet<String>) -> Option<String> {
    let inner = inner.trim();
    if let Some((name, rest)) = inner.split_once('(') {
        let list = rest.trim_end_matches(')').replace(',', " ");
        return shortcode(&format!("{} {list}", name.trim()), notes);
    }
    let is_site = inner.starts_with("site.")
        || inner.ends_with("| relative_url")
        || inner.ends_with("| absolute_url");
    // `{{ '/assets/a.png' | relative_url }}` is its path.
    let quoted = inner
        .split(['\'', '"'])
        .nth(1)
        .filter(|_| inner.contains('|'));
    match quoted {
        Some(path) => {
            notes.insert(phrase!("paths that the generator made are written out").to_owned());
            Some(path.to_owned())
        }
        None if is_site => {
            notes.insert(phrased!("`{{{{ {inner} }}}}` was taken out of an address"));
            Some(String::new())
        }
        None => {
            notes.insert(phrased!(
                "`{{{{ {inner} }}}}` was taken out: an issue is no template"
            ));
            Some(String::new())
        }
    }
}

/// A name and its arguments: `key=value`, `key="value with spaces"`, or a value alone.
fn arguments(text: &str) -> (String, Vec<(String, String)>) {
    let text = text.trim();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return (name.to_owned(), found);
        }
        let key_end = rest.find(['=', ' ', '"']).unwrap_or(rest.len());
        let key = match rest[key_end..].starts_with('=') {
            true => {
                let key = &rest[..key_end];
                rest = &rest[key_end + 1..];
                key
            }
            false => "",
        };
        let (value, after) = match rest
            .strip_prefix('"')
            .and_then(|inner| inner.split_once('"'))
        {
            Some(quoted) => quoted,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        found.push((key.to_owned(), value.trim_matches('"').to_owned()));
        rest = after;
    }
}

/// `{:target="_blank"}`, `{#id}`, `{width=50%}` behind what they are of.
fn attributes(text: &str, notes: &mut BTreeSet<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let Some(length) = rest[at..].find('}').map(|end| end + 1) else {
            break;
        };
        let inner = rest[at + 1..at + length - 1].trim();
        // kramdown's `{::nomarkdown}` and `{:/}`.
        let is_extension = inner.starts_with("::") || inner.starts_with(":/");
        let is_one = is_extension
            || !inner.is_empty()
                && !inner.contains('\n')
                && inner != ".button"
                && inner != ".wide"
                && inner.split_whitespace().all(|part| {
                    let part = part.trim_start_matches(':');
                    part.strip_prefix(['.', '#'])
                        .is_some_and(|name| name.starts_with(char::is_alphabetic))
                        || part.split_once('=').is_some_and(|(key, value)| {
                            !value.is_empty()
                                && !key.is_empty()
                                && key
                                    .bytes()
                                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                        })
                });
        match is_one {
            true => {
                out.push_str(rest[..at].trim_end_matches(' '));
                notes.insert(
                    phrase!("attributes were taken out: the design has its place in templates/")
                        .to_owned(),
                );
            }
            false => out.push_str(&rest[..at + length]),
        }
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}
