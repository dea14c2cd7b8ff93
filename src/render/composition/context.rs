//! What the templates see of the publication, the edition, the next one, and the way out.

use serde_json::{Value, json};

use crate::{
    address::Address,
    issue::Issue,
    look::{Logo, OptionalPart},
    publication::{Edition, Publication},
    render::{
        RenderError, Templates,
        images::{Images, ShownImage},
        words::MailWords,
    },
};

pub(in crate::render) fn publication_context(
    publication: &Publication,
    images: &mut Images,
) -> Result<Value, RenderError> {
    let look = &publication.look;
    let logo = look.logo.as_ref();
    let width = logo.map_or(Logo::WIDTH, |logo| logo.width);
    let light = logo
        .map(|logo| images.logo(&logo.file, width))
        .transpose()?;
    let dark = logo.and_then(|logo| logo.dark.as_ref());
    let dark = dark.map(|dark| images.logo(dark, width)).transpose()?;
    let header = look.header.as_ref();
    let shown_header = header.map(|header| images.header(header)).transpose()?;
    let is_alone = logo.is_some_and(|logo| logo.is_alone);
    let logo_link = logo.and_then(|logo| logo.link.as_ref());
    let reply_to = publication.reply_to.as_ref().unwrap_or(&publication.from);
    Ok(json!({
        "name": publication.name,
        "tagline": publication.tagline,
        "motto": publication.motto,
        "about": publication.about,
        "url": publication.url,
        "language": publication.language,
        "direction": direction(&publication.language),
        "contact": shown_contact(publication),
        "contact_url": contact_url(&shown_contact(publication)),
        "reply_to": reply_to.address.as_str(),
        "postal_address": publication.postal_address,
        "logo": light.as_ref().map(ShownImage::context),
        "dark_logo": dark.as_ref().map(ShownImage::context),
        "logo_is_alone": is_alone,
        // Beside the name the logo is an ornament; alone it is the name.
        "logo_alt": if is_alone || logo_link.is_some() || !look.shows(OptionalPart::Masthead) { publication.name.as_str() } else { "" },
        "logo_link": logo_link,
        "header": shown_header.map(|shown| json!({
            "src": shown.src, "height": shown.height, "alt": header.map(|header| &header.alt),
        })),
    }))
}

pub(super) fn edition_context(edition: &Edition) -> Value {
    json!({"key": edition.key, "title": edition.title, "topic": edition.topic})
}

/// How to leave, in the publication's language; where Korea's law holds, in Korean and in English
/// too (정보통신망법 시행령 별표 6).
pub(in crate::render) fn opt_out(
    publication: &Publication,
    templates: &Templates,
    words: &MailWords,
) -> Result<Value, RenderError> {
    let contact = shown_contact(publication);
    let said = |language: &str, words: &MailWords| {
        json!({
            "language": language,
            "label": words.get("unsubscribe"),
            "line": words.get("unsubscribe_line"),
            "by_mail": words.filled("unsubscribe_by_mail", "contact", &contact),
        })
    };
    let mut lines = vec![said(&publication.language, words)];
    let own = publication.language.split('-').next();
    for language in ["ko", "en"] {
        if publication.law.korea && own != Some(language) {
            let words = templates.words(language)?;
            lines.push(said(language, &words));
        }
    }
    Ok(Value::Array(lines))
}

/// How readers reach the sender: as the publication says, or by answering.
fn shown_contact(publication: &Publication) -> String {
    let reply_to = publication.reply_to.as_ref().unwrap_or(&publication.from);
    publication
        .contact
        .clone()
        .unwrap_or_else(|| reply_to.address.to_string())
}

/// What a click on the contact opens: a mail, a page, a call; nothing where it is none of these.
pub(crate) fn contact_url(contact: &str) -> Option<String> {
    if Address::parse(contact).is_ok() {
        return Some(format!("mailto:{contact}"));
    }
    if contact.starts_with("https://") || contact.starts_with("http://") {
        return (!contact.contains(char::is_whitespace)).then(|| contact.to_owned());
    }
    let is_number = contact
        .chars()
        .all(|char| char.is_ascii_digit() || "+-.() ".contains(char));
    let digits: String = contact
        .chars()
        .filter(|char| char.is_ascii_digit() || *char == '+')
        .collect();
    (is_number && digits.len() >= 7).then(|| format!("tel:{digits}"))
}

/// The edition that the calendar has next, in its own colours, and what the writer says of it.
pub(super) fn next_context(publication: &Publication, issue: &Issue, words: &MailWords) -> Value {
    let front_matter = &issue.front_matter;
    let note = front_matter.next.as_ref();
    let slot = publication.slot_following(&front_matter.edition, front_matter.date);
    let next = slot.and_then(|slot| Some((publication.edition(&slot.edition)?, slot.date)));
    let (edition, date) = match (next, publication.edition(&front_matter.edition)) {
        (Some((edition, date)), _) => (edition, Some(words.short_date(date))),
        // The calendar has nothing more; its writer has.
        (None, Some(edition)) if note.is_some() => (edition, None),
        _ => return Value::Null,
    };
    let line = date
        .as_ref()
        .map(|date| words.filled("next_line", "date", date));
    json!({
        "title": edition.title,
        "topic": edition.topic,
        "date": date,
        "line": line,
        "note": note,
        "theme": publication.look.accents(publication.accent_of(edition)),
    })
}

/// Languages written from right to left.
pub(crate) fn direction(language: &str) -> &'static str {
    let primary = language.split('-').next().unwrap_or(language);
    if ["ar", "he", "fa", "ur", "yi", "ps", "sd", "ug", "dv", "ku"].contains(&primary) {
        "rtl"
    } else {
        "ltr"
    }
}
