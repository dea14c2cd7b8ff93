//! GitHub's workflow commands: a line a finding, shown beside the changed line of a pull request.

use std::fmt::Write;

use super::super::{Finding, FindingPlace, Level};

/// The findings as workflow commands, those allowed left out.
pub(crate) fn github<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> String {
    let mut out = String::new();
    for finding in findings.into_iter().filter(|finding| !finding.is_allowed()) {
        let command = match finding.level() {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Advice => "notice",
        };
        let place = finding.place().map(properties).unwrap_or_default();
        let message = match finding.help() {
            Some(hint) => format!("{}\n{hint}", finding.message()),
            None => finding.message().to_string(),
        };
        let _ = writeln!(
            out,
            "::{command} {place}title={}::{}",
            property(finding.rule().id),
            data(&message)
        );
    }
    out
}

fn properties(place: &FindingPlace) -> String {
    let (start, end) = (place.start(), place.end());
    let mut text = format!("file={},line={},", property(place.file()), start.line);
    // Columns make sense to GitHub within one line only.
    if start.line == end.line {
        let _ = write!(text, "col={},endColumn={},", start.column, end.column);
    } else {
        let _ = write!(text, "endLine={},", end.line);
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
