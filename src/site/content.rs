//! What all pages of the archive are made of: the publication, its public issues with their pictures, words,
//! templates and addresses. Pure once made: nothing here asks for the time or for a state.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    address::SiteAddresses,
    body::{BodySetting, IssueBody, LinkedPage, cover},
    design::SiteDesign,
    gist::IssueGists,
    issue_card::IssueCard,
    known_of_issue::KnownOfIssue,
    left_out::LeftOutIssue,
    pictures::{IssuePictures, PictureFile, PictureShelf, WebPicture},
    public_issue::{PublicIssues, ShownOpinion, StateOfIssues},
    ready_issue::ReadyIssue,
};
use crate::{
    cores::on_every_core,
    issue::{Archive, FrontMatter, Issue},
    publication::{ArchiveAccess, Publication},
    render::MailWords,
    source::composed,
};

/// A header goes from edge to edge of the mail's paper.
const HEADER_WIDTH: u16 = 600;

/// What all pages are made of.
#[derive(Debug)]
pub(super) struct SiteContent {
    pub(super) design: Arc<SiteDesign>,
    pub(super) shelf: Arc<PictureShelf>,
    /// The newest first.
    pub(super) issues: Vec<Arc<ReadyIssue>>,
    /// What was made of each so far.
    pub(super) known: Vec<KnownOfIssue>,
    /// By slug, composed.
    by_slug: BTreeMap<String, usize>,
    /// By tag, as its first writer wrote it.
    pub(super) tags: BTreeMap<String, TaggedIssues>,
    /// Pictures that no page shows, and mail does.
    mailed: Vec<PictureFile>,
    pub(super) state: Arc<StateOfIssues>,
    pub(super) gists: IssueGists,
    /// Every issue there is, for what `[[slug]]` means.
    archive: Arc<Archive>,
}

/// What it is made of beside the public issues and the design.
#[derive(Clone, Copy)]
pub(super) struct ContentInput<'i> {
    pub(super) archive: &'i Arc<Archive>,
    pub(super) known: &'i Arc<StateOfIssues>,
    pub(super) shelf: &'i Arc<PictureShelf>,
}

/// The issues of a tag.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TaggedIssues {
    pub(super) name: String,
    pub(super) issues: Vec<usize>,
}

impl SiteContent {
    /// The public issues whose pictures are whole, and those that are left out. What is as it was before is taken
    /// from there.
    pub(super) fn new(
        input: ContentInput<'_>,
        gists: IssueGists,
        public: PublicIssues,
        design: Arc<SiteDesign>,
        before: Option<&Self>,
    ) -> (Self, Vec<LeftOutIssue>) {
        let (publication, shelf) = (&design.publication, input.shelf);
        let mut left_out = public.left_out;
        // What is wrong with them, `check` says.
        let mailed = public.mailed.iter().filter_map(|gist| {
            let pictures = IssuePictures::of(publication, shelf, gist).ok()?;
            Some(pictures.files().cloned().collect::<Vec<_>>())
        });
        let mailed = mailed.flatten().chain(look_pictures(publication, shelf));
        let mailed = mailed.collect();
        let before = before.filter(|before| Arc::ptr_eq(&before.design, &design));
        let ready = on_every_core(&public.issues, |public| {
            let pictures = IssuePictures::of(publication, shelf, &public.gist);
            let pictures =
                pictures.map_err(|errors| LeftOutIssue::of(&public.gist.head, errors))?;
            let last = before.and_then(|before| before.issues.get(before.by_slug(&public.slug)?));
            Ok(match last.filter(|last| last.is_of(public, &pictures)) {
                Some(last) => Arc::clone(last),
                None => Arc::new(ReadyIssue::new(&design, public.clone(), pictures)),
            })
        });
        let mut issues = Vec::with_capacity(ready.len());
        for ready in ready {
            match ready {
                Ok(ready) => issues.push(ready),
                Err(left) => left_out.push(left),
            }
        }
        let slugs = issues.iter().enumerate();
        let by_slug = slugs
            .map(|(at, ready)| (ready.public.slug.clone(), at))
            .collect();
        let mut content = Self {
            archive: Arc::clone(input.archive),
            state: Arc::clone(input.known),
            tags: tags(&issues),
            known: issues.iter().map(|_| KnownOfIssue::default()).collect(),
            design,
            gists,
            mailed,
            shelf: Arc::clone(shelf),
            issues,
            by_slug,
        };
        if let Some(before) = before {
            content.known = content.known_of_issues(before);
        }
        (content, left_out)
    }

