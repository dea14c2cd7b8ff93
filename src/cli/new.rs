//! `new EDITION`: the next free slot's issue, ready to be written.

use chrono::Datelike;

use super::{
    CommandContext, CommandExit, Failure,
    day::{NamedDay, parse_day},
    init::refusal,
};
use crate::{
    app::{AppError, RefusalKind},
    scaffold::{self, IssueWish, NewIssue, NewIssueError},
    words::{self, Said, say},
};

/// Make the next issue's file: on the edition's next free slot, laid out like the last one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Headings that stood in the edition's last two issues are kept; the others are placeholders.

Examples:
  daily-note new monday
  daily-note new monday --title '작은 모델' --slug small
  daily-note new thursday --title 'Twelve columns' --date 2026-12-03
  daily-note new monday --date tomorrow"
)]
pub(crate) struct Args {
    /// The edition's key, as in daily-note.yaml
    edition: String,
    /// The issue's title; its file is named after it, Hangul in Latin letters
    #[arg(long)]
    title: Option<String>,
    /// What the file is named after, behind the date, instead of the title
    #[arg(long, value_name = "NAME")]
    slug: Option<String>,
    /// The day instead of the next free slot's: 2026-12-03, tomorrow, thursday
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    date: Option<NamedDay>,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let wish = IssueWish {
        edition: args.edition.clone(),
        title: args.title.clone(),
        slug: args.slug.clone(),
        date: args
            .date
            .map(|day| day.seen_from(app.publication.today(app.clock.now()))),
    };
    let (publication, archive) = (&app.publication, app.archive()?);
    let new = scaffold::next_issue(publication, &archive, &wish, app.clock.now())
        .map_err(|error| usage(&error))?;
    scaffold::write(&publication.root, std::slice::from_ref(&new.file)).map_err(refusal)?;
    let path = publication.root.join(&new.file.path);
    if context.output.is_json() {
        context.output.document(&serde_json::json!({
            "issue": new.name,
            "path": path,
            "edition": args.edition,
            "date": new.date,
            "slot": new.slot.as_ref().ok().map(|slot| slot.at),
        }));
        return Ok(CommandExit::Done);
    }
    context.output.say(path.display().to_string());
    context.output.note(when(&new, publication.timezone));
    Ok(CommandExit::Done)
}

fn when(new: &NewIssue, zone: chrono_tz::Tz) -> Said {
    match &new.slot {
        Ok(slot) => {
            let local = slot.at.with_timezone(&zone);
            say!(
                "A draft for {weekday} {hour} ({zone}); `status: ready` lets it go out.",
                weekday = words::weekday(local.weekday()),
                hour = local.format("%Y-%m-%d %H:%M"),
                zone
            )
        }
        Err(absence) => say!(
            "A draft for {date}, which is no slot: {absence}. It goes out by `daily-note send` only.",
            date = new.date,
            absence = absence.said()
        ),
    }
}

fn usage(error: &NewIssueError) -> AppError {
    let (message, hint) = match error {
        NewIssueError::UnknownEdition { key, hint } => {
            (say!("there is no edition `{key}`", key), hint.clone())
        }
        NewIssueError::Taken {
            edition,
            date,
            path,
        } => (
            say!(
                "{date} has an issue of `{edition}` already: `{path}`",
                date,
                edition,
                path
            ),
            say!("without --date the next free slot is taken"),
        ),
        NewIssueError::NoSlot { edition } => (
            say!(
                "the calendar has no slot for `{edition}` in the next three years",
                edition
            ),
            say!("name a day with --date"),
        ),
        NewIssueError::NoName { .. } => (
            error.to_string().into(),
            say!("write it as in --slug small-models"),
        ),
    };
    AppError::Refused {
        kind: RefusalKind::Usage,
        message,
        hint,
    }
}
