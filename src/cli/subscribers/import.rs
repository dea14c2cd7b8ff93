//! `subscribers import`.

use std::{fmt::Write as _, fs::File, path::PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::{
    super::{Context, Exit, Failure, Output, Tone},
    edition_options, tag_options,
};
use crate::{
    app::{self, AppError, ImportReport, Outcome, Problem},
    audience::{
        SuppressionReason,
        import::{Field, Import, Options, Service, Standing},
    },
    publication::Publication,
};

/// Problems that are printed; `--report` has all.
const SHOWN_PROBLEMS: usize = 20;

/// Take in the list that another service exported
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads the CSV exports of Stibee, Mailchimp, Buttondown, Substack and listmonk, what `subscribers
export` writes, and any other table with an address in it. Encoding (UTF-8, CP949, UTF-16),
separator and service are told by looking; the report says what was found.

Those who unsubscribed, bounced or complained there are kept off the list here; those who never
confirmed are left out. A column whose name tells of consent or leaving, and that is not understood,
stops the import until --map says what it is. Importing a file again is harmless.

Mailchimp exports three files: import all of them. listmonk's file does not say who left a list:
export those with the subscription status “unsubscribed” too, and import that file with
--as unsubscribed.

Examples:
  daily-note subscribers import 구독자.csv --dry-run
  daily-note subscribers import subscribed.csv unsubscribed.csv cleaned.csv --edition monday
  daily-note subscribers import list.csv --map \"메일 계정=email\" --map 별명=name
  daily-note subscribers import left.csv --as unsubscribed")]
pub(crate) struct Args {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Whose export it is
    #[arg(long, value_name = "SERVICE", default_value = "auto", value_parser = service)]
    format: Format,
    /// What a column is: COLUMN=FIELD, by its name or number; repeat it for more. Fields: email,
    /// name, first_name, last_name, editions, tags, timezone, language, consent_at, confirmed_at,
    /// joined_at, consent_source, status, subscribed, confirmed, opted_out, bounced, complained (yes
    /// or no each), left_at, bounced_at, detail, ignore
    #[arg(long = "map", value_name = "COLUMN=FIELD", value_parser = mapping)]
    columns: Vec<(String, Field)>,
    /// How everybody in the file stands, unless a row says worse
    #[arg(long = "as", value_enum, value_name = "STANDING")]
    standing: Option<As>,
    /// The edition of those whose row names none; repeat it for more. All, where none is named
    #[arg(long = "edition", value_name = "KEY")]
    editions: Vec<String>,
    /// A tag that everybody in the file gets; repeat it for more
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// The file's encoding, where it can't be told
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Say what would become of every row, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write every row that was not simply taken, with its reason, to this CSV file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// `--format`.
#[derive(Debug, Clone, Copy)]
struct Format(Option<Service>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum As {
    /// They read
    Active,
    /// They left
    Unsubscribed,
    /// Their address does not exist
    #[value(name = "hard_bounce")]
    HardBounce,
    /// They called it spam
    Complaint,
    /// You don't want to mail them
    Manual,
}

fn service(text: &str) -> Result<Format, String> {
    match text {
        "auto" => Ok(Format(None)),
        text => text.parse().map(|service| Format(Some(service))),
    }
}

fn mapping(text: &str) -> Result<(String, Field), String> {
    let (column, field) = text
        .rsplit_once('=')
        .ok_or_else(|| "write COLUMN=FIELD, such as \"Nick name=name\"".to_owned())?;
    Ok((column.trim().to_owned(), field.trim().parse()?))
}

/// What became of one file, as a document.
#[derive(Serialize)]
struct FileReport {
    file: String,
    #[serde(flatten)]
    report: ImportReport,
}

pub(crate) async fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let app = context.app()?;
    let options = args.options(&app.publication)?;
    let now = context.clock.true_now();
    // All are looked at before the first is taken in.
    let mut imports = Vec::new();
    for path in &args.files {
        if !path.exists() {
            let path = path.display();
            return Err(Failure::usage(format!("there is no file {path}")));
        }
        let import = Import::open(path, &options, &app.publication, now);
        imports.push((
            path,
            import.map_err(|error| AppError::Content(vec![error]))?,
        ));
    }
    let store = app.store().await?;
    let mut listing = args.report.as_ref().map(Listing::begin).transpose()?;
    let (output, mut reports, mut is_changed) = (&context.output, Vec::new(), false);
    for (path, import) in imports {
        let file = path.display().to_string();
        let mut on_problem = |problem: &Problem| match &mut listing {
            Some(listing) => listing.write(&file, problem),
            None => Ok(()),
        };
        let mut next_note = 100_000;
        let mut on_progress = |rows: u64| {
            if rows >= next_note {
                output.note(format!("{file}: {rows} rows"));
                next_note += 100_000;
            }
        };
        let report = app::import(
            store.as_ref(),
            import,
            args.dry_run,
            now,
            &mut on_problem,
            &mut on_progress,
        )
        .await?;
        if !output.is_json() {
            output.say(told(&file, &report, output));
        }
        is_changed |= report.changed_anything();
        reports.push(FileReport { file, report });
    }
    if let Some(listing) = listing {
        listing.finish()?;
    }
    if output.is_json() {
        output.document(&reports);
    }
    Ok(match is_changed {
        true => Exit::Done,
        false => Exit::Nothing,
    })
}

impl Args {
    fn options(&self, publication: &Publication) -> Result<Options, Failure> {
        let editions = edition_options(&self.editions, publication)?;
        let tags = tag_options(&self.tags)?;
        Ok(Options {
            service: self.format.0,
            columns: self.columns.clone(),
            standing: self.standing.map(As::standing),
            editions: (!editions.is_empty()).then_some(editions),
            tags,
            encoding: self.encoding.clone(),
        })
    }
}

impl As {
    fn standing(self) -> Standing {
        match self {
            Self::Active => Standing::Active,
            Self::Unsubscribed => Standing::Suppressed(SuppressionReason::Unsubscribed),
            Self::HardBounce => Standing::Suppressed(SuppressionReason::HardBounce),
            Self::Complaint => Standing::Suppressed(SuppressionReason::Complaint),
            Self::Manual => Standing::Suppressed(SuppressionReason::Manual),
        }
    }
}

/// A report for a person.
fn told(file: &str, report: &ImportReport, output: &Output) -> String {
    let plan = &report.plan;
    let separator = match plan.separator {
        ',' => "commas",
        ';' => "semicolons",
        _ => "tabs",
    };
    let mut told = format!("{file}: {}, {}, {separator}\n", plan.format, plan.encoding);
    let (taken, left): (Vec<_>, Vec<_>) = plan
        .columns
        .iter()
        .partition(|(_, field)| *field != "ignore");
    let taken: Vec<String> = taken
        .into_iter()
        .map(|(name, field)| format!("{name} → {field}"))
        .collect();
    let _ = writeln!(told, "  columns      {}", taken.join(", "));
    if !left.is_empty() {
        let left: Vec<&str> = left.into_iter().map(|(name, _)| name.as_str()).collect();
        let _ = writeln!(told, "  not taken    {}", left.join(", "));
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
            Outcome::Refused => (Tone::Bad, "refused"),
            Outcome::Skipped => (Tone::Care, "skipped"),
            Outcome::KeptOff => (Tone::Care, "kept off"),
            Outcome::Note => (Tone::Quiet, "left out"),
        };
        let word = output.paint(tone, format!("{word:<8}"));
        let about = match problem.outcome {
            // The reason names what stands there.
            Outcome::Refused if problem.why.contains(&problem.email) => String::new(),
            _ => format!("{}: ", problem.email),
        };
        let _ = writeln!(
            told,
            "  row {:<8} {word} {about}{}",
            problem.row, problem.why
        );
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

/// `--report`: every row that was not simply taken.
struct Listing {
    path: PathBuf,
    csv: csv::Writer<File>,
}

impl Listing {
    fn begin(path: &PathBuf) -> Result<Self, AppError> {
        let begun = File::create(path).and_then(|file| {
            let mut csv = csv::Writer::from_writer(file);
            csv.write_record(["file", "row", "email", "outcome", "why"])?;
            Ok(csv)
        });
        let csv = begun.map_err(|source| Self::unwritable(path, source))?;
        let path = path.clone();
        Ok(Self { path, csv })
    }

    fn write(&mut self, file: &str, problem: &Problem) -> Result<(), AppError> {
        let outcome = match problem.outcome {
            Outcome::Refused => "refused",
            Outcome::Skipped => "skipped",
            Outcome::KeptOff => "kept_off",
            Outcome::Note => "left_out",
        };
        let row = problem.row.to_string();
        let cells = [file, &row, &problem.email, outcome, &problem.why];
        self.csv
            .write_record(cells)
            .map_err(|error| Self::unwritable(&self.path, error.into()))
    }

    fn finish(mut self) -> Result<(), AppError> {
        self.csv
            .flush()
            .map_err(|error| Self::unwritable(&self.path, error))
    }

    fn unwritable(path: &std::path::Path, source: std::io::Error) -> AppError {
        AppError::Io {
            action: "written",
            path: path.to_owned(),
            source,
        }
    }
}
