//! The page's HTML: a list on the left, a letter on the right; on a phone one after the other.

use std::fmt::{self, Display};

use serde::Deserialize;

use super::{
    letter::{Letter, Summary},
    words::Words,
};
use crate::web::markup::{Text, UrlPart};

/// What of a letter's source a page can bear; the file has all of it.
const MAX_SOURCE_CHARS: usize = 500_000;

/// How a letter is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum View {
    /// As its reader sees it.
    #[default]
    Html,
    /// The text part.
    Text,
    /// The bytes.
    Source,
}

/// One page of the list.
pub(super) struct Listing {
    pub(super) letters: Vec<Summary>,
    pub(super) total: usize,
    pub(super) latest: String,
    pub(super) query: String,
    pub(super) page: usize,
    pub(super) pages: usize,
}

/// How the open letter is shown.
pub(super) struct Shown {
    pub(super) view: View,
    pub(super) is_phone: bool,
    pub(super) loads_remote: bool,
}

/// The list alone.
pub(super) fn list(listing: &Listing, words: &Words) -> String {
    let aside = Aside {
        listing,
        words,
        open: None,
    };
    let pane = format!(
        "<main class=\"pane\"><p class=\"choose\">{}</p></main>",
        words.choose
    );
    frame("", words.inbox, words, &aside, &pane)
}

/// The list with a letter open beside it.
pub(super) fn letter(listing: &Listing, letter: &Letter, shown: &Shown, words: &Words) -> String {
    let aside = Aside {
        listing,
        words,
        open: Some(&letter.summary.name),
    };
    let pane = Pane {
        letter,
        shown,
        words,
        back: &Query::of(listing),
    };
    frame(
        "reading",
        &subject(&letter.summary, words),
        words,
        &aside,
        &pane,
    )
}

fn frame(
    class: &str,
    title: &str,
    words: &Words,
    aside: &Aside<'_>,
    pane: &impl Display,
) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
         <link rel=\"stylesheet\" href=\"/inbox.css\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <script src=\"/inbox.js\" defer></script>\n</head>\n\
         <body class=\"{class}\" data-latest=\"{}\">\n{aside}\n{pane}\n</body>\n</html>\n",
        words.language,
        Text(title),
        Text(&aside.listing.latest),
    )
}

fn subject(summary: &Summary, words: &Words) -> String {
    if summary.subject.is_empty() {
        words.no_subject.to_owned()
    } else {
        summary.subject.clone()
    }
}

/// The list's place, kept in every link.
struct Query {
    query: String,
    page: usize,
}

impl Query {
    fn of(listing: &Listing) -> Self {
        Self {
            query: listing.query.clone(),
            page: listing.page,
        }
    }

    fn at(listing: &Listing, page: usize) -> Self {
        Self {
            query: listing.query.clone(),
            page,
        }
    }
}

impl Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "page={}", self.page)?;
        if !self.query.is_empty() {
            write!(f, "&amp;q={}", UrlPart(&self.query))?;
        }
        Ok(())
    }
}

/// The left column.
struct Aside<'a> {
    listing: &'a Listing,
    words: &'a Words,
    open: Option<&'a str>,
}

impl Display for Aside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { listing, words, .. } = self;
        writeln!(
            f,
            "<aside class=\"list\">\n<header><h1><a href=\"/\">{}</a></h1><p>{}{}</p></header>\n\
             <form action=\"/\" role=\"search\"><input type=\"search\" name=\"q\" value=\"{}\" \
             placeholder=\"{}\" aria-label=\"{}\"></form>\n\
             <a class=\"new\" href=\"/\" hidden>{}</a>",
            words.inbox,
            listing.total,
            words.count[usize::from(listing.total != 1)],
            Text(&listing.query),
            words.search,
            words.search,
            words.new_mail,
        )?;
        if listing.letters.is_empty() {
            let (text, hint) = if listing.query.is_empty() {
                (words.empty, words.empty_hint)
            } else {
                (words.nothing_found, "")
            };
            write!(f, "<p class=\"empty\"><b>{text}</b> {hint}</p>")?;
        }
        f.write_str("<ol>\n")?;
        for summary in &listing.letters {
            self.line(f, summary)?;
        }
        f.write_str("</ol>\n")?;
        self.pages(f)?;
        f.write_str("</aside>")
    }
}

impl Aside<'_> {
    fn line(&self, f: &mut fmt::Formatter<'_>, summary: &Summary) -> fmt::Result {
        let current = if self.open == Some(summary.name.as_str()) {
            " aria-current=\"true\""
        } else {
            ""
        };
        // The month and the day suffice: the letter itself shows the rest.
        let when = summary.date.get(5..).unwrap_or_default();
        writeln!(
            f,
            "<li><a href=\"/mail/{}?{}\"{current}><span class=\"to\">{}</span>\
             <time>{}</time><span class=\"subject\">{}</span><span class=\"from\">{}</span></a></li>",
            UrlPart(&summary.name),
            Query::of(self.listing),
            Text(&summary.to),
            Text(when),
            Text(&subject(summary, self.words)),
            Text(&summary.from),
        )
    }

    fn pages(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { listing, words, .. } = self;
        if listing.pages == 1 {
            return Ok(());
        }
        f.write_str("<nav class=\"pages\">")?;
        if listing.page > 1 {
            let query = Query::at(listing, listing.page - 1);
            write!(f, "<a href=\"/?{query}\">← {}</a>", words.newer)?;
        }
        write!(f, "<span>{} / {}</span>", listing.page, listing.pages)?;
        if listing.page < listing.pages {
            let query = Query::at(listing, listing.page + 1);
            write!(f, "<a href=\"/?{query}\">{} →</a>", words.older)?;
        }
        f.write_str("</nav>\n")
    }
}

