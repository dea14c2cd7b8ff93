//! A group of people on their way through a merge, found by address and written back on SQLite. How they are merged
//! is `store::person_group`'s.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Statement, ToSql, params};

use super::{
    past_consents,
    person::{PERSON, person_from},
};
pub(crate) use crate::store::person_group::{GROUP, GroupMember, MergedProfile, PersonGroup};
use crate::{
    audience::{
        Origin, Profile, SubscriberId, SubscriberState,
        membership::{MembershipAct, MembershipChange, Standing},
    },
    store::{
        merge::{Origins, SetBy, StoredPerson},
        sqlite::{
            codes,
            fault::SqliteFault,
            history::{self, HistoryNote},
            statement::Statements,
            suppression_list::{
                hash_keys::HashKeys,
                suppression::{self, LiftNote},
            },
        },
    },
};

impl PersonGroup {
    /// Finds those of `profiles` whom the list or the suppressions know.
    pub(crate) fn load(
        tx: &Connection,
        hash_keys: &HashKeys,
        profiles: &[&Profile],
    ) -> Result<Self, SqliteFault> {
        let mut group = Self::of_strangers(tx, hash_keys, profiles)?;
        for profile in profiles {
            let key = profile.email.key();
            if group.has(&key) {
                continue;
            }
            let sql = &format!("SELECT {PERSON} FROM subscribers WHERE email = ?1");
            if let Some((id, person)) = tx.maybe(sql, params![key], person_from)? {
                group.add(key, Some(id), person);
            }
        }
        Ok(group)
    }

    /// A group of people whom the list does not know, most likely: only the suppressions are asked.
    pub(crate) fn of_strangers(
        tx: &Connection,
        hash_keys: &HashKeys,
        profiles: &[&Profile],
    ) -> Result<Self, SqliteFault> {
        let keys: Vec<String> = profiles.iter().map(|profile| profile.email.key()).collect();
        Ok(Self::new(suppression::among(tx, hash_keys, &keys)?))
    }

    /// A person's own confirmation lifts what they themselves or their address did, and no word of the operator's.
    pub(crate) fn let_back_in(
        &mut self,
        tx: &Connection,
        hash_keys: &HashKeys,
        now: DateTime<Utc>,
    ) -> Result<(), SqliteFault> {
        let by = LiftNote {
            change: MembershipChange::Confirmed,
            source: history::source_of(Origin::Person),
            at: now,
        };
        for key in self.open_to_returning() {
            suppression::lift(tx, hash_keys, &key, by)?;
        }
        Ok(())
    }

    /// Adds those whom the list does not know; answers how many that were.
    pub(crate) fn add_strangers(
        &self,
        tx: &Connection,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<u64, SqliteFault> {
        let members = self.members();
        let new: Vec<_> = members.iter().map(|it| (&it.person).into()).collect();
        insert(tx, "INSERT OR IGNORE", &new, origin, now)
    }

    /// Writes what is new or changed.
    pub(crate) fn write(
        self,
        tx: &Connection,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<(), SqliteFault> {
        let members = self.new_members();
        if !members.is_empty() {
            let new: Vec<_> = members.iter().map(|it| (&it.person).into()).collect();
            insert(tx, "INSERT", &new, origin, now)?;
        }
        let changed = self.changed();
        if !changed.is_empty() {
            update(tx, &changed, origin, now)?;
        }
        Ok(())
    }
}

/// Rows a statement: enough to make its cost small, few enough for SQLite's limit on parameters.
const ROWS_A_STATEMENT: usize = 100;
const COLUMNS: &str = "email, domain, name, editions, tags, timezone, language, consent_at, \
    consent_source, state, origin, vouched_by, set_by, created_at, updated_at";

/// What is written down of somebody new.
pub(crate) struct PersonColumns<'p> {
    profile: &'p Profile,
    state: SubscriberState,
    vouched_by: Origins,
    set_by: SetBy,
}

impl<'p> PersonColumns<'p> {
    /// Of one whom nobody knew before.
    pub(crate) fn of_new(profile: &'p Profile, origin: Origin) -> Self {
        Self {
            profile,
            state: SubscriberState::Active,
            vouched_by: Origins::only(origin),
            set_by: SetBy::all_stated(profile, origin),
        }
    }
}

impl<'p> From<&'p StoredPerson> for PersonColumns<'p> {
    fn from(person: &'p StoredPerson) -> Self {
        Self {
            profile: &person.profile,
            state: person.state,
            vouched_by: person.vouched_by,
            set_by: person.set_by,
        }
    }
}

