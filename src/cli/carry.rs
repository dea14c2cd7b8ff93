//! Carrying a batch on, watched by a person: progress, signals, the report, the exit code. What
//! `send` and `resume` share.

use std::sync::Arc;

use super::{CommandExit, Failure, Output, batch, progress, signals};
use crate::{
    app::App,
    delivery::{Ending, Progress, StopSignal},
    operations::Sending,
    smtp::inbox::Inbox,
    words::{many, say},
};

/// Sends until nothing is due now, and tells how it went.
pub(crate) async fn execute(
    app: &App,
    sending: Sending<'_>,
    output: &Output,
) -> Result<CommandExit, Failure> {
    let way = sending.open_way().await?;
    let dropped = sending.drop_rehearsals().await?;
    if dropped > 0 {
        output.note(many!(
            dropped,
            "This is no rehearsal: what was tried out before is dropped (1 rehearsal).",
            "This is no rehearsal: what was tried out before is dropped ({n} rehearsals)."
        ));
    }
    let stop = StopSignal::default();
    signals::drain_on(stop.clone(), output.clone(), signals::HangupMeaning::Ends);
    let progress = Arc::new(Progress::default());
    let total = match &sending.batch {
        Some(batch) => batch.audience,
        None => sending.audience.readers,
    };
    let drawing = progress::draw(output, Arc::clone(&progress), total);
    let outcome = sending.run(&way, stop, Arc::clone(&progress)).await;
    drawing.finish().await;
    if outcome.is_err() && progress.accepted.get() > 0 {
        output.note(many!(
            progress.accepted.get(),
            "1 message had left when it stopped",
            "{n} messages had left when it stopped"
        ));
    }
    let (batch, report) = outcome?;
    batch::show_end(app, &batch, &report, output).await?;
    if let Some(inbox) = &way.inbox {
        point_to(inbox, output);
    }
    way.close().await;
    Ok(match report.ending {
        Ending::Finished if report.counts.rejected + report.counts.unknown == 0 => {
            CommandExit::Done
        }
        _ => CommandExit::Deliveries,
    })
}

/// Where the mail is, for the first run.
fn point_to(inbox: &Inbox, output: &Output) {
    output.note(say!(
        "\nThe mail is in {folder}",
        folder = inbox.folder().display()
    ));
    output.note(say!(
        "Read it in the browser:  daily-note inbox   (or cargo run --release -- inbox)"
    ));
}
