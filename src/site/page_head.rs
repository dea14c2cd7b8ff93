//! What a page says of itself to programs: its title and address, whether search engines list it, what stands on a
//! card of it, and the same as data (schema.org).

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    address::PageAddress,
    content::SiteContent,
    feed::{FeedFormat, FeedLink},
    ready_issue::ReadyIssue,
};
use crate::social_card;

/// The head of a page as templates see it.
#[derive(Debug, Serialize)]
pub(super) struct PageHead {
    title: String,
    description: Option<String>,
    canonical: Option<String>,
    is_indexed: bool,
    /// Open Graph's word for what it is.
    kind: &'static str,
    published: Option<String>,
    image: Option<HeadImage>,
    /// JSON-LD, safe within a script element.
    data: Option<String>,
    /// The edition whose colours it has.
    edition: Option<String>,
    feeds: Vec<FeedLink>,
}

/// The picture of a card.
#[derive(Debug, Serialize)]
struct HeadImage {
    url: String,
    width: u32,
    height: u32,
}

impl PageHead {
    /// A page that lists issues, or leads on.
    pub(super) fn of_list(content: &SiteContent, title: &str, address: &PageAddress) -> Self {
        let name = &content.publication().name;
        Self {
            title: match title == name {
                true => name.clone(),
                false => format!("{title} · {name}"),
            },
            description: content.publication().about.clone(),
            canonical: Some(content.addresses().url(address)),
            is_indexed: content.is_listed(),
            kind: "website",
            published: None,
            image: None,
            data: None,
            edition: None,
            feeds: match content.is_listed() {
                true => feeds(content, None).collect(),
                false => Vec::new(),
            },
        }
    }

    /// A page that is nothing to find.
    pub(super) fn of_nothing(content: &SiteContent, title: &str) -> Self {
        Self {
            canonical: None,
            description: None,
            is_indexed: false,
            ..Self::of_list(content, title, &PageAddress::front())
        }
    }

    /// A page that leads to another.
    pub(super) fn of_moved(content: &SiteContent, title: &str, to: &PageAddress) -> Self {
        Self {
            canonical: Some(content.addresses().url(to)),
            ..Self::of_nothing(content, title)
        }
    }

    /// The front page.
    pub(super) fn of_front(content: &SiteContent) -> Self {
        let publication = &content.publication();
        let address = PageAddress::front();
        let url = content.addresses().url(&address);
        let data = json!({
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": publication.name,
            "description": publication.about,
            "inLanguage": publication.language,
            "url": url,
        });
        Self {
            data: Some(in_script(&data)),
            ..Self::of_list(content, &publication.name, &address)
        }
    }

    /// An issue's.
    pub(super) fn of_issue(content: &SiteContent, ready: &ReadyIssue) -> Self {
        let title = &ready.front_matter().title;
        let address = ready.address();
        let picture = picture(content, ready);
        let published = ready
            .public
            .at
            .with_timezone(&content.publication().timezone);
        let data = article(content, ready, picture.as_ref());
        Self {
            description: Some(ready.card.summary.clone()).filter(|summary| !summary.is_empty()),
            kind: "article",
            published: Some(published.to_rfc3339()),
            image: Some(HeadImage {
                url: content.addresses().file_url(&ready.share_card),
                width: social_card::WIDTH,
                height: social_card::HEIGHT,
            }),
            data: Some(in_script(&data)),
            edition: Some(ready.front_matter().edition.clone()),
            ..Self::of_list(content, title, &address)
        }
    }

    /// The same in an edition's colours, with its feeds.
    pub(super) fn in_edition(mut self, content: &SiteContent, key: &str) -> Self {
        self.feeds.extend(feeds(content, Some(key)));
        self.edition = Some(key.to_owned());
        self
    }
}

fn feeds(content: &SiteContent, edition: Option<&str>) -> impl Iterator<Item = FeedLink> {
    let formats = FeedFormat::ALL.into_iter();
    formats.map(move |format| format.link(content, edition))
}

/// The first picture of an issue that is large enough for search engines to show.
fn picture(content: &SiteContent, ready: &ReadyIssue) -> Option<String> {
    let images = &mut ready.gist().images.iter();
    images.find_map(|used| {
        let picture = &ready.pictures.get(&used.image, used.is_frame)?.large;
        let is_large = picture.facts.width >= 300 && picture.facts.height >= 150;
        is_large.then(|| content.addresses().file_url(&picture.file))
    })
}

fn article(content: &SiteContent, ready: &ReadyIssue, picture: Option<&String>) -> Value {
    let publication = &content.publication();
    let front_matter = ready.front_matter();
    let organisation = json!({
        "@type": "Organization",
        "name": publication.name,
        "url": content.addresses().url(&PageAddress::front()),
    });
    let author = match &front_matter.author {
        Some(author) => json!({ "@type": "Person", "name": author }),
        None => organisation.clone(),
    };
    json!({
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": front_matter.title,
        "description": ready.card.summary.clone(),
        "datePublished": ready.public.at.with_timezone(&publication.timezone).to_rfc3339(),
        "inLanguage": publication.language,
        "keywords": front_matter.tags,
        "mainEntityOfPage": content.addresses().url(&ready.address()),
        "author": author,
        "publisher": organisation,
        "image": picture,
    })
}

/// Within a script element nothing ends but by `</script`: no `<` stands there.
fn in_script(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}
