//! A group of people on their way through a merge: found by address in one query, merged by
//! `store::merge`'s rules in memory, written back in two. `upsert` and `fold` are made of it.

use std::collections::{BTreeSet, HashMap};

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection, sqlite::SqliteArguments};

use super::{
    codes,
    people::{PERSON_AS_JSON, PersonRow},
    suppression,
};
use crate::{
    audience::{Consent, Origin, Profile, SubscriberId, SuppressionReason},
    store::merge::{Merge, Origins, Person},
};

/// How many people a group holds: memory stays flat whatever the list's length.
pub(super) const GROUP: usize = 1_000;

/// People by the key of their address.
pub(super) struct Group {
    people: Vec<Entry>,
    by_key: HashMap<String, usize>,
    suppressed: HashMap<String, SuppressionReason>,
}

struct Entry {
    /// None: not yet written.
    id: Option<SubscriberId>,
    person: Person,
    is_changed: bool,
    replaced_consents: Vec<Consent>,
}

/// What became of one profile.
pub(super) enum Merged {
    Suppressed(SuppressionReason),
    New,
    Known(Merge),
}

impl Group {
    /// Finds those of `profiles` whom the list or the suppressions know.
    pub(super) async fn load(
        connection: &mut SqliteConnection,
        erasure_key: &hmac::Key,
        profiles: &[&Profile],
    ) -> sqlx::Result<Self> {
        let mut group = Self::of_strangers(connection, erasure_key, profiles).await?;
        let keys: Vec<String> = profiles.iter().map(|profile| profile.email.key()).collect();
        // One JSON text: each row fetched by itself is a message between two threads.
        let rows: String = sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT json_group_array({PERSON_AS_JSON}) FROM json_each(?1) AS said \
             CROSS JOIN subscribers AS s ON s.email = said.value",
        )))
        .bind(codes::rows(&keys)?)
        .fetch_one(connection)
        .await?;
        for row in codes::read_rows::<PersonRow>(&rows)? {
            let id = SubscriberId(row.id);
            let person = row.into_person()?;
            group.add(person.profile.email.key(), Some(id), person);
        }
        Ok(group)
    }

    /// A group of people whom the list does not know, most likely: only the suppressions are asked.
    pub(super) async fn of_strangers(
        connection: &mut SqliteConnection,
        erasure_key: &hmac::Key,
        profiles: &[&Profile],
    ) -> sqlx::Result<Self> {
        let keys: Vec<String> = profiles.iter().map(|profile| profile.email.key()).collect();
        Ok(Self {
            people: Vec::with_capacity(profiles.len()),
            by_key: HashMap::with_capacity(profiles.len()),
            suppressed: suppression::among(connection, erasure_key, &keys).await?,
        })
    }

    /// Takes over what `origin` says of one person.
    pub(super) fn merge(&mut self, said: &Profile, origin: Origin) -> Merged {
        let key = said.email.key();
        if let Some(reason) = self.suppressed.get(&key) {
            return Merged::Suppressed(*reason);
        }
        let Some(&at) = self.by_key.get(&key) else {
            self.add(key, None, Person::new(said.clone(), origin));
            return Merged::New;
        };
        let entry = &mut self.people[at];
        let mut merge = entry.person.merge(said, origin);
        entry.is_changed |= merge.changed;
        entry
            .replaced_consents
            .extend(merge.replaced_consent.take());
        Merged::Known(merge)
    }

    /// Who of the list has that address, suppressed or not, and who vouches for them.
    pub(super) fn known(&self, said: &Profile) -> Option<(SubscriberId, Origins)> {
        let entry = &self.people[*self.by_key.get(&said.email.key())?];
        Some((entry.id?, entry.person.vouched_by))
    }

    /// A person's own confirmation lifts every suppression but the operator's.
    pub(super) async fn let_back_in(
        &mut self,
        connection: &mut SqliteConnection,
        erasure_key: &hmac::Key,
    ) -> sqlx::Result<()> {
        let keys: Vec<String> = self
            .suppressed
            .extract_if(|_, reason| *reason != SuppressionReason::Manual)
            .map(|(key, _)| key)
            .collect();
        for key in keys {
            suppression::lift_key(connection, erasure_key, &key).await?;
        }
        Ok(())
    }

    /// How many of them the list knew before.
    pub(super) fn count_known(&self) -> usize {
        self.people
            .iter()
            .filter(|entry| entry.id.is_some())
            .count()
    }

    /// Adds those whom the list does not know; answers how many that were.
    pub(super) async fn add_strangers(
        &self,
        connection: &mut SqliteConnection,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> sqlx::Result<u64> {
        let new: Vec<&Entry> = self.people.iter().collect();
        insert(connection, "INSERT OR IGNORE", &new, origin, now).await
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.people.len()
    }

    /// Writes what is new or changed.
    pub(super) async fn write(
        self,
        connection: &mut SqliteConnection,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let new: Vec<&Entry> = self.people.iter().filter(|e| e.id.is_none()).collect();
        if !new.is_empty() {
            insert(connection, "INSERT", &new, origin, now).await?;
        }
        let changed: Vec<(SubscriberId, &Entry)> = self
            .people
            .iter()
            .filter(|entry| entry.is_changed)
            .filter_map(|entry| Some((entry.id?, entry)))
            .collect();
        if !changed.is_empty() {
            update(connection, &changed, now).await?;
        }
        Ok(())
    }

    fn add(&mut self, key: String, id: Option<SubscriberId>, person: Person) {
        self.by_key.insert(key, self.people.len());
        self.people.push(Entry {
            id,
            person,
            is_changed: false,
            replaced_consents: Vec::new(),
        });
    }
}

