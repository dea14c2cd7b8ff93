//! `subscribers remove`.

use serde::Serialize;

use super::{
    super::{Context, Exit, Failure, Tone},
    address,
};
use crate::{
    address::Address,
    audience::{Suppression, SuppressionReason},
};

/// Take people off the list
#[derive(Debug, clap::Args)]
#[command(after_help = "\
They get no mail from now on, also not the rest of an issue that is going out; and neither
subscribers.yaml nor an import brings them back. What is known of them stays, so that
`daily-note suppressions remove` can undo it.

Examples:
  daily-note subscribers remove minji@example.com
  daily-note subscribers remove ada@example.com --asked")]
pub(crate) struct Args {
    /// Their addresses
    #[arg(required = true, value_parser = address)]
    emails: Vec<Address>,
    /// They asked for it: recorded as their own act, like a click on unsubscribe
    #[arg(long)]
    asked: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    email: &'a Address,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Removed,
    OffAlready,
    Unknown,
}

pub(crate) async fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let app = context.app()?;
    let store = app.store().await?;
    let now = context.clock.true_now();
    let (mut documents, mut removals) = (Vec::new(), Vec::new());
    for email in &args.emails {
        let outcome = if store.suppression(email).await?.is_some() {
            Outcome::OffAlready
        } else if store.subscriber(email).await?.is_some() {
            removals.push(args.removal(email, now));
            Outcome::Removed
        } else {
            Outcome::Unknown
        };
        documents.push(Document { email, outcome });
    }
    if !removals.is_empty() {
        store.suppress(&removals, now).await?;
    }
    let output = &context.output;
    if output.is_json() {
        output.document(&documents);
    }
    for Document { email, outcome } in &documents {
        output.say(match outcome {
            Outcome::Removed => output.paint(Tone::Good, format!("{email} is off the list.")),
            Outcome::OffAlready => format!("{email} was kept off the list already."),
            Outcome::Unknown => format!("{email} is not on the list."),
        });
    }
    Ok(match removals.is_empty() {
        true => Exit::Nothing,
        false => Exit::Done,
    })
}

impl Args {
    fn removal(&self, email: &Address, now: chrono::DateTime<chrono::Utc>) -> Suppression {
        let (reason, detail) = if self.asked {
            (SuppressionReason::Unsubscribed, "asked the operator")
        } else {
            (SuppressionReason::Manual, "removed by the operator")
        };
        Suppression {
            email: Some(email.clone()),
            reason,
            detail: Some(detail.to_owned()),
            at: now,
        }
    }
}
