//! `storage prune`: rows of issues that are older than `ledger.keep` go into the totals of their issues.

use chrono::{DateTime, Utc};

use super::super::{CommandContext, CommandExit, Failure, Output, Tone, confirm, table::table};
use crate::{
    app::App,
    operations::{PrunePlan, PruneSummary},
    words::{Said, many, say},
};

/// Issues that are named; `--json` names all.
const NAMED: usize = 10;

/// Prune rows that are older than `ledger.keep`
///
/// The ledger has a row for each reader and issue. Those of issues that are over for longer than `ledger.keep` go, and
/// their numbers stay: how many got an issue, and that it was sent. `serve` does this once a day by itself; this is for
/// machines without it. It stops for an issue that comes in between.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note storage prune --dry-run
  daily-note storage prune --yes     from a timer: the clock has to go evenly for a week before")]
pub(super) struct PruneArgs {
    /// Say what would go, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Skip the confirmation
    #[arg(short, long, conflicts_with = "dry_run")]
    yes: bool,
}

pub(super) async fn execute(
    args: &PruneArgs,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let plan = app.prunable().await?;
    if args.dry_run && output.is_json() {
        output.document(&plan);
    }
    let day = |at: DateTime<Utc>| at.with_timezone(&app.publication.timezone).date_naive();
    if plan.rows == 0 {
        let before = day(plan.before);
        output.note(say!("No row is older than {before}.", before));
        return Ok(CommandExit::Nothing);
    }
    if args.dry_run || !args.yes {
        tell(&plan, &app, output);
    }
    if args.dry_run {
        return Ok(CommandExit::Done);
    }
    let question = say!(
        "Today is {today}. Whose they are is not kept afterwards. Prune them?",
        today = day(app.clock.true_now())
    );
    if !args.yes && !confirm::ask(question, output)? {
        output.note(say!("Nothing was changed."));
        return Ok(CommandExit::Nothing);
    }
    let gone = app.prune(&plan, !args.yes).await?;
    if output.is_json() {
        output.document(&gone);
    } else {
        output.say(gone_line(&gone, output));
    }
    Ok(match gone.is_whole {
        true => CommandExit::Done,
        false => CommandExit::Deliveries,
    })
}

/// What would go.
fn tell(plan: &PrunePlan, app: &App, output: &Output) {
    let zone = app.publication.timezone;
    let rows: Vec<[String; 3]> = plan
        .issues
        .iter()
        .take(NAMED)
        .map(|issue| {
            let slot = issue.slot.with_timezone(&zone).date_naive();
            [
                format!("  {}", issue.issue),
                slot.to_string(),
                issue.rows.to_string(),
            ]
        })
        .collect();
    let header = [
        Said::row([" ".into(), say!("issue")], " "),
        say!("slot"),
        say!("rows"),
    ];
    output.note(table(header, &rows, output).trim_end());
    let more = plan.issues.len().saturating_sub(NAMED) as u64;
    if more > 0 {
        output.note(many!(more, "  … and 1 more", "  … and {n} more"));
    }
    output.note(say!(
        "{rows} of {issues} have not changed since {before}.",
        rows = many!(plan.rows, "1 row", "{n} rows"),
        issues = many!(plan.issues.len() as u64, "1 issue", "{n} issues"),
        before = plan.before.with_timezone(&zone).date_naive()
    ));
}

fn gone_line(gone: &PruneSummary, output: &Output) -> String {
    let rows = many!(gone.rows, "1 row", "{n} rows");
    match gone.is_whole {
        true => output.paint(Tone::Good, say!("✓ {rows} pruned", rows)),
        false => output.paint(
            Tone::Care,
            say!(
                "! {rows} pruned; an issue is under way now, the rest can wait: say it again when it is out",
                rows
            ),
        ),
    }
}
