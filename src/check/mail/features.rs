//! What an element uses, in the words by which caniemail files it: by its name and attributes, and by each of its
//! declarations.

use super::element::MailElement;
use crate::render::css::Declaration;

/// All that [`element_features`] looks at.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct ElementKind<'e> {
    name: &'e str,
    /// Which of [`TOLD_ATTRIBUTES`] it has, a bit each.
    attributes: u16,
    is_anchor_link: bool,
    picture: Option<&'e str>,
}

/// Attributes that are features by themselves.
const TOLD_ATTRIBUTES: [&str; 9] = [
    "srcset",
    "background",
    "hidden",
    "dir",
    "lang",
    "role",
    "aria-label",
    "aria-hidden",
    "loading",
];

impl<'e> ElementKind<'e> {
    pub(super) fn of(seen: &MailElement<'e>) -> Self {
        let name = seen.name();
        let told = TOLD_ATTRIBUTES.iter().enumerate();
        let has = |(at, attribute): (usize, &&str)| seen.attr(attribute).map(|_| 1 << at);
        Self {
            name,
            attributes: told.filter_map(has).sum(),
            is_anchor_link: is_anchor_link(seen),
            picture: (name == "img").then(|| seen.attr("src")).flatten(),
        }
    }
}

fn is_anchor_link(seen: &MailElement<'_>) -> bool {
    seen.name() == "a" && seen.attr("href").is_some_and(|href| href.starts_with('#'))
}

/// The features that an element uses by its name and its attributes.
pub(super) fn element_features(seen: &MailElement<'_>) -> Vec<String> {
    let mut features = Vec::new();
    let name = seen.name();
    match name {
        "section" | "article" | "main" | "nav" | "header" | "footer" | "aside" | "figure"
        | "figcaption" | "time" | "mark" => {
            features.push("html-semantics".to_owned());
        }
        "ul" | "ol" | "dl" => features.push("html-lists".to_owned()),
        "img" => features.extend(image_feature(seen.attr("src").unwrap_or_default())),
        _ => features.push(format!("html-{name}")),
    }
    for attribute in TOLD_ATTRIBUTES {
        if seen.attr(attribute).is_some() {
            let slug = if attribute == "loading" {
                "loading-attribute"
            } else {
                attribute
            };
            features.push(format!("html-{slug}"));
        }
    }
    if is_anchor_link(seen) {
        features.push("html-anchor-links".to_owned());
    }
    features
}

fn image_feature(source: &str) -> Option<String> {
    if source.starts_with("data:") {
        return Some("image-base64".to_owned());
    }
    let path = source.split(['?', '#']).next()?.to_ascii_lowercase();
    let (_, extension) = path.rsplit_once('.')?;
    let name = match extension {
        "jpeg" => "jpg",
        "tif" => "tiff",
        "heic" => "heif",
        other => other,
    };
    Some(format!("image-{name}"))
}

/// The features that a declaration uses, by its name and by its value.
pub(super) fn declaration_features(declaration: &Declaration) -> Vec<String> {
    let (name, value) = (
        declaration.name.as_str(),
        declaration.value.to_ascii_lowercase(),
    );
    if name.starts_with("mso-") || name.starts_with('-') {
        return Vec::new();
    }
    let mut features = vec![format!("css-{}", family_of(name))];
    let by_value = [
        ("flex", "css-display-flex", "display"),
        ("grid", "css-display-grid", "display"),
        ("none", "css-display-none", "display"),
        ("url(", "css-background-image", "background"),
        ("linear-gradient(", "css-linear-gradient", ""),
        ("radial-gradient(", "css-radial-gradient", ""),
        ("conic-gradient(", "css-conic-gradient", ""),
        ("calc(", "css-unit-calc", ""),
        ("clamp(", "css-function-clamp", ""),
        ("min(", "css-function-min", ""),
        ("max(", "css-function-max", ""),
        ("light-dark(", "css-function-light-dark", ""),
        ("var(", "css-variables", ""),
        ("rgba(", "css-rgba", ""),
        ("oklch(", "css-modern-color", ""),
    ];
    for (part, feature, property) in by_value {
        if value.contains(part) && name.starts_with(property) {
            features.push(feature.to_owned());
        }
    }
    let unit = |unit: &str| {
        value.split([' ', ',', '(', ')']).any(|word| {
            word.strip_suffix(unit)
                .is_some_and(|number| number.parse::<f64>().is_ok())
        })
    };
    for name in ["vw", "vh", "vmin", "vmax", "rem", "ch"] {
        if unit(name) {
            features.push(format!("css-unit-{name}"));
        }
    }
    features
}

/// Longhands under the name that caniemail files them by.
fn family_of(name: &str) -> &str {
    match name {
        "padding-top" | "padding-right" | "padding-bottom" | "padding-left" => "padding",
        "margin-top" | "margin-right" | "margin-bottom" | "margin-left" => "margin",
        "top" | "right" | "bottom" | "left" => "left-right-top-bottom",
        "border-top-left-radius"
        | "border-top-right-radius"
        | "border-bottom-left-radius"
        | "border-bottom-right-radius" => "border-radius",
        name if name.starts_with("border-top")
            || name.starts_with("border-bottom")
            || name.starts_with("border-left")
            || name.starts_with("border-right") =>
        {
            "border"
        }
        name => name,
    }
}