/// Answers how many it added: all, unless `verb` lets some pass.
pub(crate) fn insert(
    tx: &Connection,
    verb: &str,
    new: &[PersonColumns<'_>],
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let domains = domain_ids(tx, new)?;
    let at = now;
    let now = codes::millis(now);
    let mut added = 0;
    let (chunks, rest) = new.as_chunks::<ROWS_A_STATEMENT>();
    if !chunks.is_empty() {
        let mut statement = tx.prepare_cached(&insertion(verb, ROWS_A_STATEMENT))?;
        for chunk in chunks {
            added += insert_rows(&mut statement, chunk, &domains, origin, now)?;
        }
    }
    if !rest.is_empty() {
        let mut statement = tx.prepare(&insertion(verb, rest.len()))?;
        added += insert_rows(&mut statement, rest, &domains, origin, now)?;
    }
    note_added(tx, added, origin, at)?;
    Ok(added)
}

/// One row of the history for all who were just added: nobody else writes meanwhile, so that their numbers stand in a
/// row. (Where some were passed over they need not, and then all of it is undone.)
fn note_added(
    tx: &Connection,
    added: u64,
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let (last, added) = (tx.last_insert_rowid(), codes::signed(added));
    if added == 0 {
        return Ok(());
    }
    let source = history::source_of(origin);
    let note = HistoryNote {
        gain: added,
        ..HistoryNote::quiet(MembershipChange::Added, source, now)
    };
    history::note_all(tx, (last - added + 1, last), note)
}

fn insertion(verb: &str, rows: usize) -> String {
    let row = format!("(?{})", ", ?".repeat(COLUMNS.split(',').count() - 1));
    let more = format!(", {row}").repeat(rows - 1);
    format!("{verb} INTO subscribers ({COLUMNS}) VALUES {row}{more}")
}

fn insert_rows(
    statement: &mut Statement<'_>,
    chunk: &[PersonColumns<'_>],
    domains: &HashMap<&str, i64>,
    origin: Origin,
    now: i64,
) -> Result<u64, SqliteFault> {
    let mut place = 0;
    for person in chunk {
        let domain = domains.get(person.profile.email.domain()).copied();
        bind(statement, &mut place, person, domain, (origin, now, now))?;
    }
    Ok(statement.raw_execute()? as u64)
}

/// Adds one person, who was known elsewhere since then.
pub(crate) fn insert_one(
    tx: &Connection,
    person: &StoredPerson,
    origin: Origin,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<SubscriberId, SqliteFault> {
    let domain = domain_id(tx, person.profile.email.domain())?;
    let times = (origin, codes::millis(created_at), codes::millis(now));
    let mut statement = tx.prepare_cached(&insertion("INSERT", 1))?;
    bind(&mut statement, &mut 0, &person.into(), Some(domain), times)?;
    statement.raw_execute()?;
    Ok(SubscriberId(tx.last_insert_rowid()))
}

/// The values of [`COLUMNS`], behind the `place` values that are bound already.
fn bind(
    statement: &mut Statement<'_>,
    place: &mut usize,
    person: &PersonColumns<'_>,
    domain: Option<i64>,
    (origin, created_at, updated_at): (Origin, i64, i64),
) -> rusqlite::Result<()> {
    let mut add = |value: &dyn ToSql| {
        *place += 1;
        statement.raw_bind_parameter(*place, value)
    };
    let profile = person.profile;
    let consent = profile.consent.as_ref();
    add(&profile.email.as_str())?;
    add(&domain)?;
    add(&profile.name)?;
    add(&profile.editions.as_ref().map(codes::set_text))?;
    add(&tags_text(profile))?;
    add(&profile.timezone.map(|zone| zone.name()))?;
    add(&profile.language)?;
    add(&consent.and_then(|c| c.at).map(|at| at.to_rfc3339()))?;
    add(&consent.and_then(|c| c.source.as_deref()))?;
    add(&codes::subscriber_state_code(person.state))?;
    add(&codes::origin_code(origin))?;
    add(&person.vouched_by.0)?;
    add(&person.set_by.0)?;
    add(&created_at)?;
    add(&updated_at)
}

/// The numbers of the domains of new people, given out where they had none.
fn domain_ids<'a>(
    tx: &Connection,
    new: &[PersonColumns<'a>],
) -> Result<HashMap<&'a str, i64>, SqliteFault> {
    let mut known = tx.prepare_cached(DOMAIN_ID)?;
    let mut ids = HashMap::new();
    for person in new {
        let name = person.profile.email.domain();
        if ids.contains_key(name) {
            continue;
        }
        let id = match known.query_row([name], |row| row.get(0)).optional()? {
            Some(id) => id,
            None => new_domain(tx, name)?,
        };
        ids.insert(name, id);
    }
    Ok(ids)
}

const DOMAIN_ID: &str = "SELECT id FROM domains WHERE name = ?1";

/// The number of a domain, given out where it had none.
pub(crate) fn domain_id(tx: &Connection, name: &str) -> Result<i64, SqliteFault> {
    match tx.maybe_value(DOMAIN_ID, params![name])? {
        Some(id) => Ok(id),
        None => new_domain(tx, name),
    }
}

fn new_domain(tx: &Connection, name: &str) -> Result<i64, SqliteFault> {
    tx.value(
        "INSERT INTO domains (name) VALUES (?1) RETURNING id",
        params![name],
    )
}

fn update(
    tx: &Connection,
    changed: &[(SubscriberId, &GroupMember)],
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let source = history::source_of(origin);
    for (id, entry) in changed {
        rewrite(tx, *id, &entry.person, now)?;
        let from = Standing {
            state: Some(entry.before),
            suppression: None,
        };
        if let Some(step) = from.after(MembershipAct::Name)
            && entry.person.state == SubscriberState::Active
        {
            let note = HistoryNote::of(step.change, source, (from, step.to), now);
            history::note(tx, *id, note)?;
        }
        if !entry.replaced_consents.is_empty() {
            let note = HistoryNote::quiet(MembershipChange::Reconsented, source, now);
            history::note(tx, *id, note)?;
        }
    }
    keep_replaced_consents(tx, changed, now)
}

/// Writes a person down as they are now.
pub(crate) fn rewrite(
    tx: &Connection,
    id: SubscriberId,
    person: &StoredPerson,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let profile = &person.profile;
    let consent = profile.consent.as_ref();
    tx.run(
        "UPDATE subscribers SET name = ?2, editions = ?3, tags = ?4, timezone = ?5, \
         language = ?6, consent_at = ?7, consent_source = ?8, state = ?9, vouched_by = ?10, \
         set_by = ?11, updated_at = ?12 WHERE id = ?1",
        params![
            id.0,
            profile.name,
            profile.editions.as_ref().map(codes::set_text),
            tags_text(profile),
            profile.timezone.map(|zone| zone.name()),
            profile.language,
            consent.and_then(|c| c.at).map(|at| at.to_rfc3339()),
            consent.and_then(|c| c.source.as_deref()),
            codes::subscriber_state_code(person.state),
            person.vouched_by.0,
            person.set_by.0,
            codes::millis(now)
        ],
    )?;
    Ok(())
}

fn keep_replaced_consents(
    tx: &Connection,
    changed: &[(SubscriberId, &GroupMember)],
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    for (id, entry) in changed {
        for consent in &entry.replaced_consents {
            past_consents::keep(tx, *id, consent, now)?;
        }
    }
    Ok(())
}

fn tags_text(profile: &Profile) -> Option<String> {
    (!profile.tags.is_empty()).then(|| codes::set_text(&profile.tags))
}
