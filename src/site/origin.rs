//! What a file of the archive is made of, in one fingerprint: a file of the same origin says the same, and need not be
//! made again to know it. Only for what takes time to make; the rest is made and compared.

use super::{
    content::{ReadyIssue, SiteContent},
    page_head::PageHead,
};
use crate::{
    fingerprint::{hex, sha256_hex},
    issue::LinkTarget,
};

/// Raised with every change to what the program makes of the same issue.
const GENERATION: u32 = 1;

/// Fields, so that no two lists of them read the same.
struct OriginDigest(String);

impl OriginDigest {
    fn new(content: &SiteContent) -> Self {
        let mut origin = Self(String::new());
        origin.push(&GENERATION.to_string());
        origin.push(&content.set_text.fingerprint);
        origin
    }

    fn push(&mut self, field: &str) {
        self.0.push_str(&format!("{}:{field}\n", field.len()));
    }

    /// An issue as a list or a link shows it.
    fn push_issue(&mut self, ready: Option<&ReadyIssue>) {
        let Some(ready) = ready else {
            return self.push("none");
        };
        self.push(&ready.public.slug);
        self.push(&hex(&ready.issue().fingerprint));
    }

    fn fingerprint(&self) -> String {
        sha256_hex(self.0.as_bytes())
    }
}

/// Of an issue's page.
pub(super) fn of_issue(content: &SiteContent, at: usize) -> Option<String> {
    let ready = content.issues.get(at)?;
    let mut origin = OriginDigest::new(content);
    origin.push_issue(Some(ready));
    origin.push_issue(content.issues.get(at + 1));
    origin.push_issue(at.checked_sub(1).and_then(|at| content.issues.get(at)));
    for picture in ready.pictures.files() {
        origin.push(&picture.file);
    }
    for link in &ready.issue().document.links {
        if let LinkTarget::Issue(slug) = &link.target {
            let page = content.linked(slug, "");
            origin.push(&page.map_or_else(String::new, |page| page.href + " " + &page.title));
        }
    }
    for tag in &ready.issue().front_matter.tags {
        // As its first writer wrote it.
        let tagged = super::content::tag_key(tag).and_then(|key| content.tags.get(&key));
        origin.push(tagged.map_or("", |tagged| tagged.name.as_str()));
    }
    for opinion in content.opinions(ready.issue()) {
        origin.push(&format!("{opinion:?}"));
    }
    // What no other field says of the moment and the edition.
    origin.push(&format!("{:?}", PageHead::of_issue(content, ready)));
    Some(origin.fingerprint())
}

/// Of the index of all issues.
pub(super) fn of_index(content: &SiteContent) -> String {
    let mut origin = OriginDigest::new(content);
    for ready in &content.issues {
        origin.push_issue(Some(ready));
        origin.push(&ready.public.at.to_rfc3339());
    }
    origin.fingerprint()
}
