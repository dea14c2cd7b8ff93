//! What somebody agrees to who subscribes, word for word: shown above the form's button and kept with the
//! sign-up as its proof. One text makes both.

use serde::Serialize;

use super::{act::ShownWording, visit::Voice};
use crate::fingerprint;

/// The words above the button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ConsentNotice {
    /// What is kept, why, for how long, and that nobody has to: where a box of its own is asked for.
    rows: Vec<ConsentRow>,
    /// The label of that box.
    agree: Option<String>,
    /// The label of the box for advertising, and what is said of it.
    ads: Option<String>,
    ads_text: Option<String>,
    /// The label of the box for the age.
    age: Option<String>,
    /// What is said instead where no box is asked for.
    plain: Option<String>,
}

/// A line of the notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ConsentRow {
    label: String,
    text: String,
}

impl ConsentNotice {
    pub(super) fn new(voice: Voice<'_>) -> Self {
        let (words, terms) = (voice.words(), &voice.site.signup);
        let said = |key: &str| words.filled(key, "name", &voice.site.name);
        let row = |label: &str, text: String| ConsentRow {
            label: said(label),
            text,
        };
        let mut rows = Vec::new();
        if terms.asks_consent {
            let mut items = vec![said("consent_item_email")];
            let optional = [
                (terms.asks_name, "consent_item_name"),
                (voice.site.editions.len() > 1, "consent_item_editions"),
                (terms.keeps_network, "consent_item_network"),
            ];
            items.extend(
                optional
                    .iter()
                    .filter(|(is, _)| *is)
                    .map(|(_, key)| said(key)),
            );
            rows.push(row("consent_what", items.join(", ")));
            rows.push(row("consent_why", said("consent_why_text")));
            rows.push(row("consent_how_long", said("consent_how_long_text")));
            if !terms.carriers.is_empty() {
                rows.push(row("consent_carriers", terms.carriers.join(", ")));
            }
            rows.push(row("consent_refuse", said("consent_refuse_text")));
        }
        let age = terms.least_age.map(|age| age.to_string());
        Self {
            rows,
            agree: terms.asks_consent.then(|| said("consent_agree")),
            ads: terms.asks_ads.then(|| said("consent_ads")),
            ads_text: terms.asks_ads.then(|| said("consent_ads_text")),
            age: age.map(|age| words.filled("consent_age", "age", &age)),
            plain: (!terms.asks_consent).then(|| said("consent_plain")),
        }
    }

    /// The whole as it is kept.
    pub(super) fn wording(&self, language: &str) -> ShownWording {
        let rows = self.rows.iter();
        let rows = rows.map(|row| format!("{}: {}", row.label, row.text));
        let boxes = [
            &self.agree,
            &self.ads_text,
            &self.ads,
            &self.age,
            &self.plain,
        ];
        let lines: Vec<String> = rows.chain(boxes.into_iter().flatten().cloned()).collect();
        let text = lines.join("\n");
        ShownWording {
            hash: fingerprint::sha256_hex(format!("{language}\n{text}").as_bytes()),
            text,
            language: language.to_owned(),
        }
    }
}
