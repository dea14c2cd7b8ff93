//! A page without what nobody reads: classes that only the inlined rules named, rules of the head whose
//! classes the page does not have, white space in style sheets. Gmail clips a mail at 102 KB, and the
//! way out stands last.
//!
//! Works on the page as the inliner wrote it, still veiled (`escape::Veil`): every attribute stands in
//! double quotes and none holds another. Of a reader's value it looks at nothing but whether it is a
//! class that a rule names, which is what the inliner looks at too.

use std::{borrow::Cow, collections::BTreeSet};

use crate::render::{
    css,
    markup::{MarkupKind, STYLE_END as END, attribute, end_of, pieces},
};

/// What the inliner must neither read nor inline: the sheets that stay in the head.
pub(super) const KEPT: &str = "<style data-css-inline=\"keep\">";

/// The style sheets of a page.
pub(super) struct PageSheets {
    /// In the order of the page.
    kept: Vec<String>,
    /// Classes that the rules to be inlined name.
    inlined_names: BTreeSet<String>,
}

impl PageSheets {
    /// The page with every kept sheet empty, and its sheets. The inliner would write the rules of a
    /// kept sheet into the elements as well.
    pub(super) fn taken_from(page: &str) -> (String, Self) {
        let mut sheets = Self {
            kept: Vec::new(),
            inlined_names: BTreeSet::new(),
        };
        let mut emptied = String::with_capacity(page.len());
        let mut rest = page;
        while let Some(at) = next_of(rest, &["<!--", "<style"]) {
            let (before, from) = rest.split_at(at);
            emptied.push_str(before);
            let end = end_of(from, if from.starts_with("<!--") { "-->" } else { END });
            let (whole, after) = from.split_at(end);
            match whole.strip_prefix(KEPT) {
                Some(css) => {
                    sheets
                        .kept
                        .push(css.strip_suffix(END).unwrap_or(css).to_owned());
                    emptied.push_str(KEPT);
                    emptied.push_str(END);
                }
                None => {
                    if whole.starts_with("<style") {
                        let names = class_names(whole).map(str::to_owned);
                        sheets.inlined_names.extend(names);
                    }
                    emptied.push_str(whole);
                }
            }
            rest = after;
        }
        emptied.push_str(rest);
        (emptied, sheets)
    }

    /// The inlined page without classes that no rule is left for, and with the kept sheets back, as
    /// far as they speak of it.
    pub(super) fn slimmed(&self, inlined: &str) -> String {
        let mut kept_names: BTreeSet<&str> =
            self.kept.iter().flat_map(|css| class_names(css)).collect();
        for (_, comment) in pieces(inlined).filter(|(kind, _)| *kind == MarkupKind::Comment) {
            kept_names.extend(class_names(comment));
        }
        let is_idle =
            |class: &str| self.inlined_names.contains(class) && !kept_names.contains(class);
        let mut present = BTreeSet::new();
        let mut page = Vec::new();
        for (kind, piece) in pieces(inlined) {
            let value = match kind {
                MarkupKind::Tag => attribute(piece, "class"),
                _ => None,
            };
            let Some(value) = value else {
                page.push((kind, Cow::Borrowed(piece)));
                continue;
            };
            let mut classes = Vec::new();
            for class in value.split_whitespace().filter(|class| !is_idle(class)) {
                present.insert(class);
                classes.push(class);
            }
            let classes = classes.join(" ");
            if !classes.is_empty() && classes == value {
                page.push((kind, Cow::Borrowed(piece)));
                continue;
            }
            let written = match classes.is_empty() {
                true => String::new(),
                false => format!(" class=\"{classes}\""),
            };
            let tag = piece.replacen(&format!(" class=\"{value}\""), &written, 1);
            page.push((kind, tag.into()));
        }
        let mut kept = self.kept.iter();
        let mut slimmed = String::with_capacity(inlined.len());
        for (kind, piece) in page {
            match kind {
                MarkupKind::Style if piece.starts_with(KEPT) => {
                    let css = kept.next().map_or("", String::as_str);
                    slimmed.push_str(&format!("<style>{}{END}", spoken_of(css, &present)));
                }
                MarkupKind::Comment => slimmed.push_str(&slim_comment(&piece, &present)),
                _ => slimmed.push_str(&piece),
            }
        }
        slimmed
    }
}

