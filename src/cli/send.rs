//! `send ISSUE`: to every reader of its edition, once. `send --due`: what the calendar wants now.

use super::{
    CommandContext, CommandExit, Failure, Output, carry, confirm,
    doubt::{self, PersonsAnswer},
    dry_run::{FoldMood, note_fold, show_dry_run},
    due, facts, moments,
};
use crate::{app::AppError, operations::Sending, words::say};

/// Send an issue to every reader of its edition, once; or whatever the calendar wants now
#[derive(Debug, clap::Args)]
#[command(after_help = "\
ISSUE is a file, its name, its slug or its id. Sending it again takes up what is left; nobody gets
it twice. Ctrl-C finishes the messages in flight and stops; `send` again goes on.

With --due, for cron and CI: the issues whose hour has come and is not longer past than
`schedule.late`, and the readers of earlier ones who had to wait. It does not ask, and exits 6
where nothing is due.

Examples:
  daily-note send issues/2026-11-23-small-models.md --dry-run
  daily-note send 2026-11-23-small-models --yes
  daily-note send --due")]
pub(crate) struct Args {
    /// The issue
    #[arg(required_unless_present = "due", conflicts_with = "due")]
    issue: Option<String>,
    /// What is due by the calendar
    #[arg(long)]
    due: bool,
    /// Say what would be sent to how many, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Skip the confirmation
    #[arg(short, long)]
    yes: bool,
    /// Send a text that went out before, under another name, once more to everybody
    #[arg(long, conflicts_with = "due")]
    again: bool,
    /// Leave out every link to the readers' pages: who unsubscribes does so by mail
    #[arg(long, conflicts_with = "due")]
    no_pages: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let Some(issue) = &args.issue else {
        return due::execute(args.dry_run, context).await;
    };
    let app = match args.no_pages {
        true => context.app()?.without_pages(),
        false => context.app()?,
    };
    if args.dry_run {
        let dry_run = app.dry_run(issue).await?;
        show_dry_run(&dry_run, &context.output);
        dry_run.facts.refuse_nothing_to_do()?;
        return Ok(CommandExit::Done);
    }
    let mut may_repeat = args.again;
    let mut sending = loop {
        match app.sending(issue, may_repeat).await {
            Err(AppError::Doubt(doubt)) => {
                may_repeat |= doubt.is_of_issue();
                match doubt::settle(&app, doubt, &context.output).await? {
                    PersonsAnswer::Yes => {}
                    PersonsAnswer::No => return Ok(CommandExit::Nothing),
                }
            }
            sending => break sending?,
        }
    };
    note_fold(sending.folded.as_ref(), FoldMood::Done, &context.output);
    if sending.has_changed() {
        context.output.note(say!(
            "! the file has changed since the batch was frozen; readers get what was frozen"
        ));
    }
    sending.refuse_nothing_to_do()?;
    match sending.refuse_sent_text().await {
        Err(AppError::Doubt(doubt)) => match doubt::ask(&doubt, &context.output)? {
            Some(PersonsAnswer::Yes) => sending.may_repeat = true,
            Some(PersonsAnswer::No) => return Ok(CommandExit::Nothing),
            None => return Err(AppError::Doubt(doubt).into()),
        },
        sent => sent?,
    }
    if args.yes {
        note_others(&sending, &context.output);
    } else if !confirm(&sending, &context.output).await? {
        context.output.note(say!("Nothing was sent."));
        return Ok(CommandExit::Nothing);
    }
    carry::execute(&app, sending, &context.output).await
}

/// What the question would have told: why fewer get it than the file was said to add.
fn note_others(sending: &Sending<'_>, output: &Output) {
    if sending.batch.is_none()
        && let Some(others) = facts::others(sending.audience)
    {
        let readers = moments::readers(sending.audience.readers);
        output.note(say!("It goes to {readers}; {others}", readers, others));
    }
}

async fn confirm(sending: &Sending<'_>, output: &Output) -> Result<bool, Failure> {
    let facts = sending.facts().await?;
    let told = facts::lines(&facts, None, output).join("\n");
    let question = output.words(facts::question(&facts));
    confirm::ask(format!("{told}\n{question}"), output)
}
