//! `backup [FILE]`: the state into one file, while others go on.

use std::path::PathBuf;

use super::{CommandContext, CommandExit, Failure, Tone};
use crate::words::{Said, many, say};

/// Copy the state into one file, while everything goes on
///
/// The list, the ledger, the secret and the DKIM keys, as they are at one moment. The file can be read
/// by its owner alone, and every page of it is checked. The publication itself is in git.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note backup
  daily-note backup /var/backups/daily-note-$(date +%F).backup")]
pub(crate) struct Args {
    /// A file that is not there yet [default: daily-note-DATE-TIME.backup]
    file: Option<PathBuf>,
    /// Copy the state's files as they are into a new folder, whatever is wrong with them
    ///
    /// For a state that can't be opened: nothing is read, checked or brought up to date.
    #[arg(long, value_name = "FOLDER", conflicts_with = "file")]
    as_is: Option<PathBuf>,
}

/// What a backup holds, in words.
pub(crate) fn contents(subscribers: u64, batches: u64) -> Said {
    let batches = many!(batches, "1 batch", "{n} batches");
    say!(
        "  {subscribers} on the list, {batches}",
        subscribers,
        batches
    )
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let output = &context.output;
    if let Some(folder) = &args.as_is {
        let files = app.save_as_is(folder)?;
        if output.is_json() {
            output.document(&serde_json::json!({ "folder": folder, "files": files }));
        }
        output.say(output.paint(
            Tone::Good,
            say!(
                "✓ {folder}: {files} files, as they are",
                folder = folder.display(),
                files
            ),
        ));
        output.note(say!(
            "It holds addresses and the secret: keep it where nobody else reads."
        ));
        return Ok(CommandExit::Done);
    }
    let file = args.file.clone().unwrap_or_else(|| {
        let now = app.clock.now().format("%Y-%m-%d-%H%M%S");
        PathBuf::from(format!("daily-note-{now}.backup"))
    });
    let backup = app.back_up(&file).await?;
    if output.is_json() {
        output.document(&serde_json::json!({
            "file": file,
            "made_at": backup.made_at,
            "subscribers": backup.subscribers,
            "batches": backup.batches,
        }));
        return Ok(CommandExit::Done);
    }
    output.say(output.paint(Tone::Good, format!("✓ {}", file.display())));
    output.say(contents(backup.subscribers, backup.batches));
    output.note(say!(
        "It holds addresses and the secret: keep it where nobody else reads."
    ));
    Ok(CommandExit::Done)
}
