//! The list as a CSV table that `import` reads back, row by row. Not: where the rows come from.

use std::{collections::HashMap, io};

use chrono::{DateTime, Utc};

use super::{
    Consent, HashedDeparture, PastConsent, Subscriber, Suppression, SuppressionReason,
    membership::signup::{ConsentWording, KeptProof},
};
use crate::fingerprint::hex;

/// The columns, by which `import` knows its own.
const HEADER: [&str; 16] = [
    "email",
    "name",
    "state",
    "suppressed",
    "suppressed_at",
    "suppressed_detail",
    "editions",
    "tags",
    "timezone",
    "language",
    "consent_at",
    "consent_source",
    "origin",
    "created_at",
    "past_consents",
    "consent_proofs",
];

/// What stands before a hash in place of an address.
const HASHED: &str = "hmac-sha256";

/// Writes the table.
pub(crate) struct CsvTable<W: io::Write> {
    csv: csv::Writer<W>,
}

impl<W: io::Write> CsvTable<W> {
    /// Begins the table. `for_excel` marks it as UTF-8 in the way that Excel wants, without which
    /// Hangul becomes noise there.
    ///
    /// # Errors
    /// When it can't be written; so for all that follow.
    pub(crate) fn begin(mut to: W, for_excel: bool) -> io::Result<Self> {
        if for_excel {
            to.write_all("\u{feff}".as_bytes())?;
        }
        let terminator = match for_excel {
            true => csv::Terminator::CRLF,
            false => csv::Terminator::Any(b'\n'),
        };
        let mut csv = csv::WriterBuilder::new()
            .terminator(terminator)
            .from_writer(to);
        csv.write_record(HEADER)?;
        Ok(Self { csv })
    }

    /// A row for words that people agreed to: the proofs behind it name them by their hash.
    pub(crate) fn wording(&mut self, wording: &ConsentWording) -> io::Result<()> {
        let mut row = [""; HEADER.len()];
        let text = serde_json::to_string(wording)?;
        row[15] = &text;
        self.csv.write_record(row).map_err(io::Error::from)
    }

    /// A row for somebody on the list, with the consents that later ones replaced and the proofs of all of them.
    pub(crate) fn subscriber(
        &mut self,
        subscriber: &Subscriber,
        suppression: Option<&Suppression>,
        past_consents: &[PastConsent],
        proofs: &[KeptProof],
    ) -> io::Result<()> {
        let profile = &subscriber.profile;
        let [suppressed, suppressed_at, detail] = suppression_cells(suppression);
        let consent = profile.consent.as_ref();
        self.csv.write_record([
            guarded(profile.email.as_str()).as_str(),
            &guarded(profile.name.as_deref().unwrap_or_default()),
            subscriber.state.word(),
            &suppressed,
            &suppressed_at,
            &detail,
            &joined(profile.editions.iter().flatten())?,
            &guarded(&joined(&profile.tags)?),
            profile.timezone.map_or("", |zone| zone.name()),
            profile.language.as_deref().unwrap_or_default(),
            &consent
                .and_then(|consent| consent.at)
                .map_or_else(String::new, |at| at.to_rfc3339()),
            &guarded(
                consent
                    .and_then(|consent| consent.source.as_deref())
                    .unwrap_or_default(),
            ),
            subscriber.origin.word(),
            &moment(subscriber.created_at),
            &joined(past_consents.iter().map(past_consent_text))?,
            &proofs_text(proofs)?,
        ])?;
        Ok(())
    }

    /// A row for somebody who is kept off the list and was not on it; false, and no row, where only the
    /// hash of an erased address is left.
    pub(crate) fn suppression(&mut self, suppression: &Suppression) -> io::Result<bool> {
        let Some(email) = &suppression.email else {
            return Ok(false);
        };
        let [suppressed, at, detail] = suppression_cells(Some(suppression));
        let mut row = [""; HEADER.len()];
        let email = guarded(email.as_str());
        row[0] = &email;
        (row[3], row[4], row[5]) = (&suppressed, &at, &detail);
        self.csv.write_record(row)?;
        Ok(true)
    }

    /// A row for somebody who was erased, or of whom this list has but a hash: so that the list that takes
    /// it in does not mail them.
    pub(crate) fn hashed(&mut self, departure: &HashedDeparture) -> io::Result<()> {
        let mut row = [""; HEADER.len()];
        let (at, digest) = (moment(departure.at), hash_text(departure));
        row[3] = departure.reason.word();
        (row[4], row[5]) = (&at, &digest);
        self.csv.write_record(row).map_err(io::Error::from)
    }

