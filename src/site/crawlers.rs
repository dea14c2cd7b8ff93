//! What programs that read the whole web are told: which pages there are, and which are nobody's but a reader's.

use std::fmt::Write as _;

use super::{address::PageAddress, content::SiteContent, pages::IssueShelf};

/// Where readers' own pages begin: an address with a token is one reader's.
const OF_READERS: [&str; 8] = [
    "/api/",
    "/confirm/",
    "/f/",
    "/m/",
    "/move/",
    "/p/",
    "/u/",
    "/undo/",
];
pub(super) const SITEMAP: &str = "sitemap.xml";

/// `robots.txt`.
pub(super) fn robots(content: &SiteContent) -> String {
    let mut text = "User-agent: *\n".to_owned();
    for path in OF_READERS {
        let _ = writeln!(text, "Disallow: {}{path}", content.addresses().base_path());
    }
    if content.is_listed() {
        let _ = writeln!(text, "\nSitemap: {}", content.addresses().file_url(SITEMAP));
    }
    text
}

/// `sitemap.xml` (sitemaps.org, protocol 0.9). It may name 50,000 pages.
pub(super) fn sitemap(content: &SiteContent, lists: &[IssueShelf]) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                   <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    let pages = [PageAddress::front(), PageAddress::of(&["issues"])];
    let lists = lists.iter().filter(|list| !list.issues.is_empty());
    for address in pages.iter().chain(lists.map(|list| &list.address)) {
        let _ = writeln!(
            xml,
            "<url><loc>{}</loc></url>",
            content.addresses().url(address)
        );
    }
    for ready in &content.issues {
        let _ = writeln!(
            xml,
            "<url><loc>{}</loc><lastmod>{}</lastmod></url>",
            content.addresses().url(&ready.address()),
            ready.front_matter().date,
        );
    }
    xml + "</urlset>\n"
}
