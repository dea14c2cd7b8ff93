//! The place outside the state folder told who left, before anybody is told "you are out".

use rusqlite::{Connection, params};

use super::journal::{self, DepartureLine};
use crate::store::sqlite::{
    codes,
    database::place::{StatePlace, ToldDepartures},
    fault::SqliteFault,
    outside::OutsideFolder,
    state_instance::instance,
    statement::Statements,
};

/// Tells the place outside what it does not know yet: before the transaction ends, so that nobody who
/// was told "you are out" is in only one place. Nothing is asked of the disk where there is nothing new.
pub(crate) fn carry_out(
    tx: &Connection,
    place: &StatePlace,
    outside: &OutsideFolder,
) -> Result<(), SqliteFault> {
    let last = journal::last_entry(tx)?;
    let is_known = match &*place.departures_told() {
        Some(told) => told.last == last,
        None => last.is_none(),
    };
    match is_known {
        true => Ok(()),
        false => bring_up_to_date(tx, place, outside),
    }
}

/// The same, whatever is believed of that place; where nobody left yet, it says so from now on.
pub(crate) fn bring_up_to_date(
    tx: &Connection,
    place: &StatePlace,
    outside: &OutsideFolder,
) -> Result<(), SqliteFault> {
    let last = journal::last_entry(tx)?;
    let mark = instance::list(tx)?;
    let known = KnownOutside::look(tx, place, outside, &mark)?;
    let own: Vec<u8> = tx.value("SELECT erasure_key FROM instance", [])?;
    let beside = outside.key_of(&mark).unwrap_or_else(|| own.clone());
    let entries = entries_behind(tx, known.last, &own, &beside)?;
    let mut bytes = known.bytes;
    if !entries.is_empty() || !known.is_begun {
        // A line that was cut short gets its end first.
        let mut lines = String::from(if known.is_cut { "\n" } else { "" });
        lines.extend(entries.iter().map(DepartureLine::line));
        match outside.note_departures(&mark, &beside, &lines) {
            Ok(length) => bytes = length,
            Err(error) => {
                // The state itself knows them; the next time they are told again.
                tracing::warn!("who left can't be kept outside the state: {error}");
                return Ok(());
            }
        }
    }
    *place.departures_told() = Some(ToldDepartures { last, bytes });
    Ok(())
}

/// What the place outside knows of this list's departures.
struct KnownOutside {
    last: i64,
    bytes: u64,
    is_begun: bool,
    is_cut: bool,
}

impl KnownOutside {
    /// Reads its journal, unless it is as long as when it was told last: that is one look at a file, and not a look at
    /// every departure there ever was.
    fn look(
        tx: &Connection,
        place: &StatePlace,
        outside: &OutsideFolder,
        mark: &str,
    ) -> Result<Self, SqliteFault> {
        let bytes = outside.departures_bytes(mark);
        let told = place.departures_told().clone();
        if let Some(told) = told.filter(|told| told.bytes == bytes && bytes > 0)
            && let Some((last, hash)) = told.last
            && journal::is_entry(tx, last, &hash)?
        {
            return Ok(Self {
                last,
                bytes,
                is_begun: true,
                is_cut: false,
            });
        }
        let text = outside.departures_of(mark);
        Ok(Self {
            last: match &text {
                Some(text) => journal::last_common(tx, text)?,
                None => 0,
            },
            bytes,
            is_begun: text.is_some(),
            is_cut: text.is_some_and(|text| !text.is_empty() && !text.ends_with('\n')),
        })
    }
}

fn entries_behind(
    tx: &Connection,
    told: i64,
    own: &[u8],
    beside: &[u8],
) -> Result<Vec<DepartureLine>, SqliteFault> {
    tx.all(
        "SELECT d.id, reason, hash, at, k.key FROM departures AS d \
         LEFT JOIN hash_keys AS k ON k.id = d.hash_key WHERE d.id > ?1 ORDER BY d.id",
        params![told],
        |row| {
            let reason: Option<i64> = row.get(1)?;
            let key: Option<Vec<u8>> = row.get(4)?;
            let key = key.unwrap_or_else(|| own.to_owned());
            Ok(DepartureLine {
                number: row.get(0)?,
                reason: reason.map(codes::reason).transpose()?,
                hash: row.get(2)?,
                at: codes::time(row.get(3)?)?,
                key: Some(key).filter(|key| *key != beside),
            })
        },
    )
}