fn next_of(text: &str, wanted: &[&str]) -> Option<usize> {
    wanted.iter().filter_map(|one| text.find(one)).min()
}

/// Every `.name` of a text of CSS: more than its selectors have at worst, and never fewer.
pub(super) fn class_names(css: &str) -> impl Iterator<Item = &str> {
    css.split('.').skip(1).filter_map(|rest| {
        let is_part = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_');
        let end = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
        let name = &rest[..end];
        name.starts_with(|first: char| !first.is_ascii_digit())
            .then_some(name)
    })
}

/// A conditional comment whose sheet speaks only of what the page has.
pub(super) fn slim_comment(comment: &str, present: &BTreeSet<&str>) -> String {
    let Some((before, rest)) = comment.split_once("<style>") else {
        return comment.to_owned();
    };
    let (css, after) = rest.split_once(END).unwrap_or((rest, ""));
    format!("{before}<style>{}{END}{after}", spoken_of(css, present))
}

/// The rules of a sheet that select something by the page's classes, without needless white space.
pub(super) fn spoken_of(css: &str, present: &BTreeSet<&str>) -> String {
    let mut sheet = css::sheet(css);
    for rule in &mut sheet.rules {
        rule.selectors
            .retain(|selector| class_names(selector).all(|class| present.contains(class)));
    }
    sheet.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head><!--[if mso]><style>.wide { width: 1px; } .gone{a:b}</style><![endif]-->\
        <style>.p, .wide { color: #000000 }</style>\
        <style data-css-inline=\"keep\">:root { a: b }\n@media (min-width: 1px) { .ink , .gone { color: #ffffff !important; } }\n@media print { .gone { a: b } }</style></head>\
        <p title=\"> class=\" class=\"p ink mine wide\">.p</p><p class=\"p\"></p>";

    /// What the inliner makes of a page, apart from the inlining.
    fn written(page: &str) -> String {
        page.replace("<style>.p, .wide { color: #000000 }</style>", "")
    }

    #[test]
    fn classes_and_rules_that_nothing_needs_are_gone() {
        let (emptied, sheets) = PageSheets::taken_from(PAGE);
        assert!(
            !emptied.contains(":root") && emptied.contains(".p, .wide"),
            "{emptied}"
        );
        assert_eq!(
            sheets.slimmed(&written(&emptied)),
            "<head><!--[if mso]><style>.wide{width:1px}</style><![endif]-->\
             <style>:root{a:b}@media (min-width: 1px){.ink{color:#ffffff!important}}</style></head>\
             <p title=\"> class=\" class=\"ink mine wide\">.p</p><p></p>"
        );
    }

    #[test]
    fn a_sheet_keeps_its_strings_statements_and_faces() {
        let sheet = "@import url(\"a;b.css\"); /* .x{ */ @font-face { src: url(a.woff) } p > a:not(.b , c), \
            q::before { content: \" ;  } \" }";
        assert_eq!(
            spoken_of(sheet, &BTreeSet::from(["b"])),
            "@import url(\"a;b.css\");@font-face{src:url(a.woff)}p > a:not(.b , c),q::before{content:\" ;  } \"}"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_slimming_panic(text in "[<>a-z!=\"'/{}();:@,.\\-* 가]{0,80}") {
            let (emptied, sheets) = PageSheets::taken_from(&text);
            let _ = sheets.slimmed(&emptied);
            let _ = spoken_of(&text, &BTreeSet::new());
        }
    }
}
