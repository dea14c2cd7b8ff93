//! `check --watch`: looks again whenever a file of the publication changes.

use tokio::signal::ctrl_c;

use super::{Args, CommandContext, CommandExit, Failure, ReportFormat, fails, tell};
use crate::{live::LivePublication, words::say};

pub(super) async fn execute(
    args: &Args,
    format: ReportFormat,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let live = LivePublication::start(context.app()?.publication).await;
    let mut snapshots = live.subscribe();
    let mut following = std::pin::pin!(live.follow());
    let mut stopped = std::pin::pin!(ctrl_c());
    loop {
        context.output.note(say!("watch: checking"));
        let is_well = look(args, format, context).await;
        context.output.note(match is_well {
            true => say!("watch: all is well; waiting for a change (Ctrl-C stops)"),
            false => say!("watch: done; waiting for a change (Ctrl-C stops)"),
        });
        tokio::select! {
            never = &mut following => match never {},
            _ = snapshots.changed() => {}
            _ = &mut stopped => return Ok(CommandExit::Done),
        }
    }
}

/// Whatever is wrong while somebody writes, a broken daily-note.yaml too, is reported and waited for.
async fn look(args: &Args, format: ReportFormat, context: &CommandContext) -> bool {
    let checked = async { Ok(context.app()?.check(&args.issues, args.online()).await?) };
    let checked: Result<_, Failure> = checked.await;
    match checked {
        Ok(report) => {
            tell(&report, format, &context.output);
            !fails(&report, args.strict)
        }
        Err(failure) => {
            context.output.failure(&failure);
            false
        }
    }
}
