//! `subscribers erase`.

use serde::Serialize;

use super::{
    super::{CommandContext, CommandExit, Failure, Output, confirm, output::Tone},
    address,
};
use crate::{
    address::Address,
    audience::file::SUBSCRIBERS_FILE,
    operations::Erased,
    words::{Said, many, say},
};

/// Erase all that is known of somebody, for good
#[derive(Debug, clap::Args)]
#[command(after_help = "\
For a person who asks for it (GDPR, 개인정보 보호법). Name, address and history go; a keyed hash of the
address stays, so that no file or import puts them on the list again. Take them out of
subscribers.yaml yourself. Nothing brings the data back.

Example:
  daily-note subscribers erase minji@example.com")]
pub(crate) struct Args {
    /// The address
    #[arg(value_parser = address)]
    email: Address,
    /// Skip the confirmation
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct ErasedJson<'a> {
    email: &'a Address,
    erased: bool,
    #[serde(flatten)]
    found: Option<ErasedPerson>,
}

#[derive(Serialize)]
struct ErasedPerson {
    was_known: bool,
    mails: u64,
    in_file: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let (email, output) = (&args.email, &context.output);
    let is_erased = app.is_erased(email).await?;
    let question = say!("Erase all that is known of {email}?", email);
    let is_agreed = is_erased || args.yes || confirm::ask(question, output)?;
    let erased = match !is_erased && is_agreed {
        true => Some(app.erase(email).await?),
        false => None,
    };
    if output.is_json() {
        let found = erased.map(|erased| ErasedPerson {
            was_known: erased.state.was_known,
            mails: erased.mails,
            in_file: erased.is_in_file,
        });
        output.document(&ErasedJson {
            email,
            erased: erased.is_some(),
            found,
        });
    }
    let Some(erased) = erased else {
        output.say(match is_erased {
            true => say!("{email} was erased already.", email),
            false => say!("Nothing was erased."),
        });
        return Ok(CommandExit::Nothing);
    };
    tell(email, &erased, output);
    Ok(CommandExit::Done)
}

/// What was found, what is gone, and what only a person can do.
fn tell(email: &Address, erased: &Erased, output: &Output) {
    output.say(match erased.state.was_known {
        true => say!("✓ {email} is erased from the list and the ledger", email),
        false => {
            say!(
                "{email} was not known here; a keyed hash keeps it from coming in by a file",
                email
            )
        }
    });
    if erased.mails > 0 {
        output.say(many!(
            erased.mails,
            "  1 mail to them is gone from the inbox",
            "  {n} mails to them are gone from the inbox"
        ));
    }
    let care = |text: Said| output.say(output.paint(Tone::Care, text));
    if !erased.state.is_overwritten {
        care(say!(
            "! another program reads the database: what is erased stays on the disk until it is done"
        ));
    }
    if erased.is_in_file {
        care(say!(
            "! {file} names them: take them out of it, and out of git's history",
            file = SUBSCRIBERS_FILE
        ));
    }
    output.note(say!(
        "Backups and copies made before hold them still: keep these no longer than you must."
    ));
}
