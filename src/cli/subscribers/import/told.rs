//! What became of a file, for a person.

use super::super::super::{
    Output, Tone,
    table::{padded, table},
};
use crate::{
    audience::import::{Column, ReadingPlan},
    operations::{ImportReport, RowOutcome, RowProblem},
    words::{Said, many, say},
};

/// Problems that are printed; `--report` has all.
const SHOWN_PROBLEMS: usize = 20;

/// A report for a person.
pub(super) fn told(file: &str, report: &ImportReport, output: &Output) -> String {
    let plan = &report.plan;
    let separator = match plan.separator {
        ',' => say!("commas"),
        ';' => say!("semicolons"),
        '|' => say!("bars"),
        '\t' => say!("tabs"),
        _ => say!("a separator of its own"),
    };
    let separator = output.words(separator);
    let mut told = format!(
        "{file}: {}, {}, {separator}
",
        plan.format, plan.encoding
    );
    let mut line = |text: Said| {
        told.extend([
            output.words(text).as_str(),
            "
",
        ])
    };
    if plan.first_row > 1 {
        line(say!("  begins at row {row}", row = plan.first_row));
    }
    line(columns(plan, output).trim_end().into());
    if let Some(silence) = plan.silence {
        let silence = output.paint(Tone::Care, Said::heard(silence));
        line(format!("  {silence}").into());
    }
    let name = |name: Said| padded(&output.words(name), 12);
    line(format!("  {} {}", name(say!("rows")), report.rows).into());
    for (count, what, words) in counts(report) {
        if count > 0 {
            let words = output.words(words);
            line(format!("  {} {count}  ({words})", name(what)).into());
        }
    }
    for problem in report.problems.iter().take(SHOWN_PROBLEMS) {
        line(problem_line(problem, output));
    }
    let shown = report.problems.len().min(SHOWN_PROBLEMS) as u64;
    let further = report.problems.len() as u64 + report.further_problems - shown;
    if further > 0 {
        line(many!(
            further,
            "  … and 1 more row: see all with --report FILE",
            "  … and {n} more rows: see all with --report FILE"
        ));
    }
    if report.dry_run {
        line(say!("Nothing was changed: this was a dry run."));
    } else if !report.changed_anything() {
        line(say!("Nothing was new."));
    }
    told.trim_end().to_owned()
}

/// What became of the rows: how many, in a word, in a sentence.
fn counts(report: &ImportReport) -> [(u64, Said, Said); 8] {
    let reasons = report.suppressed.iter().map(|(reason, count)| {
        say!(
            "{n} {state}",
            n = count,
            state = Said::word(reason.to_string())
        )
    });
    let suppressed = say!(
        "kept off the list from now on: {reasons}; {count} of them new",
        reasons = Said::row(reasons, ", "),
        count = report.newly_suppressed
    );
    [
        (report.added, say!("added"), say!("new on the list")),
        (
            report.welcomed,
            say!("welcomed"),
            say!("a mail to each of them"),
        ),
        (
            report.merged,
            say!("merged"),
            say!("known, from the list or an earlier row"),
        ),
        (
            report.unchanged,
            say!("unchanged"),
            say!("known, nothing new"),
        ),
        (
            report.suppressed.values().sum(),
            say!("suppressed"),
            suppressed,
        ),
        (
            report.kept_off,
            say!("kept off"),
            say!("they left, bounced or complained before"),
        ),
        (
            report.skipped,
            say!("skipped"),
            say!("not confirmed, or not subscribed"),
        ),
        (report.refused, say!("refused"), say!("can't be taken")),
    ]
}

fn problem_line(problem: &RowProblem, output: &Output) -> Said {
    let (tone, word) = match problem.outcome {
        RowOutcome::Refused => (Tone::Bad, say!("refused")),
        RowOutcome::Skipped => (Tone::Care, say!("skipped")),
        RowOutcome::KeptOff => (Tone::Care, say!("kept off")),
        RowOutcome::Note => (Tone::Quiet, say!("left out")),
    };
    let word = output.paint(tone, padded(&output.words(word), 8));
    let about = match problem.outcome {
        // The reason names what stands there.
        RowOutcome::Refused if problem.why.contains(&problem.email) => String::new(),
        _ => format!("{}: ", problem.email),
    };
    let place = match problem.row == problem.line {
        true => problem.row.to_string(),
        false => output.words(say!(
            "{row} (line {line})",
            row = problem.row,
            line = problem.line
        )),
    };
    say!(
        "  {place} {word} {about}{why}",
        place = padded(&output.words(say!("row {row}", row = place)), 12),
        word,
        about,
        why = Said::heard(&problem.why)
    )
}

/// What each column was taken for, and what stands in it: those that are taken first.
fn columns(plan: &ReadingPlan, output: &Output) -> String {
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
    let header = [say!("  COLUMN"), say!("TAKEN FOR"), say!("SAMPLES")];
    table(header, &rows, output)
}
