//! A mail as families of clients would show it: what `facts.txt` and `partial` say that a family drops is
//! dropped, from the same tables that findings come from. A simulation, drawn by a browser: it shows
//! what is lost, not how the rest is drawn.

use super::{
    clients::{is_in_no_webmail, letter},
    cropped,
    features::declaration_features,
    page::{ExaminedMail, ParsedMail},
    partial,
};
use crate::render::{
    css::{self, Declaration},
    markup::{MarkupKind, STYLE_END, attribute, pieces},
};

/// How a mail may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientView {
    /// Gmail in a browser.
    #[default]
    Gmail,
    /// Gmail's app with an account of another provider: no `<style>`.
    GmailForeign,
    /// Outlook on Windows, which draws with Word.
    Outlook,
    /// Yahoo in a browser.
    Yahoo,
    /// A client that inverts every colour.
    ForcedDark,
    /// Pictures not loaded.
    NoPictures,
    /// Naver: what no webmail lets through is gone; nobody has measured more.
    Naver,
}

impl ClientView {
    /// In the order in which people are offered them.
    pub const ALL: [Self; 7] = [
        Self::Gmail,
        Self::GmailForeign,
        Self::Outlook,
        Self::Yahoo,
        Self::ForcedDark,
        Self::NoPictures,
        Self::Naver,
    ];

    /// As an address says it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Gmail => "gmail",
            Self::GmailForeign => "gmail-foreign",
            Self::Outlook => "outlook",
            Self::Yahoo => "yahoo",
            Self::ForcedDark => "forced-dark",
            Self::NoPictures => "no-pictures",
            Self::Naver => "naver",
        }
    }

    /// The client that stands for it, as caniemail calls it; None where nobody has measured one.
    #[must_use]
    pub fn client(self) -> Option<&'static str> {
        match self {
            Self::Gmail => Some("gmail.desktop-webmail"),
            Self::GmailForeign => Some("gmail.android"),
            Self::Outlook => Some("outlook.windows"),
            Self::Yahoo => Some("yahoo.desktop-webmail"),
            Self::ForcedDark | Self::NoPictures | Self::Naver => None,
        }
    }

    fn keeps_sheets(self) -> bool {
        self != Self::GmailForeign
    }

    /// Whether the family drops a feature altogether.
    fn lacks(self, feature: &str) -> bool {
        match self.client() {
            Some(client) => letter(feature, client) == Some('n'),
            None => self == Self::Naver && is_in_no_webmail(feature),
        }
    }

    fn drops(self, declaration: &Declaration) -> bool {
        declaration_features(declaration).iter().any(|feature| {
            let in_part = partial::dropped(feature, declaration);
            let is_partly = self.client().is_some_and(|client| {
                letter(feature, client) == Some('a')
                    && in_part.is_some_and(|(_, starts)| {
                        starts.iter().any(|start| client.starts_with(start))
                    })
            });
            self.lacks(feature) || is_partly
        })
    }

    /// Whether the family passes over a rule under this condition.
    fn drops_condition(self, condition: &str) -> bool {
        let condition = condition.to_ascii_lowercase();
        let is_dark = condition.contains("prefers-color-scheme");
        is_dark && (self == Self::ForcedDark || self.lacks("css-at-media-prefers-color-scheme"))
            || condition.starts_with("@media") && self.lacks("css-at-media")
    }
}

