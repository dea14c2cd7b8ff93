//! What all pages of the archive are made of: the publication, its public issues with their pictures, words,
//! templates and addresses. Pure once made: nothing here asks for the time or for a state.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    address::{PageAddress, SiteAddresses},
    assets::SiteAssets,
    body::{BodySetting, IssueBody, LinkedPage},
    frame::frame,
    left_out::LeftOutIssue,
    pictures::{IssuePictures, PictureFile, PictureShelf, WebPicture},
    public_issue::{PublicIssue, PublicIssues, ShownOpinion, StateOfIssues},
    set_text::SetText,
};
use crate::{
    issue::{Archive, FrontMatter, Issue},
    publication::{ArchiveAccess, Publication},
    render::{MailWords, RenderError, beginning},
    source::composed,
};

/// A header goes from edge to edge of the mail's paper.
const HEADER_WIDTH: u16 = 600;

/// An issue with what its page needs.
#[derive(Debug)]
pub(super) struct ReadyIssue {
    pub(super) public: PublicIssue,
    pub(super) pictures: IssuePictures,
}

/// What all pages are made of.
#[derive(Debug)]
pub(super) struct SiteContent {
    pub(super) publication: Arc<Publication>,
    pub(super) addresses: SiteAddresses,
    pub(super) set_text: SetText,
    pub(super) assets: SiteAssets,
    pub(super) shelf: Arc<PictureShelf>,
    /// The newest first.
    pub(super) issues: Vec<ReadyIssue>,
    /// By slug, composed.
    by_slug: BTreeMap<String, usize>,
    /// By tag, as its first writer wrote it.
    pub(super) tags: BTreeMap<String, TaggedIssues>,
    pub(super) logo: Option<WebPicture>,
    /// Pictures that no page shows, and mail does.
    mailed: Vec<PictureFile>,
    pub(super) known: Arc<StateOfIssues>,
    /// Every issue there is, for what `[[slug]]` means.
    archive: Arc<Archive>,
}

/// The issues of a tag.
#[derive(Debug, Default)]
pub(super) struct TaggedIssues {
    pub(super) name: String,
    pub(super) issues: Vec<usize>,
}

impl ReadyIssue {
    pub(super) fn issue(&self) -> &Issue {
        &self.public.issue
    }

    pub(super) fn address(&self) -> PageAddress {
        PageAddress::issue(&self.public.slug)
    }

    /// What it says of itself before it is opened.
    pub(super) fn summary(&self) -> String {
        let issue = self.issue();
        let written = issue.front_matter.preheader.clone();
        written.unwrap_or_else(|| beginning(&issue.document.introduction))
    }
}

impl SiteContent {
    /// The public issues whose pictures are whole, and those that are left out.
    ///
    /// # Errors
    /// None: what templates see is data.
    pub(super) fn new(
        publication: &Arc<Publication>,
        archive: &Arc<Archive>,
        set_text: SetText,
        known: &Arc<StateOfIssues>,
        public: PublicIssues,
        addresses: SiteAddresses,
        shelf: &Arc<PictureShelf>,
    ) -> Result<(Self, Vec<LeftOutIssue>), RenderError> {
        let mut left_out = public.left_out;
        // What is wrong with them, `check` says.
        let mailed = public.mailed.iter().filter_map(|issue| {
            let pictures = IssuePictures::of(publication, shelf, issue).ok()?;
            Some(pictures.files().cloned().collect::<Vec<_>>())
        });
        let mailed = mailed.flatten().chain(look_pictures(publication, shelf));
        let mailed = mailed.collect();
        let mut issues = Vec::with_capacity(public.issues.len());
        for public in public.issues {
            match IssuePictures::of(publication, shelf, &public.issue) {
                Ok(pictures) => issues.push(ReadyIssue { public, pictures }),
                Err(errors) => left_out.push(LeftOutIssue::of(&public.issue, errors)),
            }
        }
        let slugs = issues.iter().enumerate();
        let by_slug = slugs
            .map(|(at, ready)| (ready.public.slug.clone(), at))
            .collect();
        let assets = SiteAssets::new(publication, &set_text.rules);
        let logo = logo(publication, shelf);
        let frame = frame(publication, &addresses, &assets, logo.as_ref());
        let content = Self {
            publication: Arc::clone(publication),
            archive: Arc::clone(archive),
            known: Arc::clone(known),
            tags: tags(&issues),
            set_text: set_text.knowing(&frame)?,
            logo,
            mailed,
            assets,
            addresses,
            shelf: Arc::clone(shelf),
            issues,
            by_slug,
        };
        Ok((content, left_out))
    }

    pub(super) fn words(&self) -> &MailWords {
        &self.set_text.words
    }

    /// Where the picture is that stands for an issue.
    pub(super) fn card_file(&self, ready: &ReadyIssue) -> String {
        self.set_text
            .cards
            .file(&self.publication, self.words(), ready.issue())
    }

