//! Which files the archive has, and what each is: a page, a picture, a style sheet. What a file says is made when
//! somebody wants it.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::{
    address::PageAddress,
    content::SiteContent,
    crawlers::SITEMAP,
    feed::FeedFormat,
    pages::{IssueShelf, pages_of},
    pictures::PictureFile,
    search::TEXTS,
};

/// The file that servers show for an address that nothing has.
pub(super) const MISSING: &str = "404.html";

/// What a file of the archive is.
#[derive(Debug, Clone)]
pub(super) enum PlannedFile {
    Front,
    Overview,
    Missing,
    /// The place of an issue.
    Issue(usize),
    /// A former address of it.
    Moved(usize),
    /// A list, and which page of it.
    List(usize, usize),
    /// A feed, of an edition or of all.
    Feed(FeedFormat, Option<String>),
    Search,
    /// What the script of the search shows of an issue.
    Texts(usize),
    Sitemap,
    Robots,
    Picture(PictureFile),
    /// What stands for an issue where its address is shared.
    Card(usize),
    /// One of the assets.
    Asset(usize),
}

impl PlannedFile {
    /// Whether it shows lists of issues, and nothing of one of them that no list has.
    pub(super) fn is_of_lists(&self) -> bool {
        matches!(
            self,
            Self::Front | Self::Overview | Self::Missing | Self::List(..)
        )
    }
}

/// Every file, by its path below the archive's folder.
#[derive(Debug, Default)]
pub(super) struct SitePlan {
    pub(super) files: BTreeMap<String, PlannedFile>,
    pub(super) lists: Vec<IssueShelf>,
}

impl SitePlan {
    pub(super) fn of(content: &SiteContent) -> Self {
        let mut plan = Self::default();
        plan.add(&PageAddress::front(), PlannedFile::Front);
        plan.files.insert(MISSING.to_owned(), PlannedFile::Missing);
        plan.files
            .insert("robots.txt".to_owned(), PlannedFile::Robots);
        for (at, _) in content.design.assets.all().iter().enumerate() {
            let file = content.design.assets.all()[at].file.clone();
            plan.files.insert(file, PlannedFile::Asset(at));
        }
        for picture in content.pictures() {
            let file = PlannedFile::Picture(picture.clone());
            plan.files.insert(picture.file.clone(), file);
        }
        for (at, ready) in content.issues.iter().enumerate() {
            plan.add(&ready.address(), PlannedFile::Issue(at));
            plan.files
                .insert(ready.share_card.clone(), PlannedFile::Card(at));
        }
        plan.add_former_addresses(content);
        if content.is_listed() {
            plan.add(&PageAddress::of(&["issues"]), PlannedFile::Overview);
            plan.files.insert(SITEMAP.to_owned(), PlannedFile::Sitemap);
            plan.add(&PageAddress::of(&["search"]), PlannedFile::Search);
            for at in 0..content.issues.len() {
                // The oldest is the first, as in the index.
                let file = format!("{TEXTS}/{}.json", content.issues.len() - 1 - at);
                plan.files.insert(file, PlannedFile::Texts(at));
            }
            plan.add_feeds(content);
            plan.lists = lists(content);
            plan.add_lists();
        }
        plan
    }

    fn add(&mut self, address: &PageAddress, file: PlannedFile) {
        self.files.insert(address.file(), file);
    }

    /// An address that an issue has now is nobody's former one.
    fn add_former_addresses(&mut self, content: &SiteContent) {
        for (at, ready) in content.issues.iter().enumerate() {
            for alias in &ready.front_matter().aliases {
                let file = PageAddress::issue(alias).file();
                self.files.entry(file).or_insert(PlannedFile::Moved(at));
            }
        }
    }

    fn add_feeds(&mut self, content: &SiteContent) {
        let editions = content.publication().editions.iter();
        let editions = editions.map(|edition| Some(edition.key.clone()));
        for edition in editions.chain([None]) {
            for format in FeedFormat::ALL {
                let file = format.file(edition.as_deref());
                let feed = PlannedFile::Feed(format, edition.clone());
                self.files.insert(file, feed);
            }
        }
    }

    fn add_lists(&mut self) {
        for at in 0..self.lists.len() {
            for number in 1..=pages_of(self.lists[at].issues.len()) {
                let address = self.lists[at].address.page(number);
                self.add(&address, PlannedFile::List(at, number));
            }
        }
    }
}

/// The lists of editions, years and tags.
fn lists(content: &SiteContent) -> Vec<IssueShelf> {
    let words = content.words();
    let editions = content
        .publication()
        .editions
        .iter()
        .map(|edition| IssueShelf {
            title: edition.title.clone(),
            subtitle: edition.topic.clone(),
            address: PageAddress::of(&["editions", &edition.key]),
            edition: Some(edition.key.clone()),
            issues: content.places(|front_matter| front_matter.edition == edition.key),
        });
    let years: std::collections::BTreeSet<i32> = content
        .issues
        .iter()
        .map(|ready| ready.front_matter().date.year())
        .collect();
    let years = years.into_iter().map(|year| IssueShelf {
        title: words.filled("year", "year", &year.to_string()),
        subtitle: String::new(),
        address: PageAddress::of(&["years", &year.to_string()]),
        edition: None,
        issues: content.places(|front_matter| front_matter.date.year() == year),
    });
    let tags = content.tags.iter().map(|(key, tagged)| IssueShelf {
        title: words.filled("tag", "tag", &tagged.name),
        subtitle: String::new(),
        address: PageAddress::of(&["tags", key]),
        edition: None,
        issues: tagged.issues.clone(),
    });
    editions.chain(years).chain(tags).collect()
}
