//! `restore FILE`: a backup back into its place, and what has to be doubted then.

use std::path::{Path, PathBuf};

use super::{CommandContext, CommandExit, Failure, Tone, backup::contents, moments};
use crate::{
    operations::Departures,
    words::{Said, say},
};

/// Bring a backup back where no state is
///
/// A backup does not know what was sent after it was made, and nobody may get an issue twice: readers
/// of a batch that was open in it are taken as unknown, issues whose hour has come since are not sent,
/// and the calendar is not kept from here before `daily-note adopt`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It overwrites nothing: stop what uses the state, and move .daily-note away first.

Of what it names as doubtful: a batch that was open goes on with `daily-note resume ISSUE`, and
--resend-unknown or --accept-unknown; an issue that the backup does not know is refused by `send`
until .daily-note/witness is removed, when you know that nobody got it.

Examples:
  daily-note restore /var/backups/daily-note-2026-11-24.backup
  daily-note restore --stopped move.backup        nothing was sent since it was made")]
pub(crate) struct Args {
    /// What `backup` wrote
    #[arg(required_unless_present = "departures")]
    file: Option<PathBuf>,
    /// Who unsubscribed or was erased since it was made: in the folder of the state that is replaced, or in
    /// a later backup; `none`: nobody
    ///
    /// Needed only where it is not kept on this machine (below XDG_STATE_HOME). Without FILE, for a state
    /// that was restored before.
    #[arg(long, value_name = "FOLDER|FILE|none")]
    departures: Option<PathBuf>,
    /// Nothing was sent since the backup was made: everything had been stopped before
    #[arg(long)]
    stopped: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let output = &context.output;
    let departures = args.departures.as_deref().map(departures);
    let Some(file) = &args.file else {
        let departed = app
            .learn_departures(&departures.unwrap_or(Departures::KeptOutside))
            .await?;
        if output.is_json() {
            output.document(&serde_json::json!({ "departed": departed }));
        }
        output.say(told_of_departed(departed));
        return Ok(CommandExit::Done);
    };
    let restored = app.restore(file, args.stopped, departures).await?;
    if output.is_json() {
        output.document(&restored);
        return Ok(CommandExit::Done);
    }
    let zone = app.publication.timezone;
    let made_at = restored.made_at.with_timezone(&zone);
    output.say(output.paint(
        Tone::Good,
        say!(
            "✓ the state of {made_at}",
            made_at = moments::with_weekday(made_at)
        ),
    ));
    output.say(contents(restored.subscribers, restored.batches));
    match restored.departed {
        Some(0) => {}
        Some(_) => output.say(told_of_departed(restored.departed)),
        None => output.say(output.paint(
            Tone::Care,
            Said::row(["!".into(), told_of_departed(None)], " "),
        )),
    }
    if !restored.doubtful.is_empty() {
        output.say(output.paint(
            Tone::Care,
            say!("! nobody can know whether these were sent since; they wait for you:"),
        ));
    }
    for issue in &restored.doubtful {
        output.say(format!("  {issue}"));
    }
    if !args.stopped {
        output.note(say!("When no other copy sends any more: daily-note adopt"));
    }
    Ok(CommandExit::Done)
}

fn departures(named: &Path) -> Departures {
    match named.as_os_str() == "none" {
        true => Departures::Nobody,
        false => Departures::Of(named.to_owned()),
    }
}

fn told_of_departed(departed: Option<u64>) -> Said {
    match departed {
        Some(departed) => say!(
            "  {departed} who left since the backup was made stay out",
            departed
        ),
        None => say!(
            "nobody knows who left since the backup was made; nothing is sent before you say: daily-note restore --departures FOLDER|none"
        ),
    }
}
