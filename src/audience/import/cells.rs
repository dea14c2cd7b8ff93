//! The cells of a row by what they are to us; addresses as they stand in cells. Not: what becomes of the
//! person (`row`).

use super::{ExportService, SubscriberField, flag, header::TableColumns, records::TableRecord};
use crate::{
    address::{Address, Mailbox},
    audience::{export::unguarded, field},
};

/// The cells of a row that mean something; where one is enough, the first that says something.
#[derive(Default)]
pub(super) struct RowCells<'r> {
    pub(super) emails: Vec<&'r str>,
    pub(super) name: &'r str,
    pub(super) first_name: &'r str,
    pub(super) last_name: &'r str,
    pub(super) editions: &'r str,
    pub(super) tags: Vec<&'r str>,
    pub(super) timezone: &'r str,
    pub(super) language: &'r str,
    pub(super) consent_at: &'r str,
    pub(super) confirmed_at: &'r str,
    pub(super) joined_at: &'r str,
    pub(super) consent_source: &'r str,
    /// Each with its column: the worst of them counts.
    pub(super) statuses: Vec<(&'r str, &'r str)>,
    /// Those that say yes or no, each with its column: the worst of them counts.
    pub(super) flags: Vec<(SubscriberField, &'r str, &'r str)>,
    pub(super) mail_disabled: &'r str,
    pub(super) suppressed: &'r str,
    pub(super) left_at: &'r str,
    pub(super) bounced_at: &'r str,
    pub(super) detail: &'r str,
    pub(super) more: &'r str,
    pub(super) origin: &'r str,
    pub(super) created_at: &'r str,
    pub(super) past_consents: &'r str,
}

impl<'r> RowCells<'r> {
    pub(super) fn pick(header: &'r TableColumns, record: &'r TableRecord) -> Self {
        let mut cells = Self::default();
        for (at, field) in header.fields.iter().enumerate() {
            // A row that ends early says nothing in the columns behind.
            let cell = record.get(at).unwrap_or_default();
            let cell = match header.sheet.service {
                ExportService::DailyNote => unguarded(cell.trim()),
                _ => cell.trim(),
            };
            let slot = match field {
                SubscriberField::Email => {
                    if !cell.is_empty() {
                        cells.emails.push(cell);
                    }
                    continue;
                }
                SubscriberField::Name => &mut cells.name,
                SubscriberField::FirstName => &mut cells.first_name,
                SubscriberField::LastName => &mut cells.last_name,
                SubscriberField::Editions => &mut cells.editions,
                SubscriberField::Tags => {
                    cells.tags.push(cell);
                    continue;
                }
                SubscriberField::Timezone => &mut cells.timezone,
                SubscriberField::Language => &mut cells.language,
                SubscriberField::ConsentAt => &mut cells.consent_at,
                SubscriberField::ConfirmedAt => &mut cells.confirmed_at,
                SubscriberField::JoinedAt => &mut cells.joined_at,
                SubscriberField::ConsentSource => &mut cells.consent_source,
                SubscriberField::Status => {
                    cells.statuses.push((&header.names[at], cell));
                    continue;
                }
                SubscriberField::Subscribed
                | SubscriberField::Confirmed
                | SubscriberField::Enabled
                | SubscriberField::Advertising
                | SubscriberField::OptedOut
                | SubscriberField::Bounced
                | SubscriberField::Complained => {
                    cells.flags.push((*field, &header.names[at], cell));
                    continue;
                }
                SubscriberField::LeftAt | SubscriberField::BouncedAt
                    if flag::is_no_departure(cell) =>
                {
                    continue;
                }
                SubscriberField::MailDisabled => &mut cells.mail_disabled,
                SubscriberField::Suppressed => &mut cells.suppressed,
                SubscriberField::LeftAt => &mut cells.left_at,
                SubscriberField::BouncedAt => &mut cells.bounced_at,
                SubscriberField::Detail => &mut cells.detail,
                SubscriberField::More => &mut cells.more,
                SubscriberField::Origin => &mut cells.origin,
                SubscriberField::CreatedAt => &mut cells.created_at,
                SubscriberField::PastConsents => &mut cells.past_consents,
                SubscriberField::Ignored => continue,
            };
            if slot.is_empty() {
                *slot = cell;
            }
        }
        cells
    }

    /// All addresses of the row, each once; the first is the one that gets mail.
    ///
    /// # Errors
    /// Why a cell that should hold one holds none.
    pub(super) fn mailboxes(&self) -> Result<Vec<Mailbox>, String> {
        let mut all: Vec<Mailbox> = Vec::new();
        for cell in &self.emails {
            for mailbox in mailboxes(cell)? {
                let is_known = |known: &Mailbox| known.address.key() == mailbox.address.key();
                if !all.iter().any(is_known) {
                    all.push(mailbox);
                }
            }
        }
        Ok(all)
    }

