//! `site --watch`: written again whenever a file of the publication changes or an issue's hour comes.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::time::sleep;

use super::{super::signals::asked_to_stop, Args, CommandContext, CommandExit, Failure, tell};
use crate::{
    app::{App, AppError},
    live::{LivePublication, PublicationSnapshot},
    operations::{SiteReport, SiteWriter},
    source::with_causes,
    words::{Said, say},
};

/// Timers of longer are no timers; it is looked at again before.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

pub(super) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let writer = SiteWriter::new(&app, &args.out);
    let live = LivePublication::start(app.publication).await;
    let mut snapshots = live.subscribe();
    let mut following = std::pin::pin!(live.follow());
    let mut stopped = std::pin::pin!(asked_to_stop());
    loop {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        let next = match written(&snapshot, &writer, context).await {
            Ok(report) => {
                tell(&report, context);
                report.next_release
            }
            // Whatever is wrong while somebody writes is reported and waited for.
            Err(failure) => {
                context.output.failure(&failure);
                None
            }
        };
        context
            .output
            .note(say!("watch: waiting for a change (Ctrl-C stops)"));
        tokio::select! {
            never = &mut following => match never {},
            _ = snapshots.changed() => {}
            () = sleep(until(next, context.clock.now())) => {}
            stopped = &mut stopped => {
                stopped?;
                return Ok(CommandExit::Done);
            }
        }
    }
}

async fn written(
    snapshot: &PublicationSnapshot,
    writer: &SiteWriter,
    context: &CommandContext,
) -> Result<SiteReport, Failure> {
    let trouble = snapshot.trouble();
    if !trouble.is_empty() {
        return Err(AppError::Configuration(trouble).into());
    }
    if let Some(fault) = &snapshot.template_fault {
        let why = with_causes(&**fault);
        context.output.note(say!(
            "watch: the templates stay as they were: {why}",
            why = Said::heard(why)
        ));
    }
    let app = App::of(snapshot, context.clock);
    Ok(writer.write(&app, snapshot).await?)
}

fn until(next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
    let left = next.and_then(|next| (next - now).to_std().ok());
    left.map_or(LONGEST_WAIT, |left| left.min(LONGEST_WAIT))
}
