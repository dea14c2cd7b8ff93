//! What machines noted of what left, held against a database that was set back: by a standby that was promoted, or a dump
//! that was restored. Each machine hands in its own notes before anything leaves; rows that began to leave and of which
//! the database does not know are unknown from then on. Whose notes are missing or gone is found when a person takes the
//! database into use (docs/decisions/0036).

use std::path::Path;

use super::home;
use crate::store::{
    BatchId, DeliveryState, StoreError, codes,
    machine::NOTED_ELSEWHERE,
    notes_place::{BatchNotes, NotesPlace},
    postgres::{
        PostgresStore,
        batch_ledger::tallies::{NOBODY, TallyMoves},
        columns,
        delivery_queue::{unclaimed, waiting},
        fault::PostgresFault,
        transaction::StoreTransaction,
        values::values,
    },
    step_notes::NotedSteps,
};

/// So many notes are held against the ledger at once.
const GROUP: usize = 10_000;

/// The place in which this machine notes what leaves from it.
pub(super) struct OwnPlace {
    name: String,
    mark: String,
}

impl OwnPlace {
    /// None where there is none that can be used.
    pub(super) fn of(store: &PostgresStore) -> Option<Self> {
        let place = NotesPlace::take(store.notes.as_deref()?).ok()??;
        Some(Self::named(&place))
    }

    fn named(place: &NotesPlace) -> Self {
        Self {
            name: place.name(),
            mark: place.mark().to_owned(),
        }
    }

    /// Says that this machine notes there, so that it is asked for these notes; what was noted there under another mark is
    /// of no use any more, for the ledger has it.
    pub(super) async fn register(&self, tx: &StoreTransaction) -> Result<(), PostgresFault> {
        self.is_known_by_this_name_alone(tx).await?;
        tx.run(
            "INSERT INTO noting_places (name, mark, home, seen_at) \
             SELECT $1, $2, home, clock_timestamp() FROM instance WHERE home IS NOT NULL \
             ON CONFLICT (name) DO UPDATE SET mark = excluded.mark, home = excluded.home, \
             seen_at = excluded.seen_at, handed_in = NULL, is_whole = TRUE",
            values![self.name, self.mark],
        )
        .await
        .map(drop)
    }

    /// A container has another name each time, and its folder stays.
    async fn is_known_by_this_name_alone(
        &self,
        tx: &StoreTransaction,
    ) -> Result<(), PostgresFault> {
        let sql = "UPDATE noting_places SET name = $1 WHERE mark = $2 AND name <> $1 \
                   AND NOT EXISTS (SELECT 1 FROM noting_places WHERE name = $1)";
        tx.run(sql, values![self.name, self.mark]).await.map(drop)
    }
}

/// Does what is to be done with this machine's notes just now: mostly nothing. Where the database is at home, it is told
/// now and then that they are here; where it is not, it gets them.
pub(super) async fn hand_in(store: &PostgresStore) -> Result<(), StoreError> {
    let Some(folder) = &store.notes else {
        return Ok(());
    };
    let tx = store.reading().await?;
    let standing = PlaceStanding::look(&tx, folder_name(folder)?.as_deref()).await;
    let standing = tx.end(standing).await?;
    let Some(notes) = standing.wanted(|| MachineNotes::collect(folder, &standing.home))? else {
        return Ok(());
    };
    let tx = store.writing().await?;
    let handed = match standing.is_elsewhere {
        true => notes.hold_against(&tx, &standing.home).await,
        false => notes.place.register(&tx).await.map(|()| 0),
    };
    let rows = tx.end(handed).await?;
    if standing.is_elsewhere {
        tracing::warn!(
            rows,
            "the database is an older copy of itself: what this machine noted since is handed in"
        );
    }
    Ok(())
}

fn folder_name(folder: &Path) -> Result<Option<String>, StoreError> {
    let place = NotesPlace::take_known(folder).map_err(|error| unusable(folder, error))?;
    Ok(place.map(|place| place.name()))
}

fn unusable(folder: &Path, error: std::io::Error) -> StoreError {
    StoreError::Unusable {
        place: folder.display().to_string(),
        source: Box::new(error),
    }
}

/// How the database and this machine's notes stand to each other.
struct PlaceStanding {
    home: String,
    is_elsewhere: bool,
    has_notes: bool,
    is_known: bool,
    is_handed_in: bool,
}

