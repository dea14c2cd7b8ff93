//! `subscribers move`.

use super::{
    super::{CommandContext, CommandExit, Failure, Tone},
    address,
};
use crate::{
    address::Address,
    operations::{self, MoveOutcome, MovedPerson},
    words::{Said, say},
};

/// Give a reader another address
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The same reader: their number, name, editions, tags, consent and what they got stay with them, and links in
mails that they have go on working. The old address gets no mail from then on, whatever a file or an
import says. Change it in subscribers.yaml too, where it stands there.

Nothing is merged on a guess: where the new address is on the list already, or kept off it, nothing is
changed. Nor is a move a way back for somebody who left.

Example:
  daily-note subscribers move minji@old.example minji@new.example")]
pub(crate) struct Args {
    /// The address that they had
    #[arg(value_name = "OLD", value_parser = address)]
    from: Address,
    /// The one that they have now
    #[arg(value_name = "NEW", value_parser = address)]
    to: Address,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let moved = operations::move_person(&app, &args.from, &args.to).await?;
    let MovedPerson {
        from,
        to,
        outcome,
        file_line,
    } = moved;
    if output.is_json() {
        output.document(&moved);
        return Ok(exit(outcome));
    }
    let mut told = match outcome {
        MoveOutcome::Moved => output
            .paint(Tone::Good, say!("{from} is {to} from now on.", from, to))
            .into(),
        MoveOutcome::Unknown => say!("{from} is not on the list.", from),
        MoveOutcome::Left(reason) => say!(
            "{from} is kept from mail ({reason}), and a move is no way back: see `suppressions remove`.",
            from,
            reason = Said::word(reason.word())
        ),
        MoveOutcome::Taken => say!(
            "{to} is on the list already, and nothing was changed: if they are one person, look at both \
             with `subscribers show`, and take one off with `subscribers remove`.",
            to
        ),
        MoveOutcome::Suppressed(reason) => say!(
            "{to} is kept off the list ({reason}), and nothing was changed: see `suppressions remove`.",
            to,
            reason = Said::word(reason.word())
        ),
    };
    if let Some(line) = file_line {
        let still = say!(
            "subscribers.yaml:{line} still names {from}: write {to} there.",
            line,
            from,
            to
        );
        told = Said::row(
            [told, still],
            "
",
        );
    }
    output.say(told);
    Ok(exit(outcome))
}

fn exit(outcome: MoveOutcome) -> CommandExit {
    match outcome {
        MoveOutcome::Moved => CommandExit::Done,
        _ => CommandExit::Nothing,
    }
}
