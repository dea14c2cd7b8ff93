//! `bounces list`.

use super::words::{moment, what, whom};
use crate::{
    address::Address,
    bounce::BounceClass,
    cli::{
        CommandContext, CommandExit, Failure,
        subscribers::address,
        table::{cut, table},
    },
    operations::{ReportEffect, ReportKind, ReturnsWanted},
    words::{Said, say},
};

/// How much of a mail system's words the list shows.
const WORDS_WIDTH: usize = 56;

/// Name what came back, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note bounces list
  daily-note bounces list --issue 2026-11-23-small-models --kind bounce
  daily-note bounces list --about minji@example.com --json
  daily-note bounces list --effect unproven
  daily-note bounces list --asking")]
pub(crate) struct Args {
    /// Only what is about this issue's mail
    #[arg(long, value_name = "ISSUE")]
    issue: Option<String>,
    /// Only this kind: bounce, complaint, answer, unreadable …
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<ReportKind>,
    /// Only this class: user_unknown, mailbox_full, blocked …
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Option<BounceClass>,
    /// Only what led to this: suppressed, held, counted, unproven, kept-aside …
    #[arg(long, value_name = "EFFECT", value_parser = effect)]
    effect: Option<ReportEffect>,
    /// Only what is about this address, or names it
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    about: Option<Address>,
    /// Only mails that ask, in words, to be taken off the list
    #[arg(long, conflicts_with = "kind")]
    asking: bool,
    /// So many at most
    #[arg(long, default_value_t = 100, value_name = "N")]
    limit: u32,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let wanted = ReturnsWanted {
        issue: args.issue.clone(),
        kind: args.kind.or(args.asking.then_some(ReportKind::Asking)),
        class: args.class,
        effect: args.effect,
        about: args.about.clone(),
        since: None,
        limit: args.limit,
    };
    let reports = app.returns(&wanted).await?;
    if output.is_json() {
        output.document(&reports);
    } else if reports.is_empty() {
        output.note(say!("Nothing of it came back."));
    } else {
        let zone = app.publication.timezone;
        let rows: Vec<[String; 6]> = reports
            .iter()
            .map(|report| {
                let words = match report.words.reply.is_empty() {
                    true => &report.words.subject,
                    false => &report.words.reply,
                };
                [
                    report.id.to_string(),
                    moment(report.taken_at, zone),
                    whom(report),
                    output.words(what(report)),
                    output.words(Said::word(report.effect.word())),
                    cut(words, WORDS_WIDTH),
                ]
            })
            .collect();
        let header = [
            say!("no"),
            say!("when"),
            say!("about"),
            say!("what"),
            say!("effect"),
            say!("words"),
        ];
        output.say(table(header, &rows, output).trim_end());
    }
    Ok(match reports.is_empty() {
        true => CommandExit::Nothing,
        false => CommandExit::Done,
    })
}

fn kind(text: &str) -> Result<ReportKind, String> {
    let all = ReportKind::ALL.map(|kind| (kind.word(), kind));
    one_of(&all, text)
}

fn effect(text: &str) -> Result<ReportEffect, String> {
    // Nothing is kept of what was turned away.
    let kept = ReportEffect::ALL.into_iter();
    let kept: Vec<_> = kept
        .filter(|effect| *effect != ReportEffect::TurnedAway)
        .map(|effect| (effect.word(), effect))
        .collect();
    one_of(&kept, text)
}

/// The one of that word, written with `-` or `_`.
fn one_of<T: Copy>(all: &[(&'static str, T)], text: &str) -> Result<T, String> {
    let wanted = text.replace('-', "_");
    let found = all.iter().find(|(word, _)| *word == wanted);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<String> = all.iter().map(|(word, _)| word.replace('_', "-")).collect();
        say!("it is one of {words}", words = words.join(", ")).to_string()
    })
}

fn class(text: &str) -> Result<BounceClass, String> {
    let word = text.replace('-', "_");
    word.parse().map_err(|_| {
        say!(
            "there is no class `{text}`: docs/bounces.md names them",
            text
        )
        .to_string()
    })
}
