//! subscribers.yaml folded into the list: streamed in groups, in one transaction, all or nothing.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    bulk_insert::BulkInsert,
    group::{GROUP, MergedProfile, PersonGroup},
    intake::{GroupFeed, ListIntake},
};
use crate::{
    audience::{
        Origin, Profile, SubscriberId, SubscriberState,
        membership::{ChangeSource, MembershipChange},
    },
    source::SourceError,
    store::{
        FoldLimits, FoldReport, StoreError,
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
    let before = ListBefore::look(tx)?;
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
    // Nobody is gone where the file still names everyone it had named before: the usual case.
    if seen.count < before.from_file {
        let gone = gone(tx, &before, &seen)?;
        report.deactivated = gone.deactivated.len() as u64;
        if let (Some(cut), Some(whole)) = (&seen.last_new, &gone.longer) {
            return Err(SqliteFault::Told(StoreError::FoldCut {
                cut: cut.clone(),
                whole: whole.clone(),
            }));
        }
        if limits.forbid(gone.lost, before.readers) {
            return Err(SqliteFault::Told(StoreError::FoldLosesTooMany {
                lost: gone.lost,
                total: before.readers,
            }));
        }
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
    strangers.learn(&group);
    for profile in chunk {
        fold_one(&mut group, profile, seen, report);
    }
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
    let is_change = (told.changed, told.returned) != (report.changed, report.returned);
    let is_new = told.added != report.added;
    if is_change || (is_new && is_beginning_of_another(tx, profile.email.domain())?) {
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

fn fold_one(
    group: &mut PersonGroup,
    profile: &Profile,
    seen: &mut SeenPeople,
    report: &mut FoldReport,
) {
    if let Some((id, vouched_by)) = group.known(profile)
        && vouched_by.has(Origin::File)
    {
        seen.add(id);
    }
    let merged = group.merge(profile, Origin::File);
    seen.last_new = matches!(merged, MergedProfile::New).then(|| profile.email.key());
    match merged {
        MergedProfile::Suppressed(_) => report.suppressed += 1,
        MergedProfile::New => report.added += 1,
        MergedProfile::Known(merge) if merge.returned => report.returned += 1,
        MergedProfile::Known(merge) if merge.profile_changed => report.changed += 1,
        MergedProfile::Known(_) => report.unchanged += 1,
    }
}

/// The list before a fold.
struct ListBefore {
    readers: u64,
    from_file: u64,
    last: i64,
}

impl ListBefore {
    fn look(tx: &Connection) -> Result<Self, SqliteFault> {
        tx.one(
            "SELECT count(*) FILTER (WHERE state = ?1 AND suppressed IS NULL) AS readers, \
             count(*) FILTER (WHERE vouched_by & ?2) AS from_file, \
             coalesce(max(id), 0) AS last FROM subscribers",
            params![
                codes::subscriber_state_code(SubscriberState::Active),
                Origins::only(Origin::File).0
            ],
            |row| {
                Ok(Self {
                    readers: codes::count(row, "readers")?,
                    from_file: codes::count(row, "from_file")?,
                    last: row.get("last")?,
                })
            },
        )
    }
}

/// Which people of the file's earlier folds it still names: a bit each.
#[derive(Default)]
struct SeenPeople {
    bits: Vec<u64>,
    count: u64,
    /// The last entry's address, where the list did not know it.
    last_new: Option<String>,
}

impl SeenPeople {
    fn add(&mut self, id: SubscriberId) {
        let (word, bit) = Self::place(id);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        if self.bits[word] & bit == 0 {
            self.bits[word] |= bit;
            self.count += 1;
        }
    }

    fn has(&self, id: SubscriberId) -> bool {
        let (word, bit) = Self::place(id);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn place(id: SubscriberId) -> (usize, u64) {
        let id = id.0.unsigned_abs();
        (
            usize::try_from(id / 64).unwrap_or(usize::MAX),
            1 << (id % 64),
        )
    }
}

/// Whom the file does not name any more.
#[derive(Default)]
struct AbsentPeople {
    /// Those whom nobody else wants on the list, and whether they would have got mail.
    deactivated: Vec<(i64, bool)>,
    /// Those who stay for another's sake.
    others: Vec<i64>,
    /// How many of them would have got mail.
    lost: u64,
    /// One whose address goes on where the file's last one ends.
    longer: Option<String>,
}

fn gone(
    tx: &Connection,
    before: &ListBefore,
    seen: &SeenPeople,
) -> Result<AbsentPeople, SqliteFault> {
    let only_file = Origins::only(Origin::File);
    let mut gone = AbsentPeople::default();
    tx.all(
        "SELECT id, vouched_by, suppressed IS NULL, lower(email) FROM subscribers \
         WHERE id <= ?1 AND vouched_by & ?2 ORDER BY id",
        params![before.last, only_file.0],
        |row| {
            let id = row.get(0)?;
            if seen.has(SubscriberId(id)) {
                return Ok(());
            }
            if let (Some(last), Some(email)) = (&seen.last_new, row.get::<_, Option<String>>(3)?)
                && email.starts_with(last.as_str())
            {
                gone.longer = Some(email);
            }
            if row.get::<_, u8>(1)? == only_file.0 {
                let is_reader = row.get(2)?;
                gone.deactivated.push((id, is_reader));
                gone.lost += u64::from(is_reader);
            } else {
                gone.others.push(id);
            }
            Ok(())
        },
    )?;
    Ok(gone)
}

fn let_go(tx: &Connection, gone: &AbsentPeople, now: DateTime<Utc>) -> Result<(), SqliteFault> {
    let let_go = |id: i64, state: Option<SubscriberState>| {
        tx.run(
            "UPDATE subscribers SET state = coalesce(?2, state), \
             vouched_by = vouched_by & ~?3, updated_at = ?4 WHERE id = ?1",
            params![
                id,
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
        history::note(tx, SubscriberId(*id), note)?;
    }
    for id in &gone.others {
        let_go(*id, None)?;
    }
    Ok(())
}