/// The mail's HTML as a view shows it.
#[must_use]
pub fn as_shown(html: &str, view: ClientView) -> String {
    let html = match view {
        ClientView::Outlook => for_word(html),
        _ => html.to_owned(),
    };
    let slices = match view {
        ClientView::Outlook => {
            let page = ParsedMail::parse(&html);
            cropped::slices(&ExaminedMail::new(&page))
        }
        _ => Vec::new(),
    };
    let mut slices = slices.into_iter();
    let mut shown = String::with_capacity(html.len());
    for (kind, piece) in pieces(&html) {
        match kind {
            MarkupKind::Style if !view.keeps_sheets() => {}
            MarkupKind::Style => shown.push_str(&sheet(piece, view)),
            MarkupKind::Tag => {
                let slice = piece.starts_with("<img").then(|| slices.next().flatten());
                shown.push_str(&tag(piece, view, slice.flatten()));
            }
            MarkupKind::Text | MarkupKind::Comment => shown.push_str(piece),
        }
    }
    match view {
        ClientView::ForcedDark => {
            shown.replacen("</head>", &format!("<style>{INVERTED}</style></head>"), 1)
        }
        _ => shown,
    }
}

/// What clients that invert do: colours are turned round, pictures are not.
const INVERTED: &str = "html{background:#ffffff;filter:invert(1) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}";

fn sheet(style: &str, view: ClientView) -> String {
    let Some((open, css)) = style.split_once('>') else {
        return style.to_owned();
    };
    let mut sheet = css::sheet(css.strip_suffix(STYLE_END).unwrap_or(css));
    sheet.rules.retain(|rule| {
        !rule
            .conditions
            .iter()
            .any(|condition| view.drops_condition(condition))
    });
    for rule in &mut sheet.rules {
        rule.declarations.retain(|one| !view.drops(one));
    }
    format!("{open}>{sheet}{STYLE_END}")
}

fn tag(tag: &str, view: ClientView, slice: Option<f64>) -> String {
    let name = name_of(tag);
    // A page has a body whatever becomes of its tag.
    if name != "body" && view.lacks(&format!("html-{name}")) {
        return String::new();
    }
    let mut tag = tag.to_owned();
    // Word has no paragraph whose lines don't end at the margin, code or not.
    if view == ClientView::Outlook && name == "pre" && !tag.starts_with("</") {
        tag.insert_str("<pre".len(), " wrap");
    }
    if view == ClientView::NoPictures
        && tag.starts_with("<img")
        && let Some(source) = attribute(&tag, "src")
    {
        tag = tag.replacen(&format!(" src=\"{source}\""), "", 1);
    }
    let Some(style) = attribute(&tag, "style").map(str::to_owned) else {
        return tag;
    };
    let mut declarations = css::declarations(&style.replace("&quot;", "\""));
    let is_passed_over =
        |one: &Declaration| view == ClientView::Outlook && is_not_words(&one.name, &tag);
    declarations.retain(|one| !view.drops(one) && !is_passed_over(one));
    let mut kept = css::inline(&declarations);
    if let Some(pixels) = slice {
        kept.push_str(&format!(
            ";height:{pixels}px!important;object-fit:cover;object-position:bottom"
        ));
    }
    let kept = kept.replace('"', "&quot;");
    let written = if kept.is_empty() {
        String::new()
    } else {
        format!(" style=\"{kept}\"")
    };
    tag.replacen(&format!(" style=\"{style}\""), &written, 1)
}

fn name_of(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    name.split([' ', '>', '/']).next().unwrap_or_default()
}

/// What Word knows, but not of this element: caniemail's notes (2026-06) on `padding`, `max-width`,
/// `width` and `height` in Outlook 2019 on Windows. How words break and where a line stands is a
/// paragraph's matter there (`w:wordWrap`, ECMA-376 part 1 §17.3.1.45; mjml #2297 has it tried on a link).
fn is_not_words(property: &str, tag: &str) -> bool {
    let name = name_of(tag);
    match property {
        "max-width" => name != "table",
        "width" => matches!(name, "body" | "div" | "img" | "p" | "span"),
        "height" => matches!(name, "body" | "div" | "p" | "span"),
        "word-break" | "display" | "margin" => RUNS.contains(&name),
        _ => property.starts_with("padding") && !matches!(name, "td" | "th"),
    }
}

