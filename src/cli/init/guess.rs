//! What `init` guesses: a name from the folder's, language and zone from the system's.

use std::path::Path;

use chrono_tz::Tz;

use super::StartLanguage;
use crate::{
    address::{Mailbox, clean_name},
    cli::Failure,
    publication::parse_zone,
    words::Tongue,
};

/// `my-notes` → `My notes`.
pub(super) fn name_of(folder: &Path, language: StartLanguage) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let name = clean_name(&name.replace(['-', '_'], " ")).unwrap_or_else(|| {
        match language {
            StartLanguage::Ko => "새 뉴스레터",
            StartLanguage::En => "A new newsletter",
        }
        .to_owned()
    });
    let mut characters = name.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// No address of the person's is put into mail without their word.
pub(super) fn sender(name: &str) -> Result<Mailbox, Failure> {
    let mailbox = Mailbox::parse("hello@example.com").map_err(Failure::unexpected)?;
    Ok(Mailbox {
        name: Some(name.to_owned()),
        ..mailbox
    })
}

/// Whom the program speaks Korean with writes it.
pub(super) fn language(spoken: Tongue) -> StartLanguage {
    match spoken {
        Tongue::Korean => StartLanguage::Ko,
        Tongue::English => StartLanguage::En,
    }
}

pub(in crate::cli) fn system_zone() -> Tz {
    std::env::var("TZ")
        .ok()
        .or_else(|| iana_time_zone::get_timezone().ok())
        .and_then(|name| name.parse().ok())
        .unwrap_or(Tz::UTC)
}

pub(super) fn zone(text: &str) -> Result<Tz, String> {
    parse_zone(text).map_err(|error| error.replace('\n', ": "))
}
