//! `subscribers erase`.

use serde::Serialize;

use super::{
    super::{Context, Exit, Failure, confirm},
    address,
};
use crate::{
    address::Address,
    audience::{Suppression, SuppressionReason},
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
    /// Don't ask
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    email: &'a Address,
    erased: bool,
}

pub(crate) async fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let app = context.app()?;
    let store = app.store().await?;
    let (email, output) = (&args.email, &context.output);
    let suppression = store.suppression(email).await?;
    let is_erased = suppression.is_some_and(|it| it.reason == SuppressionReason::Erased);
    let question = format!("Erase all that is known of {email}?");
    let is_agreed = is_erased || args.yes || confirm::ask(&question, output)?;
    let erases = !is_erased && is_agreed;
    if erases {
        let now = context.clock.true_now();
        let erasure = Suppression {
            email: Some(email.clone()),
            reason: SuppressionReason::Erased,
            detail: None,
            at: now,
        };
        store.suppress(&[erasure], now).await?;
    }
    if output.is_json() {
        let erased = erases;
        output.document(&Document { email, erased });
    }
    Ok(if erases {
        output.say(format!("All that was known of {email} is erased."));
        Exit::Done
    } else if is_erased {
        output.say(format!("{email} was erased already."));
        Exit::Nothing
    } else {
        output.say("Nothing was erased.");
        Exit::Nothing
    })
}
