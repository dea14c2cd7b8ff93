//! A whole page: the list, the open issue, the notes; and what keeps it from being shown.

use std::fmt::{self, Display, Write};

use super::{
    asked::{Asked, View, address},
    excerpt::Excerpt,
    list::List,
    notes::Notes,
    readers::Chooser,
    sheet::{Colors, Message, Open, Sheet, Standing},
    stage::Stage,
    words::Words,
};
use crate::{
    source::{Source, SourceError},
    web::{
        markup::{Sentence, Text},
        preview::manuscript::Numbered,
    },
};

/// The page.
pub(super) fn page(
    sheet: &Sheet,
    asked: &Asked,
    message: Option<&Message>,
    words: &Words,
) -> String {
    let open = sheet.standing.open();
    let title = match open {
        Some(open) => format!("{} · {}", open.print.subject, sheet.publication),
        None => sheet.publication.clone(),
    };
    let list = List {
        sheet,
        asked,
        words,
    };
    let body = Body {
        sheet,
        asked,
        message,
        words,
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{} · {}</title>\n\
         <link rel=\"stylesheet\" href=\"/preview.css\">\n<link rel=\"stylesheet\" href=\"/accents.css\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<script src=\"/preview.js\" defer></script>\n</head>\n\
         <body class=\"accent-{}\" data-revision=\"{}\">\n<a class=\"skip\" href=\"#mail\">{}</a>\n\
         {list}{body}{}</body>\n</html>\n",
        words.language,
        Text(&title),
        words.preview,
        open.map_or(0, |open| open.accent),
        sheet.revision,
        words.skip,
        Help { words },
    )
}

/// The editions' accents as classes.
pub(super) fn accents(colors: &[Colors]) -> String {
    let mut light = String::new();
    let mut dark = String::new();
    for (index, colors) in colors.iter().enumerate() {
        // Hex colours: nothing else gets into the style sheet.
        let is_hex = |colour: &str| {
            colour.len() == 7
                && colour.starts_with('#')
                && colour[1..].bytes().all(|b| b.is_ascii_hexdigit())
        };
        if is_hex(&colors.light) && is_hex(&colors.dark) {
            let _ = writeln!(light, ".accent-{index} {{ --accent: {} }}", colors.light);
            let _ = writeln!(dark, ".accent-{index} {{ --accent: {} }}", colors.dark);
        }
    }
    format!("{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n")
}

struct Body<'a> {
    sheet: &'a Sheet,
    asked: &'a Asked,
    message: Option<&'a Message>,
    words: &'a Words,
}

impl Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sheet,
            asked,
            message,
            words,
        } = self;
        f.write_str("<main id=\"mail\">\n")?;
        match &sheet.standing {
            Standing::Open(open) => {
                self.bar(f, open)?;
                self.faults(f, open.is_stale.then_some(words.stale))?;
                let stage = Stage {
                    open,
                    asked,
                    message: *message,
                    words,
                };
                let notes = Notes { open, asked, words };
                write!(f, "{stage}\n</main>\n{notes}")
            }
            Standing::Broken { manuscript } => {
                self.bare_bar(f, words.preview)?;
                self.faults(f, Some(words.never_good))?;
                self.manuscript(f, manuscript.as_ref())?;
                f.write_str("</main>\n")
            }
            Standing::Nothing => {
                self.bare_bar(f, words.nothing)?;
                self.faults(f, None)?;
                writeln!(
                    f,
                    "<div class=\"stage empty\"><p>{}</p><pre tabindex=\"0\">daily-note new</pre></div></main>",
                    words.nothing_hint
                )
            }
            Standing::Gone | Standing::Moved(_) => {
                self.bare_bar(f, words.gone)?;
                self.faults(f, None)?;
                f.write_str("</main>\n")
            }
        }
    }
}

