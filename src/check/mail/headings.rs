//! The headings that a screen reader jumps by.

use super::{super::Findings, HEADING_EMPTY, HEADING_ONE, HEADING_ORDER, look::Mode, page::Sight};

pub(super) fn check(page: &Sight<'_>, findings: &mut Findings<'_>) {
    let elements = page.elements();
    let looks = page.looks(Mode::Light);
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
                .in_mail(&HEADING_EMPTY, &seen.tag(), "a heading without words")
                .hint("leave it out where there is nothing to say");
            continue;
        }
        if level == 1 {
            tops += 1;
            if tops == 2 {
                findings
                    .in_mail(&HEADING_ONE, &seen.tag(), "a second <h1>")
                    .hint("stories are <h2>");
            }
        }
        // Where the first is none of the top, the rule on that has told it.
        if above > 0 && level > above + 1 {
            findings
                .in_mail(
                    &HEADING_ORDER,
                    &seen.tag(),
                    format!("<h{level}> after <h{above}>"),
                )
                .hint(format!("write <h{}>", above + 1));
        }
        above = level;
    }
    if tops == 0 {
        findings
            .in_mail(&HEADING_ONE, "<body>", "the mail has no <h1>")
            .hint("its title is one");
    }
}
