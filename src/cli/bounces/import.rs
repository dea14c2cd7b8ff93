//! `bounces import`.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::{
    app::{AppError, EventSinks, Notifier},
    cli::{CommandContext, CommandExit, Failure, event::EventPrinter, trouble::Trouble},
    live::LivePublication,
    operations::{ImportedReturns, ReturnDesk},
    schedule::EventSink,
    words::{many, say},
};

/// How long an ending import goes on telling people.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Take in what came back: an mbox, a Maildir, a mail, a folder of them, or - for a pipe
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What was taken in before counts once, so the same file can be imported again. What can't be read is kept
aside whole, and named. From a pipe (`-`) every failure exits with 75 (EX_TEMPFAIL): the mail system
keeps the mail and retries.

Examples:
  daily-note bounces import /var/mail/bounces
  daily-note bounces import ~/Maildir/.bounces
  daily-note bounces import report.eml
  bounces unix - n n - - pipe flags=DRX user=news argv=/usr/bin/daily-note --root /srv/note bounces import -")]
pub(crate) struct Args {
    /// The file or folder; `-`: one mail, or an mbox, from stdin
    path: PathBuf,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let is_pipe = args.path.as_os_str() == "-";
    let imported = import(args, is_pipe, context).await;
    match imported {
        // The mail system keeps it, and brings it once there is room.
        Ok(imported) if is_pipe && imported.turned_away() > 0 => {
            let said = say!(
                "it does not prove which mail it is about, and too much of that came today: nothing of it is kept"
            );
            Err(Failure::new(CommandExit::TryAgain, Trouble::new(said)))
        }
        Ok(imported) => Ok(show(&imported, context)),
        // Nothing of it was acknowledged: the mail system tries again.
        Err(failure) if is_pipe => Err(failure.with_exit(CommandExit::TryAgain)),
        Err(failure) => Err(failure),
    }
}

async fn import(
    args: &Args,
    is_pipe: bool,
    context: &CommandContext,
) -> Result<ImportedReturns, Failure> {
    let app = context.app()?;
    let live = LivePublication::start(Arc::clone(&app.publication)).await;
    let printer = EventPrinter {
        output: context.output.beside_json(),
        zone: app.publication.timezone,
        is_short: true,
    };
    let notifier = Notifier::open(&live, context.clock).await?;
    let tellers = EventSinks(vec![
        Arc::new(printer),
        Arc::clone(&notifier) as Arc<dyn EventSink>,
    ]);
    let desk = ReturnDesk::open(&live, context.clock, Arc::new(tellers)).await?;
    let path = (!is_pipe).then_some(args.path.as_path());
    let imported: Result<ImportedReturns, AppError> = desk.import(path).await;
    // A pipe answers at once: what is to be told waits in the outbox for `serve`.
    if !is_pipe {
        notifier.flush(LAST_WORDS).await;
    }
    Ok(imported?)
}

fn show(imported: &ImportedReturns, context: &CommandContext) -> CommandExit {
    let output = &context.output;
    if output.is_json() {
        output.document(imported);
    } else {
        output.say(super::words::import_line(imported));
        if imported.turned_away() > 0 {
            output.note(many!(
                imported.turned_away(),
                "1 mail proves nothing and is not kept, since too much of that came today: it stays where it is",
                "{n} mails prove nothing and are not kept, since too much of that came today: they stay where they are",
            ));
        }
        if imported.kept_aside() > 0 {
            output.note(say!(
                "What can't be read: daily-note bounces list --effect kept-aside"
            ));
        }
    }
    match imported.mails {
        0 => CommandExit::Nothing,
        _ => CommandExit::Done,
    }
}
