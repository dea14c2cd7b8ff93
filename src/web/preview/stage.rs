//! The open issue, in the view that was asked for.

use std::fmt::{self, Display};

use super::{
    asked::{Asked, Part, View, address},
    inbox_line,
    manuscript::Numbered,
    sheet::{Message, Open},
    words::Words,
};
use crate::{
    check::ClientView,
    web::markup::{Text, UrlPart},
};

/// What stands in the middle.
pub(super) struct Stage<'a> {
    pub(super) open: &'a Open,
    pub(super) asked: &'a Asked,
    pub(super) message: Option<&'a Message>,
    pub(super) words: &'a Words,
}

impl Display for Stage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.asked.view {
            View::Desktop => self.frame(f, "wide", "light"),
            View::Phone => self.frame(f, "narrow", "light"),
            View::Dark if self.asked.narrow => self.frame(f, "narrow dark", "dark"),
            View::Dark => self.frame(f, "wide dark", "dark"),
            View::Text => write!(
                f,
                "<div class=\"stage text\" tabindex=\"0\"><pre>{}</pre></div>",
                Text(&self.open.print.text)
            ),
            View::Inbox => self.inbox(f),
            View::Source => self.source(f),
            View::Clients => self.clients(f),
        }
    }
}

impl Stage<'_> {
    fn frame(&self, f: &mut fmt::Formatter<'_>, class: &str, scheme: &str) -> fmt::Result {
        let Self {
            open, asked, words, ..
        } = self;
        if asked.view == View::Dark {
            self.widths(f)?;
        }
        let reader = match asked.reader() {
            "" => String::new(),
            reader => format!("&amp;for={}", UrlPart(reader)),
        };
        let client = match asked.view {
            View::Clients => format!("&amp;client={}", asked.client.key()),
            _ => String::new(),
        };
        write!(
            f,
            "<div class=\"stage {class}\"><iframe id=\"frame\" title=\"{}\" \
             src=\"/issue/{}/mail?scheme={scheme}{reader}{client}\" \
             sandbox=\"allow-same-origin allow-popups allow-popups-to-escape-sandbox\"></iframe></div>",
            words.mail,
            UrlPart(&open.name),
        )
    }

    fn clients(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            open, asked, words, ..
        } = self;
        write!(f, "<nav class=\"parts\" aria-label=\"{}\">", words.clients)?;
        for client in ClientView::ALL {
            let href = address(&open.name, &asked.with_client(client));
            self.tab(f, &href, words.client(client), client == asked.client)?;
        }
        write!(
            f,
            "</nav><p class=\"note\">{}</p>",
            words.simulation(asked.client)
        )?;
        self.frame(f, "wide", "light")
    }

    fn widths(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            open, asked, words, ..
        } = self;
        write!(f, "<nav class=\"parts\" aria-label=\"{}\">", words.width)?;
        for (narrow, word) in [(false, words.wide), (true, words.narrow)] {
            let there = Asked {
                narrow,
                ..(*asked).clone()
            };
            self.tab(
                f,
                &address(&open.name, &there),
                word,
                narrow == asked.narrow,
            )?;
        }
        f.write_str("</nav>")
    }

    fn tab(&self, f: &mut fmt::Formatter<'_>, href: &str, word: &str, is_on: bool) -> fmt::Result {
        let current = if is_on { " aria-current=\"true\"" } else { "" };
        write!(f, "<a href=\"{}\"{current}>{word}</a>", Text(href))
    }

    fn source(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            open,
            asked,
            message,
            words,
        } = self;
        let print = &open.print;
        write!(f, "<nav class=\"parts\" aria-label=\"{}\">", words.sources)?;
        for part in Part::ALL {
            let bytes = match part {
                Part::Manuscript => open.manuscript.text().len(),
                Part::Html => print.html.len(),
                Part::Text => print.text.len(),
                Part::Message => message.map_or(0, |message| message.bytes),
            };
            let word = format!("{} <span>{}</span>", words.part(part), kilobytes(bytes));
            let href = address(&open.name, &asked.with_part(part));
            self.tab(f, &href, &word, part == asked.part)?;
        }
        f.write_str("</nav>")?;
        let mut marks = Vec::new();
        let text = match asked.part {
            Part::Manuscript => {
                let own = |file: &str| file == open.manuscript.name();
                marks.extend(open.findings.iter().filter_map(|finding| {
                    let place = finding.place().filter(|place| own(place.file()))?;
                    let is_seen = !finding.is_allowed();
                    is_seen.then(|| (place.span(), finding.level()))
                }));
                open.manuscript.text()
            }
            Part::Html => &print.html,
            Part::Text => &print.text,
            Part::Message => message.map_or("", |message| &message.text),
        };
        let numbered = Numbered {
            text,
            marks: &marks,
            chosen: asked.line.filter(|_| asked.part == Part::Manuscript),
        };
        write!(
            f,
            "<div class=\"stage source {}\" tabindex=\"0\">{numbered}</div>",
            asked.part.key()
        )
    }

    fn inbox(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { open, words, .. } = self;
        let snippet = inbox_line::snippet(&open.print.html);
        f.write_str("<div class=\"stage inbox\" tabindex=\"0\">")?;
        for (client, class, has_snippet) in [("Gmail", "gmail", true), ("Naver", "naver", false)] {
            let name = if client == "Naver" && words.language == "ko" {
                "네이버 메일"
            } else {
                client
            };
            for (where_, device, has_snippet) in [
                (words.desktop, "desktop", has_snippet),
                (words.phone, "phone", true),
            ] {
                write!(
                    f,
                    "<section class=\"inbox-line {class} {device}\" tabindex=\"0\"><h2>{name} · {where_}</h2>\n\
                     <div class=\"row\"><span class=\"sender\">{}</span>\
                     <span class=\"line\"><span class=\"subject\">{}</span>",
                    Text(&open.sender),
                    Text(&open.print.subject),
                )?;
                if has_snippet {
                    write!(f, "<span class=\"snippet\">{}</span>", Text(&snippet))?;
                }
                f.write_str("</span></div></section>\n")?;
            }
        }
        let preheader = inbox_line::preheader(&snippet);
        f.write_str("<dl>")?;
        for (word, text) in [
            (words.sender, open.sender.as_str()),
            (words.subject, open.print.subject.as_str()),
            (words.preheader, preheader),
        ] {
            write!(
                f,
                "<dt>{word} <span>{}{}</span></dt><dd>{}</dd>",
                text.chars().count(),
                words.characters,
                Text(text)
            )?;
        }
        write!(
            f,
            "</dl><p class=\"quiet\">{}</p></div>",
            words.unread_widths
        )
    }
}

/// `12.3 KB`.
pub(super) fn kilobytes(bytes: usize) -> String {
    let tenths = (bytes * 10).div_ceil(1024);
    format!("{}.{} KB", tenths / 10, tenths % 10)
}
