//! Pictures that Outlook on Windows cuts: Word gives a line exactly the height that it is told, where the
//! line rule says `exactly`, and of a picture in that line it shows a slice.

use scraper::Selector;

use super::{super::Findings, CROPPED, element::MailElement, look::length, page::ExaminedMail};
use crate::{
    render::css::{self, Declaration},
    words::say,
};

const LINE_RULE: &str = "mso-line-height-rule";

pub(super) fn check(page: &ExaminedMail<'_>, findings: &mut Findings<'_>) {
    let pictures = page.elements().iter().filter(|seen| seen.name() == "img");
    let mut cropped = pictures
        .zip(slices(page))
        .filter(|(_, slice)| slice.is_some());
    if let Some((seen, _)) = cropped.next() {
        findings
            .in_mail(
                &CROPPED,
                &seen.tag(),
                say!("Outlook on Windows cuts the picture to the height of a line"),
            )
            .hint(say!("leave mso-line-height-rule out (Word's own is at-least), or give the picture's cell line-height:100%"));
    }
}

/// How high a slice Word leaves of each picture, in the order of the text; None: all of it.
pub(super) fn slices(page: &ExaminedMail<'_>) -> Vec<Option<f64>> {
    let elements = page.elements();
    let exact = exact_selectors(page);
    let pictures = elements.iter().filter(|seen| seen.name() == "img");
    let slice = |seen: &MailElement<'_>| {
        let tall: Option<f64> = seen.attr("height").and_then(|height| height.parse().ok());
        let line = line_height(seen, elements).filter(|_| is_exact(seen, elements, &exact))?;
        tall.is_none_or(|tall| tall > line).then_some(line)
    };
    pictures.map(slice).collect()
}

/// The nearest line height in pixels: above it another unit may stand, which Word takes for a share of
/// the line's own height.
fn line_height(seen: &MailElement<'_>, elements: &[MailElement<'_>]) -> Option<f64> {
    let value = nearest(seen, elements, |here| here.property("line-height"))?;
    let is_absolute = ["px", "pt"].iter().any(|unit| value.ends_with(unit)) || value == "0";
    is_absolute.then(|| length(value, 0.0)).flatten()
}

/// Whether the rule is `exactly`: said by the nearest element that says any, inline or by a sheet.
fn is_exact(
    seen: &MailElement<'_>,
    elements: &[MailElement<'_>],
    exact: &[(Selector, bool)],
) -> bool {
    nearest(seen, elements, |here| {
        let inline = here
            .property(LINE_RULE)
            .map(|rule| rule.eq_ignore_ascii_case("exactly"));
        inline.or_else(|| {
            let told = exact.iter().rev();
            told.filter(|(selector, _)| selector.matches(&here.element))
                .map(|(_, is_exact)| *is_exact)
                .next()
        })
    })
    .unwrap_or(false)
}

fn nearest<'e, T>(
    seen: &'e MailElement<'_>,
    elements: &'e [MailElement<'_>],
    said: impl Fn(&'e MailElement<'_>) -> Option<T>,
) -> Option<T> {
    let mut at = Some(seen);
    while let Some(here) = at {
        if let Some(value) = said(here) {
            return Some(value);
        }
        at = here.parent.map(|parent| &elements[parent]);
    }
    None
}

/// What sheets say of the line rule, those for Word in conditional comments among them.
fn exact_selectors(page: &ExaminedMail<'_>) -> Vec<(Selector, bool)> {
    let for_word = page.comments.iter().filter(|text| text.contains("[if"));
    let for_word = for_word.flat_map(|text| {
        text.split("<style")
            .skip(1)
            .filter_map(|rest| rest.split_once('>'))
            .map(|(_, css)| css::sheet(css.split("</style").next().unwrap_or_default()))
            .collect::<Vec<_>>()
    });
    let sheets: Vec<_> = for_word.collect();
    let rules = page.sheets.iter().chain(&sheets).flat_map(|it| &it.rules);
    rules
        .filter_map(|rule| Some((rule, line_rule(&rule.declarations)?)))
        .flat_map(|(rule, is_exact)| {
            let selectors = rule.selectors.iter();
            selectors.filter_map(move |one| Some((Selector::parse(one).ok()?, is_exact)))
        })
        .collect()
}

fn line_rule(declarations: &[Declaration]) -> Option<bool> {
    let said = declarations.iter().rev().find(|one| one.name == LINE_RULE);
    said.map(|one| one.value.eq_ignore_ascii_case("exactly"))
}
