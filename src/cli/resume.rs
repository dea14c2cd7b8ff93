//! `resume ISSUE`: goes on after a pause, or settles the unknown.

use clap::ValueEnum;

use super::{
    CommandContext, CommandExit, Failure, batch, carry,
    doubt::{self, PersonsAnswer},
    hold,
    subscribers::address,
};
use crate::{
    address::Address,
    app::{App, AppError},
    operations::{
        self, Batch, BatchState, ResumeDecision, ResumedBatch, RetryOutcome, RetrySelection,
        RetryState, UnknownAnswer,
    },
    words::{many, say},
};

/// Go on with a paused issue, or decide about the readers whose mail is unknown
#[derive(Debug, clap::Args)]
#[command(after_help = "\
After a pause for refused readers, refusals count: what the relay refuses now is marked.

Examples:
  daily-note resume 2026-11-23-small-models
  daily-note resume 2026-11-23-small-models --resend-unknown
  daily-note resume 2026-11-23-small-models --retry rejected --domain gmail.com --code 5.7.1
  daily-note resume 2026-11-23-small-models --retry deferred minji@example.com
  daily-note resume 2026-11-23-small-models --domain gmail.com")]
pub(crate) struct Args {
    /// The issue
    issue: String,
    /// Send again to the readers whose mail is unknown; some may get it twice
    #[arg(long, conflicts_with = "accept_unknown")]
    resend_unknown: bool,
    /// Take the unknown as delivered; some may never get it
    #[arg(long)]
    accept_unknown: bool,
    /// Readers not tried yet get the issue as its file is now
    #[arg(long)]
    refreeze: bool,
    /// Retry now those who were refused, given up or are waiting; never those who have it
    #[arg(long, value_enum, value_name = "STATE")]
    retry: Option<State>,
    /// End the rest of this domain, whose systems sent the issue back; with --retry: only its readers
    #[arg(long)]
    domain: Option<String>,
    /// With --retry: only those answered with this code, 550 or 5.7.1
    #[arg(long, requires = "retry")]
    code: Option<String>,
    /// With --retry: only these readers
    #[arg(value_parser = address, requires = "retry")]
    emails: Vec<Address>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    /// Refused for good, or given up
    Rejected,
    /// They wait for another try
    Deferred,
}

impl Args {
    fn domain(&self) -> Option<String> {
        self.domain.as_deref().map(str::to_ascii_lowercase)
    }

    /// The domain whose rest a person ends.
    fn waking(&self) -> Option<String> {
        self.domain().filter(|_| self.retry.is_none())
    }

    fn retry(&self) -> Option<RetrySelection> {
        Some(RetrySelection {
            state: match self.retry? {
                State::Rejected => RetryState::Rejected,
                State::Deferred => RetryState::Deferred,
            },
            domain: self.domain(),
            code: self.code.clone(),
            emails: self.emails.clone(),
        })
    }
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    if let Some(exit) = release_what_never_began(&app, args, context).await? {
        return Ok(exit);
    }
    let unknown = match (args.resend_unknown, args.accept_unknown) {
        (true, _) => Some(UnknownAnswer::Resend),
        (_, true) => Some(UnknownAnswer::Accept),
        _ => None,
    };
    let resumption = ResumeDecision {
        unknown,
        refreeze: args.refreeze,
        retry: args.retry(),
        waking: args.waking(),
    };
    let resumed = match app.resuming(&args.issue, &resumption).await {
        Err(AppError::Doubt(doubt)) => match doubt::settle(&app, doubt, &context.output).await? {
            PersonsAnswer::Yes => app.resuming(&args.issue, &resumption).await?,
            PersonsAnswer::No => return Ok(CommandExit::Nothing),
        },
        resumed => resumed?,
    };
    let sending = match resumed {
        ResumedBatch::Here(sending) => *sending,
        ResumedBatch::Beside {
            batch,
            holder,
            retried,
            woken,
        } => {
            tell(args, retried, context);
            tell_pruned(&app, args, retried, Some(&batch), context).await?;
            tell_woken(args, woken, context);
            let exit = batch::show_issue(&app, &batch.issue, &context.output).await?;
            context.output.note(say!(
                "It is open again; whoever sends now takes it up ({holder}).",
                holder
            ));
            return Ok(exit);
        }
    };
    tell(args, sending.retried, context);
    tell_pruned(&app, args, sending.retried, sending.batch.as_ref(), context).await?;
    tell_woken(args, sending.woken, context);
    if let Some(batch) = &sending.batch
        && batch.state == BatchState::Finished
        && sending.settled > 0
    {
        return batch::show_issue(&app, &batch.issue, &context.output).await;
    }
    sending.refuse_nothing_to_do()?;
    carry::execute(&app, sending, &context.output).await
}

/// Of an issue that was held before it began there is no batch to go on with: it is released.
async fn release_what_never_began(
    app: &App,
    args: &Args,
    context: &CommandContext,
) -> Result<Option<CommandExit>, Failure> {
    let released = app.release_if_not_begun(&args.issue).await?;
    if released.is_empty() {
        return Ok(None);
    }
    if context.output.is_json() {
        context.output.document(&released);
    }
    hold::tell_released(&released, &context.output);
    Ok(Some(CommandExit::Done))
}

/// What a wish to try again came to.
fn tell(args: &Args, retried: RetryOutcome, context: &CommandContext) {
    if args.retry.is_none() {
        return;
    }
    context.output.note(match retried.rows {
        0 => say!("Nobody to retry."),
        rows => many!(rows, "Retrying 1 reader.", "Retrying {n} readers."),
    });
    if retried.suppressed > 0 {
        context.output.note(say!("{suppressed} more get no mail at all; to let them: daily-note suppressions remove --issue {issue}", suppressed = retried.suppressed, issue = args.issue));
    }
}

/// Why nobody is found: whom the issue reached is not kept any more.
async fn tell_pruned(
    app: &App,
    args: &Args,
    retried: RetryOutcome,
    batch: Option<&Batch>,
    context: &CommandContext,
) -> Result<(), Failure> {
    let found_nobody = args.retry.is_some() && retried.rows == 0;
    if let Some(batch) = batch.filter(|_| found_nobody)
        && let Some(pruned) = operations::pruned_of(app, batch).await?
    {
        let zone = app.publication.timezone;
        context.output.note(batch::pruned_line(&pruned, zone));
    }
    Ok(())
}

/// What ending a domain's rest came to.
fn tell_woken(args: &Args, readers: u64, context: &CommandContext) {
    if let Some(domain) = args.waking() {
        let whom = match readers {
            0 => say!("nobody waited for it"),
            readers => many!(
                readers,
                "1 reader no longer waits",
                "{n} readers no longer wait"
            ),
        };
        context
            .output
            .note(say!("{domain} rests no more: {whom}.", domain, whom));
    }
}
