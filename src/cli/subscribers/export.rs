//! `subscribers export`.

use std::{
    io::{self, BufWriter},
    path::PathBuf,
};

use clap::ValueEnum;

use super::super::{CommandContext, CommandExit, Failure};
use crate::{
    app::{AppError, FileAction},
    operations::{ExportFormat, ExportReport},
    private_files::FreshFile,
    words::{Said, say},
};

/// Write the whole list to a file, or to stdout
#[derive(Debug, clap::Args)]
#[command(after_help = "\
csv   everybody with all that is known, those who left, and the erased as keyed hashes:
      `subscribers import` of it into an empty store gives the same list. Whoever has the file can
      test whether an address was erased: keep it as you keep the state
yaml  those who get mail, as a subscribers.yaml

The file is readable by its owner alone: it is people's addresses.

Examples:
  daily-note subscribers export --out list.csv
  daily-note subscribers export --excel --out 구독자.csv
  daily-note subscribers export --format yaml > subscribers.yaml")]
pub(crate) struct Args {
    /// As a table, or as a subscribers.yaml
    #[arg(long, value_enum, default_value_t = ExportAs::Csv)]
    format: ExportAs,
    /// The file; stdout without it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Mark the CSV in the way that Excel wants, so that it shows Hangul
    #[arg(long)]
    excel: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportAs {
    /// A table
    Csv,
    /// A subscribers.yaml
    Yaml,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let output = &context.output;
    if output.is_json() && args.out.is_none() {
        return Err(Failure::usage(say!(
            "--json reports on an export, so the export itself needs a file: add --out FILE"
        )));
    }
    let app = context.app()?;
    let format = match args.format {
        ExportAs::Csv => ExportFormat::Csv {
            for_excel: args.excel,
        },
        ExportAs::Yaml => ExportFormat::Yaml,
    };
    let report = match &args.out {
        None => {
            let mut stdout = BufWriter::new(io::stdout());
            app.export_list(format, &mut stdout).await?
        }
        Some(path) => {
            let unwritable = |source| AppError::Io {
                action: FileAction::Written,
                path: path.clone(),
                source,
            };
            let mut file = BufWriter::new(FreshFile::beside(path).map_err(unwritable)?);
            let report = app.export_list(format, &mut file).await?;
            let file = file.into_inner().map_err(|error| error.into_error());
            file.and_then(FreshFile::put_in_place).map_err(unwritable)?;
            report
        }
    };
    if output.is_json() {
        output.document(&report);
    }
    output.note(told(report, args.format));
    Ok(if report == ExportReport::default() {
        CommandExit::Nothing
    } else {
        CommandExit::Done
    })
}

fn told(report: ExportReport, format: ExportAs) -> Said {
    let ExportReport {
        subscribers,
        suppressed,
        left_out,
    } = report;
    match format {
        ExportAs::Csv => say!(
            "{subscribers} on the list; {suppressed} kept from mail.",
            subscribers,
            suppressed
        ),
        ExportAs::Yaml if left_out > 0 => {
            say!(
                "{subscribers} who get mail; {left_out} left out who get none.",
                subscribers,
                left_out
            )
        }
        ExportAs::Yaml => say!("{subscribers} who get mail.", subscribers),
    }
}
