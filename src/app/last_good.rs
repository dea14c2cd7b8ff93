//! The configuration as it could be read last, kept in the state as it was written, unexpanded: by it
//! people hear that the one of now can't be read, also after a restart.

use std::{fs, io, path::Path, sync::Arc};

use super::App;
use crate::{
    clock::Clock,
    private_files::replace,
    publication::{Environment, FILE_NAME, Publication},
};

/// Private to its owner: it may hold secrets.
const FILE: &str = "last-good.yaml";
/// The state folder, before a publication says so.
const STATE: &str = ".daily-note";

impl App {
    /// Keeps the configuration that was just read, where there is a state.
    pub(crate) fn keep_as_last_good(&self) {
        if let Err(error) = keep(&self.publication.root, &self.publication.state_dir()) {
            tracing::warn!("the configuration can't be kept for alarms: {error}");
        }
    }

    /// The publication as its configuration could be read last; None: it never was, here.
    #[must_use]
    pub(crate) fn last_good(root: &Path, clock: Clock) -> Option<Self> {
        let text = fs::read_to_string(root.join(STATE).join(FILE)).ok()?;
        let publication = Publication::from_yaml(root, &text, &Environment::of_process()).ok()?;
        Some(Self {
            publication: Arc::new(publication),
            clock,
        })
    }
}

fn keep(root: &Path, state_dir: &Path) -> io::Result<()> {
    let text = fs::read(root.join(FILE_NAME))?;
    let place = state_dir.join(FILE);
    if !state_dir.is_dir() || fs::read(&place).is_ok_and(|kept| kept == text) {
        return Ok(());
    }
    replace(&place, &text)
}
