//! The secret that signs readers' links, replaced by a person.

use serde::Serialize;

use crate::{
    app::{App, AppError, FileAction, RefusalKind},
    links::secret_file::{self, RotationReason},
    words::phrase,
};

/// What became of the secret that signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RotatedSecret {
    /// Nothing that the old one signed is taken any more.
    pub is_leaked: bool,
    /// Older secrets whose mail can still unsubscribe.
    pub retired: usize,
}

impl App {
    /// Makes a new secret of the state's own the one that signs. Links of the old one unsubscribe and do
    /// nothing else; where it `is_leaked`, they do nothing.
    ///
    /// # Errors
    /// A secret that daily-note.yaml names is replaced there; a file that can't be read or written.
    pub(crate) fn rotate_secret(&self, is_leaked: bool) -> Result<RotatedSecret, AppError> {
        if self.publication.web.secret.is_some() {
            return Err(AppError::Refused {
                kind: RefusalKind::Configuration,
                message: phrase!("daily-note.yaml names the secret: `web.secret`").into(),
                hint: phrase!("put a new one before it there: `secret: [${NEW}, ${OLD}]`, or `{leaked: ${OLD}}` for \
                       one that somebody else may know")
                    .into(),
            });
        }
        let path = self.publication.state_dir().join(secret_file::FILE);
        let reason = match is_leaked {
            true => RotationReason::Leaked,
            false => RotationReason::Routine,
        };
        let retired = secret_file::rotate(&path, reason).map_err(|source| AppError::Io {
            action: FileAction::Replaced,
            path,
            source,
        })?;
        Ok(RotatedSecret { is_leaked, retired })
    }
}