impl Body<'_> {
    fn bare_bar(&self, f: &mut fmt::Formatter<'_>, title: &str) -> fmt::Result {
        writeln!(
            f,
            "<header class=\"bar\"><div class=\"top\"><h1>{title}</h1>{}</div></header>",
            self.issues_button()
        )
    }

    fn issues_button(&self) -> String {
        format!(
            "<button type=\"button\" class=\"to-issues\" popovertarget=\"issues\">{}</button>",
            self.words.issues
        )
    }

    fn bar(&self, f: &mut fmt::Formatter<'_>, open: &Open) -> fmt::Result {
        let Self {
            sheet,
            asked,
            words,
            ..
        } = self;
        let chooser = Chooser {
            sheet,
            open,
            asked,
            words,
        };
        write!(
            f,
            "<header class=\"bar\"><div class=\"top\"><h1>{}</h1>{}{chooser}</div>\n\
             <div class=\"tools\"><nav class=\"views\" aria-label=\"{}\">",
            Text(&open.print.subject),
            self.issues_button(),
            words.views
        )?;
        for (index, view) in View::ALL.into_iter().enumerate() {
            let current = match view == asked.view {
                true => " aria-current=\"true\"",
                false => "",
            };
            let key = index + 1;
            write!(
                f,
                "<a href=\"{}\" data-key=\"{key}\" aria-keyshortcuts=\"{key}\"{current}>{}</a>",
                Text(&address(&open.name, &asked.in_view(view))),
                words.view(view)
            )?;
        }
        write!(
            f,
            "</nav>\n<p class=\"pulse\" role=\"status\" data-live=\"{live}\" data-lost=\"{}\" data-renewed=\"{}\">{live}</p>\
             <button type=\"button\" class=\"to-keys\" aria-keyshortcuts=\"?\" aria-label=\"{}\">?</button></div></header>\n",
            words.lost,
            words.renewed,
            words.keys,
            live = words.live,
        )
    }

    fn faults(&self, f: &mut fmt::Formatter<'_>, consequence: Option<&str>) -> fmt::Result {
        let words = self.words;
        let faults = &self.sheet.faults;
        if faults.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "<section class=\"faults\" role=\"alert\"><h2>{}</h2>",
            words.faults
        )?;
        for fault in faults {
            self.fault(f, fault)?;
        }
        if let Some(consequence) = consequence {
            write!(f, "<p class=\"consequence\">{consequence}</p>")?;
        }
        f.write_str("</section>\n")
    }

    fn fault(&self, f: &mut fmt::Formatter<'_>, fault: &SourceError) -> fmt::Result {
        let excerpt = Excerpt::of(fault);
        f.write_str("<div class=\"fault\"><p class=\"message\">")?;
        if let Some(excerpt) = &excerpt {
            write!(
                f,
                "<code>{}:{}</code> ",
                Text(excerpt.file),
                excerpt.position
            )?;
        }
        write!(f, "{}</p>", Sentence(fault.message()))?;
        if let Some(excerpt) = excerpt {
            write!(f, "{excerpt}")?;
        }
        if let Some(hint) = fault.hint() {
            write!(f, "<p class=\"hint\">{}</p>", Sentence(hint))?;
        }
        f.write_str("</div>\n")
    }

    fn manuscript(&self, f: &mut fmt::Formatter<'_>, manuscript: Option<&Source>) -> fmt::Result {
        let Some(manuscript) = manuscript else {
            return Ok(());
        };
        let numbered = Numbered {
            text: manuscript.text(),
            marks: &[],
            chosen: self.asked.line,
        };
        write!(
            f,
            "<div class=\"stage source manuscript\" tabindex=\"0\">{numbered}</div>"
        )
    }
}

/// The keys.
struct Help<'a> {
    words: &'a Words,
}

impl Display for Help<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words;
        write!(
            f,
            "<dialog id=\"keys\" aria-labelledby=\"keys-title\"><h2 id=\"keys-title\">{}</h2><dl>",
            words.keys
        )?;
        for (keys, what) in [
            (&["1", "…", "7"][..], words.key_views),
            (&["j", "k", "↓", "↑"], words.key_findings),
            (&["[", "]"], words.key_issues),
            (&["r"], words.key_readers),
            (&["?"], words.key_help),
        ] {
            let keys: Vec<String> = keys.iter().map(|key| format!("<kbd>{key}</kbd>")).collect();
            write!(f, "<dt>{}</dt><dd>{what}</dd>", keys.join(" "))?;
        }
        writeln!(
            f,
            "</dl><p><label><input type=\"checkbox\" id=\"keys-on\" checked> {}</label></p>\
             <form method=\"dialog\"><button>{}</button></form></dialog>",
            words.keys_on, words.close
        )
    }
}
