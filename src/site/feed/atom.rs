//! Atom (RFC 4287).

use std::fmt::Write as _;

use super::{Feed, FeedEntry, xml::escaped};

pub(super) fn written(feed: &Feed<'_>) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <id>{home}</id>\n<title>{}</title>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n<link href=\"{home}\"/>\n\
         <updated>{}</updated>\n<author><name>{}</name></author>\n",
        escaped(feed.language),
        escaped(&feed.title),
        escaped(&feed.own),
        feed.updated().to_rfc3339(),
        escaped(feed.publication),
        home = escaped(&feed.home),
    );
    if let Some(subtitle) = feed.subtitle {
        let _ = writeln!(xml, "<subtitle>{}</subtitle>", escaped(subtitle));
    }
    for entry in &feed.entries {
        push_entry(entry, &mut xml);
    }
    xml + "</feed>\n"
}

fn push_entry(entry: &FeedEntry<'_>, xml: &mut String) {
    let at = entry.at.to_rfc3339();
    let _ = write!(
        xml,
        "<entry>\n<id>{}</id>\n<title>{}</title>\n<link href=\"{}\"/>\n\
         <published>{at}</published>\n<updated>{at}</updated>\n",
        escaped(&entry.id),
        escaped(entry.title),
        escaped(&entry.url),
    );
    if let Some(author) = entry.author {
        let _ = writeln!(xml, "<author><name>{}</name></author>", escaped(author));
    }
    for tag in entry.tags {
        let _ = writeln!(xml, "<category term=\"{}\"/>", escaped(tag));
    }
    if !entry.summary.is_empty() {
        let _ = writeln!(xml, "<summary>{}</summary>", escaped(&entry.summary));
    }
    let html = escaped(entry.html());
    let _ = write!(xml, "<content type=\"html\">{html}</content>\n</entry>\n");
}
