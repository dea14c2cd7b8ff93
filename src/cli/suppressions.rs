//! `suppressions …`: who gets no mail, whatever the list says.

mod undo;

use clap::{Subcommand, ValueEnum};

use super::{
    CommandContext, CommandExit, Failure, Output, Tone, batch::email_words,
    list_length::ListLength, subscribers::address, table::table,
};
use crate::{
    address::Address,
    app::App,
    audience::{Suppression, SuppressionReason, field},
    operations::{self, SuppressionChange, SuppressionPages},
    words::{Said, many, say},
};

/// Who gets no mail, whatever the list says
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Whoever unsubscribes, bounces for good or complains is kept here, and no file, import or `add`
brings them back. `suppressions remove` is the operator's way to let somebody in again.")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: SuppressionAction,
}

#[derive(Debug, Subcommand)]
enum SuppressionAction {
    List(ListArgs),
    Add(AddArgs),
    Remove(RemoveArgs),
}

/// Show who gets no mail, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note suppressions list
  daily-note suppressions list --reason hard_bounce --json")]
struct ListArgs {
    /// Only those kept off for this reason
    #[arg(long, value_enum)]
    reason: Option<ReasonFilter>,
    #[command(flatten)]
    length: ListLength,
}

/// Keep addresses from all mail, on the list or not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note suppressions add trap@example.com --detail \"spam trap\"
  daily-note suppressions add minji@example.com --reason unsubscribed --detail \"by telephone\"")]
struct AddArgs {
    /// The addresses
    #[arg(required = true, value_parser = address)]
    emails: Vec<Address>,
    /// Why
    #[arg(long, value_enum, default_value_t = ReasonFilter::Manual)]
    reason: ReasonFilter,
    /// Why, in your words
    #[arg(long, value_name = "WORDS")]
    detail: Option<String>,
}

/// Let addresses get mail again
#[derive(Debug, clap::Args)]
#[command(after_help = "\
For a mistake, a mailbox that works again, or a person who asked you to come back: mail to somebody
who left or complained and did not ask is unlawful in most places. Who is still on the list gets the
next issue; who is not needs `subscribers add`.

What a relay's refusals did in a provider's bad hour is undone together: by the issue that was
refused, since a day, by domain, by code. Who left or complained is never among these.

Examples:
  daily-note suppressions remove minji@example.com
  daily-note suppressions remove --issue 2026-11-23-small-models --domain gmail.com
  daily-note suppressions remove --since 2026-11-23 --code 5.1.1 --yes")]
