//! Links as they stand in the HTML, those of the templates too.

use std::collections::BTreeSet;

use crate::{
    issue::Document,
    words::{Said, say},
};

use super::{
    super::{Findings, links::is_vague},
    DOUBLED_ID, LINK_NAME, LINK_TARGET, LINK_TEXT, LINK_TOLD,
    element::MailElement,
    look::{ColorMode, ElementStyle},
    page::ExaminedMail,
};

pub(super) fn check(page: &ExaminedMail<'_>, issue: &Document, findings: &mut Findings<'_>) {
    let elements = page.elements();
    let looks = page.looks(ColorMode::Light);
    let mut ids = BTreeSet::new();
    for seen in elements {
        if let Some(id) = seen.attr("id")
            && !ids.insert(id)
        {
            findings
                .in_mail(&DOUBLED_ID, &seen.tag(), say!("a second id `{id}`", id))
                .hint(say!("ids are unique"));
        }
    }
    // The writer's own links are told at their place in the issue.
    let own: BTreeSet<&str> = issue.links.iter().map(|link| link.text.trim()).collect();
    for (index, seen) in elements.iter().enumerate() {
        if seen.name() != "a" || looks[index].is_hidden {
            continue;
        }
        let Some(href) = seen.attr("href") else {
            continue;
        };
        if let Some(why) = nowhere(href, &ids) {
            findings
                .in_mail(&LINK_TARGET, &seen.tag(), say!("a link {why}", why))
                .hint(say!("write the whole address, or leave the link out"));
        }
        if !has_name(seen) {
            findings
                .in_mail(&LINK_NAME, &seen.tag(), say!("a link without words"))
                .hint(say!("words, or an image with an alt"));
        }
        let words = seen.words();
        if is_vague(&words) && !own.contains(words.as_str()) {
            findings
                .in_mail(
                    &LINK_TEXT,
                    &seen.tag(),
                    say!("`{words}` does not say where the link goes", words),
                )
                .hint(say!("templates/words has the mail's fixed words"));
        }
        if !is_told(index, elements, looks) {
            findings
                .in_mail(
                    &LINK_TOLD,
                    &seen.tag(),
                    say!(
                        "only its colour tells `{words}` from the text",
                        words = seen.words()
                    ),
                )
                .hint(say!("underline it"));
        }
    }
}

fn nowhere(href: &str, ids: &BTreeSet<&str>) -> Option<Said> {
    if let Some(anchor) = href.strip_prefix('#') {
        return (!ids.contains(anchor) && !anchor.is_empty())
            .then(|| say!("to `#{anchor}`, which is not in the mail", anchor));
    }
    let is_whole = ["https://", "http://", "mailto:", "tel:", "sms:"]
        .iter()
        .any(|start| href.starts_with(start));
    match href.trim() {
        "" => Some(say!("without an address")),
        _ if is_whole => None,
        href => Some(say!("to `{href}`, which is no whole address", href)),
    }
}

fn has_name(seen: &MailElement<'_>) -> bool {
    let has_alt = |inner: scraper::ElementRef<'_>| {
        inner.attr("alt").is_some_and(|alt| !alt.trim().is_empty())
    };
    !seen.words().is_empty()
        || seen
            .attr("aria-label")
            .is_some_and(|label| !label.trim().is_empty())
        || seen.element.descendent_elements().any(has_alt)
}

/// Within running text a link is underlined, or set bolder than what is around it.
fn is_told(index: usize, elements: &[MailElement<'_>], looks: &[ElementStyle]) -> bool {
    let (seen, look) = (&elements[index], &looks[index]);
    let Some(parent) = seen.parent else {
        return true;
    };
    let stands_alone = !elements[parent].has_words;
    let is_framed = seen.style.iter().any(|declaration| {
        let name = declaration.name.as_str();
        (name == "border" || name == "border-bottom")
            && !declaration.value.starts_with('0')
            && declaration.value != "none"
    });
    let around = &looks[parent];
    stands_alone
        || look.is_underlined
        || is_framed
        || look.is_bold != around.is_bold
        || look.ground.map(|color| color.rgb) != around.ground.map(|color| color.rgb)
}
