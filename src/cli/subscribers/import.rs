//! `subscribers import`.

mod listing;
mod map;
mod told;

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use self::{
    listing::RowListing,
    map::{ColumnMap, mapping},
    told::told,
};
use super::{
    super::{CommandContext, CommandExit, Failure},
    edition_options, tag_options,
};
use crate::{
    app::AppError,
    audience::{
        SuppressionReason,
        import::{ExportService, OpenedExport, PersonStanding, ReadingOptions, SubscriberField},
    },
    operations::{ImportReport, ImportRules, RowProblem},
    publication::Publication,
    words::say,
};

/// Take in the list that another service exported
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads the CSV exports of Stibee, Mailchimp, Buttondown, Substack, listmonk, Ghost, phpList, Brevo,
Kit, MailerLite, HubSpot, Mautic, MailPoet, beehiiv, Keila, Sendy, Mailman and The Newsletter
Plugin, what `subscribers export` writes, and any other table with an address in it. Separator and
service are detected; the report says what each column was taken for. A file that is
neither UTF-8 nor UTF-16 is shown as each encoding would read it: say which with --encoding.

Those who unsubscribed, bounced or complained there are kept off the list here; those who never
confirmed are left out. Nobody gets mail on a guess: a column whose name or words tell of consent
or leaving, and that is not understood, stops the import until --map says what it is, and a word
in such a column that is not known is refused with its row. A no to advertising keeps its row out;
where the newsletter is none, --map \"COLUMN=ignore\". A damaged quotation mark stops the import
before anything is taken. Importing a file again is harmless.

Mailchimp exports three files: import all of them. listmonk's and Mautic's files do not say who
left a list: export those apart, and import that file with --as unsubscribed.

Examples:
  daily-note subscribers import 구독자.csv --dry-run
  daily-note subscribers import subscribed.csv unsubscribed.csv cleaned.csv --edition monday
  daily-note subscribers import list.csv --map \"메일 계정=email\" --map 별명=name --save-map list.map
  daily-note subscribers import november.csv --map-file list.map
  daily-note subscribers import left.csv --as unsubscribed")]
pub(crate) struct Args {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Whose export it is
    #[arg(long, value_name = "SERVICE", default_value = "auto", value_parser = service)]
    format: ImportFormat,
    /// What a column is: COLUMN=FIELD, by its name or number; repeat it for more. Fields: email,
    /// name, first_name, last_name, editions, tags, timezone, language, consent_at, confirmed_at,
    /// joined_at, consent_source, status, subscribed, confirmed, enabled, advertising, opted_out,
    /// bounced, complained (yes or no each), left_at, bounced_at, detail, ignore
    #[arg(long = "map", value_name = "COLUMN=FIELD", value_parser = mapping)]
    columns: Vec<(String, SubscriberField)>,
    /// Take the columns from a file that --save-map wrote; --map goes over it
    #[arg(long, value_name = "FILE")]
    map_file: Option<PathBuf>,
    /// Write what each column was taken for to a file, to look at and to use again
    #[arg(long, value_name = "FILE")]
    save_map: Option<PathBuf>,
    /// How everybody in the file stands, unless a row says worse
    #[arg(long = "as", value_enum, value_name = "STANDING")]
    standing: Option<As>,
    /// The edition of those whose row names none; repeat it for more. All, where none is named
    #[arg(long = "edition", value_name = "KEY")]
    editions: Vec<String>,
    /// A tag that everybody in the file gets; repeat it for more
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// The file's encoding, where it can't be detected: utf-8, cp949, shift_jis, windows-1252 …
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Say what would become of every row, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write to who is new on the list that they are a reader now, with the latest issue; their mail leaves as `serve`
    /// sends it, at `smtp.rate`
    #[arg(long)]
    welcome: bool,
    /// Write every row that was not simply taken, with its reason, to this CSV file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// `--format`.
#[derive(Debug, Clone, Copy)]
struct ImportFormat(Option<ExportService>);

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

fn service(text: &str) -> Result<ImportFormat, String> {
    match text {
        "auto" => Ok(ImportFormat(None)),
        text => text.parse().map(|service| ImportFormat(Some(service))),
    }
}

/// What became of one file, as a document.
#[derive(Serialize)]
struct FileReport {
    file: String,
    #[serde(flatten)]
    report: ImportReport,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let options = args.options(&app.publication)?;
    let now = context.clock.true_now();
    // All are looked at before the first is taken in.
    let mut imports = Vec::new();
    for path in &args.files {
        if !path.exists() {
            let path = path.display();
            return Err(Failure::usage(say!("there is no file {path}", path)));
        }
        let import = OpenedExport::open(path, &options, &app.publication, now);
        imports.push((
            path,
            import.map_err(|error| AppError::Content(vec![error]))?,
        ));
    }
    if let Some(path) = &args.save_map {
        ColumnMap::of(imports.iter().map(|(_, import)| import.plan())).save(path)?;
    }
    let mut listing = args.report.as_ref().map(RowListing::begin).transpose()?;
    let (output, mut reports, mut is_changed) = (&context.output, Vec::new(), false);
    for (path, import) in imports {
        let file = path.display().to_string();
        let mut on_problem = |problem: &RowProblem| match &mut listing {
            Some(listing) => listing.write(&file, problem),
            None => Ok(()),
        };
        let mut next_note = 100_000;
        let mut on_progress = |rows: u64| {
            if rows >= next_note {
                output.note(say!("{file}: {rows} rows", file, rows));
                next_note += 100_000;
            }
        };
        let report = app
            .import_list(
                import,
                args.rules(),
                now,
                (&mut on_problem, &mut on_progress),
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
        true => CommandExit::Done,
        false => CommandExit::Nothing,
    })
}

impl Args {
    fn rules(&self) -> ImportRules {
        ImportRules {
            is_dry_run: self.dry_run,
            welcomes: self.welcome,
        }
    }

    fn options(&self, publication: &Publication) -> Result<ReadingOptions, Failure> {
        let editions = edition_options(&self.editions, publication)?;
        let tags = tag_options(&self.tags)?;
        Ok(ReadingOptions {
            service: self.format.0,
            columns: match &self.map_file {
                Some(path) => ColumnMap::load(path)?.with(&self.columns),
                None => self.columns.clone(),
            },
            standing: self.standing.map(As::standing),
            editions: (!editions.is_empty()).then_some(editions),
            tags,
            encoding: self.encoding.clone(),
        })
    }
}

impl As {
    fn standing(self) -> PersonStanding {
        match self {
            Self::Active => PersonStanding::Active,
            Self::Unsubscribed => PersonStanding::Suppressed(SuppressionReason::Unsubscribed),
            Self::HardBounce => PersonStanding::Suppressed(SuppressionReason::HardBounce),
            Self::Complaint => PersonStanding::Suppressed(SuppressionReason::Complaint),
            Self::Manual => PersonStanding::Suppressed(SuppressionReason::Manual),
        }
    }
}
