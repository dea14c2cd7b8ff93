//! The issues and the calendar's slots, one line each.

use std::fmt::{self, Display};

use super::{
    asked::{Asked, address},
    sheet::{Row, Sheet},
    words::Words,
};
use crate::{schedule::SlotState, web::markup::Text};

/// Older issues are shown when they are asked for.
const SHOWN: usize = 40;

/// The list, with the open issue marked.
pub(super) struct List<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) asked: &'a Asked,
    pub(super) words: &'a Words,
}

impl Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sheet,
            asked,
            words,
        } = self;
        write!(
            f,
            "<nav class=\"list\" id=\"issues\" popover aria-label=\"{}\">\n\
             <p class=\"masthead\">{}</p>\n<ol>\n",
            words.issues,
            Text(&sheet.publication)
        )?;
        let open = sheet.standing.open().map(|open| open.name.as_str());
        let mut left_out = 0;
        for (index, row) in sheet.rows.iter().enumerate() {
            let is_open = row.name.is_some() && row.name.as_deref() == open;
            if index < SHOWN || asked.all || is_open {
                self.row(f, row, is_open)?;
            } else {
                left_out += 1;
            }
        }
        f.write_str("</ol>\n")?;
        if let (1.., Some(open)) = (left_out, open) {
            let all = Asked {
                all: true,
                ..(*asked).clone()
            };
            writeln!(
                f,
                "<a class=\"more\" href=\"{}\">{} ({left_out})</a>",
                Text(&address(open, &all)),
                words.show_all
            )?;
        }
        f.write_str("</nav>\n")
    }
}

impl List<'_> {
    fn row(&self, f: &mut fmt::Formatter<'_>, row: &Row, is_open: bool) -> fmt::Result {
        let date = row.date.map(|date| self.words.date(date));
        let state = row.state.map_or("broken", SlotState::word);
        let line = format!(
            "<span class=\"when\">{}</span><span class=\"state {state}\">{}</span>\
             <span class=\"title\">{}</span><span class=\"edition\">{}</span>",
            Text(&date.unwrap_or_default()),
            self.words.state(row.state),
            Text(&row.title),
            Text(&row.edition),
        );
        let accent = row.accent;
        match &row.name {
            Some(name) => {
                // Another issue opens at its top.
                let asked = Asked {
                    line: None,
                    ..self.asked.clone()
                };
                let current = if is_open {
                    " aria-current=\"page\""
                } else {
                    ""
                };
                writeln!(
                    f,
                    "<li><a class=\"accent-{accent}\" href=\"{}\"{current}>{line}</a></li>",
                    Text(&address(name, &asked))
                )
            }
            None => writeln!(
                f,
                "<li class=\"slot\"><div class=\"accent-{accent}\">{line}</div></li>"
            ),
        }
    }
}