impl PlaceStanding {
    async fn look(tx: &StoreTransaction, name: Option<&str>) -> Result<Self, PostgresFault> {
        let elsewhere = home::IS_ELSEWHERE;
        let here = home::here(tx).await?;
        let sql = format!(
            "SELECT coalesce(i.home, '') AS home, coalesce({elsewhere}, FALSE) AS elsewhere, \
             coalesce(p.home = i.home AND p.seen_at > clock_timestamp() - interval '1 hour', FALSE) \
               AS known, coalesce(p.handed_in = $2, FALSE) AS handed_in \
             FROM instance AS i LEFT JOIN noting_places AS p ON p.name = $1"
        );
        tx.one(&sql, values![name, here], |row| {
            Ok(Self {
                home: row.try_get("home")?,
                is_elsewhere: row.try_get("elsewhere")?,
                has_notes: name.is_some(),
                is_known: row.try_get("known")?,
                is_handed_in: row.try_get("handed_in")?,
            })
        })
        .await
    }

    fn wanted(
        &self,
        collect: impl FnOnce() -> Result<Option<MachineNotes>, StoreError>,
    ) -> Result<Option<MachineNotes>, StoreError> {
        let is_wanted = match self.is_elsewhere {
            true => !self.is_handed_in,
            false => !self.is_known && !self.home.is_empty(),
        };
        match is_wanted && self.has_notes {
            true => collect(),
            false => Ok(None),
        }
    }
}

/// All that this machine noted while the database was there.
struct MachineNotes {
    place: OwnPlace,
    batches: Vec<(BatchId, Option<NotedSteps>)>,
}

impl MachineNotes {
    /// None: somebody on this machine still sends, and what they do is noted yet.
    fn collect(folder: &Path, home: &str) -> Result<Option<Self>, StoreError> {
        let place = NotesPlace::take_known(folder).map_err(|error| unusable(folder, error))?;
        let Some(place) = place else {
            return Ok(None);
        };
        let mut batches = Vec::new();
        for batch in place.batches(home) {
            match place.settled(home, batch) {
                BatchNotes::Written => return Ok(None),
                BatchNotes::Gone => batches.push((batch, None)),
                BatchNotes::Read(noted) => batches.push((batch, Some(noted))),
            }
        }
        Ok(Some(Self {
            place: OwnPlace::named(&place),
            batches,
        }))
    }

    /// What left and the database does not know of is unknown from now on; answers how many rows that are.
    async fn hold_against(&self, tx: &StoreTransaction, home: &str) -> Result<u64, PostgresFault> {
        // Whoever takes the database into use meanwhile waits, or came first.
        let is_still: bool = tx
            .value("SELECT home = $1 FROM instance FOR UPDATE", values![home])
            .await?;
        if !is_still {
            return Ok(0);
        }
        self.place.is_known_by_this_name_alone(tx).await?;
        let mut rows = 0;
        let mut is_whole = self.is_the_one(tx).await?;
        for (batch, noted) in &self.batches {
            match noted {
                Some(noted) => rows += doubt(tx, *batch, noted).await?,
                None => is_whole &= !is_under_way(tx, *batch).await?,
            }
        }
        let here = home::here(tx).await?;
        tx.run(
            // One that nobody heard of makes no other one's last word older than it is.
            "INSERT INTO noting_places (name, mark, home, seen_at, handed_in, is_whole) \
             SELECT $1, $2, $3, coalesce(max(seen_at), clock_timestamp()), $4, $5 \
             FROM noting_places ON CONFLICT (name) DO UPDATE SET \
             handed_in = excluded.handed_in, is_whole = excluded.is_whole",
            values![self.place.name, self.place.mark, home, here, is_whole],
        )
        .await?;
        Ok(rows)
    }

    /// Whether these are the notes that the database knows of. One that it never heard of began after it was set back.
    async fn is_the_one(&self, tx: &StoreTransaction) -> Result<bool, PostgresFault> {
        let sql = "SELECT mark FROM noting_places WHERE name = $1";
        let known: Option<String> = tx.maybe_value(sql, values![self.place.name]).await?;
        Ok(known.is_none_or(|known| known == self.place.mark))
    }
}

async fn is_under_way(tx: &StoreTransaction, batch: BatchId) -> Result<bool, PostgresFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM tallies WHERE batch = $1 \
         GROUP BY batch HAVING sum(pending + claimed + sending + deferred) > 0)",
        values![batch.0],
    )
    .await
}

