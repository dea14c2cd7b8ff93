//! `suppressions remove --issue …`: what a relay's refusals did, undone together, counted and shown
//! first.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

use super::{CommandExit, Failure, Output, Tone, row, sheet};
use crate::{
    app::App,
    cli::confirm,
    operations::{self, LiftedBounces},
    words::{many, say},
};

/// So many are shown before the question; `suppressions list` shows all.
const SHOWN: usize = 10;

/// Which of those whom a relay's refusal keeps off.
#[derive(Debug, clap::Args)]
pub(super) struct BounceFilter {
    /// Those whom the relay refused this issue
    #[arg(long, conflicts_with = "emails")]
    issue: Option<String>,
    /// Those refused since this day
    #[arg(long, value_name = "DATE", conflicts_with = "emails")]
    since: Option<NaiveDate>,
    /// Those of this domain
    #[arg(long, conflicts_with = "emails")]
    domain: Option<String>,
    /// Those refused with this code, 550 or 5.1.1
    #[arg(long, conflicts_with = "emails")]
    code: Option<String>,
    /// Skip the confirmation
    #[arg(short, long, conflicts_with = "emails")]
    yes: bool,
}

pub(super) async fn execute(
    args: &BounceFilter,
    app: &App,
    output: &Output,
) -> Result<CommandExit, Failure> {
    let zone = app.publication.timezone;
    let wanted = operations::BounceSelection {
        batch: None,
        since: args.since.and_then(|day| beginning(day, zone)),
        domain: args.domain.as_deref().map(str::to_ascii_lowercase),
        code: args.code.clone(),
    };
    let bounced = operations::bounced(app, args.issue.as_deref(), wanted).await?;
    if bounced.is_empty() {
        output.note(say!("The relay's refusals keep nobody of these from mail."));
        if output.is_json() {
            output.document(&LiftedBounces::default());
        }
        return Ok(CommandExit::Nothing);
    }
    if !output.is_json() {
        let rows: Vec<_> = bounced
            .iter()
            .take(SHOWN)
            .map(|it| row(it, zone, output))
            .collect();
        output.say(sheet(&rows, output).trim_end());
        if bounced.len() > SHOWN {
            output.say(say!("… and {more} more", more = bounced.len() - SHOWN));
        }
    }
    let question = many!(
        bounced.len(),
        "1 address gets mail again. Go ahead?",
        "{n} addresses get mail again. Go ahead?"
    );
    if !args.yes && !confirm::ask(question, output)? {
        output.note(say!("Nothing was changed."));
        return Ok(CommandExit::Nothing);
    }
    let lifted = operations::lift_bounces(app, bounced).await?;
    if output.is_json() {
        output.document(&lifted);
    }
    output.say(output.paint(
        Tone::Good,
        many!(
            lifted.suppressions.len(),
            "1 address gets mail again.",
            "{n} addresses get mail again."
        ),
    ));
    Ok(CommandExit::Done)
}

/// The first moment of a day there.
fn beginning(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    let there = zone.from_local_datetime(&midnight).earliest();
    Some(there.map_or(midnight.and_utc(), |at| at.to_utc()))
}
