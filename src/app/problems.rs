//! An error as lines for whoever can fix it, where no terminal shows the place: what is wrong,
//! where, what to do.

use super::AppError;
use crate::{
    check::Finding,
    issue::ArchiveError,
    render::RenderError,
    source::{SourceError, with_causes},
    store::StoreError,
};

impl AppError {
    /// Each thing that is wrong, in a line or two.
    #[must_use]
    pub(crate) fn problems(&self) -> Vec<String> {
        match self {
            Self::Configuration(errors)
            | Self::Content(errors)
            | Self::Archive(ArchiveError::Broken { errors, .. }) => {
                errors.iter().map(of_source).collect()
            }
            Self::Render(RenderError::Source(error)) => vec![of_source(error)],
            Self::Findings(findings) => findings.iter().map(of_finding).collect(),
            Self::Doubt(doubt) => vec![format!("{}\n{}", doubt.message(), doubt.hint())],
            Self::PagesAway { .. } => {
                vec![format!("{self}\n{}", self.pages_hint().unwrap_or_default())]
            }
            Self::Refused { message, hint, .. } => vec![format!("{message}\n{hint}")],
            Self::Relay(error) => vec![format!("{}\n{}", with_causes(error), error.hint())],
            Self::State(StoreError::Entry(error)) => vec![of_source(error)],
            Self::State(error) => vec![format!("{}\n{}", with_causes(error), error.hint())],
            error => vec![with_causes(error)],
        }
    }
}

fn of_source(error: &SourceError) -> String {
    match error.hint() {
        Some(hint) => format!("{error}\n{hint}"),
        None => error.to_string(),
    }
}

fn of_finding(finding: &Finding) -> String {
    let place = finding.place().map_or_else(String::new, |place| {
        format!("{}:{}: ", place.file(), place.start())
    });
    let hint = finding
        .help()
        .map_or_else(String::new, |hint| format!("\n{hint}"));
    format!("{place}{} [{}]{hint}", finding.message(), finding.rule().id)
}
