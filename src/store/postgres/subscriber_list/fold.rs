//! subscribers.yaml folded into the list: read in groups, in one transaction, all or nothing. What becomes of each entry
//! is `store::folding`'s.

use chrono::{DateTime, Utc};

use super::group;
use crate::{
    audience::{
        Origin, Profile, SubscriberId, SubscriberState,
        membership::{ChangeSource, MembershipChange},
    },
    source::SourceError,
    store::{
        FoldLimits, FoldReport, codes,
        folding::{AbsentPeople, FilePerson, LastEntry, ListBefore, SeenPeople, fold_one},
        hash_keys::HashKeys,
        history_note::HistoryNote,
        merge::Origins,
        person_group::GROUP,
        postgres::{
            columns, fault::PostgresFault, history, list_lock, suppression_list::hash_keys,
            transaction::StoreTransaction, values::values,
        },
    },
};

/// The entries of a file, as they are read.
pub(crate) type FoldEntries<'a> = dyn Iterator<Item = Result<Profile, SourceError>> + Send + 'a;

pub(crate) async fn fold(
    tx: &StoreTransaction,
    entries: &mut FoldEntries<'_>,
    limits: FoldLimits,
    now: DateTime<Utc>,
) -> Result<FoldReport, PostgresFault> {
    list_lock::be_the_only_one_who_adds(tx).await?;
    let before = before(tx).await?;
    let keys = hash_keys::load(tx).await?;
    let mut course = FoldCourse {
        tx,
        keys,
        seen: SeenPeople::default(),
        report: FoldReport::default(),
        now,
    };
    let mut last = None;
    loop {
        let mut chunk = entries.take(GROUP).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            break;
        }
        if limits.is_end_in_doubt {
            chunk.splice(0..0, last.take());
            last = chunk.pop();
        }
        course.take(&chunk).await?;
        tokio::task::yield_now().await;
    }
    if let Some(last) = last {
        course.take_doubtful(last).await?;
    }
    let FoldCourse {
        seen, mut report, ..
    } = course;
    if !seen.is_everyone(&before) {
        let gone = gone(tx, &before, &seen).await?;
        report.deactivated = gone.deactivated.len() as u64;
        gone.check(&before, &seen, limits)?;
        let_go(tx, &gone, now).await?;
    }
    Ok(report)
}

/// A fold under way.
struct FoldCourse<'a> {
    tx: &'a StoreTransaction,
    keys: HashKeys,
    seen: SeenPeople,
    report: FoldReport,
    now: DateTime<Utc>,
}

impl FoldCourse<'_> {
    async fn take(&mut self, chunk: &[Profile]) -> Result<(), PostgresFault> {
        let mut people = group::load(self.tx, &self.keys, chunk).await?;
        for profile in chunk {
            fold_one(&mut people, profile, &mut self.seen, &mut self.report);
        }
        group::write(self.tx, &people, Origin::File, self.now).await
    }

    /// An entry that may be cut off: what it says of somebody known is believed where it is what the list
    /// knows; somebody new is taken, as many editors leave a file so, unless their domain is the beginning of one
    /// that others have.
    async fn take_doubtful(&mut self, profile: Profile) -> Result<(), PostgresFault> {
        let entry = std::slice::from_ref(&profile);
        let mut people = group::load(self.tx, &self.keys, entry).await?;
        let mut told = self.report.clone();
        fold_one(&mut people, &profile, &mut self.seen, &mut told);
        let entry = LastEntry::between(&self.report, &told);
        let is_cut = entry.is_change
            || (entry.is_new && is_beginning_of_another(self.tx, profile.email.domain()).await?);
        if is_cut {
            self.report.held_back = Some(profile.email);
            return Ok(());
        }
        self.report = told;
        group::write(self.tx, &people, Origin::File, self.now).await
    }
}

/// Whether somebody's domain is that one and more: `example.co` beside `example.com`.
async fn is_beginning_of_another(
    tx: &StoreTransaction,
    domain: &str,
) -> Result<bool, PostgresFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM domains WHERE name > $1 COLLATE \"C\" AND starts_with(name, $1))",
        values![domain],
    )
    .await
}

async fn before(tx: &StoreTransaction) -> Result<ListBefore, PostgresFault> {
    tx.one(
        "SELECT count(*) FILTER (WHERE state = $1 AND suppressed IS NULL) AS readers, \
         count(*) FILTER (WHERE vouched_by & $2 <> 0) AS from_file, \
         coalesce(max(id), 0) AS last FROM subscribers",
        values![
            codes::subscriber_state_code(SubscriberState::Active),
            i64::from(Origins::only(Origin::File).0)
        ],
        |row| {
            Ok(ListBefore {
                readers: columns::count(row, "readers")?,
                from_file: columns::count(row, "from_file")?,
                last: row.try_get("last")?,
            })
        },
    )
    .await
}

async fn gone(
    tx: &StoreTransaction,
    before: &ListBefore,
    seen: &SeenPeople,
) -> Result<AbsentPeople, PostgresFault> {
    let mut gone = AbsentPeople::default();
    let mut after = 0;
    // Page by page: a list of millions is never in memory.
    loop {
        let page = tx
            .all(
                "SELECT id, vouched_by::int8, suppressed IS NULL AS is_reader, key FROM subscribers \
                 WHERE id > $1 AND id <= $2 AND vouched_by & $3 <> 0 ORDER BY id LIMIT $4",
                values![
                    after,
                    before.last,
                    i64::from(Origins::only(Origin::File).0),
                    codes::signed(GROUP as u64)
                ],
                |row| {
                    let vouched_by: i64 = row.try_get("vouched_by")?;
                    Ok(FilePerson {
                        id: columns::subscriber(row, "id")?,
                        // Only the lowest bits are ever set.
                        vouched_by: Origins(vouched_by as u8),
                        is_reader: row.try_get("is_reader")?,
                        key: row.try_get("key")?,
                    })
                },
            )
            .await?;
        let Some(last) = page.last() else {
            return Ok(gone);
        };
        after = last.id.0;
        for person in page {
            gone.look_at(person, seen);
        }
    }
}

async fn let_go(
    tx: &StoreTransaction,
    gone: &AbsentPeople,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let deactivated: Vec<SubscriberId> = gone.deactivated.iter().map(|(id, _)| *id).collect();
    let inactive = codes::subscriber_state_code(SubscriberState::Inactive);
    vouch_no_more(tx, &deactivated, Some(inactive), now).await?;
    let note = |(id, is_reader): &(SubscriberId, bool)| {
        let note = HistoryNote {
            gain: -i64::from(*is_reader),
            ..HistoryNote::quiet(MembershipChange::Deactivated, ChangeSource::File, now)
        };
        (*id, note)
    };
    let notes: Vec<_> = gone.deactivated.iter().map(note).collect();
    history::note_each(tx, &notes).await?;
    vouch_no_more(tx, &gone.others, None, now).await
}

async fn vouch_no_more(
    tx: &StoreTransaction,
    people: &[SubscriberId],
    state: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let ids: Vec<i64> = people.iter().map(|id| id.0).collect();
    tx.run(
        "UPDATE subscribers SET state = coalesce($2, state), vouched_by = vouched_by & ~$3, \
         updated_at = $4 WHERE id = ANY($1)",
        values![
            ids,
            state,
            i64::from(Origins::only(Origin::File).0),
            codes::millis(now)
        ],
    )
    .await
    .map(drop)
}
