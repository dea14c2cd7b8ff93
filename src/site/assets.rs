//! What pages are shown with: the style sheet in the publication's colours, the search's script, the icon. Each is
//! named by its content, so that browsers keep it.

use serde::Serialize;
use serde_json::Value;

use crate::{fingerprint, publication::Publication, render::escape_html};

/// How many digits tell two versions apart.
const DIGITS: usize = 12;

/// What finds words in the shards of the index.
const SEARCH: &str = include_str!("search/search.js");

/// A file that pages are shown with.
#[derive(Debug, Clone)]
pub(super) struct AssetFile {
    pub(super) file: String,
    pub(super) media_type: &'static str,
    pub(super) text: String,
}

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct SiteAssets {
    pub(super) style: AssetFile,
    pub(super) script: AssetFile,
    pub(super) icon: AssetFile,
}

impl SiteAssets {
    pub(super) fn new(publication: &Publication, rules: &str) -> Self {
        let sheet = colors(publication) + rules;
        Self {
            style: AssetFile::named("site", "css", "text/css; charset=utf-8", sheet),
            script: AssetFile::named(
                "search",
                "js",
                "text/javascript; charset=utf-8",
                SEARCH.to_owned(),
            ),
            icon: AssetFile::named("icon", "svg", "image/svg+xml", icon(publication)),
        }
    }

    pub(super) fn all(&self) -> [&AssetFile; 3] {
        [&self.style, &self.script, &self.icon]
    }
}

impl AssetFile {
    fn named(name: &str, extension: &str, media_type: &'static str, text: String) -> Self {
        let mut digits = fingerprint::sha256_hex(text.as_bytes());
        digits.truncate(DIGITS);
        Self {
            file: format!("assets/{name}.{digits}.{extension}"),
            media_type,
            text,
        }
    }
}

/// The look's tokens as custom properties: its own, then what each edition has of its own.
fn colors(publication: &Publication) -> String {
    let look = &publication.look;
    let mut sheet = look.custom_properties(&publication.language);
    let own = look.accents(look.accent);
    let (mut light, mut dark) = (String::new(), String::new());
    light.push_str(&rule(
        ":root",
        &(declared(&look.light()) + &accent(&own, LIGHT)),
    ));
    dark.push_str(&rule(
        ":root",
        &(declared(&look.dark()) + &accent(&own, DARK)),
    ));
    for edition in &publication.editions {
        let accents = look.accents(publication.accent_of(edition));
        let chosen = format!("[data-edition=\"{}\"]", edition.key);
        light.push_str(&rule(&chosen, &accent(&accents, LIGHT)));
        dark.push_str(&rule(&chosen, &accent(&accents, DARK)));
    }
    sheet.push_str(&light);
    sheet + "@media (prefers-color-scheme:dark){\n" + &dark + "}\n"
}

/// What a page calls the parts of an accent, and what the look calls them.
type AccentNames = [(&'static str, &'static str); 6];

const LIGHT: AccentNames = [
    ("accent", "accent"),
    ("fill", "fill"),
    ("on-fill", "on_fill"),
    ("fill-line", "fill_line"),
    ("tint", "tint"),
    ("stroke", "stroke"),
];
const DARK: AccentNames = [
    ("accent", "dark_accent"),
    ("fill", "fill"),
    ("on-fill", "on_fill"),
    ("fill-line", "dark_fill_line"),
    ("tint", "dark_tint"),
    ("stroke", "dark_stroke"),
];

fn accent(accents: &Value, names: AccentNames) -> String {
    let named = names.map(|(name, key)| {
        // A button that is seen without it has no line.
        let color = accents[key].as_str().unwrap_or("transparent");
        format!("--{name}:{color};")
    });
    named.concat()
}

fn rule(chosen: &str, declared: &str) -> String {
    format!("{chosen}{{{declared}}}\n")
}

/// A palette's colours by their names.
fn declared(palette: &impl Serialize) -> String {
    let palette = serde_json::to_value(palette).unwrap_or_default();
    let colors = palette.as_object().into_iter().flatten();
    let colors = colors.filter_map(|(name, color)| {
        Some(format!("--{}:{};", name.replace('_', "-"), color.as_str()?))
    });
    colors.collect()
}

/// The first letter of the name on the accent.
fn icon(publication: &Publication) -> String {
    let accents = publication.look.accents(publication.look.accent);
    let of = |key: &str| accents[key].as_str().unwrap_or("#000").to_owned();
    let letters = publication
        .name
        .chars()
        .filter(|char| char.is_alphanumeric());
    let letter: String = letters.take(1).flat_map(char::to_uppercase).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\"><rect width=\"64\" height=\"64\" rx=\"14\" fill=\"{}\"/>\
         <text x=\"32\" y=\"33\" text-anchor=\"middle\" dominant-baseline=\"central\" font-family=\"system-ui,sans-serif\" \
         font-size=\"38\" font-weight=\"700\" fill=\"{}\">{}</text></svg>\n",
        of("fill"),
        of("on_fill"),
        escape_html(&letter),
    )
}