    /// Ends the table.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

fn suppression_cells(suppression: Option<&Suppression>) -> [String; 3] {
    suppression.map_or_else(Default::default, |suppression| {
        [
            suppression.reason.word().to_owned(),
            moment(suppression.at),
            guarded(suppression.detail.as_deref().unwrap_or_default()),
        ]
    })
}

/// `hmac-sha256 KEY HASH`, in hexadecimal digits.
fn hash_text(departure: &HashedDeparture) -> String {
    format!("{HASHED} {} {}", hex(&departure.key), hex(&departure.hash))
}

/// What [`hash_text`] wrote.
pub(super) fn hashed(
    text: &str,
    reason: SuppressionReason,
    at: DateTime<Utc>,
) -> Option<HashedDeparture> {
    let bytes = |hex: &str| -> Option<Vec<u8>> {
        let is_hex = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let pairs = hex.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        is_hex.then(|| pairs.map(byte).collect()).flatten()
    };
    let (key, hash) = text.strip_prefix(HASHED)?.trim().split_once(' ')?;
    Some(HashedDeparture {
        key: bytes(key)?,
        hash: bytes(hash)?,
        reason,
        at,
    })
}

/// `2026-03-01T09:00:00+09:00/2026-05-01T00:00:00Z web form`: since when, until when, and where; `..` for a
/// beginning that nobody knows (ISO 8601-2).
fn past_consent_text(past: &PastConsent) -> String {
    let since = past.consent.at.map(|at| at.to_rfc3339());
    let since = since.as_deref().unwrap_or("..");
    let until = moment(past.replaced_at);
    match &past.consent.source {
        Some(source) => format!("{since}/{until} {source}"),
        None => format!("{since}/{until}"),
    }
}

/// What [`past_consent_text`] wrote.
pub(super) fn past_consent(text: &str) -> Option<PastConsent> {
    let (times, source) = match text.split_once(' ') {
        Some((times, source)) => (times, Some(source.to_owned())),
        None => (text, None),
    };
    let (since, until) = times.split_once('/')?;
    let at = match since {
        ".." => None,
        since => Some(DateTime::parse_from_rfc3339(since).ok()?),
    };
    Some(PastConsent {
        consent: Consent { at, source },
        replaced_at: DateTime::parse_from_rfc3339(until).ok()?.to_utc(),
    })
}

/// JSON, without the words, which a row of their own has.
fn proofs_text(proofs: &[KeptProof]) -> io::Result<String> {
    if proofs.is_empty() {
        return Ok(String::new());
    }
    let mut proofs = proofs.to_vec();
    for kept in &mut proofs {
        kept.proof.wording.text.clear();
    }
    Ok(serde_json::to_string(&proofs)?)
}

/// What a row of [`CsvTable::wording`] says.
pub(super) fn wording(text: &str) -> Option<ConsentWording> {
    let wording: ConsentWording = serde_json::from_str(text).ok()?;
    let own = ConsentWording::new(wording.text.as_str(), wording.language.as_str());
    // The page's own hash is of the language, too: what is damaged fits neither.
    let is_whole = !wording.text.is_empty() && wording.hash.len() == own.hash.len();
    is_whole.then_some(wording)
}

/// What [`proofs_text`] wrote, with the words that the table told before.
pub(super) fn proofs(
    text: &str,
    wordings: &HashMap<String, ConsentWording>,
) -> Option<Vec<KeptProof>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut proofs: Vec<KeptProof> = serde_json::from_str(text).ok()?;
    for kept in &mut proofs {
        kept.proof.wording = wordings.get(&kept.proof.wording.hash)?.clone();
    }
    Some(proofs)
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// Items with commas between them, quoted as in CSV where they hold one themselves.
fn joined(items: impl IntoIterator<Item: AsRef<[u8]>>) -> io::Result<String> {
    let mut items = items.into_iter().peekable();
    if items.peek().is_none() {
        return Ok(String::new());
    }
    let mut csv = csv::WriterBuilder::new().from_writer(Vec::new());
    csv.write_record(items)?;
    let bytes = csv.into_inner().map_err(|error| error.into_error())?;
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    Ok(text.trim_end_matches('\n').to_owned())
}

/// A spreadsheet runs a cell that begins like a formula, and readers choose their own names: an
/// apostrophe before it makes it text there, and `import` takes it off again.
pub(crate) fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\'']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A cell of our own table as it was before [`guarded`].
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\'']) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        address::Address,
        audience::{
            Newcomer, Origin, Profile, SubscriberId, SubscriberState, fixture,
            import::{CsvRow, ExportService, OpenedExport, ReadingOptions, RowDecision},
        },
    };

    fn at(hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 24, hour, 0, 0).unwrap()
    }

    fn subscriber(profile: Profile) -> Subscriber {
        Subscriber {
            id: SubscriberId(1),
            profile,
            state: SubscriberState::Active,
            origin: Origin::Person,
            created_at: at(1),
        }
    }

    fn suppression(email: &str, detail: &str) -> Suppression {
        Suppression {
            email: Some(Address::parse(email).unwrap()),
            reason: SuppressionReason::Complaint,
            detail: Some(detail.to_owned()),
            at: at(2),
        }
    }

    fn imported(table: &[u8]) -> Vec<CsvRow> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("subscribers.csv");
        std::fs::write(&path, table).unwrap();
        let publication = fixture::publication(folder.path().to_owned());
        let import =
            OpenedExport::open(&path, &ReadingOptions::default(), &publication, at(9)).unwrap();
        assert_eq!(import.plan().format, ExportService::DailyNote);
        import.collect::<Result<_, _>>().unwrap()
    }

    fn any_past_consent() -> impl Strategy<Value = PastConsent> {
        let source = "[a-z=\"',][a-z =\"',가-힣]{0,10}[a-z]";
        let seconds = 0_i64..2_000_000_000;
        (
            prop::option::of(seconds.clone()),
            prop::option::of(source),
            seconds,
        )
            .prop_map(|(since, source, until)| PastConsent {
                consent: Consent {
                    at: since.map(|at| DateTime::from_timestamp(at, 0).unwrap().fixed_offset()),
                    source,
                },
                replaced_at: DateTime::from_timestamp(until, 0).unwrap(),
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn import_reads_what_export_wrote(
            profile in fixture::any_profile(),
            past in prop::collection::vec(any_past_consent(), 0..3),
            for_excel: bool,
        ) {
            let mut bytes = Vec::new();
            let mut table = CsvTable::begin(&mut bytes, for_excel).unwrap();
            table.subscriber(&subscriber(profile.clone()), None, &past, &[]).unwrap();
            table.finish().unwrap();
            let rows = imported(&bytes);
            let expected = RowDecision::Join(Box::new(Newcomer {
                profile,
                state: SubscriberState::Active,
                origin: Origin::Person,
                created_at: at(1),
                past_consents: past,
                proofs: Vec::new(),
                suppression: None,
            }));
            prop_assert_eq!(&rows[0].entry, &expected, "{}", String::from_utf8_lossy(&bytes));
            prop_assert!(rows[0].notes.is_empty());
        }
    }

    #[test]
    fn those_who_left_are_in_the_table_and_come_back_as_having_left() {
        let mut bytes = Vec::new();
        let mut table = CsvTable::begin(&mut bytes, false).unwrap();
        let gone = suppression("gone@example.com", "-1 for the \"spam\", thanks");
        let profile = fixture::profile("gone@example.com");
        table
            .subscriber(&subscriber(profile.clone()), Some(&gone), &[], &[])
            .unwrap();
        let stranger = suppression("stranger@example.com", "553 5.1.1 no such user");
        assert!(table.suppression(&stranger).unwrap());
        let erased = Suppression {
            email: None,
            ..stranger.clone()
        };
        assert!(!table.suppression(&erased).unwrap());
        let erasure = HashedDeparture {
            key: vec![0xab; 32],
            hash: vec![0x01; 32],
            reason: SuppressionReason::Erased,
            at: at(3),
        };
        table.hashed(&erasure).unwrap();
        table.finish().unwrap();
        let entries: Vec<RowDecision> = imported(&bytes).into_iter().map(|row| row.entry).collect();
        let expected = [
            RowDecision::Join(Box::new(Newcomer {
                profile,
                state: SubscriberState::Active,
                origin: Origin::Person,
                created_at: at(1),
                past_consents: Vec::new(),
                proofs: Vec::new(),
                suppression: Some(gone),
            })),
            RowDecision::Suppress(vec![stranger]),
            RowDecision::Hashed(erasure),
        ];
        assert_eq!(entries, expected);
    }

    #[test]
    fn a_name_cannot_become_a_formula_in_a_spreadsheet() {
        let mut profile = fixture::profile("-1@example.com");
        profile.name = Some("=HYPERLINK(\"http://evil.example\")".to_owned());
        profile.tags = BTreeSet::from(["@sum".to_owned()]);
        let mut bytes = Vec::new();
        let mut table = CsvTable::begin(&mut bytes, false).unwrap();
        table
            .subscriber(&subscriber(profile), None, &[], &[])
            .unwrap();
        table.finish().unwrap();
        let mut csv = csv::Reader::from_reader(&*bytes);
        let row = csv.records().next().unwrap().unwrap();
        assert!(
            row.iter()
                .all(|cell| !cell.starts_with(['=', '+', '-', '@'])),
            "{row:?}"
        );
    }
}
