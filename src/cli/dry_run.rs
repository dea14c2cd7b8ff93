//! What a send would do, in words; and what folding the list in has done.

use super::{Output, facts, output::Tone};
use crate::{
    app::HELD_BACK,
    operations::{DryRun, FoldReport},
};

/// Says what would be sent to how many.
pub(super) fn show_dry_run(dry_run: &DryRun, output: &Output) {
    let DryRun {
        facts,
        folded,
        message_bytes,
    } = dry_run;
    if output.is_json() {
        let mut document = facts::document(facts);
        document["message_bytes"] = (*message_bytes).into();
        document["fold"] = serde_json::to_value(folded).unwrap_or_default();
        output.document(&document);
        return;
    }
    note_fold(folded.as_ref(), "would be ", output);
    for line in facts::lines(facts, *message_bytes, output) {
        output.say(line);
    }
    output.note("A dry run: nothing was sent, nothing was changed.");
}

/// What the fold changed, if anything; `mood` is how that is said of one that was not done.
pub(super) fn note_fold(folded: Option<&FoldReport>, mood: &str, output: &Output) {
    let Some(report) = folded else { return };
    let changes: Vec<String> = [
        (report.added, "added"),
        (report.changed, "changed"),
        (report.returned, "back"),
        (report.deactivated, "gone"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {mood}{what}"))
    .collect();
    if !changes.is_empty() {
        output.note(format!("subscribers.yaml: {}", changes.join(", ")));
    }
    if let Some(held_back) = &report.held_back {
        output.note(output.paint(
            Tone::Care,
            format!(
                "! subscribers.yaml ends in the middle of a line: its last entry, {held_back}, waits and gets no mail \
                 for now; {HELD_BACK}"
            ),
        ));
    }
    if report.suppressed > 0 {
        output.note(output.paint(
            Tone::Care,
            format!(
                "! {} in subscribers.yaml left or bounced; the file can't bring them back",
                report.suppressed
            ),
        ));
    }
}
