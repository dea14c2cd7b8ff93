//! `render ISSUE`: the mail as files, to look at.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{CommandContext, CommandExit, Failure};
use crate::{
    address::Address,
    app::{AppError, FileAction},
};

/// Write an issue's mail to files: issue.html (its pictures beside it), issue.txt and issue.eml
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note render 2026-11-23-small-models
  daily-note render 2026-11-23-small-models --for minji@example.com --out /tmp/preview")]
pub(crate) struct Args {
    /// The issue
    issue: String,
    /// As this reader gets it: by default somebody without a name
    #[arg(long = "for", value_name = "EMAIL", value_parser = Address::parse)]
    reader: Option<Address>,
    /// The folder to write to [default: .daily-note/render/ISSUE]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let archive = app.archive()?;
    let issue = archive.find(&args.issue).map_err(AppError::from)?;
    let reader = match &args.reader {
        Some(email) => app.reader(email).await?,
        None => app.sample_reader(),
    };
    let frozen = app.freeze(&archive, issue)?;
    let composer = app.composer_for_looking(&frozen, app.clock.now()).await?;
    let parts = composer.render(&reader).map_err(AppError::from)?;
    let message = composer.compose_message(&reader).map_err(AppError::from)?;

    let folder = match &args.out {
        Some(folder) => folder.clone(),
        None => app.publication.state_dir().join("render").join(&issue.id),
    };
    // A browser can't follow `cid:`: the page to look at has its pictures beside it.
    let page = frozen.composition.page_beside_images(&parts.html);
    let files = [
        ("issue.html", page.as_bytes()),
        ("issue.txt", parts.text.as_bytes()),
        ("issue.eml", &message.bytes),
    ];
    write(&folder, &files)?;
    for (name, bytes) in frozen.composition.files() {
        write(&folder, &[(&name, bytes)])?;
    }
    if context.output.is_json() {
        context.output.document(&serde_json::json!({
            "issue": issue.id,
            "subject": parts.subject,
            "folder": folder,
            "html_bytes": parts.html.len(),
            "text_bytes": parts.text.len(),
            "message_bytes": message.bytes.len(),
        }));
        return Ok(CommandExit::Done);
    }
    context.output.say(&parts.subject);
    for (name, bytes) in files {
        let size = bytes.len().div_ceil(1024);
        context
            .output
            .say(format!("  {:>4} KB  {}", size, folder.join(name).display()));
    }
    Ok(CommandExit::Done)
}

fn write(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), AppError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| AppError::Io {
            action: FileAction::Written,
            path,
            source,
        }
    };
    for (name, bytes) in files {
        let path = folder.join(name);
        let folder = path.parent().unwrap_or(folder);
        fs::create_dir_all(folder).map_err(failed(folder))?;
        fs::write(&path, bytes).map_err(failed(&path))?;
    }
    Ok(())
}
