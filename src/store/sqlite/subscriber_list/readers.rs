//! Whom an edition goes to, as SQL: its active readers, but those whom something keeps from mail.

use chrono_tz::Tz;
use rusqlite::{Connection, params};

use crate::{
    audience::SubscriberState,
    store::{
        AudienceSize, Realm,
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

/// How many readers an edition has, and how many more it would have were they not suppressed.
pub(crate) fn size(
    tx: &Connection,
    realm: Realm,
    edition: &str,
) -> Result<AudienceSize, SqliteFault> {
    let suppressed = realm::suppressed(realm);
    tx.one(
        &format!(
            "SELECT count(*) FILTER (WHERE is_reader AND suppressed IS NULL) AS readers, \
             count(*) FILTER (WHERE is_reader AND suppressed IS NOT NULL) AS suppressed, \
             count(*) FILTER (WHERE NOT is_reader AND suppressed IS NULL) AS elsewhere \
             FROM (SELECT {suppressed} AS suppressed, \
             s.editions IS NULL OR instr(s.editions, ?2) AS is_reader \
             FROM subscribers AS s WHERE s.state = ?1)"
        ),
        params![
            codes::subscriber_state_code(SubscriberState::Active),
            quoted(edition)
        ],
        |row| {
            Ok(AudienceSize {
                readers: codes::count(row, "readers")?,
                suppressed: codes::count(row, "suppressed")?,
                elsewhere: codes::count(row, "elsewhere")?,
            })
        },
    )
}

/// The zones of an edition's readers.
pub(crate) fn zones(
    tx: &Connection,
    realm: Realm,
    edition: &str,
) -> Result<Vec<Option<Tz>>, SqliteFault> {
    let suppressed = realm::suppressed(realm);
    tx.all(
        &format!(
            "SELECT DISTINCT s.timezone FROM subscribers AS s \
             WHERE s.state = ?1 AND {suppressed} IS NULL \
             AND (s.editions IS NULL OR instr(s.editions, ?2))"
        ),
        params![
            codes::subscriber_state_code(SubscriberState::Active),
            quoted(edition)
        ],
        |row| {
            let name: Option<String> = row.get(0)?;
            name.as_deref().map(codes::timezone).transpose()
        },
    )
}

/// An edition as it stands in a JSON array. Its quotes make it match whole elements only: a quote
/// within another element is escaped, and so never ends one.
pub(crate) fn quoted(edition: &str) -> String {
    serde_json::Value::from(edition).to_string()
}
