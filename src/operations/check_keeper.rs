//! `check` on daily-note.keeper: whether other checkouts know who sends.

use crate::{
    app::{App, AppError, git::GitRepository, keeper::KEEPER_FILE},
    check::keeper::{KeeperTrouble, keeper},
    operations::check_report::CheckedFile,
};

impl App {
    /// Whether other checkouts have the file; None: nothing is wrong with it, or none is needed.
    pub(crate) async fn check_keeper(&self) -> Result<Option<CheckedFile>, AppError> {
        let root = &self.publication.root;
        let file = root.join(KEEPER_FILE);
        let Some(git) = GitRepository::around(root) else {
            return Ok(None);
        };
        let trouble = match file.exists() {
            true => (git.knows(&file) == Some(false)).then_some(KeeperTrouble::NotInGit),
            false => self
                .has_really_sent()
                .await?
                .then_some(KeeperTrouble::Missing),
        };
        Ok(trouble.map(|trouble| CheckedFile {
            file: KEEPER_FILE.to_owned(),
            id: None,
            findings: vec![keeper(KEEPER_FILE, trouble)],
        }))
    }

    /// A rehearsal leaves no list behind that others would have to know.
    async fn has_really_sent(&self) -> Result<bool, AppError> {
        if self.realm().is_rehearsal() {
            return Ok(false);
        }
        Ok(match self.store_if_any().await? {
            Some(store) => !store.batches(1).await?.is_empty(),
            None => false,
        })
    }
}
