//! A publication, opened: state, relay, keys, git and whoever is told what happens, wired together in one
//! place. What is not used is not opened. What a person may do with it stands in `operations`.

pub(crate) mod content;
pub(crate) mod doubt;
mod fold;
pub(crate) mod git;
mod hand_over;
pub(crate) mod keeper;
mod last_good;
pub(crate) mod notices;
pub(crate) mod on_hold;
mod opinion_mail;
pub(crate) mod pages;
mod problems;
mod reachable;
pub(crate) mod reader;
pub(crate) mod receipts;
pub(crate) mod relay;
mod signing_keys;
mod state;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub use self::{
    doubt::Doubt,
    fold::{fold_file, line_in_file, preview_fold},
    notices::{EventSinks, Notifier},
    receipts::ReceiptSender,
    relay::MailTransport,
    signing_keys::SigningKey,
};
pub(crate) use self::{fold::held_back_hint, opinion_mail::OpinionTeller};
use crate::{
    check::Finding,
    clock::Clock,
    issue::ArchiveError,
    live::PublicationSnapshot,
    message::{ComposeError, FrozenError, dkim::DkimError},
    publication::{Environment, Publication, SecretUse},
    render::RenderError,
    smtp::{ConnectError, inbox::InboxError},
    source::SourceError,
    store::StoreError,
    words::{Said, phrase, say},
};

/// A publication, opened, with what its commands share.
#[derive(Debug, Clone)]
pub struct App {
    /// The publication.
    pub publication: Arc<Publication>,
    /// What time it is.
    pub clock: Clock,
}

/// What keeps a command from its work.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// daily-note.yaml or the environment is wrong, in these places.
    #[error("the configuration is wrong")]
    Configuration(Vec<SourceError>),
    /// An issue is wrong, in these places.
    #[error("the content does not pass")]
    Content(Vec<SourceError>),
    /// What `check` calls an error.
    #[error("the content does not pass")]
    Findings(Vec<Finding>),
    /// No issue of that name, or one that can't be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A template, or something that the mail needs.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A message can't be made.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// Frozen content that can't be written or read back.
    #[error(transparent)]
    Frozen(#[from] FrozenError),
    /// A signing key that can't be used.
    #[error(transparent)]
    Dkim(#[from] DkimError),
    /// The list or the ledger.
    #[error(transparent)]
    State(#[from] StoreError),
    /// The relay does not let us in.
    #[error(transparent)]
    Relay(#[from] ConnectError),
    /// The embedded inbox does not start.
    #[error(transparent)]
    Inbox(#[from] InboxError),
    /// Nothing is sent before a person has said that it may.
    #[error("{}", .0.message())]
    Doubt(Box<Doubt>),
    /// The readers' pages that the mail would promise do not answer.
    #[error("readers could not unsubscribe at {url}: {seen}")]
    PagesAway {
        /// Where the mail would send them.
        url: String,
        /// What answered instead.
        seen: String,
    },
    /// Something else that a person has to decide or fix; `hint` says how.
    #[error("{message}")]
    Refused {
        /// Which exit code it deserves.
        kind: RefusalKind,
        /// What is wrong.
        message: Said,
        /// What to do.
        hint: Said,
    },
    /// A file that can't be read or written.
    #[error("{}", action.failed(path))]
    Io {
        /// What was to be done with it.
        action: FileAction,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// What to do about pages that do not answer.
const PAGES_HINT: &str = phrase!(
    "`daily-note serve` answers at web.listen, to be reached as web.base_url (docs/readers.md); `--no-pages` \
    sends with the mailto alone; `web: {probe: off}` where this machine can't reach its own public name"
);

/// What is done with files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAction {
    /// Read.
    Read,
    /// Written.
    Written,
    /// Read, or made where it isn't there.
    ReadOrMade,
    /// Emptied.
    Cleared,
    /// Copied.
    Copied,
    /// Put in another one's place.
    Replaced,
}

impl FileAction {
    /// That it could not be done.
    fn failed(self, path: &Path) -> Said {
        let path = path.display();
        match self {
            Self::Read => say!("{path} can't be read", path),
            Self::Written => say!("{path} can't be written", path),
            Self::ReadOrMade => say!("{path} can't be read or made", path),
            Self::Cleared => say!("{path} can't be cleared", path),
            Self::Copied => say!("{path} can't be copied", path),
            Self::Replaced => say!("{path} can't be replaced", path),
        }
    }
}

impl AppError {
    /// What to do about the readers' pages.
    #[must_use]
    pub(crate) fn pages_hint(&self) -> Option<&'static str> {
        matches!(self, Self::PagesAway { .. }).then_some(PAGES_HINT)
    }

    /// Who keeps the calendar, or sends, instead of this process.
    #[must_use]
    pub(crate) fn holder(&self) -> Option<&str> {
        match self {
            Self::State(StoreError::Kept { holder }) => Some(holder),
            _ => None,
        }
    }
}

/// What kind of thing a person has to fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The command line.
    Usage,
    /// The configuration.
    Configuration,
    /// The content.
    Content,
    /// Nothing is to be done.
    Nothing,
    /// Deliveries wait for a person.
    Deliveries,
}

impl App {
    /// Opens the publication at `root`, or the nearest one above the working directory.
    ///
    /// # Errors
    /// [`AppError::Configuration`] with every place that is wrong.
    pub fn open(root: Option<&Path>, clock: Clock) -> Result<Self, AppError> {
        let root = match root {
            Some(root) => root.to_owned(),
            None => {
                let here = std::env::current_dir().map_err(|source| AppError::Io {
                    action: FileAction::Read,
                    path: PathBuf::from("."),
                    source,
                })?;
                Publication::find_root(&here)
                    .map_err(|error| AppError::Configuration(vec![error]))?
            }
        };
        let publication = Publication::load(&root, &Environment::of_process())
            .map_err(AppError::Configuration)?;
        Ok(Self {
            publication: Arc::new(publication),
            clock,
        })
    }

    /// The publication as it could be read last.
    #[must_use]
    pub(crate) fn of(snapshot: &PublicationSnapshot, clock: Clock) -> Self {
        Self {
            publication: Arc::clone(&snapshot.publication),
            clock,
        }
    }

    /// The same publication without pages: its mail promises none.
    #[must_use]
    pub(crate) fn without_pages(mut self) -> Self {
        Arc::make_mut(&mut self.publication).web.base_url = None;
        self
    }

    /// Makes sure that the secrets which that needs are there: a variable that is not set keeps nobody
    /// from what can be done without.
    ///
    /// # Errors
    /// [`AppError::Configuration`] with each variable that is not set.
    pub(crate) fn require_secrets(&self, uses: &[SecretUse]) -> Result<(), AppError> {
        let required = self.publication.require_secrets(uses);
        required.map_err(AppError::Configuration)
    }
}
