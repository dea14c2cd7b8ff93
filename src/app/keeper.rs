//! `daily-note.keeper`: a small file beside daily-note.yaml, meant for git, that says which list a
//! publication is sent from. A second checkout has no state; by this file it knows that another one
//! sends.

use std::{fs, io, path::Path};

use chrono::NaiveDate;
use serde::Deserialize;

use super::{AppError, FileAction};
use crate::{
    source::{Source, SourceError, read_text_file},
    words::phrase,
    yaml::Tree,
};

/// Its name, in the publication's folder.
pub(crate) const KEEPER_FILE: &str = "daily-note.keeper";

/// Longer ones are none.
const MAX_BYTES: u64 = 64 << 10;

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keeper {
    /// The list's mark.
    pub(crate) list: String,
    /// Since which day that list is the one.
    pub(crate) since: NaiveDate,
}

impl Keeper {
    /// The one of the publication at `root`; None: nothing was ever really sent from here.
    ///
    /// # Errors
    /// A file that can't be read, with the place that is wrong.
    pub(crate) fn of(root: &Path) -> Result<Option<Self>, AppError> {
        let path = root.join(KEEPER_FILE);
        let unreadable = |source| AppError::Io {
            action: FileAction::Read,
            path: path.clone(),
            source,
        };
        let text = match read_text_file(&path, MAX_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(unreadable)?,
        };
        Self::parse(&Source::new(KEEPER_FILE, text))
            .map(Some)
            .map_err(AppError::Configuration)
    }

    fn parse(source: &Source) -> Result<Self, Vec<SourceError>> {
        let hint = phrase!(
            "restore it from git; or `daily-note adopt`, where the list is the one of this state"
        );
        let whole = 0..source.text().len();
        let hinted = |errors: Vec<SourceError>| {
            errors
                .into_iter()
                .map(|error| error.with_hint(hint))
                .collect()
        };
        let tree = Tree::parse(source, whole).map_err(hinted)?;
        tree.read::<Self>().map_err(hinted)
    }

    /// Writes it, whole or not at all.
    pub(crate) fn write(&self, root: &Path) -> io::Result<()> {
        let text = format!(
            "# Which list this publication is sent from: made by daily-note at its first real send. Keep it in\n\
             # git. Where another checkout finds a mark here that is not its own list's, it asks before it sends.\n\
             list: \"{}\"\nsince: {}\n",
            self.list, self.since
        );
        let fresh = root.join(format!(".{KEEPER_FILE}.{}~", std::process::id()));
        fs::write(&fresh, text)?;
        let put = fs::rename(&fresh, root.join(KEEPER_FILE));
        if put.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        put
    }
}
