//! What is to be known of the open issue: its weight, what `check` finds, links and pictures.

use std::fmt::{self, Display};

use super::{
    asked::{Asked, address},
    sheet::{LinkLine, Open, Picture},
    stage::kilobytes,
    words::Words,
};
use crate::{
    check::{Finding, Level},
    web::markup::{Sentence, Text},
};

/// Gmail shows no more of a mail than this.
const CLIP_BYTES: usize = 102 * 1024;

/// The right column.
pub(super) struct Notes<'a> {
    pub(super) open: &'a Open,
    pub(super) asked: &'a Asked,
    pub(super) words: &'a Words,
}

impl Display for Notes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { open, words, .. } = self;
        writeln!(
            f,
            "<aside class=\"notes\" aria-label=\"{}\" tabindex=\"0\">",
            words.findings
        )?;
        self.measures(f)?;
        self.findings(f)?;
        let links = open.links.iter();
        self.section(f, words.links, words.no_links, links, |f, link| {
            self.link(f, link)
        })?;
        let pictures = open.pictures.iter();
        self.section(
            f,
            words.pictures,
            words.no_pictures,
            pictures,
            |f, picture| self.picture(f, picture),
        )?;
        f.write_str("</aside>\n")
    }
}

impl Notes<'_> {
    fn measures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { open, words, .. } = self;
        let bytes = open.print.html.len();
        let (verdict, class) = match bytes > CLIP_BYTES {
            true => (words.clipped, " clipped"),
            false => (words.clip, ""),
        };
        writeln!(
            f,
            "<dl class=\"measures\"><div class=\"weight{class}\"><dt id=\"size\">{}</dt>\
             <dd><b>{}</b> <meter aria-labelledby=\"size\" min=\"0\" max=\"{CLIP_BYTES}\" \
             high=\"{}\" optimum=\"0\" value=\"{bytes}\"></meter>\
             <span>{verdict}</span></dd></div>\
             <div><dt>{}</dt><dd><b>{}</b> <span>{}</span></dd></div></dl>",
            words.size,
            kilobytes(bytes),
            CLIP_BYTES * 8 / 10,
            words.reading,
            words.minutes(open.reading_time),
            words.extent(open.characters, open.words),
        )
    }

    fn findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { open, words, .. } = self;
        let (allowed, told): (Vec<&Finding>, Vec<&Finding>) = open
            .findings
            .iter()
            .partition(|finding| finding.is_allowed());
        let counts: Vec<String> = [Level::Error, Level::Warning, Level::Advice]
            .into_iter()
            .filter_map(|level| {
                let count = told.iter().filter(|one| one.level() == level).count();
                let word = words.level(level);
                (count > 0)
                    .then(|| format!("<span class=\"{}\">{word} {count}</span>", level.as_str()))
            })
            .collect();
        writeln!(
            f,
            "<section class=\"findings\"><h2>{} <span class=\"counts\">{}</span></h2>",
            words.findings,
            counts.join(" ")
        )?;
        if told.is_empty() {
            write!(f, "<p class=\"clean\">{}</p>", words.clean)?;
        } else {
            f.write_str("<ol>\n")?;
            for finding in told {
                self.finding(f, finding)?;
            }
            f.write_str("</ol>\n")?;
            self.editors(f)?;
        }
        if !allowed.is_empty() {
            write!(f, "<h3>{}</h3><ul class=\"allowed\">", words.allowed)?;
            for finding in allowed {
                write!(
                    f,
                    "<li><code>{}</code> {}</li>",
                    Text(finding.rule().id),
                    Text(finding.reason().unwrap_or_default())
                )?;
            }
            f.write_str("</ul>")?;
        }
        f.write_str("</section>\n")
    }

    fn finding(&self, f: &mut fmt::Formatter<'_>, finding: &Finding) -> fmt::Result {
        let Self { open, words, .. } = self;
        let level = finding.level();
        write!(f, "<li class=\"{}\">", level.as_str())?;
        let label = format!("<span class=\"level\">{}</span>", words.level(level));
        let message = Sentence(finding.message());
        match finding.place() {
            Some(place) if place.file() == open.manuscript.name() => {
                let start = place.start();
                self.to_line(
                    f,
                    start.line,
                    start.column,
                    &format!("{label} <span class=\"place\">{start}</span> <span class=\"message\">{message}</span>"),
                )?;
            }
            Some(place) => write!(
                f,
                "<p tabindex=\"0\">{label} <span class=\"place\">{}:{}</span> <span class=\"message\">{message}</span></p>",
                Text(place.file()),
                place.start()
            )?,
            None => write!(
                f,
                "<p tabindex=\"0\">{label} <span class=\"message\">{message}</span></p>"
            )?,
        }
        if let Some(help) = finding.help() {
            write!(f, "<p class=\"hint\">{}</p>", Sentence(help))?;
        }
        let rule = finding.rule();
        write!(
            f,
            "<details><summary>{id}</summary><p>{}{}</p><p>{}</p><pre tabindex=\"0\">allow:\n  {id}: {}</pre></details></li>\n",
            Sentence(rule.why),
            source(rule.source),
            words.silence,
            words.reason,
            id = Text(rule.id),
        )
    }

    /// A link to a line of the manuscript; the script may turn it towards an editor.
    fn to_line(
        &self,
        f: &mut fmt::Formatter<'_>,
        line: usize,
        column: usize,
        content: &str,
    ) -> fmt::Result {
        write!(
            f,
            "<a class=\"to-line\" href=\"{}\" data-path=\"{}\" data-line=\"{line}\" data-column=\"{column}\">{content}</a>",
            Text(&address(&self.open.name, &self.asked.at_line(line))),
            Text(&self.open.path),
        )
    }

    fn editors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words;
        write!(
            f,
            "<p class=\"editors\"><label>{} <select id=\"editor\"><option value=\"\">{}</option>",
            words.open_lines, words.here
        )?;
        for (key, name) in [
            ("vscode", "VS Code"),
            ("cursor", "Cursor"),
            ("zed", "Zed"),
            ("idea", "IntelliJ IDEA"),
            ("mvim", "MacVim"),
        ] {
            write!(f, "<option value=\"{key}\">{name}</option>")?;
        }
        f.write_str("</select></label></p>\n")
    }

    fn section<'b, T: 'b>(
        &self,
        f: &mut fmt::Formatter<'_>,
        title: &str,
        none: &str,
        items: impl ExactSizeIterator<Item = &'b T>,
        item: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
    ) -> fmt::Result {
        let count = items.len();
        writeln!(f, "<section><h2>{title} <span>{count}</span></h2>")?;
        if count == 0 {
            write!(f, "<p class=\"quiet\">{none}</p>")?;
        } else {
            f.write_str("<ol class=\"things\">\n")?;
            for one in items {
                f.write_str("<li>")?;
                item(f, one)?;
                f.write_str("</li>\n")?;
            }
            f.write_str("</ol>")?;
        }
        f.write_str("</section>\n")
    }

    fn link(&self, f: &mut fmt::Formatter<'_>, link: &LinkLine) -> fmt::Result {
        let content = format!("<b>{}</b>", Text(shown_or(&link.text, &link.url)));
        self.to_line(f, link.line, 1, &content)?;
        match link.url.starts_with("http://") || link.url.starts_with("https://") {
            true => write!(
                f,
                "<a class=\"url\" href=\"{url}\" target=\"_blank\" rel=\"noopener noreferrer\">{url}</a>",
                url = Text(&link.url)
            ),
            false => write!(f, "<span class=\"url\">{}</span>", Text(&link.url)),
        }
    }

    fn picture(&self, f: &mut fmt::Formatter<'_>, picture: &Picture) -> fmt::Result {
        if let Some(src) = &picture.src {
            write!(f, "<img src=\"{}\" alt=\"\">", Text(src))?;
        }
        let content = format!("<b>{}</b>", Text(&picture.location));
        self.to_line(f, picture.line, 1, &content)?;
        let size = picture.bytes.map(kilobytes).unwrap_or_default();
        let alt = shown_or(&picture.alt, self.words.no_alt);
        write!(f, "<span class=\"url\">{size} {}</span>", Text(alt))
    }
}

fn shown_or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() {
        otherwise
    } else {
        text
    }
}

fn source(source: &str) -> String {
    match source {
        "" => String::new(),
        source => format!(" ({})", Text(source)),
    }
}
