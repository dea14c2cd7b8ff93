//! What a mail says before its first visible word.

use super::{
    super::Findings, DOCTYPE, LANGUAGE, META, NESTED_RULE, OUTLOOK, PREHEADER, STYLE_SIZE,
    STYLESHEET, TITLE, WRAPPER, ZOOM, element::MailElement, look::ColorMode, page::ExaminedMail,
};
use crate::{render::RenderedIssue, words::say};

/// Gmail's limit (caniemail, html-style, note 6).
const MAX_STYLE: usize = 16 * 1024;

pub(super) fn check(
    page: &ExaminedMail<'_>,
    rendered: &RenderedIssue,
    findings: &mut Findings<'_>,
) {
    let elements = page.elements();
    doctype(page, findings);
    root(elements, findings);
    title(elements, rendered, findings);
    metas(page, elements, findings);
    outlook(page, findings);
    styles(page, elements, findings);
    wrapper(elements, findings);
    preheader(page, elements, findings);
}

fn doctype(page: &ExaminedMail<'_>, findings: &mut Findings<'_>) {
    let start: String = page.html.trim_start().chars().take(15).collect();
    if !start.eq_ignore_ascii_case("<!doctype html>") {
        findings
            .in_mail(
                &DOCTYPE,
                &start,
                say!("the mail does not begin with <!DOCTYPE html>"),
            )
            .hint(say!("put it first in templates/email/issue.html"));
    }
}

fn root(elements: &[MailElement<'_>], findings: &mut Findings<'_>) {
    let Some(html) = elements.iter().find(|seen| seen.name() == "html") else {
        return;
    };
    for name in ["lang", "dir"] {
        if html.attr(name).is_none_or(|value| value.trim().is_empty()) {
            findings
                .in_mail(&LANGUAGE, &html.tag(), say!("<html> has no `{name}`", name))
                .hint(say!(
                    "write <html lang=\"ko\" dir=\"ltr\">: `{name}` is missing",
                    name
                ));
        }
    }
}

fn title(elements: &[MailElement<'_>], rendered: &RenderedIssue, findings: &mut Findings<'_>) {
    let title = elements.iter().find(|seen| seen.name() == "title");
    let text = title.map(MailElement::words).unwrap_or_default();
    let subject = rendered
        .subject
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if text.is_empty() {
        findings
            .in_mail(&TITLE, "<title>", say!("the mail has no title"))
            .hint(say!("<title> holds the subject"));
    } else if text != subject {
        findings
            .in_mail(
                &TITLE,
                &format!("<title>{text}"),
                say!("the title is not the subject"),
            )
            .hint(say!("<title> holds the subject"));
    }
}

fn metas(page: &ExaminedMail<'_>, elements: &[MailElement<'_>], findings: &mut Findings<'_>) {
    let meta = |name: &str| {
        elements
            .iter()
            .filter(|seen| seen.name() == "meta")
            .find(|seen| {
                seen.attr("name")
                    .is_some_and(|own| own.eq_ignore_ascii_case(name))
            })
    };
    let has_charset = elements.iter().any(|seen| {
        seen.name() == "meta"
            && (seen.attr("charset").is_some()
                || seen
                    .attr("http-equiv")
                    .is_some_and(|name| name.eq_ignore_ascii_case("content-type")))
    });
    let mut missing = Vec::new();
    if !has_charset {
        missing.push("charset");
    }
    let names = [
        "viewport",
        "x-apple-disable-message-reformatting",
        "format-detection",
        "color-scheme",
        "supported-color-schemes",
        "description",
    ];
    missing.extend(names.into_iter().filter(|name| meta(name).is_none()));
    // Apple Mail goes by the style, others by the metas.
    let has_root = page
        .sheets
        .iter()
        .flat_map(|sheet| &sheet.rules)
        .any(|rule| {
            rule.selectors.iter().any(|selector| selector == ":root")
                && rule
                    .declarations
                    .iter()
                    .any(|one| one.name == "color-scheme")
        });
    if !has_root {
        findings
            .in_mail(
                &META,
                "<style>",
                say!("no `:root {{ color-scheme: light dark; }}`"),
            )
            .hint(say!("the built-in templates/email/head.css begins with it"));
    }
    if !missing.is_empty() {
        findings
            .in_mail(
                &META,
                "<head>",
                say!(
                    "the head lacks <meta> {missing}",
                    missing = missing.join(", ")
                ),
            )
            .hint(say!("the built-in templates/email/issue.html has them all"));
    }
    if let Some(viewport) = meta("viewport") {
        let content = viewport
            .attr("content")
            .unwrap_or_default()
            .replace(' ', "")
            .to_lowercase();
        let locks = content.contains("user-scalable=no")
            || content.contains("user-scalable=0")
            || content.split(',').any(|part| {
                part.strip_prefix("maximum-scale=")
                    .is_some_and(|scale| scale.parse().is_ok_and(|scale: f64| scale < 2.0))
            });
        if locks {
            findings
                .in_mail(
                    &ZOOM,
                    &viewport.tag(),
                    say!("the viewport keeps readers from enlarging"),
                )
                .hint(say!(
                    "write content=\"width=device-width, initial-scale=1\""
                ));
        }
    }
}

fn outlook(page: &ExaminedMail<'_>, findings: &mut Findings<'_>) {
    if !page
        .comments
        .iter()
        .any(|comment| comment.contains("PixelsPerInch"))
    {
        findings
            .in_mail(
                &OUTLOOK,
                "<!--[if mso]>",
                say!("the block for Outlook on Windows is missing"),
            )
            .hint(say!(
                "<o:PixelsPerInch>96</o:PixelsPerInch> in an [if mso] comment of the head"
            ));
    }
}

fn styles(page: &ExaminedMail<'_>, elements: &[MailElement<'_>], findings: &mut Findings<'_>) {
    for (style, sheet) in page.styles.iter().zip(&page.sheets) {
        let length = style.len();
        if length > MAX_STYLE {
            findings
                .in_mail(
                    &STYLE_SIZE,
                    "<style>",
                    say!("a <style> of {length} bytes", length),
                )
                .hint(say!("split it, or move what can stand inline"));
        }
        if let Some(rule) = sheet.rules.iter().find(|rule| rule.conditions.len() > 1) {
            findings
                .in_mail(
                    &NESTED_RULE,
                    &rule.conditions.join(" { "),
                    say!("an at-rule within an at-rule"),
                )
                .hint(say!("write both conditions in one: @media (a) and (b)"));
        }
        if let Some(import) = sheet
            .statements
            .iter()
            .find(|statement| statement.starts_with("@import"))
        {
            findings
                .in_mail(&STYLESHEET, import, say!("an @import"))
                .hint(say!(
                    "put the styles into the mail; fonts have to be the system's"
                ));
        }
    }
    let link = elements.iter().find(|seen| {
        seen.name() == "link"
            && seen
                .attr("rel")
                .is_some_and(|rel| rel.eq_ignore_ascii_case("stylesheet"))
    });
    if let Some(link) = link {
        findings
            .in_mail(&STYLESHEET, &link.tag(), say!("a linked stylesheet"))
            .hint(say!(
                "put the styles into the mail; fonts have to be the system's"
            ));
    }
}

