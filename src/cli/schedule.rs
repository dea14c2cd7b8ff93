//! `schedule`: the coming weeks, and what is missing in them.

mod calendar;
mod words;

use super::{CommandContext, CommandExit, Failure};
use crate::{
    schedule::{CalendarOverview, CalendarRow, SlotNeed, SlotState, ics},
    words::{Said, many, say},
};

/// Show the coming weeks: slots, their issues, what is missing or not ready
#[derive(Debug, clap::Args)]
#[command(after_help = "\
missing  no issue has this date       draft   still being written
ready    goes out at its hour         late    its hour has passed; ready, it goes out at once
missed   too late to go out on its own (schedule.late): it waits for a person
sending, paused, sent, cancelled      its batch: see `daily-note status`
conflict two issues have this date    held     a person holds it: `daily-note release` lets it go
past     it came before the calendar was kept from this state, which knows nothing of it

✗ wants work now, ! within the week, ✓ is well.

Examples:
  daily-note schedule
  daily-note schedule --weeks 12
  daily-note schedule --ics > daily-note.ics
  daily-note schedule --json | jq '.rows[] | select(.needs == \"now\")'")]
pub(crate) struct Args {
    /// How many weeks after this one
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=520))]
    weeks: u32,
    /// Print it for a calendar program (iCalendar, RFC 5545)
    #[arg(long)]
    ics: bool,
}

/// `schedule --json` (a contract).
#[derive(serde::Serialize)]
struct ScheduleJson<'a> {
    publication: &'a str,
    timezone: &'a str,
    now: chrono::DateTime<chrono::Utc>,
    #[serde(flatten)]
    overview: &'a CalendarOverview,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let output = &context.output;
    if args.ics && output.is_json() {
        return Err(Failure::usage(say!(
            "--ics and --json are two ways to say it: choose one"
        )));
    }
    let app = context.app()?;
    let now = app.clock.now();
    let overview = app.schedule(args.weeks, now).await?;
    let publication = &app.publication;
    if args.ics {
        output.raw(ics::calendar(publication, &overview, now).as_bytes());
        return Ok(CommandExit::Done);
    }
    if output.is_json() {
        output.document(&ScheduleJson {
            publication: &publication.name,
            timezone: publication.timezone.name(),
            now,
            overview: &overview,
        });
        return Ok(CommandExit::Done);
    }
    output.say(calendar::shown(publication, &overview, now, output));
    if let Some(note) = what_to_do(&overview) {
        output.note(Said::row(["\n".into(), note], ""));
    }
    Ok(CommandExit::Done)
}

/// The next thing for a person to do.
fn what_to_do(overview: &CalendarOverview) -> Option<Said> {
    let slots = overview.rows.iter().filter_map(|row| match row {
        CalendarRow::Slot(view) if view.needs != SlotNeed::Nothing => Some(view),
        _ => None,
    });
    let wanting: Vec<_> = slots.collect();
    let first = wanting
        .iter()
        .find(|view| view.needs == SlotNeed::Now)
        .or(wanting.first())?;
    let more = wanting.len() - 1;
    let more = (more > 0).then(|| {
        many!(
            more,
            "One more slot wants work within the week.",
            "{n} more slots want work within the week."
        )
    });
    let issue = first.issues.first();
    let id = issue.map_or(first.edition.as_str(), |issue| issue.id.as_str());
    let file = issue.map_or("", |issue| issue.file.as_str());
    let next = match first.state {
        SlotState::Paused => say!("Fix what paused it, then: daily-note resume {id}", id),
        SlotState::Conflict => say!(
            "Give one of the issues of {date} another date: one slot, one issue.",
            date = first.date
        ),
        SlotState::Missed if first.is_ready() => {
            say!("To send it after all: daily-note send {id}", id)
        }
        SlotState::Late if first.is_ready() => {
            say!("It goes out on its own where `serve` or `send --due` runs.")
        }
        _ if issue.is_some() => say!("When it is done, set `status: ready` in {file}.", file),
        _ => say!(
            "Begin it: daily-note new {edition} --date {date}",
            edition = first.edition,
            date = first.date
        ),
    };
    Some(Said::row([next].into_iter().chain(more), "\n"))
}