/// Whether the place outside was not told yet of somebody of whom it should know: it could not be written then.
pub(crate) fn is_untold(tx: &Connection, outside: &OutsideFolder) -> Result<bool, SqliteFault> {
    let last = journal::last(tx)?;
    if last == 0 {
        return Ok(false);
    }
    let known = outside.departures_of(&instance::list(tx)?);
    let told = known.map_or(Ok(0), |text| journal::last_common(tx, &text))?;
    Ok(told < last)
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Instant};

    use super::*;
    use crate::{
        address::Address,
        audience::{
            Origin, Profile, SubscriberId, Suppression, SuppressionReason, fixture::profile,
            membership::ChangeSource,
        },
        store::{
            DepartureScope, LeaveRequest, Membership, StateInstance, SubscriberList,
            SuppressionList,
            sqlite::{
                SqliteStore,
                suppression_list::{
                    departures::journal::last_number, hash_keys::HashKeys, suppression,
                },
            },
        },
    };

    fn leaving(id: i64) -> LeaveRequest {
        LeaveRequest {
            reader: SubscriberId(id),
            scope: DepartureScope::All,
            source: ChangeSource::OneClick,
            wants_goodbye: false,
        }
    }

    /// Printed, not asserted: what a disk can take differs by machine.
    #[tokio::test]
    async fn who_leaves_is_told_outside_before_they_hear_of_it_and_by_whomever() {
        let folder = tempfile::tempdir().unwrap();
        let outside = OutsideFolder::at(folder.path().join("outside"));
        let state = folder.path().join("state");
        let open = async || {
            let store = SqliteStore::open(&state).await.unwrap();
            store.with_outside(Some(outside.clone()))
        };
        let now = chrono::DateTime::from_timestamp(1_795_388_400, 0).unwrap();
        let store = open().await;
        let people: Vec<Profile> = (1..=2_000)
            .map(|n| profile(&format!("reader{n}@example.com")))
            .collect();
        store
            .upsert(people.into(), Origin::Import, now)
            .await
            .unwrap();
        let mark = store.mark().await.unwrap();
        let lines = || fs::read_to_string(outside.list(&mark).join("departures")).unwrap();

        let begun = Instant::now();
        for group in (1..=1_984).collect::<Vec<_>>().chunks(64) {
            let group: Vec<_> = group.iter().copied().map(leaving).collect();
            store.leave(&group, now).await.unwrap();
            let last = group.last().unwrap().reader.0;
            assert_eq!(
                last_number(&lines()),
                last,
                "on the disk when it is answered"
            );
        }
        let took = begun.elapsed();
        eprintln!("1,984 departures, told outside as well: {took:?}");

        // Another process writes there meanwhile, and is cut off in the middle of a line.
        let file = outside.list(&mark).join("departures");
        let cut = format!("{}1985 1 AAAA", lines());
        fs::write(&file, cut).unwrap();
        store.leave(&[leaving(1_999)], now).await.unwrap();
        let again = lines();
        assert!(again.lines().any(|line| line == "1985 1 AAAA"));
        assert_eq!(last_number(&again), 1_985);
        let email = [Address::parse("reader1999@example.com").unwrap()];
        store.lift_suppressions(&email, now).await.unwrap();
        assert_eq!(last_number(&lines()), 1_986);
        assert_eq!(lines().lines().count(), 1_987);
    }

    #[tokio::test]
    async fn whoever_gets_the_number_of_a_departure_that_failed_is_told_outside_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let outside = OutsideFolder::at(folder.path().join("outside"));
        let store = SqliteStore::open(&folder.path().join("state"))
            .await
            .unwrap();
        let store = store.with_outside(Some(outside.clone()));
        let now = chrono::DateTime::from_timestamp(1_795_388_400, 0).unwrap();
        let people = [
            "first@example.com",
            "failing@example.com",
            "next@example.com",
        ];
        let people = people.map(profile);
        store
            .upsert(people.clone().into(), Origin::Operator, now)
            .await
            .unwrap();
        store.leave(&[leaving(1)], now).await.unwrap();
        // Told outside; then the disk refuses the commit.
        let gone = Suppression {
            email: Some(people[1].email.clone()),
            reason: SuppressionReason::Unsubscribed,
            detail: None,
            at: now,
        };
        let told = outside.clone();
        let failed = store.try_out(move |tx, place| {
            suppression::suppress(tx, &[gone], ChangeSource::OneClick, now)?;
            carry_out(tx, place, &told)
        });
        failed.await.unwrap();
        store.leave(&[leaving(3)], now).await.unwrap();
        let mark = store.mark().await.unwrap();
        let own = |tx: &Connection, _: &StatePlace| Ok(HashKeys::load(tx)?.own("next@example.com"));
        let next = store.read(own).await.unwrap();
        let last_line = || {
            let text = outside.departures_of(&mark).unwrap();
            let line = text.lines().last().and_then(DepartureLine::parse);
            line.map(|line| (line.number, line.hash))
        };
        assert_eq!(last_line(), Some((2, next.clone())));

        // A process that starts sees it as well: the one before died between the two.
        store.close().await;
        let file = outside.list(&mark).join("departures");
        let text = fs::read_to_string(&file).unwrap();
        let failed: Vec<_> = text.lines().take(2).collect();
        fs::write(&file, failed.join("\n") + "\n").unwrap();
        let store = SqliteStore::open(&folder.path().join("state")).await;
        let store = store.unwrap().with_outside(Some(outside.clone()));
        store.catch_up_outside().await.unwrap();
        assert_eq!(last_line(), Some((2, next)));
    }
}
