//! The editions as a form offers them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{form::Fields, rhythm, site::ReaderSite, visit::Voice};

/// One edition, with its box.
#[derive(Debug, Serialize)]
pub(super) struct EditionBox {
    key: String,
    title: String,
    topic: String,
    rhythm: String,
    is_chosen: bool,
}

/// What boxes were ticked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EditionChoice {
    /// All, or nothing was asked: future ones too.
    All,
    /// These.
    Some(BTreeSet<String>),
    /// None, though it was asked; or one that there is not.
    Wrong,
}

impl EditionBox {
    /// Every edition of the publication; None chose all.
    pub(super) fn all(voice: Voice<'_>, chosen: Option<&BTreeSet<String>>) -> Vec<Self> {
        let editions = voice.site.editions.iter();
        editions
            .map(|edition| Self {
                key: edition.key.clone(),
                title: edition.title.clone(),
                topic: edition.topic.clone(),
                rhythm: rhythm::told(edition, voice.words()),
                is_chosen: chosen.is_none_or(|chosen| chosen.contains(&edition.key)),
            })
            .collect()
    }

    /// Whether its box is ticked.
    pub(super) fn is_chosen(&self) -> bool {
        self.is_chosen
    }
}

impl EditionChoice {
    /// What a form says. `choosing` is the mark of one that offers the boxes: without it none may be there.
    pub(super) fn of(fields: &Fields, site: &ReaderSite) -> Self {
        let named: BTreeSet<String> = fields.all("edition").map(str::to_owned).collect();
        let is_asked = fields.has("choosing") && site.editions.len() > 1;
        Self::new(named, is_asked, site)
    }

    pub(super) fn new(named: BTreeSet<String>, is_asked: bool, site: &ReaderSite) -> Self {
        if named.iter().any(|key| site.edition(key).is_none()) {
            return Self::Wrong;
        }
        let is_all = site
            .editions
            .iter()
            .all(|edition| named.contains(&edition.key));
        match (named.is_empty(), is_asked) {
            (true, true) => Self::Wrong,
            (true, false) => Self::All,
            (false, _) if is_all => Self::All,
            (false, _) => Self::Some(named),
        }
    }

    /// The list's own way to say it; None where it is wrong.
    pub(super) fn kept(self) -> Option<Option<BTreeSet<String>>> {
        match self {
            Self::All => Some(None),
            Self::Some(keys) => Some(Some(keys)),
            Self::Wrong => None,
        }
    }
}