/// Rows a statement: enough to make its cost small, few enough for SQLite's limit on parameters.
const ROWS_A_STATEMENT: usize = 100;
const COLUMNS: &str = "email, domain, name, editions, tags, timezone, language, consent_at, \
    consent_source, state, origin, vouched_by, set_by, created_at, updated_at";

/// Answers how many it added: all, unless `verb` lets some pass.
async fn insert(
    connection: &mut SqliteConnection,
    verb: &str,
    new: &[&Entry],
    origin: Origin,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let domains = domain_ids(connection, new).await?;
    let ready = |chunk: &[&Entry]| -> sqlx::Result<(usize, SqliteArguments)> {
        Ok((chunk.len(), arguments(chunk, &domains, origin, now)?))
    };
    let mut chunks = new.chunks(ROWS_A_STATEMENT).map(ready);
    let mut added = 0;
    let mut next = chunks.next().transpose()?;
    while let Some((rows, values)) = next {
        let statement = sqlx::query_with(AssertSqlSafe(insertion(verb, rows)), values)
            .persistent(rows == ROWS_A_STATEMENT);
        // The next rows are made ready while the database's own thread takes these.
        let (done, following) = tokio::join!(statement.execute(&mut *connection), async {
            chunks.next().transpose()
        });
        added += done?.rows_affected();
        next = following?;
    }
    Ok(added)
}

fn insertion(verb: &str, rows: usize) -> String {
    let row = format!("(?{})", ", ?".repeat(COLUMNS.split(',').count() - 1));
    let more = format!(", {row}").repeat(rows - 1);
    format!("{verb} INTO subscribers ({COLUMNS}) VALUES {row}{more}")
}

fn arguments(
    chunk: &[&Entry],
    domains: &HashMap<String, i64>,
    origin: Origin,
    now: DateTime<Utc>,
) -> sqlx::Result<SqliteArguments> {
    let mut row = SqliteArguments::default();
    for entry in chunk {
        let person = &entry.person;
        let profile = &person.profile;
        let consent = profile.consent.as_ref();
        let mut add = || {
            row.add(profile.email.as_str())?;
            row.add(domains.get(profile.email.domain()))?;
            row.add(profile.name.as_deref())?;
            row.add(profile.editions.as_ref().map(codes::set_text))?;
            row.add(tags_text(profile))?;
            row.add(profile.timezone.map(|zone| zone.name()))?;
            row.add(profile.language.as_deref())?;
            row.add(consent.and_then(|c| c.at).map(|at| at.to_rfc3339()))?;
            row.add(consent.and_then(|c| c.source.as_deref()))?;
            row.add(codes::subscriber_state_code(person.state))?;
            row.add(codes::origin_code(origin))?;
            row.add(person.vouched_by.0)?;
            row.add(person.set_by.0)?;
            row.add(codes::millis(now))?;
            row.add(codes::millis(now))
        };
        add().map_err(sqlx::Error::Encode)?;
    }
    Ok(row)
}

/// The numbers of the domains of new people, given out where they had none.
async fn domain_ids(
    connection: &mut SqliteConnection,
    new: &[&Entry],
) -> sqlx::Result<HashMap<String, i64>> {
    let names: BTreeSet<&str> = new
        .iter()
        .map(|entry| entry.person.profile.email.domain())
        .collect();
    let names = codes::rows(&names)?;
    sqlx::query("INSERT OR IGNORE INTO domains (name) SELECT value FROM json_each(?1)")
        .bind(&names)
        .execute(&mut *connection)
        .await?;
    let ids: Vec<(String, i64)> = sqlx::query_as(
        "SELECT d.name, d.id FROM json_each(?1) AS new CROSS JOIN domains AS d \
         ON d.name = new.value",
    )
    .bind(&names)
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().collect())
}

async fn update(
    connection: &mut SqliteConnection,
    changed: &[(SubscriberId, &Entry)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let rows: Vec<serde_json::Value> = changed
        .iter()
        .map(|(id, entry)| {
            let person = &entry.person;
            let profile = &person.profile;
            let consent = profile.consent.as_ref();
            json!([
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
            ])
        })
        .collect();
    sqlx::query(
        "UPDATE subscribers SET name = v.value->>1, editions = v.value->>2, tags = v.value->>3, \
         timezone = v.value->>4, language = v.value->>5, consent_at = v.value->>6, \
         consent_source = v.value->>7, state = v.value->>8, vouched_by = v.value->>9, \
         set_by = v.value->>10, updated_at = ?2 \
         FROM json_each(?1) AS v WHERE subscribers.id = v.value->>0",
    )
    .bind(codes::rows(&rows)?)
    .bind(codes::millis(now))
    .execute(&mut *connection)
    .await?;
    keep_replaced_consents(connection, changed, now).await
}

async fn keep_replaced_consents(
    connection: &mut SqliteConnection,
    changed: &[(SubscriberId, &Entry)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    for (id, entry) in changed {
        for consent in &entry.replaced_consents {
            sqlx::query(
                "INSERT INTO past_consents (subscriber, at, source, replaced_at) \
                 VALUES (?1, ?2, ?3, ?4)",
            )
            .bind(id.0)
            .bind(consent.at.map(|at| at.to_rfc3339()))
            .bind(&consent.source)
            .bind(codes::millis(now))
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}

fn tags_text(profile: &Profile) -> Option<String> {
    (!profile.tags.is_empty()).then(|| codes::set_text(&profile.tags))
}
