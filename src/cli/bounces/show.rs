//! `bounces show`.

use std::io::Write;

use super::words::{consequence, moment, what, whom};
use crate::{
    cli::{CommandContext, CommandExit, Failure},
    operations::ReportEntry,
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
            output.note("It was read, so the mail itself is not kept.");
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
    output.say(format!("{} about {}", what(&report), whom(&report)));
    output.say(format!("  {}", consequence(&report, zone)));
    let facts = [
        ("issue", report.issue.clone()),
        ("proof", Some(proof(&report))),
        ("happened", Some(moment(report.happened_at, zone))),
        (
            "taken in",
            Some(format!(
                "{} by {}",
                moment(report.taken_at, zone),
                report.door
            )),
        ),
        ("from", report.words.from.as_ref().map(ToString::to_string)),
        ("subject", some(&report.words.subject)),
        ("words", some(&report.words.reply)),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            output.say(format!("  {name:<9} {fact}"));
        }
    }
    if let Some(text) = &report.words.text {
        output.say("");
        output.say(text);
    }
    if raw.is_some() {
        output.note(format!(
            "The mail as it came: daily-note bounces show {} --raw",
            report.id
        ));
    }
    Ok(CommandExit::Done)
}

fn proof(report: &ReportEntry) -> String {
    match &report.proof {
        Some(proof) => proof.replace('_', " "),
        None => "none".to_owned(),
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
