//! The rendered mail: what clients, screen readers and small screens make of it. Everything here
//! is read off the HTML that a reader would get, whoever's templates made it.

mod buttons;
mod clients;
mod color;
mod contrast;
mod cropped;
mod element;
mod features;
mod fonts;
mod head;
mod headings;
mod images;
mod layout;
mod links;
mod look;
mod page;
mod partial;
mod plain_tree;
mod simulation;
mod size;
mod text_part;

use super::{CheckSubject, Findings, rule::rules};
use page::{ExaminedMail, ParsedMail};

pub use simulation::{ClientView, as_shown};

rules! {
    DOCTYPE = "mail/doctype", Warning,
        "without `<!DOCTYPE html>` clients lay out as in 1998", "HTML 13.1.1";
    LANGUAGE = "mail/language", Warning,
        "a screen reader speaks the language that `lang` names", "WCAG 3.1.1";
    TITLE = "mail/title", Warning,
        "the title is what a screen reader and a browser call the mail", "WCAG 2.4.2";
    META = "mail/meta", Warning,
        "a line in the head that keeps clients from spoiling the mail", "Cerberus; Email Markup Consortium";
    ZOOM = "mail/zoom-lock", Warning,
        "readers enlarge what they can't read", "WCAG 1.4.4";
    OUTLOOK = "mail/outlook-dpi", Advice,
        "Outlook on Windows scales pictures and tables apart without PixelsPerInch", "Email Markup Consortium";
    WRAPPER = "mail/wrapper", Warning,
        "clients drop <body>; its language, direction and name belong on an element within", "Email Markup Consortium";
    PREHEADER = "mail/preheader", Warning,
        "the inbox shows the first words of the mail", "";
    STYLE_SIZE = "mail/style-size", Warning,
        "Gmail drops a <style> of more than 16 KB", "caniemail: html-style";
    NESTED_RULE = "mail/nested-rule", Warning,
        "Gmail drops a whole <style> that holds an at-rule within another", "caniemail: css-at-media";
    STYLESHEET = "mail/stylesheet", Warning,
        "mail clients fetch no stylesheet", "caniemail: html-link, css-at-import";
    FORBIDDEN = "mail/forbidden-element", Error,
        "filters refuse a mail with it, clients take it out", "caniemail; SpamAssassin: HTML_TAG_*";
    LAYOUT_TABLE = "mail/layout-table", Warning,
        "a screen reader reads a layout table as data, unless the table says otherwise", "WCAG 1.3.1";
    OUTLOOK_WIDTH = "mail/outlook-width", Warning,
        "Outlook on Windows knows no max-width: a table within [if mso] holds the column", "Cerberus; caniemail: css-max-width";
    PADDING = "mail/padding", Warning,
        "Outlook on Windows drops the padding of all but table cells", "caniemail: css-padding";
    HEAD_ONLY = "mail/head-only", Warning,
        "where a client strips <style>, what stands only there is gone", "caniemail: html-style";
    FONT = "mail/font", Warning,
        "Outlook sets text in Times where its own element names no font and size", "Email Markup Consortium";
    KOREAN_FONT = "mail/korean-font", Warning,
        "without a Korean font in the list Hangul falls to whatever the client has", "";
    BUTTON = "mail/button", Warning,
        "a button is a padded link in a coloured cell: Outlook pads the cell, all others the link", "goodemailcode";
    LAYOUT_CSS = "mail/layout-css", Warning,
        "flex, grid, position and float do not hold in Outlook and Gmail; tables do", "caniemail: css-display-flex, css-position";
    WIDTH = "mail/width", Warning,
        "what is wider than a phone makes readers scroll sideways", "WCAG 1.4.10";
    VARIABLE = "mail/css-variable", Warning,
        "most clients do not know var()", "caniemail: css-variables";
    COLOR_FORM = "mail/colour-form", Advice,
        "only six-digit colours are read alike everywhere", "caniemail: css-modern-color";
    BREAK_WORD = "mail/keep-all", Advice,
        "Hangul breaks between words with keep-all, and long addresses within with overflow-wrap", "";
    TEXT_SIZE = "mail/text-size", Warning,
        "text below 12 px can't be read on a phone; the body of a mail wants 16", "WCAG 1.4.12";
    LINE_HEIGHT = "mail/line-height", Warning,
        "Hangul set tight runs together: the body of a mail wants 1.6", "WCAG 1.4.12";
    IMAGE = "mail/image", Warning,
        "an image needs an alt, a width and height:auto", "WCAG 1.1.1; Outlook ignores CSS widths";
    CROPPED = "mail/outlook-cropped", Warning,
        "Outlook on Windows cuts a picture down to an exact line height", "MJML #2946; Cerberus #135, #231";
    IMAGE_SOURCE = "mail/image-source", Error,
        "a picture from there does not show", "caniemail: image-base64, image-svg";
    HEADING_ONE = "mail/one-h1", Warning,
        "a mail has one top heading, its title", "axe: page-has-heading-one";
    HEADING_ORDER = "mail/heading-order", Warning,
        "a skipped level reads as a missing part", "axe: heading-order";
    HEADING_EMPTY = "mail/empty-heading", Warning,
        "a heading without words is announced as one", "axe: empty-heading";
    LINK_TARGET = "mail/link-target", Error,
        "a link that leads nowhere", "";
    LINK_NAME = "mail/link-name", Warning,
        "a link without words has no name", "axe: link-name";
    LINK_TEXT = "mail/link-text", Warning,
        "a list of the links alone must tell where each goes", "WCAG 2.4.4";
    LINK_TOLD = "mail/link-told", Warning,
        "who can't see the colour can't see the link", "WCAG 1.4.1; axe: link-in-text-block";
    DOUBLED_ID = "mail/doubled-id", Warning,
        "a link to it leads to the first", "axe: duplicate-id";
    CONTRAST = "mail/contrast", Warning,
        "text needs 4.5:1 against its ground, large text 3:1", "WCAG 1.4.3; axe: color-contrast";
    DARK_CONTRAST = "mail/dark-contrast", Warning,
        "in dark mode too text needs 4.5:1 against its ground, large text 3:1", "WCAG 1.4.3";
    SIZE = "mail/size", Warning,
        "Gmail clips a mail at 102 KB and hides what comes after, the unsubscribe link first", "Gmail; caniemail";
    TEXT_PART = "mail/text-part", Warning,
        "the text part is what terminals, watches and filters read", "RFC 2046 §5.1.4";
    UNSUPPORTED = "mail/unsupported", Warning,
        "a client that many readers use does not know it, and nothing stands in", "caniemail";
}

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let Some(Ok(rendered)) = proof.rendering else {
        return;
    };
    if rendered.html.is_empty() {
        return;
    }
    let page = ParsedMail::parse(&rendered.html);
    let page = ExaminedMail::new(&page);
    findings.seen_in_mail = Some(page.visible_text());
    head::check(&page, rendered, findings);
    layout::check(&page, &proof.issue.document, findings);
    fonts::check(&page, findings);
    buttons::check(&page, findings);
    images::check(&page, findings);
    cropped::check(&page, findings);
    headings::check(&page, &proof.issue.document, findings);
    links::check(&page, &proof.issue.document, findings);
    contrast::check(&page, findings);
    size::check(&page, findings);
    text_part::check(rendered, proof.issue, findings);
    clients::check(&page, &proof.publication.clients, findings);
}
