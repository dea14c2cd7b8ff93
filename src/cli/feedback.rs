//! `feedback …`: what readers said of issues, read, shown, taken elsewhere.

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::{
    CommandContext, CommandExit, Failure,
    table::{cut, table},
};
use crate::{
    app::App,
    operations::Opinion,
    words::{Said, say},
};

/// How much of a text the list shows.
const TEXT_WIDTH: usize = 48;

/// What readers said of issues
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Readers give their opinion by the link of each mail, or on the issue's page. What comes without a reader's
link is shown like the rest, and published like the rest: by you alone, and only where they allow it.

Examples:
  daily-note feedback list 2026-11-23-small-models
  daily-note feedback show 12
  daily-note feedback publish 12
  daily-note feedback export --format csv > opinions.csv")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: FeedbackAction,
}

#[derive(Debug, Subcommand)]
enum FeedbackAction {
    /// Name them, a line each; of one issue, or of all
    List {
        /// The issue
        issue: Option<String>,
    },
    /// Show one of them whole
    Show {
        /// Its number
        id: i64,
    },
    /// Show one under its issue, or no longer
    Publish {
        /// Its number
        id: i64,
        /// Take it down again
        #[arg(long)]
        undo: bool,
    },
    /// Write them all to stdout
    Export {
        /// The issue
        issue: Option<String>,
        /// How
        #[arg(long, value_enum, default_value_t = ExportForm::Csv)]
        format: ExportForm,
    },
}

/// How opinions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportForm {
    /// A table
    Csv,
    /// A JSON document a line
    Jsonl,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    match &args.action {
        FeedbackAction::List { issue } => list(&app, issue.as_deref(), context).await,
        FeedbackAction::Show { id } => show(&app, *id, context).await,
        FeedbackAction::Publish { id, undo } => publish(&app, *id, !undo, context).await,
        FeedbackAction::Export { issue, format } => {
            export(&app, issue.as_deref(), *format, context).await
        }
    }
}

async fn list(
    app: &App,
    issue: Option<&str>,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let (opinions, output) = (app.opinions(issue).await?, &context.output);
    if output.is_json() {
        output.document(&opinions);
        return Ok(exit_of(&opinions));
    }
    if opinions.is_empty() {
        output.note(say!("Nobody has said anything yet."));
        return Ok(CommandExit::Nothing);
    }
    let zone = app.publication.timezone;
    let rows: Vec<[String; 6]> = opinions
        .iter()
        .map(|opinion| {
            let day = opinion.at.with_timezone(&zone).format("%m-%d %H:%M");
            let text = opinion.text.as_deref().unwrap_or_default();
            [
                opinion.id.to_string(),
                day.to_string(),
                opinion.issue.clone(),
                opinion.choice.clone().unwrap_or_else(|| "–".to_owned()),
                output.words(standing(opinion)),
                cut(&text.replace('\n', " "), TEXT_WIDTH),
            ]
        })
        .collect();
    let header = [
        say!("no"),
        say!("when"),
        say!("issue"),
        say!("choice"),
        "".into(),
        say!("text"),
    ];
    output.say(table(header, &rows, output).trim_end());
    Ok(CommandExit::Done)
}

async fn show(app: &App, id: i64, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (opinion, output) = (app.opinion(id).await?, &context.output);
    if output.is_json() {
        output.document(&opinion);
        return Ok(CommandExit::Done);
    }
    let zone = app.publication.timezone;
    let at = opinion.at.with_timezone(&zone).format("%Y-%m-%d %H:%M");
    let about = [
        opinion.issue.as_str().into(),
        at.to_string().into(),
        standing(&opinion),
    ];
    output.say(Said::row(about, " · "));
    if let Some(choice) = &opinion.choice {
        output.say(choice);
    }
    if let Some(text) = &opinion.text {
        output.say(text);
    }
    let name = match &opinion.name {
        Some(name) => name.into(),
        None => say!("nobody by name"),
    };
    output.note(say!(
        "From {name}; {answer}",
        name,
        answer = answering(&opinion)
    ));
    Ok(CommandExit::Done)
}

async fn publish(
    app: &App,
    id: i64,
    is_published: bool,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let change = app.publish_opinion(id, is_published).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&change);
        return Ok(CommandExit::Done);
    }
    output.say(match is_published {
        true => say!("✓ opinion {id} stands under its issue", id),
        false => say!("✓ opinion {id} is no longer shown", id),
    });
    if is_published && !app.publication.web.feedback.publish {
        output.note(
            say!("The pages show opinions once daily-note.yaml says `web: {{feedback: {{publish: true}}}}`."),
        );
    }
    Ok(CommandExit::Done)
}

async fn export(
    app: &App,
    issue: Option<&str>,
    format: ExportForm,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let opinions = app.opinions(issue).await?;
    let text = match format {
        ExportForm::Jsonl => lines(&opinions)?,
        ExportForm::Csv => sheet(&opinions)?,
    };
    context.output.say(text.trim_end());
    Ok(exit_of(&opinions))
}

fn lines(opinions: &[Opinion]) -> Result<String, Failure> {
    let mut text = String::new();
    for opinion in opinions {
        text.push_str(&serde_json::to_string(opinion).map_err(Failure::unexpected)?);
        text.push('\n');
    }
    Ok(text)
}

/// An opinion's row; nothing of it is a formula where a spreadsheet opens it.
#[derive(Serialize)]
struct SheetRow<'a> {
    id: i64,
    at: String,
    issue: &'a str,
    choice: String,
    text: String,
    name: String,
    may_publish: bool,
    may_reply: bool,
    is_published: bool,
}

fn sheet(opinions: &[Opinion]) -> Result<String, Failure> {
    let mut table = csv::Writer::from_writer(Vec::new());
    for opinion in opinions {
        let row = SheetRow {
            id: opinion.id,
            at: opinion.at.to_rfc3339(),
            issue: &opinion.issue,
            choice: plain(opinion.choice.as_deref()),
            text: plain(opinion.text.as_deref()),
            name: plain(opinion.name.as_deref()),
            may_publish: opinion.may_publish,
            may_reply: opinion.may_reply,
            is_published: opinion.is_published,
        };
        table.serialize(row).map_err(Failure::unexpected)?;
    }
    let bytes = table.into_inner().map_err(Failure::unexpected)?;
    String::from_utf8(bytes).map_err(Failure::unexpected)
}

/// Strangers write what stands here: a text that a spreadsheet would compute is put behind an apostrophe.
fn plain(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

fn exit_of(opinions: &[Opinion]) -> CommandExit {
    match opinions.is_empty() {
        true => CommandExit::Nothing,
        false => CommandExit::Done,
    }
}

fn standing(opinion: &Opinion) -> Said {
    match (opinion.is_published, opinion.may_publish) {
        (true, _) => say!("published"),
        (false, true) => say!("may be published"),
        (false, false) => say!("for you alone"),
    }
}

fn answering(opinion: &Opinion) -> Said {
    match opinion.may_reply {
        true => say!("they would read an answer"),
        false => say!("they want no answer"),
    }
}