/// A row whose message began to leave under a later fence than the ledger knows, or under that one while the ledger still
/// takes it for held, may have left. Under that one, and no longer held: the ledger knows what came of it.
async fn doubt(
    tx: &StoreTransaction,
    batch: BatchId,
    noted: &NotedSteps,
) -> Result<u64, PostgresFault> {
    let notes: Vec<(i64, i64)> = noted.fences().collect();
    let mut doubted = 0;
    for group in notes.chunks(GROUP) {
        let (ords, fences): (Vec<i64>, Vec<i64>) = group.iter().copied().unzip();
        // Claimed since then: here nobody has come to them yet.
        unclaimed::part_rows(tx, batch, &ords).await?;
        let found: Vec<(i64, i64, i64)> = tx
            .all(
                "SELECT d.ord, d.state, coalesce(d.sender, $4) AS sender \
                 FROM unnest($2, $3) AS n(ord, fence) \
                 JOIN deliveries AS d ON d.batch = $1 AND d.ord = n.ord \
                 WHERE d.state NOT IN (3, 6, 7) \
                 AND (d.fence < n.fence OR (d.fence = n.fence AND d.state IN (1, 2))) \
                 ORDER BY d.ord FOR UPDATE OF d",
                values![batch.0, ords, fences, NOBODY],
                |row| {
                    let state = columns::code(row, "state")?;
                    Ok((row.try_get("ord")?, state, row.try_get("sender")?))
                },
            )
            .await?;
        let ords: Vec<i64> = found.iter().map(|(ord, ..)| *ord).collect();
        waiting::remove(tx, batch, &ords).await?;
        tx.run(
            "UPDATE deliveries SET state = $3, due_at = NULL, reply = $4, \
             updated_at = (extract(epoch FROM clock_timestamp()) * 1000)::int8 \
             WHERE batch = $1 AND ord = ANY($2)",
            values![
                batch.0,
                ords,
                codes::state_code(DeliveryState::Unknown),
                NOTED_ELSEWHERE
            ],
        )
        .await?;
        let mut moves = TallyMoves::default();
        for (_, state, sender) in &found {
            let from = codes::state(*state)?;
            moves.add((batch, *sender), from, DeliveryState::Unknown, 1);
        }
        moves.write(tx).await?;
        doubted += found.len() as u64;
    }
    Ok(doubted)
}

/// What keeps a database that was set back from being known by what machines noted.
pub(super) struct MissingNotes {
    /// Places that sent from it of late, and handed in nothing yet.
    pub(super) awaited: Vec<String>,
    /// Places that handed in, but not all that they had noted.
    pub(super) gone: Vec<String>,
}

/// Who sent of late: a day before its last sign of anybody is long enough, for whoever lives says so every hour.
pub(super) async fn missing(tx: &StoreTransaction) -> Result<MissingNotes, PostgresFault> {
    let here = home::here(tx).await?;
    let of_late = "p.home = (SELECT home FROM instance) AND p.seen_at >= \
         (SELECT max(seen_at) FROM noting_places) - interval '1 day'";
    let awaited = format!(
        "SELECT name FROM noting_places AS p WHERE p.handed_in IS DISTINCT FROM $1 AND {of_late} \
         ORDER BY name"
    );
    let gone = "SELECT name FROM noting_places WHERE handed_in = $1 AND NOT is_whole ORDER BY name";
    Ok(MissingNotes {
        awaited: tx.values(&awaited, values![here]).await?,
        gone: tx.values(gone, values![here]).await?,
    })
}

/// The places whose notes are in.
pub(super) async fn heard(tx: &StoreTransaction) -> Result<Vec<String>, PostgresFault> {
    let here = home::here(tx).await?;
    let sql = "SELECT name FROM noting_places WHERE handed_in = $1 AND is_whole ORDER BY name";
    tx.values(sql, values![here]).await
}

/// Batches of which a sender had rows that noted nothing: an older program, a machine without a folder. Where nobody ever
/// noted anything, all of them.
pub(super) async fn unnoted(tx: &StoreTransaction) -> Result<Vec<i64>, PostgresFault> {
    tx.values(
        "SELECT id FROM batches AS b WHERE NOT EXISTS (SELECT 1 FROM noting_places) \
         OR EXISTS (SELECT 1 FROM tallies AS t JOIN leases AS l ON l.id = abs(t.sender) \
           WHERE t.batch = b.id AND l.notes IS NULL)",
        values![],
    )
    .await
}