/// What Word makes no paragraphs of, but runs of letters.
const RUNS: [&str; 9] = ["a", "b", "code", "em", "i", "s", "span", "strong", "sup"];

/// The page with what conditional comments hold for Word, and without what they keep from it.
fn for_word(html: &str) -> String {
    let mut page = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<!--[if ") {
        let (before, from) = rest.split_at(at);
        page.push_str(before);
        let Some((condition, inner)) = from.split_once("]>") else {
            break;
        };
        let is_for_word = condition.contains("mso") && !condition.contains("!mso");
        let end = from.find("<![endif]-->").unwrap_or(from.len());
        if is_for_word {
            let inner = inner.split("<![endif]-->").next().unwrap_or_default();
            page.push_str(&without_settings(inner));
        }
        rest = from
            .get(end..)
            .and_then(|end| end.strip_prefix("<![endif]-->"))
            .unwrap_or_default();
    }
    page.push_str(rest);
    page
}

/// What Office reads and never shows.
fn without_settings(inner: &str) -> String {
    match (inner.find("<xml"), inner.find("</xml>")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}{}", &inner[..start], &inner[end + "</xml>".len()..])
        }
        _ => inner.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "<html><head><!--[if mso]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><style>td{mso-line-height-rule:exactly}</style><![endif]-->\
        <style>.a{border-radius:4px}@media (prefers-color-scheme: dark){.a{color:#ffffff!important}}</style></head>\
        <body><table><tr><td class=\"a\" style=\"line-height:30px;padding:4px;border-radius:8px;text-indent:-8px\">\
        <!--[if !mso]><!--><p style=\"padding:8px;margin:0\">not for Word</p><!--<![endif]-->\
        <img src=\"https://example.com/a.png\" alt=\"A\" height=\"200\" style=\"height:auto\"></td></tr></table></body></html>";

    #[test]
    fn no_view_shows_what_its_family_drops() {
        for view in ClientView::ALL {
            let shown = as_shown(MAIL, view);
            for (kind, piece) in pieces(&shown) {
                let style = attribute(piece, "style").filter(|_| kind == MarkupKind::Tag);
                for declaration in css::declarations(style.unwrap_or_default()) {
                    let is_ours = declaration.name.starts_with("object");
                    assert!(
                        is_ours || !view.drops(&declaration),
                        "{view:?}: {declaration}"
                    );
                }
            }
            assert_eq!(
                shown.contains("<style>.a"),
                view != ClientView::GmailForeign && view != ClientView::Outlook
            );
        }
    }

    #[test]
    fn word_cuts_the_picture_reads_its_comments_and_knows_no_corners() {
        let shown = as_shown(MAIL, ClientView::Outlook);
        assert!(shown.contains("height:30px!important"), "{shown}");
        assert!(
            shown.contains("<style>td{mso-line-height-rule:exactly}</style>"),
            "{shown}"
        );
        assert!(
            !shown.contains("border-radius")
                && !shown.contains("not for Word")
                && !shown.contains("96"),
            "{shown}"
        );
        let free = MAIL.replace("exactly", "at-least");
        assert!(!as_shown(&free, ClientView::Outlook).contains("object-fit"));
    }

    #[test]
    fn gmail_drops_the_hanging_indent_and_no_pictures_leave_their_words() {
        assert!(!as_shown(MAIL, ClientView::Gmail).contains("text-indent"));
        assert!(as_shown(MAIL, ClientView::Outlook).contains("text-indent"));
        let bare = as_shown(MAIL, ClientView::NoPictures);
        assert!(
            !bare.contains("a.png") && bare.contains("alt=\"A\""),
            "{bare}"
        );
        assert!(as_shown(MAIL, ClientView::ForcedDark).contains("invert(1)"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_view_panic(text in "[<>a-z!=\"'/{}();:@,.\\-\\[\\]* 가]{0,80}") {
            for view in ClientView::ALL {
                let _ = as_shown(&text, view);
            }
        }
    }
}
