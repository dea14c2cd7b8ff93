//! The headings that a screen reader jumps by.

use std::collections::BTreeSet;

use super::{
    super::{Findings, content::skipping_headings},
    HEADING_EMPTY, HEADING_ONE, HEADING_ORDER,
    look::ColorMode,
    page::ExaminedMail,
};
use crate::{issue::Document, words::say};

pub(super) fn check(page: &ExaminedMail<'_>, issue: &Document, findings: &mut Findings<'_>) {
    // The writer's own are told at their place in the issue.
    let told: BTreeSet<(&str, u8)> = skipping_headings(issue)
        .map(|(prose, level, _)| (prose.text.trim(), level))
        .collect();
    let elements = page.elements();
    let looks = page.looks(ColorMode::Light);
    let mut above = 0;
    let mut tops = 0;
    for (seen, look) in elements.iter().zip(looks) {
        let level = match seen.name() {
            "h1" => 1,
            "h2" => 2,
            "h3" => 3,
            "h4" => 4,
            "h5" => 5,
            "h6" => 6,
            _ => continue,
        };
        if look.is_hidden {
            continue;
        }
        let has_words = !seen.words().is_empty()
            || seen
                .element
                .descendent_elements()
                .any(|inner| inner.attr("alt").is_some_and(|alt| !alt.trim().is_empty()));
        if !has_words {
            findings
                .in_mail(&HEADING_EMPTY, &seen.tag(), say!("a heading without words"))
                .hint(say!("leave it out where there is nothing to say"));
            continue;
        }
        if level == 1 {
            tops += 1;
            if tops == 2 {
                findings
                    .in_mail(&HEADING_ONE, &seen.tag(), say!("a second <h1>"))
                    .hint(say!("stories are <h2>"));
            }
        }
        // Where the first is none of the top, the rule on that has told it.
        let is_told = told.contains(&(seen.words().as_str(), level));
        if above > 0 && level > above + 1 && !is_told {
            findings
                .in_mail(
                    &HEADING_ORDER,
                    &seen.tag(),
                    say!("<h{level}> after <h{above}>", level, above),
                )
                .hint(say!("write <h{next}>", next = above + 1));
        }
        above = level;
    }
    if tops == 0 {
        findings
            .in_mail(&HEADING_ONE, "<body>", say!("the mail has no <h1>"))
            .hint(say!("its title is one"));
    }
}