/// The right column.
struct Pane<'a> {
    letter: &'a Letter,
    shown: &'a Shown,
    words: &'a Words,
    back: &'a Query,
}

impl Display for Pane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            letter,
            words,
            back,
            ..
        } = self;
        let summary = &letter.summary;
        writeln!(
            f,
            "<main class=\"pane\">\n<header>\n<a class=\"back\" href=\"/?{back}\">← {}</a>\n\
             <h2>{}</h2>\n<dl><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{}</dd></dl>\n<time>{}</time>",
            words.back,
            Text(&subject(summary, words)),
            words.from,
            Text(&summary.from),
            words.to,
            Text(&summary.to),
            Text(&summary.date),
        )?;
        self.tools(f)?;
        f.write_str("</header>\n")?;
        self.body(f)?;
        f.write_str("</main>")
    }
}

impl Pane<'_> {
    /// The view that is shown: a letter without HTML opens as text, one without text as source.
    fn view(&self) -> View {
        match self.shown.view {
            View::Html if self.letter.html.is_none() => View::Text,
            view => view,
        }
    }

    fn tools(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            letter,
            words,
            shown,
            ..
        } = self;
        f.write_str("<nav class=\"tools\">")?;
        if letter.html.is_some() {
            let is_html = self.view() == View::Html;
            self.tool(f, words.desktop, "view=html", is_html && !shown.is_phone)?;
            self.tool(
                f,
                words.phone,
                "view=html&amp;phone=true",
                is_html && shown.is_phone,
            )?;
        }
        self.tool(f, words.text, "view=text", self.view() == View::Text)?;
        self.tool(f, words.source, "view=source", self.view() == View::Source)?;
        write!(
            f,
            "<a class=\"aside\" href=\"/mail/{}/file\" download>{}</a><span class=\"size\">{} KB</span></nav>",
            UrlPart(&letter.summary.name),
            words.download,
            letter.bytes.div_ceil(1024),
        )
    }

    fn tool(
        &self,
        f: &mut fmt::Formatter<'_>,
        word: &str,
        query: &str,
        is_on: bool,
    ) -> fmt::Result {
        let current = if is_on { " aria-current=\"true\"" } else { "" };
        write!(
            f,
            "<a href=\"/mail/{}?{}&amp;{query}\"{current}>{word}</a>",
            UrlPart(&self.letter.summary.name),
            self.back,
        )
    }

    fn body(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            letter,
            words,
            shown,
            ..
        } = self;
        match self.view() {
            View::Html => {
                let name = UrlPart(&letter.summary.name);
                let phone = if shown.is_phone {
                    "&amp;phone=true"
                } else {
                    ""
                };
                if letter.has_remote && !shown.loads_remote {
                    writeln!(
                        f,
                        "<p class=\"note\">{} <a href=\"/mail/{name}?{}{phone}&amp;remote=true\">{}</a></p>",
                        words.blocked, self.back, words.load,
                    )?;
                }
                let class = if shown.is_phone { "phone" } else { "desktop" };
                let remote = if shown.loads_remote {
                    "?remote=true"
                } else {
                    ""
                };
                writeln!(
                    f,
                    "<div class=\"stage {class}\"><iframe title=\"{}\" src=\"/mail/{name}/html{remote}\" \
                     sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe></div>",
                    words.html,
                )
            }
            View::Text => {
                let text = letter.text.as_deref().unwrap_or_default();
                writeln!(f, "<pre class=\"text\" tabindex=\"0\">{}</pre>", Text(text))
            }
            View::Source => {
                let end = letter.source.char_indices().nth(MAX_SOURCE_CHARS);
                let source = &letter.source[..end.map_or(letter.source.len(), |(at, _)| at)];
                let more = if end.is_some() { "\n…" } else { "" };
                writeln!(
                    f,
                    "<pre class=\"source\" tabindex=\"0\">{}{more}</pre>",
                    Text(source)
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_letter_escapes_into_the_page() {
        let evil = "\"><script>alert('x')</script>&";
        let summary = Summary {
            name: evil.into(),
            from: evil.into(),
            to: evil.into(),
            subject: evil.into(),
            date: evil.into(),
        };
        let letter = Letter {
            summary,
            html: None,
            has_remote: false,
            text: Some(evil.into()),
            source: evil.into(),
            bytes: 1,
        };
        let listing = Listing {
            letters: vec![Summary {
                subject: evil.into(),
                ..Summary::default()
            }],
            total: 1,
            latest: evil.into(),
            query: evil.into(),
            page: 1,
            pages: 2,
        };
        let words = Words::for_reader(&axum::http::HeaderMap::new());
        for view in [View::Html, View::Text, View::Source] {
            let shown = Shown {
                view,
                is_phone: false,
                loads_remote: false,
            };
            let page = super::letter(&listing, &letter, &shown, words);
            assert!(!page.contains("<script>"), "{page}");
            assert!(!page.contains("alert('x')"), "{page}");
        }
    }
}
