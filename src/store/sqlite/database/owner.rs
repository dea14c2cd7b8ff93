//! One owner of a database in a process, however often it is opened: whoever opens it again shares
//! it. POSIX locks are the process's, not the handle's, so that two owners would not notice each other.

use std::{
    collections::HashMap,
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

use super::{
    Database,
    place::{FILE, StatePlace},
};
use crate::{private_files::make_private_folder, store::sqlite::fault::SqliteFault};

/// An open database with its place.
#[derive(Debug)]
pub(crate) struct DatabaseOwner {
    pub(crate) database: Database,
    pub(crate) place: Arc<StatePlace>,
    /// Device and number of the file when it was opened.
    identity: Option<(u64, u64)>,
}

/// The owner of one place, where somebody has it open; locked while it is being opened.
type OwnerSlot = Arc<tokio::sync::Mutex<Weak<DatabaseOwner>>>;

static SLOTS: LazyLock<Mutex<HashMap<PathBuf, OwnerSlot>>> = LazyLock::new(Mutex::default);

impl DatabaseOwner {
    /// The owner of that folder's database; opens it where nobody has it open.
    pub(crate) async fn of(state_dir: &Path) -> Result<Arc<Self>, SqliteFault> {
        let failed = |error: io::Error| SqliteFault::unusable(state_dir, error);
        make_private_folder(state_dir).map_err(failed)?;
        let folder = fs::canonicalize(state_dir).map_err(failed)?;
        let slot = slot(folder);
        let mut slot = slot.lock().await;
        let file = state_dir.join(FILE);
        if let Some(owner) = slot.upgrade()
            // Another file of that name has an owner of its own.
            && owner.identity.is_some()
            && owner.identity == identity(&file)
        {
            return Ok(owner);
        }
        let (database, place) = Database::open(state_dir).await?;
        let owner = Arc::new(Self {
            database,
            place: Arc::new(place),
            identity: identity(&file),
        });
        *slot = Arc::downgrade(&owner);
        Ok(owner)
    }

    /// Whether the file of that folder is the one that is open here.
    pub(crate) fn is_in_place(&self, state_dir: &Path) -> bool {
        self.identity.is_some() && self.identity == identity(&state_dir.join(FILE))
    }
}

/// Looks at the name alone: the file itself is opened by SQLite and nobody else.
fn identity(file: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

fn slot(folder: PathBuf) -> OwnerSlot {
    let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    // Places that nobody has open any more.
    slots.retain(|_, slot| {
        Arc::strong_count(slot) > 1 || slot.try_lock().is_ok_and(|owner| owner.strong_count() > 0)
    });
    Arc::clone(slots.entry(folder).or_default())
}