struct RemoveArgs {
    /// The addresses
    #[arg(required_unless_present_any = ["issue", "since", "domain", "code"], value_parser = address)]
    emails: Vec<Address>,
    #[command(flatten)]
    bounces: undo::BounceFilter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum ReasonFilter {
    /// They left
    Unsubscribed,
    /// The address does not exist
    HardBounce,
    /// They called it spam
    Complaint,
    /// You said so
    Manual,
}

impl From<ReasonFilter> for SuppressionReason {
    fn from(reason: ReasonFilter) -> Self {
        match reason {
            ReasonFilter::Unsubscribed => Self::Unsubscribed,
            ReasonFilter::HardBounce => Self::HardBounce,
            ReasonFilter::Complaint => Self::Complaint,
            ReasonFilter::Manual => Self::Manual,
        }
    }
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    match &args.action {
        SuppressionAction::List(args) => list(args, &app, &context.output).await,
        SuppressionAction::Add(args) => add(args, &app, &context.output).await,
        SuppressionAction::Remove(args) if args.emails.is_empty() => {
            undo::execute(&args.bounces, &app, &context.output).await
        }
        SuppressionAction::Remove(args) => remove(args, &app, &context.output).await,
    }
}

async fn list(args: &ListArgs, app: &App, output: &Output) -> Result<CommandExit, Failure> {
    let zone = app.publication.timezone;
    let mut shown = 0_u64;
    if output.is_json() {
        output.raw(b"[");
    }
    let mut pages = SuppressionPages::open(app).await?;
    while let Some(page) = pages.next().await? {
        let is_wanted = |it: &&Suppression| {
            let mut reasons = args.reason.iter();
            reasons.all(|reason| it.reason == (*reason).into())
        };
        let mut rows = Vec::new();
        let room = args.length.room_behind(shown);
        for suppression in page.iter().filter(is_wanted) {
            if output.is_json() {
                let comma = if shown == 0 { "" } else { "," };
                let document = serde_json::to_string(suppression).unwrap_or_default();
                output.raw(format!("{comma}{document}").as_bytes());
            } else if rows.len() < room {
                rows.push(row(suppression, zone, output));
            }
            shown += 1;
        }
        if !rows.is_empty() {
            output.say(sheet(&rows, output).trim_end());
        }
    }
    if output.is_json() {
        output.raw(b"]\n");
    }
    if shown == 0 {
        output.note(say!("Nobody is kept from mail."));
        return Ok(CommandExit::Nothing);
    }
    args.length.tell_rest(shown, output);
    output.note(many!(
        shown,
        "1 address gets no mail.",
        "{n} addresses get no mail."
    ));
    Ok(CommandExit::Done)
}

/// What is kept of people, a line each.
fn sheet(rows: &[[String; 4]], output: &Output) -> String {
    let header = [
        say!("ADDRESS"),
        say!("REASON"),
        say!("SINCE"),
        say!("DETAIL"),
    ];
    table(header, rows, output)
}

fn row(suppression: &Suppression, zone: chrono_tz::Tz, output: &Output) -> [String; 4] {
    let since = suppression.at.with_timezone(&zone);
    [
        email_words(suppression.email.as_ref(), output),
        output.words(Said::word(suppression.reason.word())),
        since.format("%Y-%m-%d %H:%M").to_string(),
        output.words(Said::heard(suppression.detail.clone().unwrap_or_default())),
    ]
}

async fn add(args: &AddArgs, app: &App, output: &Output) -> Result<CommandExit, Failure> {
    let detail = args.detail.as_deref().map(field::name).transpose();
    let detail = detail
        .map_err(|fault| {
            Failure::usage(say!(
                "--{option}: {message}",
                option = "detail",
                message = Said::heard(fault.message)
            ))
        })?
        .flatten();
    let reason = args.reason.into();
    let changes = operations::suppress(app, &args.emails, reason, detail.as_deref()).await?;
    if output.is_json() {
        output.document(&changes);
    }
    for change in &changes {
        let email = change.email;
        let reason = change.suppression.as_ref();
        let reason = Said::word(reason.map_or("", |it| it.reason.word()));
        output.say(match change.changed {
            true => {
                let told = say!(
                    "{email} gets no mail from now on ({reason}).",
                    email,
                    reason
                );
                output.paint(Tone::Good, told).into()
            }
            false => say!(
                "{email} was kept from mail already ({reason}).",
                email,
                reason
            ),
        });
    }
    Ok(exit(&changes))
}

async fn remove(args: &RemoveArgs, app: &App, output: &Output) -> Result<CommandExit, Failure> {
    let changes = operations::let_in(app, &args.emails).await?;
    if output.is_json() {
        output.document(&changes);
    }
    for SuppressionChange {
        email,
        suppression,
        is_on_list,
        ..
    } in &changes
    {
        let Some(suppression) = suppression else {
            output.say(say!("{email} was not kept from mail.", email));
            continue;
        };
        let told = match is_on_list {
            true => say!("{email} gets mail again.", email),
            false => {
                say!(
                    "{email} may get mail again, but is not on the list: `subscribers add`.",
                    email
                )
            }
        };
        output.say(output.paint(Tone::Good, told));
        if matches!(
            suppression.reason,
            SuppressionReason::Unsubscribed | SuppressionReason::Complaint
        ) {
            output.say(say!(
                "  They had left themself ({reason}): mail them only if they asked to come back.",
                reason = Said::word(suppression.reason.word())
            ));
        }
    }
    Ok(exit(&changes))
}

fn exit(changes: &[SuppressionChange<'_>]) -> CommandExit {
    match changes.iter().any(|change| change.changed) {
        true => CommandExit::Done,
        false => CommandExit::Nothing,
    }
}
