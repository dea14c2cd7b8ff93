//! What ends a command early, and the exit code that says which kind it was.

use std::{error::Error, process::ExitCode};

use super::trouble::Trouble;
use crate::{
    app::{AppError, RefusalKind},
    issue::ArchiveError,
    message::ComposeError,
    preview::PreviewError,
    render::RenderError,
    source::SourceError,
    words::{Said, say},
};

/// The exit codes of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommandExit {
    /// Done.
    Done = 0,
    /// A fault that the program did not expect.
    Unexpected = 1,
    /// The command line does not make sense.
    Usage = 2,
    /// daily-note.yaml, the environment, the state folder or the relay's set-up is wrong.
    Configuration = 3,
    /// The content does not pass.
    Content = 4,
    /// Done, but some deliveries failed, wait or are unknown.
    Deliveries = 5,
    /// There was nothing to do.
    Nothing = 6,
    /// Nothing was done, and a retry may go better: a mail system's pipe keeps its mail (sysexits' EX_TEMPFAIL).
    TryAgain = 75,
}

impl From<CommandExit> for ExitCode {
    fn from(exit: CommandExit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error for a person, with the exit code that goes with it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: CommandExit,
    /// More than one where a file has more than one thing wrong.
    troubles: Vec<Trouble>,
}

impl Failure {
    /// A failure of that kind.
    pub(crate) fn new(exit: CommandExit, trouble: impl Into<Trouble>) -> Self {
        Self {
            exit,
            troubles: vec![trouble.into()],
        }
    }

    /// The command line does not make sense.
    pub(crate) fn usage(said: impl Into<Said>) -> Self {
        Self::new(CommandExit::Usage, Trouble::new(said))
    }

    /// A fault that the program did not expect.
    pub(crate) fn unexpected(message: impl std::fmt::Display) -> Self {
        Self::new(
            CommandExit::Unexpected,
            Trouble::new(Said::heard(message.to_string())),
        )
    }

    /// Everything that is wrong in files, each at its place.
    fn places(exit: CommandExit, errors: Vec<SourceError>) -> Self {
        Self {
            exit,
            troubles: errors.into_iter().map(Trouble::from).collect(),
        }
    }

    /// An error that says what is wrong, with its causes.
    fn from_err(exit: CommandExit, error: &dyn Error) -> Self {
        Self::new(exit, Trouble::of_error(error))
    }

    /// The same with what to do about it.
    fn hinted(exit: CommandExit, error: &dyn Error, hint: impl Into<Said>) -> Self {
        Self::new(exit, Trouble::of_error(error).with_hint(hint))
    }

    /// The same with another exit code, for a caller that knows but one.
    pub(crate) fn with_exit(self, exit: CommandExit) -> Self {
        Self { exit, ..self }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> CommandExit {
        self.exit
    }

    /// What to show.
    pub(crate) fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Configuration(errors) => Self::places(CommandExit::Configuration, errors),
            AppError::Content(errors) => Self::places(CommandExit::Content, errors),
            AppError::Findings(findings) => Self {
                exit: CommandExit::Content,
                troubles: findings.into_iter().map(Trouble::from).collect(),
            },
            AppError::Archive(ArchiveError::Broken { errors, .. }) => {
                Self::places(CommandExit::Content, errors)
            }
            AppError::Archive(error) => {
                Self::hinted(CommandExit::Usage, &error, archive_hint(&error))
            }
            AppError::Render(error) => error.into(),
            AppError::Compose(ComposeError::Render(error)) => error.into(),
            AppError::Compose(error) => Self::from_err(CommandExit::Content, &error),
            AppError::Frozen(error) => Self::from_err(CommandExit::Unexpected, &error),
            AppError::Dkim(error) => {
                let hint = say!("check smtp.dkim; `daily-note dkim new` makes a key");
                Self::hinted(CommandExit::Configuration, &error, hint)
            }
            AppError::State(error) => match error.into_entry() {
                Ok(entry) => Self::places(CommandExit::Configuration, vec![entry]),
                Err(error) => {
                    let hint = error.hint();
                    Self::hinted(CommandExit::Configuration, &error, hint)
                }
            },
            AppError::Relay(error) => {
                let hint = error.hint();
                Self::hinted(CommandExit::Configuration, &error, hint)
            }
            AppError::Inbox(error) => Self::from_err(CommandExit::Configuration, &error),
            AppError::Doubt(doubt) => {
                let (message, hint) = (doubt.message(), doubt.hint());
                Self::new(
                    CommandExit::Configuration,
                    Trouble::new(message).with_hint(hint),
                )
            }
            AppError::Refused {
                kind,
                message,
                hint,
            } => {
                let exit = match kind {
                    RefusalKind::Usage => CommandExit::Usage,
                    RefusalKind::Configuration => CommandExit::Configuration,
                    RefusalKind::Content => CommandExit::Content,
                    RefusalKind::Nothing => CommandExit::Nothing,
                    RefusalKind::Deliveries => CommandExit::Deliveries,
                };
                Self::new(exit, Trouble::new(message).with_hint(hint))
            }
            error @ AppError::PagesAway { .. } => {
                let hint = error.pages_hint().unwrap_or_default();
                Self::hinted(CommandExit::Configuration, &error, hint)
            }
            error @ AppError::Io { .. } => Self::from_err(CommandExit::Unexpected, &error),
        }
    }
}

impl From<PreviewError> for Failure {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::App(error) => error.into(),
            error @ PreviewError::Listen { .. } => {
                let hint = say!("name another address with --listen; port 0 takes any free one");
                Self::hinted(CommandExit::Configuration, &error, hint)
            }
        }
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Source(error) => Self::places(CommandExit::Content, vec![*error]),
            error => Self::from_err(CommandExit::Content, &error),
        }
    }
}

/// How to name an issue that is there.
fn archive_hint(error: &ArchiveError) -> Said {
    match error {
        ArchiveError::NotFound {
            nearest: Some(nearest),
            ..
        } => say!("did you mean {nearest}?", nearest),
        ArchiveError::NotFound { .. } => {
            say!("name it by its file, file name, slug or id; they are in issues/")
        }
        ArchiveError::Ambiguous { .. } => say!("name it by its file"),
        ArchiveError::Empty => say!("write one with `daily-note new EDITION`"),
        ArchiveError::Unreadable { .. } | ArchiveError::Broken { .. } => {
            say!("check that you may read it")
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::from_err(CommandExit::Unexpected, &error)
    }
}