    /// Whether anything lists issues.
    pub(super) fn is_listed(&self) -> bool {
        self.publication.web.archive == ArchiveAccess::Public
    }

    pub(super) fn by_slug(&self, slug: &str) -> Option<usize> {
        self.by_slug.get(&*composed(slug)).copied()
    }

    /// The issue's text, with that before every path of ours.
    pub(super) fn body(&self, at: usize, base: &str) -> Option<IssueBody> {
        let ready = self.issues.get(at)?;
        let linked = |slug: &str| self.linked(slug, base);
        let setting = self.body_setting(ready, base, &linked);
        Some(IssueBody::of(&ready.issue().document, setting))
    }

    /// What a body of that issue is written with.
    pub(super) fn body_setting<'a>(
        &'a self,
        ready: &'a ReadyIssue,
        base: &'a str,
        linked: &'a dyn Fn(&str) -> Option<LinkedPage>,
    ) -> BodySetting<'a> {
        BodySetting {
            words: self.words(),
            pictures: &ready.pictures,
            linked,
            base,
        }
    }

    /// The public issue that `[[slug]]` means, as a link shows it.
    pub(super) fn linked(&self, slug: &str, base: &str) -> Option<LinkedPage> {
        let meant = self.archive.linked(slug)?;
        let ready = self.issues.get(self.by_slug(&meant.slug)?)?;
        // Of two issues of one slug the other one may be meant.
        (ready.issue().id == meant.id).then(|| LinkedPage {
            title: meant.front_matter.title.clone(),
            href: format!("{base}{}", self.addresses.below_base(&ready.address())),
        })
    }

    /// Where the issues stand of which that holds.
    pub(super) fn places(&self, is_meant: impl Fn(&FrontMatter) -> bool) -> Vec<usize> {
        let issues = self.issues.iter().enumerate();
        let meant = issues.filter(|(_, ready)| is_meant(&ready.issue().front_matter));
        meant.map(|(at, _)| at).collect()
    }

    /// Every picture that a page shows, and those of mail to come.
    pub(super) fn pictures(&self) -> impl Iterator<Item = &PictureFile> {
        let own = self.issues.iter().flat_map(|ready| ready.pictures.files());
        let own = own.chain(self.logo.iter().flat_map(WebPicture::files));
        own.chain(&self.mailed)
    }

    pub(super) fn opinions(&self, issue: &Issue) -> &[ShownOpinion] {
        let opinions = self.known.opinions.get(&issue.id);
        opinions.map_or(&[], Vec::as_slice)
    }
}

/// The publication's mark; one that can't be read is left out, as `check` says.
fn logo(publication: &Publication, shelf: &PictureShelf) -> Option<WebPicture> {
    let logo = publication.look.logo.as_ref()?;
    let shown = WebPicture::of_look(publication, shelf, &logo.file, logo.width);
    shown.unwrap_or_else(|error| {
        tracing::warn!("the archive has no logo: {error}");
        None
    })
}

/// The look's pictures that only mail shows.
fn look_pictures(publication: &Publication, shelf: &PictureShelf) -> Vec<PictureFile> {
    let look = &publication.look;
    let dark = look
        .logo
        .iter()
        .filter_map(|logo| Some((logo.dark.as_ref()?, logo.width)));
    let pictures = dark.chain(look.header.iter().map(|header| (header, HEADER_WIDTH)));
    let shown = pictures.filter_map(|(picture, width)| {
        WebPicture::of_look(publication, shelf, picture, width)
            .ok()
            .flatten()
    });
    shown.map(|picture| picture.large).collect()
}

/// Tags that differ in nothing but their case are one.
fn tags(issues: &[ReadyIssue]) -> BTreeMap<String, TaggedIssues> {
    let mut tags: BTreeMap<String, TaggedIssues> = BTreeMap::new();
    for (at, ready) in issues.iter().enumerate() {
        for tag in &ready.issue().front_matter.tags {
            let Some(key) = tag_key(tag) else { continue };
            let tagged = tags.entry(key).or_default();
            if tagged.name.is_empty() {
                tagged.name.clone_from(tag);
            }
            if tagged.issues.last() != Some(&at) {
                tagged.issues.push(at);
            }
        }
    }
    tags
}

/// What a tag is in an address: its letters and digits, with hyphens between.
pub(super) fn tag_key(tag: &str) -> Option<String> {
    let tag = composed(tag).to_lowercase();
    let words = tag.split(|char: char| !char.is_alphanumeric() && char != '+' && char != '_');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_in_an_address_has_letters_and_digits_alone() {
        let keys = ["C++", "디자인 & 아이디어", "a/b", "..", "LLM"].map(tag_key);
        let keys: Vec<Option<&str>> = keys.iter().map(Option::as_deref).collect();
        assert_eq!(
            keys,
            [
                Some("c++"),
                Some("디자인-아이디어"),
                Some("a-b"),
                None,
                Some("llm")
            ]
        );
    }
}
