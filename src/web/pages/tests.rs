//! The pages' files: nothing is printed unescaped, no template or word is without use, no language lacks
//! any; and a publication's own files in the program's place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use axum::http::{HeaderValue, header};
use regex::Regex;

use super::*;

fn texts() -> BTreeMap<String, String> {
    page_files(&Templates::built_in())
}

/// Every Rust source of this room, tests aside.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
            text += &fs::read_to_string(&path).unwrap();
        }
    }
    text
}

fn rust() -> String {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"))
}

/// What stands in the first group, wherever the pattern fits.
fn found(pattern: &str, text: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).unwrap();
    let found = pattern.captures_iter(text);
    found.map(|one| one[1].to_owned()).collect()
}

fn words(language: &str) -> serde_json::Map<String, serde_json::Value> {
    let pages = PageTemplates::built_in().unwrap();
    let words = pages.in_first([language].into_iter()).words();
    words.context().as_object().unwrap().clone()
}

/// The keys of a language's own files, each of which is in one of them.
fn own_keys(language: &str) -> BTreeSet<String> {
    let templates = Templates::built_in();
    let mut keys = BTreeSet::new();
    for folder in [WORDS, READER_WORDS] {
        let text = templates.text(&format!("{folder}/{language}.yaml"));
        for key in found(r"(?m)^([a-z0-9_-]+):", text.unwrap()) {
            let is_list = ["weekdays", "months"].contains(&key.as_str());
            assert!(keys.insert(key.clone()) || is_list, "{key} is said twice");
        }
    }
    keys
}

fn written(files: &[(&str, &str)]) -> (tempfile::TempDir, Templates) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join("templates").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let templates = Templates::load(folder.path()).unwrap();
    (folder, templates)
}

fn english() -> HeaderMap {
    HeaderMap::new()
}

#[test]
fn every_page_is_escaped_and_no_template_says_otherwise() {
    for (name, text) in texts() {
        let is_page = name.ends_with(".html");
        assert!(
            is_page || name.ends_with(".css"),
            "{name} would not be escaped"
        );
        for way_out in ["safe", "autoescape", "escape"] {
            let said = Regex::new(&format!(r"\{{[{{%][^}}]*\b{way_out}\b")).unwrap();
            assert!(!said.is_match(&text), "{name} says `{way_out}`");
        }
    }
}

#[test]
fn no_template_is_without_use() {
    let all: String = texts().into_values().collect();
    let rust = rust();
    for (name, text) in texts() {
        let named = format!("\"{name}\"");
        let components = found(r"\{% component (\w+)", &text);
        let is_called = |component: &String| all.contains(&format!("<{component} "));
        assert!(
            all.contains(&named)
                || rust.contains(&named)
                || (!components.is_empty() && components.iter().all(is_called)),
            "nothing uses {name}"
        );
    }
}

#[test]
fn every_language_has_every_word_and_every_word_is_said() {
    let english = own_keys("en");
    assert_eq!(english, own_keys("ko"));
    let all: String = texts().into_values().collect();
    let said = found(r"\bwords\.(\w+)", &all);
    let known: BTreeSet<String> = words("en").keys().cloned().collect();
    let missing: Vec<_> = said.difference(&known).collect();
    assert!(missing.is_empty(), "no language has {missing:?}");
    // Words of enumerated things are said by their kind.
    let rust = rust();
    let kinds = [
        "view",
        "part",
        "client",
        "simulation",
        "theme",
        "font",
        "state",
        "level",
        "note",
        "fault",
        "face",
        "nth",
        "weekday",
        "clock",
    ];
    let counts = ["message", "rehearsal"];
    for word in known {
        let kind = word.split('_').next().unwrap();
        let is_said = said.contains(&word)
            || rust.contains(&format!("\"{word}\""))
            || kinds.contains(&kind)
            || counts.contains(&kind)
            || ["date", "short_date"].contains(&word.as_str());
        assert!(is_said, "nobody says `{word}`");
    }
}

#[test]
fn placeholders_are_the_same_in_every_language() {
    let (english, korean) = (words("en"), words("ko"));
    let dates = ["date", "short_date"];
    for (key, text) in english {
        let placeholders = |text: &serde_json::Value| found(r"\{(\w+)\}", text.as_str().unwrap());
        if !dates.contains(&key.as_str()) {
            assert_eq!(placeholders(&text), placeholders(&korean[&key]), "{key}");
        }
    }
}

#[test]
fn a_language_of_the_publications_own_is_spoken_and_what_it_lacks_is_said_in_english() {
    let (_folder, templates) = written(&[("words/web/fr.yaml", "inbox: Boîte de réception\n")]);
    let pages = PageTemplates::load(&templates).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("fr-FR"));
    let french = pages.for_reader(&headers).words();
    assert_eq!(french.get("inbox"), "Boîte de réception");
    assert_eq!(french.get("clear_do"), "Clear the inbox");
}

#[test]
fn an_own_file_takes_the_programs_place_and_one_that_fails_leaves_it_standing() {
    let parts = serde_json::json!({ "title": "<t>" });
    let (_folder, templates) = written(&[(
        "web/tabs.html",
        "{% component tabs(tabs: array) %}mine{% endcomponent tabs %}",
    )]);
    assert!(PageTemplates::load(&templates).is_ok());

    let (_folder, templates) = written(&[("web/preview/keys.html", "<p>{{ title }}</p>")]);
    let pages = PageTemplates::load(&templates).unwrap();
    let own = pages.for_reader(&english());
    assert_eq!(
        own.own("web/preview/keys.html", &parts).unwrap(),
        "<p>&lt;t&gt;</p>"
    );

    let (_folder, templates) = written(&[("web/preview/keys.html", "<p>\n{{ titel }}</p>")]);
    let pages = PageTemplates::load(&templates).unwrap();
    let own = pages.for_reader(&english());
    let error = own.own("web/preview/keys.html", &parts).unwrap_err();
    let RenderError::Source(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.place().unwrap().0, "templates/web/preview/keys.html");
    let stands_in = own.page("web/preview/keys.html", &parts).unwrap();
    assert!(stands_in.starts_with("<dialog"), "{stands_in}");

    let (_folder, templates) = written(&[("web/layout.html", "{% if %}")]);
    assert!(PageTemplates::load(&templates).is_err());
}

#[test]
fn a_style_sheet_begins_with_the_designs_tokens() {
    let pages = PageTemplates::built_in().unwrap();
    let css = pages.style_sheet("web/inbox.css");
    assert!(css.starts_with(":root{color-scheme:light dark;"), "{css}");
    assert!(
        css.contains("Ink on paper") && css.contains("The inbox's page"),
        "{css}"
    );
}
