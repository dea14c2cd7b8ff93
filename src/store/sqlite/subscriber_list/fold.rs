//! subscribers.yaml folded into the list: streamed in groups, in one transaction, all or nothing.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    bulk_insert::BulkInsert,
    group::{GROUP, PersonGroup},
    intake::{GroupFeed, ListIntake},
};
use crate::{
    audience::{
        Origin, Profile, SubscriberId, SubscriberState,
        membership::{ChangeSource, MembershipChange},
    },
    source::SourceError,
    store::{
        FoldLimits, FoldReport,
        folding::{AbsentPeople, FilePerson, LastEntry, ListBefore, SeenPeople, fold_one},
        merge::Origins,
        sqlite::{
            codes,
            fault::SqliteFault,
            history::{self, HistoryNote},
            statement::Statements,
            suppression_list::hash_keys::HashKeys,
        },
    },
};

/// Entries that are read before the database is asked whether it wants more to do.
const READ_AT_ONCE: usize = 25;

type FoldEntries<'a> = dyn Iterator<Item = Result<Profile, SourceError>> + Send + 'a;

/// Reads the entries and hands them over to [`fold`]; lets others go on in between. None of them
/// counts where one can't be read.
pub(crate) async fn feed(
    entries: &mut FoldEntries<'_>,
    feed: GroupFeed<Vec<Profile>>,
) -> Result<(), SourceError> {
    loop {
        let mut chunk = Vec::with_capacity(GROUP);
        for entry in entries.take(GROUP) {
            chunk.push(entry?);
            if chunk.len() % READ_AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
        }
        if chunk.is_empty() {
            feed.end().await;
            return Ok(());
        }
        if !feed.hand_over(chunk).await {
            return Ok(());
        }
    }
}

pub(crate) fn fold(
    tx: &Connection,
    mut intake: ListIntake<Vec<Profile>>,
    limits: FoldLimits,
    now: DateTime<Utc>,
) -> Result<FoldReport, SqliteFault> {
    let before = before(tx)?;
    let mut report = FoldReport::default();
    let mut seen = SeenPeople::default();
    let mut strangers = None;
    let mut last = None;
    while let Some(mut chunk) = intake.next()? {
        if limits.is_end_in_doubt {
            chunk.splice(0..0, last.take());
            last = chunk.pop();
        }
        let strangers = match &mut strangers {
            Some(strangers) => strangers,
            none => none.insert(BulkInsert::expect(tx, chunk.len())?),
        };
        fold_group(tx, &chunk, strangers, &mut seen, &mut report, now)?;
    }
    if let Some(last) = last {
        fold_doubtful(tx, &last, &mut seen, &mut report, now)?;
    }
    if !seen.is_everyone(&before) {
        let gone = gone(tx, &before, &seen)?;
        report.deactivated = gone.deactivated.len() as u64;
        gone.check(&before, &seen, limits)?;
        let_go(tx, &gone, now)?;
    }
    Ok(report)
}

fn fold_group(
    tx: &Connection,
    chunk: &[Profile],
    strangers: &mut BulkInsert,
    seen: &mut SeenPeople,
    report: &mut FoldReport,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let people: Vec<&Profile> = chunk.iter().collect();
    let keys = &HashKeys::load(tx)?;
    if strangers.are_likely() {
        let mut group = PersonGroup::of_strangers(tx, keys, &people)?;
        let mut guessed = report.clone();
        for profile in chunk {
            fold_one(&mut group, profile, seen, &mut guessed);
        }
        if strangers.write(&group, tx, Origin::File, now)? {
            *report = guessed;
            return Ok(());
        }
    }
    let mut group = PersonGroup::load(tx, keys, &people)?;
    for profile in chunk {
        fold_one(&mut group, profile, seen, report);
    }
    strangers.learn(&group);
    group.write(tx, Origin::File, now)
}

/// An entry that may be cut off: what it says of somebody known is believed where it is what the list
/// knows; somebody new is taken, as many editors leave a file so, unless their domain is the beginning of one
/// that others have.
fn fold_doubtful(
    tx: &Connection,
    profile: &Profile,
    seen: &mut SeenPeople,
    report: &mut FoldReport,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let mut group = PersonGroup::load(tx, &HashKeys::load(tx)?, &[profile])?;
    let mut told = report.clone();
    fold_one(&mut group, profile, seen, &mut told);
    let entry = LastEntry::between(report, &told);
    if entry.is_change || (entry.is_new && is_beginning_of_another(tx, profile.email.domain())?) {
        report.held_back = Some(profile.email.clone());
        return Ok(());
    }
    *report = told;
    group.write(tx, Origin::File, now)
}

/// Whether somebody's domain is that one and more: `example.co` beside `example.com`.
fn is_beginning_of_another(tx: &Connection, domain: &str) -> Result<bool, SqliteFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM domains WHERE name > ?1 AND substr(name, 1, length(?1)) = ?1)",
        [domain],
    )
}

/// The list before a fold.
fn before(tx: &Connection) -> Result<ListBefore, SqliteFault> {
    tx.one(
        "SELECT count(*) FILTER (WHERE state = ?1 AND suppressed IS NULL) AS readers, \
             count(*) FILTER (WHERE vouched_by & ?2) AS from_file, \
             coalesce(max(id), 0) AS last FROM subscribers",
        params![
            codes::subscriber_state_code(SubscriberState::Active),
            Origins::only(Origin::File).0
        ],
        |row| {
            Ok(ListBefore {
                readers: codes::count(row, "readers")?,
                from_file: codes::count(row, "from_file")?,
                last: row.get("last")?,
            })
        },
    )
}

fn gone(
    tx: &Connection,
    before: &ListBefore,
    seen: &SeenPeople,
) -> Result<AbsentPeople, SqliteFault> {
    let mut gone = AbsentPeople::default();
    tx.all(
        "SELECT id, vouched_by, suppressed IS NULL, lower(email) FROM subscribers \
         WHERE id <= ?1 AND vouched_by & ?2 ORDER BY id",
        params![before.last, Origins::only(Origin::File).0],
        |row| {
            let person = FilePerson {
                id: SubscriberId(row.get(0)?),
                vouched_by: Origins(row.get(1)?),
                is_reader: row.get(2)?,
                key: row.get(3)?,
            };
            gone.look_at(person, seen);
            Ok(())
        },
    )?;
    Ok(gone)
}

fn let_go(tx: &Connection, gone: &AbsentPeople, now: DateTime<Utc>) -> Result<(), SqliteFault> {
    let let_go = |id: SubscriberId, state: Option<SubscriberState>| {
        tx.run(
            "UPDATE subscribers SET state = coalesce(?2, state), \
             vouched_by = vouched_by & ~?3, updated_at = ?4 WHERE id = ?1",
            params![
                id.0,
                state.map(codes::subscriber_state_code),
                Origins::only(Origin::File).0,
                codes::millis(now)
            ],
        )
        .map(drop)
    };
    for (id, is_reader) in &gone.deactivated {
        let_go(*id, Some(SubscriberState::Inactive))?;
        let note = HistoryNote {
            gain: -i64::from(*is_reader),
            ..HistoryNote::quiet(MembershipChange::Deactivated, ChangeSource::File, now)
        };
        history::note(tx, *id, note)?;
    }
    for id in &gone.others {
        let_go(*id, None)?;
    }
    Ok(())
}