    /// Where the links to other issues lead.
    pub(super) fn linked_pages(&self, ready: &ReadyIssue) -> Vec<Option<LinkedPage>> {
        let slugs = ready.gist().linked.iter();
        slugs.map(|slug| self.linked(slug, "")).collect()
    }

    pub(super) fn publication(&self) -> &Publication {
        &self.design.publication
    }

    pub(super) fn addresses(&self) -> &SiteAddresses {
        &self.design.addresses
    }

    pub(super) fn words(&self) -> &MailWords {
        &self.design.set_text.words
    }

    /// How an issue looks in a list.
    pub(super) fn card(&self, at: usize) -> Option<&IssueCard> {
        Some(&self.issues.get(at)?.card)
    }

    /// How those of a list of places look.
    pub(super) fn cards(&self, places: &[usize]) -> Vec<&IssueCard> {
        places.iter().filter_map(|at| self.card(*at)).collect()
    }

    /// Whether anything lists issues.
    pub(super) fn is_listed(&self) -> bool {
        self.publication().web.archive == ArchiveAccess::Public
    }

    pub(super) fn by_slug(&self, slug: &str) -> Option<usize> {
        self.by_slug.get(&*composed(slug)).copied()
    }

    /// The issue's text, with that before every path of ours; and the picture that it opens with.
    pub(super) fn body(&self, at: usize, base: &str) -> Option<(IssueBody, Option<String>)> {
        let ready = self.issues.get(at)?;
        let linked = |slug: &str| self.linked(slug, base);
        let setting = BodySetting {
            words: self.words(),
            pictures: &ready.pictures,
            colours: &self.design.colours,
            linked: &linked,
            base,
        };
        let Issue {
            document,
            front_matter,
            ..
        } = ready.gist().issue()?;
        let image = front_matter.cover.as_ref();
        let opening = image.map(|image| cover(&document, image, setting));
        Some((IssueBody::of(&document, setting), opening))
    }

    /// The issue's text in one piece, with whole addresses, for programs that read feeds.
    pub(super) fn feed_text(&self, at: usize) -> Option<&str> {
        let made = || self.body(at, self.addresses().base_url());
        let known = self.known.get(at)?;
        Some(known.feed_text.get_or_init(|| {
            made()
                .map_or_else(String::new, |(body, _)| body.whole())
                .into()
        }))
    }

    /// The public issue that `[[slug]]` means, as a link shows it.
    pub(super) fn linked(&self, slug: &str, base: &str) -> Option<LinkedPage> {
        let files = self.archive.meant_by(slug).into_iter();
        let mut readable = files.filter_map(|file| self.gists.of(&file.path));
        let meant = readable.next()?;
        let ready = self.issues.get(self.by_slug(&meant.head.slug)?)?;
        // Of two issues of one slug the other one may be meant.
        (ready.id() == meant.head.id).then(|| LinkedPage {
            title: meant.front_matter().title.clone(),
            href: format!("{base}{}", self.addresses().below_base(&ready.address())),
        })
    }

    /// Where the issues stand of which that holds.
    pub(super) fn places(&self, is_meant: impl Fn(&FrontMatter) -> bool) -> Vec<usize> {
        let issues = self.issues.iter().enumerate();
        let meant = issues.filter(|(_, ready)| is_meant(ready.front_matter()));
        meant.map(|(at, _)| at).collect()
    }

    /// Every picture that a page shows, and those of mail to come.
    pub(super) fn pictures(&self) -> impl Iterator<Item = &PictureFile> {
        let own = self.issues.iter().flat_map(|ready| ready.pictures.files());
        let own = own.chain(self.design.logo.iter().flat_map(WebPicture::files));
        own.chain(&self.mailed)
    }

    pub(super) fn opinions(&self, ready: &ReadyIssue) -> &[ShownOpinion] {
        let opinions = self.state.opinions.get(ready.id());
        opinions.map_or(&[], Vec::as_slice)
    }
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
fn tags(issues: &[Arc<ReadyIssue>]) -> BTreeMap<String, TaggedIssues> {
    let mut tags: BTreeMap<String, TaggedIssues> = BTreeMap::new();
    for (at, ready) in issues.iter().enumerate() {
        for tag in &ready.front_matter().tags {
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
