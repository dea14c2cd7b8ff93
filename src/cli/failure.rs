//! What ends a command early, and the exit code that says which kind it was.

use std::process::ExitCode;

use miette::Report;

use crate::{app::AppError, store::StoreError};

/// The exit codes of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
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
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error for a person, with the exit code that goes with it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// More than one where a file has more than one thing wrong.
    reports: Vec<Report>,
}

impl Failure {
    /// A failure of that kind.
    pub(crate) fn new(exit: Exit, report: impl Into<Report>) -> Self {
        Self {
            exit,
            reports: vec![report.into()],
        }
    }

    /// The command line does not make sense.
    pub(crate) fn usage(message: impl std::fmt::Display) -> Self {
        Self::new(Exit::Usage, miette::miette!("{message}"))
    }

    /// Several at once.
    pub(crate) fn many(exit: Exit, reports: impl IntoIterator<Item = Report>) -> Self {
        Self {
            exit,
            reports: reports.into_iter().collect(),
        }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What to show.
    pub(crate) fn reports(&self) -> &[Report] {
        &self.reports
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let exit = match &error {
            AppError::Configuration(_) | AppError::State(_) => Exit::Configuration,
            AppError::Content(_) => Exit::Content,
            AppError::Io { .. } => Exit::Unexpected,
        };
        match error {
            AppError::Configuration(errors) | AppError::Content(errors) => {
                Self::many(exit, errors.into_iter().map(Report::new))
            }
            AppError::State(error) => error.into(),
            error @ AppError::Io { .. } => Self::new(exit, Report::from_err(error)),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let hint = match &error {
            StoreError::Unusable { .. } => {
                "check that the folder exists, that you may write to it, and that its disk has room"
            }
            StoreError::Held { .. } => "wait until it is done, or stop it; then try again",
            StoreError::FoldLosesTooMany { .. } => {
                "if that is meant, raise audience.max_removal in daily-note.yaml for this once"
            }
            StoreError::Entry(_) => "mend the entry; nothing was changed",
            StoreError::Incompatible(_) => "use the version of daily-note that wrote it, or newer",
        };
        match error {
            StoreError::Entry(entry) => Self::new(Exit::Configuration, Report::new(entry)),
            error => Self::new(
                Exit::Configuration,
                Report::from_err(error).context_hint(hint),
            ),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Unexpected, Report::from_err(error))
    }
}

/// Adds a hint to an error that carries none of its own.
pub(crate) trait ContextHint {
    /// The same error with `hint` as its help.
    fn context_hint(self, hint: &str) -> Report;
}

impl ContextHint for Report {
    fn context_hint(self, hint: &str) -> Report {
        Report::new(Hinted {
            message: self.to_string(),
            causes: causes(&self),
            hint: hint.to_owned(),
        })
    }
}

fn causes(report: &Report) -> Option<Cause> {
    let texts: Vec<String> = report.chain().skip(1).map(ToString::to_string).collect();
    texts.into_iter().rev().fold(None, |inner, text| {
        Some(Cause {
            text,
            inner: inner.map(Box::new),
        })
    })
}

/// An error's text and causes with a hint added.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
#[diagnostic(help("{hint}"))]
struct Hinted {
    message: String,
    #[source]
    causes: Option<Cause>,
    hint: String,
}

#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct Cause {
    text: String,
    #[source]
    inner: Option<Box<Cause>>,
}
