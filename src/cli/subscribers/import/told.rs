//! What became of a file, for a person.

use std::fmt::Write as _;

use super::super::super::{Output, Tone, table::table};
use crate::{
    audience::import::{Column, ReadingPlan},
    operations::{ImportReport, RowOutcome},
};

/// Problems that are printed; `--report` has all.
const SHOWN_PROBLEMS: usize = 20;

/// A report for a person.
pub(super) fn told(file: &str, report: &ImportReport, output: &Output) -> String {
    let plan = &report.plan;
    let separator = match plan.separator {
        ',' => "commas",
        ';' => "semicolons",
        '|' => "bars",
        '\t' => "tabs",
        _ => "a separator of its own",
    };
    let mut told = format!("{file}: {}, {}, {separator}\n", plan.format, plan.encoding);
    if plan.first_row > 1 {
        let _ = writeln!(told, "  begins at row {}", plan.first_row);
    }
    told.push_str(&columns(plan));
    if let Some(silence) = plan.silence {
        let _ = writeln!(told, "  {}", output.paint(Tone::Care, silence));
    }
    let _ = writeln!(told, "  rows         {}", report.rows);
    let reasons: Vec<String> = report
        .suppressed
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    let suppressed = report.suppressed.values().sum::<u64>();
    let suppressed_words = format!(
        "kept off the list from now on: {}; {} of them new",
        reasons.join(", "),
        report.newly_suppressed
    );
    for (count, name, words) in [
        (report.added, "added", "new on the list"),
        (report.welcomed, "welcomed", "a mail to each of them"),
        (
            report.merged,
            "merged",
            "known, from the list or an earlier row",
        ),
        (report.unchanged, "unchanged", "known, nothing new"),
        (suppressed, "suppressed", suppressed_words.as_str()),
        (
            report.kept_off,
            "kept off",
            "they left, bounced or complained before",
        ),
        (
            report.skipped,
            "skipped",
            "not confirmed, or not subscribed",
        ),
        (report.refused, "refused", "can't be taken"),
    ] {
        if count > 0 {
            let _ = writeln!(told, "  {name:<12} {count}  ({words})");
        }
    }
    told.push_str(&problems(report, output));
    if report.dry_run {
        told.push_str("Nothing was changed: this was a dry run.\n");
    } else if !report.changed_anything() {
        told.push_str("Nothing was new.\n");
    }
    told.trim_end().to_owned()
}

fn problems(report: &ImportReport, output: &Output) -> String {
    let mut told = String::new();
    for problem in report.problems.iter().take(SHOWN_PROBLEMS) {
        let (tone, word) = match problem.outcome {
            RowOutcome::Refused => (Tone::Bad, "refused"),
            RowOutcome::Skipped => (Tone::Care, "skipped"),
            RowOutcome::KeptOff => (Tone::Care, "kept off"),
            RowOutcome::Note => (Tone::Quiet, "left out"),
        };
        let word = output.paint(tone, format!("{word:<8}"));
        let about = match problem.outcome {
            // The reason names what stands there.
            RowOutcome::Refused if problem.why.contains(&problem.email) => String::new(),
            _ => format!("{}: ", problem.email),
        };
        let place = match problem.row == problem.line {
            true => problem.row.to_string(),
            false => format!("{} (line {})", problem.row, problem.line),
        };
        let _ = writeln!(told, "  row {place:<8} {word} {about}{}", problem.why);
    }
    let shown = report.problems.len().min(SHOWN_PROBLEMS) as u64;
    let further = report.problems.len() as u64 + report.further_problems - shown;
    if further > 0 {
        let _ = writeln!(
            told,
            "  … and {further} more rows: see all with --report FILE"
        );
    }
    told
}

/// What each column was taken for, and what stands in it: those that are taken first.
fn columns(plan: &ReadingPlan) -> String {
    let row = |column: &Column| {
        [
            format!("  {}", column.name),
            column.field.to_owned(),
            column.samples.join(" · "),
        ]
    };
    let (ignored, taken): (Vec<&Column>, Vec<&Column>) =
        plan.columns.iter().partition(|it| it.field == "ignore");
    let rows: Vec<[String; 3]> = taken.into_iter().chain(ignored).map(row).collect();
    table(["  COLUMN", "TAKEN FOR", "SAMPLES"], &rows)
}
