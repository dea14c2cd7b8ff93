//! `subscribers show`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    super::{
        CommandContext, CommandExit, Failure, Tone,
        bounces::words::{consequence, what},
        table::table,
    },
    address,
};
use crate::{
    address::Address,
    audience::{Consent, Subscriber, SubscriberState},
    operations::{self, PersonRecord, Receipt},
};

/// Show all that is known of somebody
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  daily-note subscribers show minji@example.com")]
pub(crate) struct Args {
    /// The address
    #[arg(value_parser = address)]
    email: Address,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let record = operations::person(&app, &args.email).await?;
    if output.is_json() {
        output.document(&record);
    }
    if record.subscriber.is_none() && record.suppression.is_none() {
        output.say(format!(
            "{} is not on the list, nor kept off it.",
            args.email
        ));
        return Ok(CommandExit::Nothing);
    }
    if !output.is_json() {
        let zone = app.publication.timezone;
        let tone = match record.gets_mail {
            true => Tone::Good,
            false => Tone::Care,
        };
        output.say(output.paint(tone, headline(&record, zone)));
        if let Some(subscriber) = &record.subscriber {
            output.say(facts(subscriber, zone).trim_end());
        }
        if !record.issues.is_empty() {
            output.say(issues(&record.issues, zone).trim_end());
        }
        for line in returns(&record, zone) {
            output.say(line);
        }
    }
    Ok(CommandExit::Done)
}

fn headline(record: &PersonRecord, zone: Tz) -> String {
    let email = &record.email;
    match (&record.suppression, &record.subscriber) {
        (Some(suppression), subscriber) => {
            let since = day(suppression.at, zone);
            let detail = suppression.detail.as_deref().unwrap_or("no details");
            let reason = suppression.reason.word();
            let whether = match subscriber {
                Some(_) => "is on the list and kept from mail",
                None => "is not on the list and kept off it",
            };
            format!("{email} {whether}: {reason} since {since} ({detail}).")
        }
        (None, Some(subscriber)) => match subscriber.state {
            SubscriberState::Active => active_headline(record, zone),
            SubscriberState::Unconfirmed => format!("{email} has not confirmed yet."),
            SubscriberState::Inactive => {
                format!("{email} is gone from the file that had brought them.")
            }
        },
        (None, None) => String::new(),
    }
}

fn active_headline(record: &PersonRecord, zone: Tz) -> String {
    let (email, returns) = (&record.email, &record.returns);
    match (&returns.rehearsed_bounce, returns.dormancy) {
        (Some(bounce), _) => format!(
            "{email} gets no mail in rehearsals: one found the address dead at {} ({}).",
            day(bounce.at, zone),
            bounce.reply
        ),
        (None, Some(dormancy)) if !record.gets_mail => format!(
            "{email} is dormant since {}: issue after issue came back. The next one is tried after {}.",
            day(dormancy.since, zone),
            day(dormancy.retry_at, zone)
        ),
        _ => format!("{email} gets mail."),
    }
}

/// What came back of them.
fn returns(record: &PersonRecord, zone: Tz) -> Vec<String> {
    let returns = &record.returns;
    let mut lines = Vec::new();
    if returns.soft_failures > 0 {
        lines.push(format!(
            "  {} in a row that their mailbox could not take.",
            match returns.soft_failures {
                1 => "1 issue".to_owned(),
                many => format!("{many} issues"),
            }
        ));
    }
    if !returns.reports.is_empty() {
        lines.push("  what came back".to_owned());
    }
    for report in &returns.reports {
        lines.push(format!(
            "    {}  {}  {}: {}",
            report.id,
            day(report.taken_at, zone),
            what(report),
            consequence(report, zone)
        ));
    }
    lines
}

fn facts(subscriber: &Subscriber, zone: Tz) -> String {
    let profile = &subscriber.profile;
    let list = |items: &std::collections::BTreeSet<String>| {
        items
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let editions = profile.editions.as_ref();
    let facts = [
        ("name", profile.name.clone()),
        (
            "editions",
            Some(editions.map_or_else(|| "all".to_owned(), list)),
        ),
        (
            "tags",
            (!profile.tags.is_empty()).then(|| list(&profile.tags)),
        ),
        (
            "time zone",
            profile.timezone.map(|zone| zone.name().to_owned()),
        ),
        ("language", profile.language.clone()),
        ("consent", Some(consent(profile.consent.as_ref(), zone))),
        (
            "came",
            Some(format!(
                "{} ({})",
                day(subscriber.created_at, zone),
                subscriber.origin.word()
            )),
        ),
    ];
    facts
        .into_iter()
        .filter_map(|(name, fact)| Some(format!("  {name:<10} {}\n", fact?)))
        .collect()
}

/// Each issue that they were to get, and how: the state, since when, the relay's words.
fn issues(receipts: &[Receipt], zone: Tz) -> String {
    let row = |receipt: &Receipt| {
        let delivery = &receipt.delivery;
        let mood = match receipt.rehearsal {
            true => " (a rehearsal)",
            false => "",
        };
        [
            format!("  {}", receipt.issue),
            format!("{}{mood}", delivery.state.word()),
            delivery.at.map_or_else(String::new, |at| day(at, zone)),
            delivery.reply.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<[String; 4]> = receipts.iter().map(row).collect();
    table(["  issue", "state", "since", "the relay's words"], &rows)
}

fn consent(consent: Option<&Consent>, zone: Tz) -> String {
    let Some(consent) = consent else {
        return "none recorded".to_owned();
    };
    let at = consent
        .at
        .map_or_else(|| "without a date".to_owned(), |at| day(at.to_utc(), zone));
    match &consent.source {
        Some(source) => format!("{at} ({source})"),
        None => at,
    }
}

/// A moment as the publication's people read it.
fn day(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}
