//! `bounces show`.

use std::io::Write;

use chrono_tz::Tz;

use super::words::{consequence, moment, what, whom};
use crate::{
    cli::{CommandContext, CommandExit, Failure, table::padded},
    operations::ReportEntry,
    words::{Said, say},
};

/// Show one of them whole
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note bounces show 12
  daily-note bounces show 12 --raw > kept.eml")]
pub(crate) struct Args {
    /// Its number
    id: i64,
    /// Write the mail as it came, where it was kept aside
    #[arg(long, conflicts_with = "json")]
    raw: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let (report, raw) = app.returned(args.id).await?;
    if args.raw {
        let Some(raw) = raw else {
            output.note(say!("It was read, so the mail itself is not kept."));
            return Ok(CommandExit::Nothing);
        };
        std::io::stdout().write_all(&raw)?;
        return Ok(CommandExit::Done);
    }
    if output.is_json() {
        output.document(&report);
        return Ok(CommandExit::Done);
    }
    let zone = app.publication.timezone;
    output.say(say!(
        "{what} about {whom}",
        what = what(&report),
        whom = whom(&report)
    ));
    output.say(Said::row([" ".into(), consequence(&report, zone)], " "));
    for (name, fact) in facts(&report, zone) {
        if let Some(fact) = fact {
            let (name, fact) = (output.words(name), output.words(fact));
            output.say(format!("  {} {fact}", padded(&name, 9)));
        }
    }
    if let Some(text) = &report.words.text {
        output.say("");
        output.say(text);
    }
    if raw.is_some() {
        output.note(say!(
            "The mail as it came: daily-note bounces show {id} --raw",
            id = report.id
        ));
    }
    Ok(CommandExit::Done)
}

/// What is known of it, a line each.
fn facts(report: &ReportEntry, zone: Tz) -> [(Said, Option<Said>); 7] {
    let taken = say!(
        "{time} by {door}",
        time = moment(report.taken_at, zone),
        door = report.door
    );
    let from = report.words.from.as_ref().map(ToString::to_string);
    [
        (say!("issue"), report.issue.as_ref().map(Said::from)),
        (say!("proof"), Some(proof(report))),
        (
            say!("happened"),
            Some(moment(report.happened_at, zone).into()),
        ),
        (say!("taken in"), Some(taken)),
        (say!("from"), from.map(Said::from)),
        (say!("subject"), some(&report.words.subject)),
        (say!("words"), some(&report.words.reply)),
    ]
}

fn proof(report: &ReportEntry) -> Said {
    match &report.proof {
        Some(proof) => Said::word(proof.clone()),
        None => say!("none"),
    }
}

fn some(text: &str) -> Option<Said> {
    (!text.is_empty()).then(|| text.into())
}
