//! What a send would do, in words; and what folding the list in has done.

use super::{Output, facts, output::Tone};
use crate::{
    app::held_back_hint,
    operations::{DryRun, FoldReport},
    words::{Said, say},
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
    note_fold(folded.as_ref(), FoldMood::Intended, output);
    for line in facts::lines(facts, *message_bytes, output) {
        output.say(line);
    }
    output.note(say!("A dry run: nothing was sent, nothing was changed."));
}

/// Whether the file was folded in, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FoldMood {
    Done,
    Intended,
}

/// What the fold changed, if anything.
pub(super) fn note_fold(folded: Option<&FoldReport>, mood: FoldMood, output: &Output) {
    let Some(report) = folded else { return };
    let (added, changed) = (report.added, report.changed);
    let (back, gone) = (report.returned, report.deactivated);
    let changes = match mood {
        FoldMood::Done => [
            (added, say!("{n} added", n = added)),
            (changed, say!("{n} changed", n = changed)),
            (back, say!("{n} back", n = back)),
            (gone, say!("{n} gone", n = gone)),
        ],
        FoldMood::Intended => [
            (added, say!("{n} would be added", n = added)),
            (changed, say!("{n} would be changed", n = changed)),
            (back, say!("{n} would be back", n = back)),
            (gone, say!("{n} would be gone", n = gone)),
        ],
    };
    let made = changes.into_iter().filter(|(count, _)| *count > 0);
    let made: Vec<Said> = made.map(|(_, change)| change).collect();
    if !made.is_empty() {
        output.note(Said::row(
            ["subscribers.yaml".into(), Said::row(made, ", ")],
            ": ",
        ));
    }
    if let Some(held_back) = &report.held_back {
        output.note(output.paint(
            Tone::Care,
            say!(
                "! subscribers.yaml ends in the middle of a line: its last entry, {held_back}, waits and gets no mail \
                 for now; {what_to_do}",
                held_back,
                what_to_do = held_back_hint()
            ),
        ));
    }
    if report.suppressed > 0 {
        output.note(output.paint(
            Tone::Care,
            say!(
                "! {n} in subscribers.yaml left or bounced; the file can't bring them back",
                n = report.suppressed
            ),
        ));
    }
}
