//! What the mail uses against what clients know: caniemail's facts (`facts.txt`, made by
//! `scripts/caniemail.mjs`), for what stands inline and for elements. What stands in the head is
//! extra by design: the mail has to survive without it (`mail/head-only`).
//!
//! A feature whose absence does no harm is not told: `FALLBACKS` says what happens without it.

use std::{
    collections::{BTreeMap, HashSet},
    sync::LazyLock,
};

use super::{
    super::Findings,
    UNSUPPORTED,
    element::MailElement,
    features::{ElementKind, declaration_features, element_features},
    page::ExaminedMail,
    partial,
};
use crate::words::{Said, say};
use crate::{publication::MailClient, render::css::Declaration};

const FACTS: &str = include_str!("facts.txt");

/// The families of clients in `facts.txt`, and as people call them.
const FAMILIES: [(&str, MailClient, &str); 6] = [
    ("gmail.", MailClient::Gmail, "Gmail"),
    ("apple-mail.", MailClient::AppleMail, "Apple Mail"),
    ("outlook.windows", MailClient::Outlook, "Outlook on Windows"),
    ("outlook.", MailClient::OutlookWeb, "Outlook"),
    ("yahoo.", MailClient::Yahoo, "Yahoo"),
    ("samsung-email.", MailClient::Samsung, "Samsung Email"),
];

/// Naver and Daum publish nothing and nobody measures them in public. What no webmail lets through
/// is taken for certain enough to say, and said to be unverified; of the rest nothing is claimed.
const UNVERIFIED: [(MailClient, &str); 2] = [
    (MailClient::Naver, "Naver (unverified)"),
    (MailClient::Daum, "Daum (unverified)"),
];
const IN_NO_WEBMAIL: [&str; 12] = [
    "css-position",
    "css-left-right-top-bottom",
    "css-variables",
    "css-at-import",
    "html-link",
    "html-form",
    "html-video",
    "html-audio",
    "html-object",
    "html-svg",
    "image-svg",
    "image-base64",
];

/// What readers see where a client does not know a feature. Whatever stands here is used freely.
const FALLBACKS: [(&str, &str); 40] = [
    (
        "html-body",
        "the wrapper within has its ground, language and direction",
    ),
    ("css-border-radius", "the corners are square"),
    ("css-box-shadow", "there is no shadow"),
    ("css-text-shadow", "there is no shadow"),
    ("css-opacity", "it is opaque"),
    (
        "css-max-width",
        "Outlook on Windows gets its width from the [if mso] table",
    ),
    ("css-max-height", "it is as high as its content"),
    ("css-min-height", "it is as high as its content"),
    ("css-height", "it is as high as its content"),
    ("css-overflow", "nothing is cut"),
    ("css-overflow-wrap", "a long word runs wide"),
    ("css-word-wrap", "a long word runs wide"),
    ("css-word-break", "Hangul breaks between syllables"),
    ("css-hyphens", "words are not hyphenated"),
    ("css-text-wrap", "lines break where they are full"),
    ("css-table-layout", "columns follow their content"),
    ("css-border-spacing", "cellspacing says the same"),
    ("css-border-collapse", "cellspacing says the same"),
    ("css-color-scheme", "the client keeps its own palette"),
    ("css-tab-size", "tabs are eight wide"),
    ("css-white-space", "runs of spaces close up"),
    ("css-cursor", "the pointer is the client's"),
    ("css-transition", "it changes at once"),
    ("css-animation", "it stands still"),
    ("css-user-select", "text can be selected"),
    (
        "css-text-decoration-color",
        "the line has the text's colour",
    ),
    (
        "css-text-decoration-thickness",
        "the line is as thick as the client's",
    ),
    ("css-text-decoration-style", "the line is plain"),
    ("css-text-underline-offset", "the line is nearer"),
    ("css-font-kerning", "letters stand as the font has them"),
    (
        "css-display-none",
        "what is hidden is hidden in other ways too",
    ),
    ("css-outline", "there is no outline"),
    ("html-aria-hidden", "a screen reader reads it"),
    ("html-aria-label", "a screen reader reads the text"),
    ("html-role", "a screen reader reads the table as one"),
    ("html-lang", "a screen reader keeps its language"),
    ("html-dir", "the text's own direction counts"),
    ("html-anchor-links", "the contents' links do nothing"),
    (
        "html-semantics",
        "the element is dropped, its content stays",
    ),
    ("html-doctype", "the client has its own"),
];

/// Feature → a letter for each client.
static TABLE: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    FACTS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect()
});

/// The clients in the order of the letters.
static CLIENTS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    FACTS
        .lines()
        .nth(1)
        .map(|line| line.trim_start_matches("# ").split(' ').collect())
        .unwrap_or_default()
});

/// What some clients drop of a feature that they know, and the first element that wants it.
struct PartlyShown<'e> {
    what: fn() -> Said,
    seen: &'e MailElement<'e>,
    /// How the names of these clients begin.
    clients: &'static [&'static str],
}

