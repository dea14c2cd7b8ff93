//! `hold ISSUE|SLOT` and `release ISSUE|SLOT`: what is not begun stays, until a person lets it go.

use super::{CommandContext, CommandExit, Failure, Output};
use crate::{
    operations::HeldRelease,
    words::{Said, phrase, say},
};

/// Why, where nobody says it.
const BY_A_PERSON: &str = phrase!("a person holds it");

/// Keep an issue, or a slot, from going out until it is released
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A slot is named by its edition and date, and may be held before its issue is written. What is held
is sent neither by `serve` nor by `send`. An issue on its way is paused instead: `pause ISSUE`.

Examples:
  daily-note hold 2026-11-30-small-models --reason \"the numbers are not confirmed\"
  daily-note hold monday-2026-11-30
  daily-note release monday-2026-11-30")]
pub(crate) struct HoldArgs {
    /// The issue, or the slot as EDITION-DATE
    #[arg(value_name = "ISSUE|SLOT")]
    wanted: String,
    /// Why, for whoever looks next
    #[arg(long, default_value = BY_A_PERSON)]
    reason: String,
}

/// Let an issue or a slot that is on hold go out
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Within `schedule.late` after its hour it goes out at once, on its own; later, by `send`.

Example:
  daily-note release monday-2026-11-30")]
pub(crate) struct ReleaseArgs {
    /// The issue, or the slot as EDITION-DATE
    #[arg(value_name = "ISSUE|SLOT")]
    wanted: String,
}

pub(crate) async fn execute(
    args: &HoldArgs,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let (hold, is_new) = app.put_on_hold(&args.wanted, &args.reason).await?;
    Ok(tell_held(&hold, is_new, &context.output))
}

/// Says that it is held.
pub(super) fn tell_held(hold: &HeldRelease, is_new: bool, output: &Output) -> CommandExit {
    if output.is_json() {
        output.document(hold);
    }
    let name = &hold.name;
    if !is_new {
        output.note(say!("{name} is on hold already.", name));
        return CommandExit::Nothing;
    }
    if !output.is_json() {
        output.say(say!(
            "✓ {name} is on hold: {why}",
            name,
            why = Said::heard(&hold.why)
        ));
    }
    output.note(say!(
        "It goes out neither on its own nor by `send` before `daily-note release {name}`.",
        name
    ));
    CommandExit::Done
}

pub(crate) async fn release(
    args: &ReleaseArgs,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let released = app.release(&args.wanted).await?;
    if output.is_json() {
        output.document(&released);
    }
    if released.is_empty() {
        output.note(say!("{wanted} is not on hold.", wanted = args.wanted));
        return Ok(CommandExit::Nothing);
    }
    tell_released(&released, output);
    Ok(CommandExit::Done)
}

pub(super) fn tell_released(released: &[HeldRelease], output: &Output) {
    for HeldRelease { name, .. } in released.iter().filter(|_| !output.is_json()) {
        output.say(say!("✓ {name} is released", name));
    }
    output.note(say!("Where `serve` or `send --due` runs it goes out at its hour, or at once within `schedule.late`."));
}
