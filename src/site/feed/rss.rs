//! RSS 2.0, with the modules that readers know: the whole text in `content:encoded`, authors by `dc:creator`.

use std::fmt::Write as _;

use super::{Feed, FeedEntry, xml::escaped};

pub(super) fn written(feed: &Feed<'_>) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n\
         <channel>\n<title>{}</title>\n<link>{}</link>\n\
         <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{}\"/>\n\
         <description>{}</description>\n<language>{}</language>\n<lastBuildDate>{}</lastBuildDate>\n",
        escaped(&feed.title),
        escaped(&feed.home),
        escaped(&feed.own),
        escaped(feed.subtitle.unwrap_or(&feed.title)),
        escaped(feed.language),
        feed.updated().to_rfc2822(),
    );
    for entry in &feed.entries {
        push_item(entry, &mut xml);
    }
    xml + "</channel>\n</rss>\n"
}

fn push_item(entry: &FeedEntry<'_>, xml: &mut String) {
    let _ = write!(
        xml,
        "<item>\n<title>{}</title>\n<link>{}</link>\n<guid isPermaLink=\"false\">{}</guid>\n<pubDate>{}</pubDate>\n",
        escaped(entry.title),
        escaped(&entry.url),
        escaped(&entry.id),
        entry.at.to_rfc2822(),
    );
    if let Some(author) = entry.author {
        let _ = writeln!(xml, "<dc:creator>{}</dc:creator>", escaped(author));
    }
    for tag in entry.tags {
        let _ = writeln!(xml, "<category>{}</category>", escaped(tag));
    }
    let _ = write!(
        xml,
        "<description>{}</description>\n<content:encoded>{}</content:encoded>\n</item>\n",
        escaped(&entry.summary),
        escaped(entry.html()),
    );
}