/// What the elements of a mail use, each feature by the first element that wants it.
#[derive(Default)]
struct UsedFeatures<'e> {
    whole: BTreeMap<String, &'e MailElement<'e>>,
    in_part: BTreeMap<String, PartlyShown<'e>>,
}

impl<'e> UsedFeatures<'e> {
    /// Most elements are made and styled as another one is: each kind, each style and each declaration is looked at once.
    fn of(elements: &'e [MailElement<'e>]) -> Self {
        let mut used = Self::default();
        let mut kinds = HashSet::new();
        let mut styles = HashSet::new();
        let mut declarations = HashSet::new();
        for seen in elements {
            if kinds.insert(ElementKind::of(seen)) {
                for feature in element_features(seen) {
                    used.whole.entry(feature).or_insert(seen);
                }
            }
            let style = seen.attr("style");
            let is_hidden =
                || seen.property("display") == Some("none") || seen.property("mso-hide").is_some();
            if styles.contains(&style) || is_hidden() {
                continue;
            }
            styles.insert(style);
            for declaration in seen.style.iter() {
                if declarations.insert((declaration.name.as_str(), declaration.value.as_str())) {
                    used.add(declaration, seen);
                }
            }
        }
        used
    }

    fn add(&mut self, declaration: &Declaration, seen: &'e MailElement<'e>) {
        for feature in declaration_features(declaration) {
            if let Some((what, clients)) = partial::dropped(&feature, declaration) {
                self.in_part.entry(feature.clone()).or_insert(PartlyShown {
                    what,
                    seen,
                    clients,
                });
            }
            self.whole.entry(feature).or_insert(seen);
        }
    }
}

pub(super) fn check(page: &ExaminedMail<'_>, clients: &[MailClient], findings: &mut Findings<'_>) {
    let used = UsedFeatures::of(page.elements());
    for (feature, seen) in used.whole {
        let has_fallback = FALLBACKS.iter().any(|(name, _)| *name == feature);
        if !has_fallback {
            let without = families(&feature, clients, |_, letter| letter == 'n');
            let message = |clients: String| {
                say!(
                    "{feature} is not known to {clients}; it stands inline",
                    feature = named(&feature),
                    clients
                )
            };
            tell(message, &feature, seen, &without, findings);
        }
    }
    for (feature, part) in used.in_part {
        let PartlyShown {
            what,
            seen,
            clients: starts,
        } = part;
        let without = families(&feature, clients, |client, letter| {
            letter == 'a' && starts.iter().any(|start| client.starts_with(start))
        });
        let message = |clients: String| {
            say!(
                "{part} is dropped by {clients}; it stands inline",
                part = what(),
                clients
            )
        };
        tell(message, &feature, seen, &without, findings);
    }
}

fn tell(
    message: impl FnOnce(String) -> Said,
    feature: &str,
    seen: &MailElement<'_>,
    without: &[&str],
    findings: &mut Findings<'_>,
) {
    if without.is_empty() {
        return;
    }
    findings
        .in_mail(&UNSUPPORTED, &seen.tag(), message(without.join(", ")))
        .hint(say!(
            "https://www.caniemail.com/features/{feature}/ says more",
            feature
        ));
}

/// The families, of those that the publication names, with a client that does without the feature.
fn families(
    feature: &str,
    wanted: &[MailClient],
    is_without: impl Fn(&str, char) -> bool,
) -> Vec<&'static str> {
    let Some(letters) = TABLE.get(feature) else {
        return Vec::new();
    };
    let mut families: Vec<&'static str> = Vec::new();
    for (client, letter) in CLIENTS.iter().zip(letters.chars()) {
        let family = FAMILIES
            .iter()
            .find(|(start, ..)| client.starts_with(start));
        if let Some((_, family, name)) = family.filter(|_| is_without(client, letter))
            && wanted.contains(family)
            && !families.contains(name)
        {
            families.push(name);
        }
    }
    if IN_NO_WEBMAIL.contains(&feature) {
        let others = UNVERIFIED
            .iter()
            .filter(|(client, _)| wanted.contains(client));
        families.extend(others.map(|(_, name)| *name));
    }
    families
}

/// What a client makes of a feature: `y`, `a` (in part), `n`, `u` (unknown).
pub(super) fn letter(feature: &str, client: &str) -> Option<char> {
    let at = CLIENTS.iter().position(|name| *name == client)?;
    TABLE.get(feature)?.chars().nth(at)
}

/// Whether webmails nobody measures can be taken to drop it.
pub(super) fn is_in_no_webmail(feature: &str) -> bool {
    IN_NO_WEBMAIL.contains(&feature)
}

/// `css-display-flex` → `display: flex`.
fn named(feature: &str) -> String {
    match feature {
        "css-display-flex" => "`display: flex`".to_owned(),
        "css-display-grid" => "`display: grid`".to_owned(),
        feature => match feature.split_once('-') {
            Some(("css", name)) => format!("`{name}`"),
            Some(("html", name)) => format!("<{name}>"),
            Some((_, name)) => name.to_owned(),
            None => feature.to_owned(),
        },
    }
}