fn wrapper(elements: &[MailElement<'_>], findings: &mut Findings<'_>) {
    let wrapper = elements
        .iter()
        .find(|seen| seen.attr("role") == Some("article"));
    let Some(wrapper) = wrapper else {
        findings
            .in_mail(&WRAPPER, "<body>", say!("no element around the mail has role=\"article\""))
            .hint("<div role=\"article\" aria-roledescription=\"email\" aria-label=\"…\" lang=\"…\" dir=\"…\">");
        return;
    };
    let missing: Vec<&str> = ["aria-roledescription", "aria-label", "lang", "dir"]
        .into_iter()
        .filter(|name| {
            wrapper
                .attr(name)
                .is_none_or(|value| value.trim().is_empty())
        })
        .collect();
    if !missing.is_empty() {
        findings
            .in_mail(
                &WRAPPER,
                &wrapper.tag(),
                say!(
                    "the mail's wrapper lacks {missing}",
                    missing = missing.join(", ")
                ),
            )
            .hint(say!(
                "screen readers and clients take name, language and direction from it"
            ));
    }
}

fn preheader(page: &ExaminedMail<'_>, elements: &[MailElement<'_>], findings: &mut Findings<'_>) {
    let Some(body) = elements.iter().position(|seen| seen.name() == "body") else {
        return;
    };
    let looks = page.looks(ColorMode::Light);
    let first = (body..elements.len()).find(|index| !elements[*index].text.is_empty());
    if let Some(index) = first.filter(|index| !looks[*index].is_hidden) {
        findings
            .in_mail(
                &PREHEADER,
                &elements[index].tag(),
                say!(
                    "the inbox shows `{seen}` as the preview",
                    seen = elements[index].text
                ),
            )
            .hint(say!("put a hidden preheader first in the body"));
        return;
    }
    let Some(seen) = first.map(|index| &elements[index]) else {
        return;
    };
    // An inbox shows some 120 characters; what a short preheader leaves, the mail's text would fill.
    let text: String = seen.element.text().collect();
    let fillers = text
        .chars()
        .filter(|char| matches!(char, '\u{34F}' | '\u{200C}' | '\u{AD}' | '\u{2007}'));
    if fillers.count() < 10 && seen.text.chars().count() < 120 {
        findings
            .in_mail(&PREHEADER, &seen.tag(), say!("no spacers follow the preheader"))
            .hint(say!("&#847;&zwnj;&nbsp; some sixty times: else the inbox goes on with the mail's first words"));
    }
}
