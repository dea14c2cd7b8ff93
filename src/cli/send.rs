//! `send ISSUE`: to every reader of its edition, once. `send --due`: what the calendar wants now.

use super::{Context, Exit, Failure, Output, batch, carry, confirm, due, output::Tone};
use crate::{
    app::{App, Rehearsal, Sending},
    store::FoldReport,
};

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
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    /// Send a text that went out before, under another name, once more to everybody
    #[arg(long, conflicts_with = "due")]
    again: bool,
}

pub(crate) async fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let Some(issue) = &args.issue else {
        return due::execute(args.dry_run, context).await;
    };
    let app = context.app()?;
    if args.dry_run {
        let rehearsal = app.rehearse(issue).await?;
        show_rehearsal(&app, &rehearsal, &context.output);
        return Ok(Exit::Done);
    }
    let mut sending = app.sending(issue).await?;
    sending.may_repeat = args.again;
    note_fold(sending.folded.as_ref(), "", &context.output);
    if sending.has_changed() {
        context
            .output
            .note("! the file has changed since the batch was frozen; readers get what was frozen");
    }
    sending.refuse_nothing_to_do()?;
    sending.refuse_sent_text().await?;
    if !args.yes && !confirm(&app, &sending, &context.output)? {
        context.output.note("Nothing was sent.");
        return Ok(Exit::Nothing);
    }
    carry::execute(&app, sending, &context.output).await
}

fn confirm(app: &App, sending: &Sending<'_>, output: &Output) -> Result<bool, Failure> {
    let readers = match &sending.batch {
        Some(batch) => format!("the rest of {} readers", batch.audience),
        None => format!("{} readers", sending.audience.readers),
    };
    let way = if app.realm().is_rehearsal() {
        " (a rehearsal)"
    } else {
        ""
    };
    confirm::ask(
        &format!("{}\nSend it to {readers}{way}?", sending.title()),
        output,
    )
}

pub(super) fn show_rehearsal(app: &App, rehearsal: &Rehearsal, output: &Output) {
    let Rehearsal {
        issue,
        batch,
        folded,
        audience,
        message_bytes,
    } = rehearsal;
    if output.is_json() {
        output.document(&serde_json::json!({
            "issue": issue.id,
            "edition": issue.front_matter.edition,
            "readers": audience.readers,
            "suppressed": audience.suppressed,
            "message_bytes": message_bytes,
            "batch": batch.as_ref().map(|batch| &batch.state),
            "fold": folded,
        }));
        return;
    }
    note_fold(folded.as_ref(), "would be ", output);
    output.say(format!("{}  {}", issue.id, issue.front_matter.title));
    output.say(format!("  readers      {}", audience.readers));
    output.say(format!("  suppressed   {}", audience.suppressed));
    output.say(format!(
        "  a message    {} KB",
        message_bytes.div_ceil(1024)
    ));
    output.say(format!(
        "  leaves by    {}",
        if app.realm().is_rehearsal() {
            "a rehearsal"
        } else {
            "the relay of smtp.url"
        }
    ));
    if let Some(batch) = batch {
        output.say(format!(
            "  its batch    {}",
            batch::state_words(&batch.state)
        ));
    }
    output.note("A dry run: nothing was sent, nothing was changed.");
}

/// What the fold changed, if anything; `mood` is how that is said of one that was not done.
fn note_fold(folded: Option<&FoldReport>, mood: &str, output: &Output) {
    let Some(report) = folded else { return };
    let changes: Vec<String> = [
        (report.added, "added"),
        (report.changed, "changed"),
        (report.returned, "back"),
        (report.deactivated, "gone"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {mood}{what}"))
    .collect();
    if !changes.is_empty() {
        output.note(format!("subscribers.yaml: {}", changes.join(", ")));
    }
    if report.suppressed > 0 {
        output.note(output.paint(
            Tone::Care,
            format!(
                "! {} in subscribers.yaml left or bounced; the file can't bring them back",
                report.suppressed
            ),
        ));
    }
}
