//! Choosing the reader as whom the issue is looked at.

use std::fmt::{self, Display};

use super::{
    asked::{Asked, address},
    sheet::{Open, Reader, Sheet, Suggestion},
    words::Words,
};
use crate::web::markup::Text;

/// The button that says who is looking, and the list behind it.
pub(super) struct Chooser<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) open: &'a Open,
    pub(super) asked: &'a Asked,
    pub(super) words: &'a Words,
}

impl Display for Chooser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sheet,
            open,
            asked,
            words,
        } = self;
        let looking = match &open.reader {
            Some(reader) => self.called(reader),
            None => format!("{} ({})", asked.reader(), words.unknown_reader),
        };
        write!(
            f,
            "<div class=\"reader\"><button type=\"button\" popovertarget=\"readers\" aria-keyshortcuts=\"r\">\
             <span class=\"as\">{}</span> <b>{}</b></button>\n\
             <div id=\"readers\" popover>\n<form action=\"/issue/{}\" role=\"search\">",
            words.reader,
            Text(&looking),
            crate::web::markup::UrlPart(&open.name),
        )?;
        for (name, value) in [("view", asked.view.key()), ("for", asked.reader())] {
            write!(
                f,
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                Text(value)
            )?;
        }
        write!(
            f,
            "<input type=\"search\" name=\"readers\" value=\"{}\" placeholder=\"{find}\" \
             aria-label=\"{find}\" autocomplete=\"off\"></form>\n<ul>\n",
            Text(asked.readers.as_deref().unwrap_or_default()),
            find = words.find_reader
        )?;
        for reader in &sheet.readers {
            self.choice(f, reader)?;
        }
        f.write_str("</ul>\n")?;
        if sheet.readers.is_empty() {
            write!(f, "<p>{}</p>", words.no_such_reader)?;
        }
        if sheet.further_readers > 0 {
            let count = sheet.further_readers.to_string();
            write!(f, "<p>{}</p>", words.further_readers.replace("{}", &count))?;
        }
        f.write_str("</div></div>\n")
    }
}

impl Chooser<'_> {
    fn called(&self, reader: &Reader) -> String {
        match reader.suggestion {
            Some(Suggestion::Nameless) => self.words.nameless.to_owned(),
            Some(Suggestion::Named) => self.words.named.to_owned(),
            None => reader.name.clone().unwrap_or_else(|| reader.key.clone()),
        }
    }

    fn choice(&self, f: &mut fmt::Formatter<'_>, reader: &Reader) -> fmt::Result {
        let is_chosen = self.open.reader.as_ref() == Some(reader);
        let current = if is_chosen {
            " aria-current=\"true\""
        } else {
            ""
        };
        let about = match (reader.suggestion, &reader.name) {
            (None, Some(_)) => reader.key.as_str(),
            (Some(_), Some(name)) => name.as_str(),
            (_, None) => "",
        };
        writeln!(
            f,
            "<li><a href=\"{}\"{current}><b>{}</b><span>{}</span><i>{}</i></a></li>",
            Text(&address(
                &self.open.name,
                &self.asked.as_reader(&reader.key)
            )),
            Text(&self.called(reader)),
            Text(about),
            Text(reader.language.as_deref().unwrap_or_default()),
        )
    }
}
