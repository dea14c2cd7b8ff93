//! `check --watch`: looks again whenever a file of the publication changes. By its own look at the
//! files four times a second, which works on every disk, in containers and over the network too.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{Args, CommandContext, CommandExit, Failure, ReportFormat, fails, tell};

const EVERY: Duration = Duration::from_millis(250);
/// Folders below the root that no finding depends on.
const PASSED_OVER: [&str; 4] = [".git", ".daily-note", "target", "node_modules"];
/// Deeper than any publication; a link may lead in circles.
const MAX_DEPTH: usize = 8;

/// What tells that a file has changed.
type WatchedStamps = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

pub(super) async fn execute(
    args: &Args,
    format: ReportFormat,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let root = context.app()?.publication.root;
    let mut stopped = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let before = stamps(&root);
        context.output.note("watch: checking");
        let is_well = look(args, format, context).await;
        context.output.note(match is_well {
            true => "watch: all is well; waiting for a change (Ctrl-C stops)",
            false => "watch: done; waiting for a change (Ctrl-C stops)",
        });
        loop {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = &mut stopped => return Ok(CommandExit::Done),
            }
            if stamps(&root) != before {
                break;
            }
        }
    }
}

/// Whatever is wrong while somebody writes, a broken daily-note.yaml too, is reported and waited for.
async fn look(args: &Args, format: ReportFormat, context: &CommandContext) -> bool {
    let checked = match context.app() {
        Ok(app) => app.check(&args.issues, args.online()).await,
        Err(failure) => {
            context.output.failure(&failure);
            return false;
        }
    };
    match checked {
        Ok(report) => {
            tell(&report, format, &context.output);
            !fails(&report, args.strict)
        }
        Err(error) => {
            context.output.failure(&error.into());
            false
        }
    }
}

fn stamps(root: &Path) -> WatchedStamps {
    let mut stamps = WatchedStamps::new();
    gather(root, MAX_DEPTH, &mut stamps);
    stamps
}

fn gather(folder: &Path, depth: usize, stamps: &mut WatchedStamps) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if depth == 0 || PASSED_OVER.iter().any(|passed| name == *passed) {
            continue;
        }
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            gather(&entry.path(), depth - 1, stamps);
        } else {
            stamps.insert(entry.path(), (metadata.modified().ok(), metadata.len()));
        }
    }
}
