//! `test ISSUE --to EMAIL`: one real mail, marked as a test, no ledger.

use super::{CommandContext, CommandExit, Failure, output::Tone};
use crate::{address::Address, operations::TestOutcome, smtp::Answer, words::say};

/// Send one real mail of an issue to yourself, marked as a test
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A draft may be tested. The ledger is not touched: a test is never somebody's copy of the issue.

Example:
  daily-note test 2026-11-23-small-models --to me@example.com")]
pub(crate) struct Args {
    /// The issue
    issue: String,
    /// Who gets it
    #[arg(long, required = true, num_args = 1.., value_name = "EMAIL", value_parser = Address::parse)]
    to: Vec<Address>,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    app.refuse_pretended_time()?;
    let way = app.way().await?;
    let outcomes = app.send_test(&args.issue, &args.to, &way).await?;
    let output = &context.output;
    let (mut exit, mut documents) = (CommandExit::Done, Vec::new());
    for (email, outcome) in &outcomes {
        let (is_accepted, words) = match outcome {
            TestOutcome::Answered(Answer::Accepted(reply)) => (true, reply.to_string()),
            TestOutcome::Answered(Answer::Refused { reply, .. }) => (false, reply.to_string()),
            TestOutcome::Lost(lost) => (false, lost.to_string()),
        };
        documents.push(serde_json::json!({
            "email": email, "accepted": is_accepted, "reply": words,
        }));
        if is_accepted {
            output.say(output.paint(Tone::Good, format!("✓ {email}  {words}")));
        } else {
            exit = CommandExit::Deliveries;
            output.say(output.paint(Tone::Bad, format!("✗ {email}  {words}")));
        }
    }
    if output.is_json() {
        output.document(&documents);
    }
    if let Some(inbox) = &way.inbox {
        output.note(say!(
            "The mail is in {folder}",
            folder = inbox.folder().display()
        ));
    }
    way.close().await;
    Ok(exit)
}
