//! `check --fix`: shows what would change, asks, writes.

use super::{Args, CommandContext, CommandExit, Failure, ReportFormat, conclude};
use crate::{
    cli::{Output, confirm, output::Tone},
    operations::{FixOutcome, FixableFile},
    source::harmless,
    words::{many, say},
};

/// Lines around a change that are shown.
const AROUND: usize = 1;

pub(super) async fn execute(
    args: &Args,
    format: ReportFormat,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let output = &context.output;
    let app = context.app()?;
    let report = app.check(&args.issues, args.online()).await?;
    let fixable = app.certain_fixes(&report);
    if fixable.is_empty() {
        output.note(say!(
            "Nothing here is fixed with certainty; what is found, a person decides."
        ));
        return Ok(conclude(&report, args, format, output));
    }
    for file in &fixable {
        output.note(difference(file, output));
    }
    if !is_wanted(args, &fixable, output)? {
        output.note(say!("Nothing was changed."));
        return Ok(conclude(&report, args, format, output));
    }
    for file in &fixable {
        output.note(match app.apply_fixes(file)? {
            FixOutcome::Written => say!("{file}: fixed", file = file.file),
            FixOutcome::ChangedMeanwhile => {
                say!(
                    "{file}: changed meanwhile, and left alone",
                    file = file.file
                )
            }
        });
    }
    let report = app.check(&args.issues, args.online()).await?;
    Ok(conclude(&report, args, format, output))
}

/// With --yes it is; else a person at the terminal is asked, and nobody means no.
fn is_wanted(args: &Args, fixable: &[FixableFile], output: &Output) -> Result<bool, Failure> {
    if args.yes {
        return Ok(true);
    }
    let count: usize = fixable.iter().map(|file| file.count).sum();
    let fixes = many!(count, "{n} fix", "{n} fixes");
    let files = many!(fixable.len(), "{n} file", "{n} files");
    if !confirm::is_somebody_here() {
        output.note(say!("{fixes} to {files}: --yes writes them.", fixes, files));
        return Ok(false);
    }
    let question = output.words(say!("Write {fixes} to {files}?", fixes, files));
    confirm::ask(&question, output)
}

fn difference(file: &FixableFile, output: &Output) -> String {
    let diff = similar::TextDiff::from_lines(&file.before, &file.after);
    let shown = diff
        .unified_diff()
        .context_radius(AROUND)
        .header(&file.file, &file.file)
        .to_string();
    let shown = harmless(&shown);
    let lines = shown.lines().map(|line| match line.as_bytes().first() {
        Some(b'+') => output.paint(Tone::Good, line),
        Some(b'-') => output.paint(Tone::Bad, line),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
