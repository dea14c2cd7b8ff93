//! The cells of a row by what they are to us. Not: what becomes of the person (`row`).

use super::{
    ExportService, SubscriberField, flag, header::TableColumns, mailboxes::mailboxes,
    table::TableRecord,
};
use crate::{address::Mailbox, audience::export::unguarded};

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
    pub(super) consent_proofs: &'r str,
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
                SubscriberField::ConsentProofs => &mut cells.consent_proofs,
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

/// `Minji Kim`, but `김민지`.
pub(super) fn joined_name(first: &str, last: &str) -> String {
    let is_hangul = |text: &str| text.chars().all(|c| matches!(c, '가'..='힣'));
    match (first, last) {
        ("", only) | (only, "") => only.to_owned(),
        (first, last) if is_hangul(first) && is_hangul(last) => format!("{last}{first}"),
        (first, last) => format!("{first} {last}"),
    }
}

/// The one that says something; the first where both do.
pub(super) fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}

/// The items of a cell that is a list: `a, b`, `"a, with comma", b`, `["a", "b"]`.
pub(super) fn split(cell: &str) -> Vec<String> {
    if cell.is_empty() {
        return Vec::new();
    }
    if cell.starts_with('[')
        && let Ok(items) = serde_json::from_str(cell)
    {
        return items;
    }
    if !cell.contains('"') {
        return cell.split(',').map(|item| item.trim().to_owned()).collect();
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(cell.as_bytes());
    let record = reader.records().next().and_then(Result::ok);
    record
        .iter()
        .flatten()
        .map(|item| item.trim().to_owned())
        .collect()
}