    /// What stands where an address should.
    pub(super) fn shown_email(&self) -> String {
        self.emails.first().copied().unwrap_or_default().to_owned()
    }
}

/// The addresses of a cell: bare, in brackets behind a name, in quotation marks, as a link; several with
/// commas, semicolons or spaces between them.
fn mailboxes(cell: &str) -> Result<Vec<Mailbox>, String> {
    let cell = visible(cell);
    let one = mailbox(&cell);
    if one.is_ok() || cell.matches('@').count() < 2 {
        return one.map(|mailbox| vec![mailbox]);
    }
    let parts: Vec<&str> = cell
        .split([',', ';', '/', ' ', '\n', '\r', '\t'])
        .filter(|part| part.contains('@'))
        .collect();
    let several: Result<Vec<Mailbox>, String> = parts.iter().map(|part| mailbox(part)).collect();
    // What can't be read as a list is told as one address that is wrong.
    match several {
        Ok(several) if several.len() > 1 => Ok(several),
        _ => one.map(|mailbox| vec![mailbox]),
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    let text = text.trim();
    let link = text
        .get(..7)
        .filter(|start| start.eq_ignore_ascii_case("mailto:"));
    let text = match link {
        Some(_) => text[7..].split('?').next().unwrap_or_default(),
        None => text,
    };
    if text.contains('<') && text.matches('@').count() == 1 {
        return Mailbox::parse(text).map_err(|error| wrong(text, &error.to_string()));
    }
    let text = unquoted(text);
    // A full stop or comma of the sentence that the address stood in.
    let bare = text.trim_end_matches(['.', ',', ';']);
    let address = field::email(bare).map_err(|fault| fault.message)?;
    Ok(Mailbox {
        name: None,
        address,
    })
}

/// Without quotation marks around all of it.
fn unquoted(text: &str) -> &str {
    const MARKS: [(char, char); 5] = [('\'', '\''), ('"', '"'), ('‘', '’'), ('“', '”'), ('`', '`')];
    let inner = |(open, close): &(char, char)| text.strip_prefix(*open)?.strip_suffix(*close);
    MARKS.iter().find_map(inner).unwrap_or(text)
}

fn wrong(text: &str, why: &str) -> String {
    format!("{}: {why}", field::quoted(text))
}

/// Without the marks that nobody sees and that programs leave around an address.
fn visible(cell: &str) -> String {
    let is_seen = |c: &char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}');
    let spaced = |c: char| {
        if matches!(c, '\u{a0}' | '\u{3000}') {
            ' '
        } else {
            c
        }
    };
    cell.chars()
        .filter(is_seen)
        .map(spaced)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Whether a cell is an address and nothing else.
pub(super) fn is_address(cell: &str) -> bool {
    cell.contains('@') && Address::parse(&visible(cell)).is_ok() || {
        let is_bracketed = cell.trim_end().ends_with('>');
        is_bracketed && mailbox(&visible(cell)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str) -> Vec<String> {
        match mailboxes(cell) {
            Ok(all) => all.iter().map(ToString::to_string).collect(),
            Err(why) => vec![format!("! {why}")],
        }
    }

    #[test]
    fn addresses_are_read_as_they_stand_in_cells() {
        for (cell, address) in [
            ("ada@example.com", "ada@example.com"),
            ("Ada Byron <ada@example.com>", "Ada Byron <ada@example.com>"),
            (
                "\"Byron, Ada\" <ada@example.com>",
                "\"Byron, Ada\" <ada@example.com>",
            ),
            ("<ada@example.com>", "ada@example.com"),
            ("mailto:ada@example.com?subject=x", "ada@example.com"),
            ("'ada@example.com'", "ada@example.com"),
            ("“ada@example.com”", "ada@example.com"),
            ("ada@example.com.", "ada@example.com"),
            ("ada@example.com,", "ada@example.com"),
            ("\u{200b}ada@example.com\u{a0}", "ada@example.com"),
            ("o'brien@example.com", "o'brien@example.com"),
        ] {
            assert_eq!(read(cell), [address], "{cell}");
        }
    }

    #[test]
    fn several_addresses_in_a_cell_are_told_apart() {
        for cell in [
            "a@example.com, b@example.com",
            "a@example.com;b@example.com",
            "a@example.com / b@example.com",
        ] {
            assert_eq!(read(cell), ["a@example.com", "b@example.com"], "{cell}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for cell in [
            "ada",
            "ada@",
            "a b@example.com",
            "\"Adam\" <\"<adam\"@example.com>>",
            "a@b@example.com",
            "<ada@example.com",
            "ada@example.com>",
            "a@example.com b",
            "a@example.com, b@",
            "@",
        ] {
            assert!(read(cell)[0].starts_with('!'), "{cell}: {:?}", read(cell));
        }
    }
}
