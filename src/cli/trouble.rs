//! One thing that is wrong, as a person at a terminal sees it: what, where with the line, what to do – in their language.

use std::{error::Error, fmt, sync::Arc};

use miette::{Diagnostic, LabeledSpan, Report, Severity, SourceCode};

use crate::{
    check::Finding,
    source::SourceError,
    words::{Said, Tongue, say},
};

/// How the report's library writes the word before a hint, as wide as ours must be: the hint's further lines are
/// indented by it.
const HELP: &str = "  help: ";

/// What is wrong, in no language yet.
#[derive(Debug)]
pub(crate) struct Trouble {
    said: Said,
    hint: Option<Said>,
    /// A few words under the caret.
    label: Option<Said>,
    /// What lies behind it, the nearest first.
    causes: Vec<Said>,
    /// Whose place, code and severity are shown.
    place: Option<Arc<dyn Diagnostic + Send + Sync>>,
}

impl Trouble {
    pub(crate) fn new(said: impl Into<Said>) -> Self {
        Self {
            said: said.into().of_ours(),
            hint: None,
            label: None,
            causes: Vec::new(),
            place: None,
        }
    }

    /// An error in its own words, with its causes.
    pub(crate) fn of_error(error: &dyn Error) -> Self {
        let mut trouble = Self::new(Said::heard(error.to_string()));
        let mut cause = error.source();
        while let Some(error) = cause {
            trouble.causes.push(Said::heard(error.to_string()));
            cause = error.source();
        }
        trouble
    }

    /// What to do about it.
    pub(crate) fn with_hint(mut self, hint: impl Into<Said>) -> Self {
        self.hint = Some(hint.into().of_ours());
        self
    }

    /// The report, of as many lines as it takes.
    pub(crate) fn shown(&self, tongue: Tongue) -> String {
        let report = Report::new(TroubleInWords {
            message: self.said.put(tongue),
            hint: self.hint.as_ref().map(|hint| hint.put(tongue)),
            label: self.label.as_ref().map(|label| label.put(tongue)),
            cause: CauseInWords::of(&self.causes, tongue),
            place: self.place.clone(),
        });
        let report = format!("{report:?}");
        match (tongue, report.rfind(HELP)) {
            (Tongue::English, _) | (_, None) => report,
            (_, Some(at)) => {
                let help = say!("  help: ").put(tongue);
                format!("{}{help}{}", &report[..at], &report[at + HELP.len()..])
            }
        }
    }
}

impl From<SourceError> for Trouble {
    fn from(error: SourceError) -> Self {
        Self {
            said: error.message().clone(),
            hint: error.hint().cloned(),
            label: error.label().cloned(),
            causes: Vec::new(),
            place: Some(Arc::new(error)),
        }
    }
}

impl From<Finding> for Trouble {
    fn from(finding: Finding) -> Self {
        Self {
            said: finding.message().clone(),
            hint: finding.help().cloned(),
            label: None,
            causes: Vec::new(),
            place: Some(Arc::new(finding)),
        }
    }
}

/// A trouble put in words.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct TroubleInWords {
    message: String,
    hint: Option<String>,
    label: Option<String>,
    #[source]
    cause: Option<CauseInWords>,
    place: Option<Arc<dyn Diagnostic + Send + Sync>>,
}

impl Diagnostic for TroubleInWords {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.place.as_ref()?.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.place.as_ref()?.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let hint = self.hint.as_ref()?;
        Some(Box::new(hint))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref()?.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.place.as_ref()?.labels()?;
        let said = move |place: LabeledSpan| {
            LabeledSpan::new(self.label.clone(), place.offset(), place.len())
        };
        Some(Box::new(labels.map(said)))
    }
}

/// What lies behind it, put in words.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct CauseInWords {
    text: String,
    #[source]
    inner: Option<Box<CauseInWords>>,
}

impl CauseInWords {
    fn of(causes: &[Said], tongue: Tongue) -> Option<Self> {
        let (first, rest) = causes.split_first()?;
        Some(Self {
            text: first.put(tongue),
            inner: Self::of(rest, tongue).map(Box::new),
        })
    }
}
