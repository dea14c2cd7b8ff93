//! What every page shows of the publication, and what its forms ask for.

use std::sync::Arc;

use chrono::NaiveTime;
use url::Url;

use crate::{
    look::Look,
    publication::{Publication, Recurrence},
    render::percent_encode,
    web::pages::PageTemplates,
};

/// Whoever is younger needs a guardian's consent (개인정보 보호법 제22조의2).
const LEAST_AGE: u8 = 14;

/// A publication as its readers' pages show it.
#[derive(Debug)]
pub struct ReaderSite {
    /// The pages' templates and words, the publication's own in the program's place.
    pub pages: Arc<PageTemplates>,
    /// How it looks.
    pub look: Look,
    /// The path of `web.base_url`, without a slash at its end: empty, or `/note`.
    pub base_path: String,
    /// BCP 47 tag of the language it is written in.
    pub language: String,
    /// Its name.
    pub name: String,
    /// A line under the name.
    pub tagline: Option<String>,
    /// Who writes this and why.
    pub about: Option<String>,
    /// How readers reach the sender.
    pub contact: Option<String>,
    /// The sender's postal address.
    pub postal_address: Option<String>,
    /// Its mark, where that can be served from here.
    pub logo: Option<SiteLogo>,
    /// Its editions, in the order of the file.
    pub editions: Vec<SiteEdition>,
    /// What the form asks for.
    pub signup: SignupTerms,
    /// Mail goes by each reader's own clock: the preferences ask for the zone.
    pub asks_timezone: bool,
    /// `/privacy` has something to say.
    pub has_privacy: bool,
}

/// The publication's mark.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SiteLogo {
    /// For light paper: a name below `/images/`.
    pub name: String,
    /// For dark paper, where it is another.
    pub dark: Option<String>,
    /// What it shows.
    pub alt: String,
    /// In pixels.
    pub width: u16,
    /// It says the name itself.
    pub is_alone: bool,
}

/// An edition that can be chosen.
#[derive(Debug, Clone)]
pub struct SiteEdition {
    /// What forms and the list call it.
    pub key: String,
    /// As readers see it.
    pub title: String,
    /// What it is about; may be empty.
    pub topic: String,
    /// The days it appears on.
    pub recurrence: Recurrence,
    /// The hour, in the publication's zone.
    pub time: NaiveTime,
}

/// What the form asks for besides the address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignupTerms {
    /// Sign-ups are taken at all.
    pub is_open: bool,
    /// A name, for the salutation; never demanded.
    pub asks_name: bool,
    /// 개인정보 수집·이용 동의: a box of its own, with what is kept, why and how long above it.
    pub asks_consent: bool,
    /// 광고성 정보 수신동의: a box of its own, never demanded.
    pub asks_ads: bool,
    /// A box that says how old they are: at least this old.
    pub least_age: Option<u8>,
    /// The network that a sign-up came from is kept, cut.
    pub keeps_network: bool,
    /// Who carries the mail for the publication (처리위탁), as the notice names them.
    pub carriers: Vec<String>,
}

impl SignupTerms {
    /// What the law and the publication want asked.
    fn new(publication: &Publication) -> Self {
        let (law, signup) = (&publication.law, &publication.web.signup);
        let carriers = publication.privacy.carriers.iter();
        Self {
            is_open: true,
            asks_name: true,
            asks_consent: law.korea || law.eu,
            asks_ads: false,
            least_age: signup.least_age.or(law.korea.then_some(LEAST_AGE)),
            keeps_network: signup.keep_network,
            carriers: carriers.map(|carrier| carrier.name.clone()).collect(),
        }
    }
}

impl ReaderSite {
    /// A publication's pages by its file. What the file can't know is left open: its mark, and whether any
    /// issue carries advertising.
    #[must_use]
    pub fn new(publication: &Publication, pages: Arc<PageTemplates>) -> Self {
        let editions = publication.editions.iter();
        let base = publication.web.base_url.as_deref();
        let base = base.and_then(|url| Url::parse(url).ok());
        Self {
            pages,
            look: publication.look.clone(),
            base_path: base.map_or_else(String::new, |url| {
                url.path().trim_end_matches('/').to_owned()
            }),
            language: publication.language.clone(),
            name: publication.name.clone(),
            tagline: publication.tagline.clone(),
            about: publication.about.clone(),
            contact: publication.contact.clone(),
            postal_address: publication.postal_address.clone(),
            logo: None,
            editions: editions
                .map(|edition| SiteEdition {
                    key: edition.key.clone(),
                    title: edition.title.clone(),
                    topic: edition.topic.clone(),
                    recurrence: edition.recurrence.clone(),
                    time: edition.time,
                })
                .collect(),
            signup: SignupTerms::new(publication),
            asks_timezone: publication.schedule.by_reader_timezone,
            has_privacy: true,
        }
    }

    /// The path of a page, its parts percent-encoded: `/u/TOKEN` below the publication's own.
    #[must_use]
    pub(super) fn path(&self, parts: &[&str]) -> String {
        let mut path = self.base_path.clone();
        for part in parts {
            path.push('/');
            path.push_str(&percent_encode(part));
        }
        path
    }

    /// The edition of that key.
    #[must_use]
    pub(super) fn edition(&self, key: &str) -> Option<&SiteEdition> {
        self.editions.iter().find(|edition| edition.key == key)
    }
}
