//! Whom an edition goes to, as SQL: its active readers, but those whom something keeps from mail.

use chrono_tz::Tz;

use crate::{
    audience::SubscriberState,
    store::{
        AudienceSize, Realm, codes,
        postgres::{
            columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
        },
    },
};

/// How many readers an edition has, and how many more it would have were they not suppressed.
pub(crate) async fn size(
    tx: &StoreTransaction,
    realm: Realm,
    edition: &str,
) -> Result<AudienceSize, PostgresFault> {
    let suppressed = realm::suppressed(realm);
    tx.one(
        &format!(
            "SELECT count(*) FILTER (WHERE is_reader AND suppressed IS NULL) AS readers, \
             count(*) FILTER (WHERE is_reader AND suppressed IS NOT NULL) AS suppressed, \
             count(*) FILTER (WHERE NOT is_reader AND suppressed IS NULL) AS elsewhere \
             FROM (SELECT {suppressed} AS suppressed, \
             s.editions IS NULL OR $2 = ANY(s.editions) AS is_reader \
             FROM subscribers AS s WHERE s.state = $1) AS them"
        ),
        values![
            codes::subscriber_state_code(SubscriberState::Active),
            edition
        ],
        |row| {
            Ok(AudienceSize {
                readers: columns::count(row, "readers")?,
                suppressed: columns::count(row, "suppressed")?,
                elsewhere: columns::count(row, "elsewhere")?,
            })
        },
    )
    .await
}

/// The zones of an edition's readers.
pub(crate) async fn zones(
    tx: &StoreTransaction,
    realm: Realm,
    edition: &str,
) -> Result<Vec<Option<Tz>>, PostgresFault> {
    let suppressed = realm::suppressed(realm);
    tx.all(
        &format!(
            "SELECT DISTINCT s.timezone FROM subscribers AS s \
             WHERE s.state = $1 AND {suppressed} IS NULL \
             AND (s.editions IS NULL OR $2 = ANY(s.editions))"
        ),
        values![
            codes::subscriber_state_code(SubscriberState::Active),
            edition
        ],
        |row| {
            let name: Option<String> = row.try_get(0)?;
            Ok(name.as_deref().map(codes::timezone).transpose()?)
        },
    )
    .await
}
