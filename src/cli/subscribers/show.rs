//! `subscribers show`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    super::{
        CommandContext, CommandExit, Failure, Output, Tone,
        batch::delivery_words,
        bounces::words::{consequence, what},
        table::{padded, table},
    },
    address,
};
use crate::{
    address::Address,
    audience::{Consent, Subscriber, SubscriberState},
    operations::{self, PersonRecord, Receipt},
    words::{Said, many, say},
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
        output.say(say!(
            "{email} is not on the list, nor kept off it.",
            email = args.email
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
            output.say(facts(subscriber, zone, output).trim_end());
        }
        if !record.issues.is_empty() {
            output.say(issues(&record.issues, zone, output).trim_end());
        }
        if let Some(slot) = record.pruned_up_to {
            output.say(say!(
                "  Which issues up to {day} they got is not kept any more (`ledger.keep`).",
                day = slot.with_timezone(&zone).date_naive()
            ));
        }
        for line in returns(&record, zone) {
            output.say(line);
        }
    }
    Ok(CommandExit::Done)
}

fn headline(record: &PersonRecord, zone: Tz) -> Said {
    let email = &record.email;
    match (&record.suppression, &record.subscriber) {
        (Some(suppression), subscriber) => {
            let since = day(suppression.at, zone);
            let detail = match &suppression.detail {
                Some(detail) => Said::heard(detail),
                None => say!("no details"),
            };
            let reason = Said::word(suppression.reason.word());
            match subscriber {
                Some(_) => say!(
                    "{email} is on the list and kept from mail: {reason} since {since} ({detail}).",
                    email,
                    reason,
                    since,
                    detail
                ),
                None => say!(
                    "{email} is not on the list and kept off it: {reason} since {since} ({detail}).",
                    email,
                    reason,
                    since,
                    detail
                ),
            }
        }
        (None, Some(subscriber)) => match subscriber.state {
            SubscriberState::Active => active_headline(record, zone),
            SubscriberState::Unconfirmed => say!("{email} has not confirmed yet.", email),
            SubscriberState::Inactive => {
                say!(
                    "{email} is gone from the file that had brought them.",
                    email
                )
            }
        },
        (None, None) => "".into(),
    }
}

fn active_headline(record: &PersonRecord, zone: Tz) -> Said {
    let (email, returns) = (&record.email, &record.returns);
    match (&returns.rehearsed_bounce, returns.dormancy) {
        (Some(bounce), _) => say!(
            "{email} gets no mail in rehearsals: one found the address dead at {day} ({reply}).",
            email,
            day = day(bounce.at, zone),
            reply = Said::heard(&bounce.reply)
        ),
        (None, Some(dormancy)) if !record.gets_mail => say!(
            "{email} is dormant since {day}: issue after issue came back. The next one is tried after {next}.",
            email,
            day = day(dormancy.since, zone),
            next = day(dormancy.retry_at, zone)
        ),
        _ => say!("{email} gets mail.", email),
    }
}

/// What came back of them.
fn returns(record: &PersonRecord, zone: Tz) -> Vec<Said> {
    let returns = &record.returns;
    let mut lines = Vec::new();
    if returns.soft_failures > 0 {
        lines.push(many!(
            returns.soft_failures,
            "  1 issue in a row that their mailbox could not take.",
            "  {n} issues in a row that their mailbox could not take."
        ));
    }
    if !returns.reports.is_empty() {
        lines.push(say!("  what came back"));
    }
    for report in &returns.reports {
        let what = Said::row([what(report), consequence(report, zone)], ": ");
        let place = format!("    {}  {}", report.id, day(report.taken_at, zone));
        lines.push(Said::row([place.into(), what], "  "));
    }
    lines
}

fn facts(subscriber: &Subscriber, zone: Tz, output: &Output) -> String {
    let profile = &subscriber.profile;
    let list = |items: &std::collections::BTreeSet<String>| {
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        Said::from(items.join(", "))
    };
    let editions = profile.editions.as_ref();
    let came = say!(
        "{day} ({origin})",
        day = day(subscriber.created_at, zone),
        origin = Said::word(subscriber.origin.word())
    );
    let facts = [
        (say!("name"), profile.name.as_ref().map(Said::from)),
        (
            say!("editions"),
            Some(editions.map_or_else(|| say!("all"), list)),
        ),
        (
            say!("tags"),
            (!profile.tags.is_empty()).then(|| list(&profile.tags)),
        ),
        (
            say!("time zone"),
            profile.timezone.map(|zone| zone.name().into()),
        ),
        (say!("language"), profile.language.as_ref().map(Said::from)),
        (
            say!("consent"),
            Some(consent(profile.consent.as_ref(), zone)),
        ),
        (say!("came"), Some(came)),
    ];
    facts
        .into_iter()
        .filter_map(|(name, fact)| {
            let (name, fact) = (output.words(name), output.words(fact?));
            Some(format!("  {} {fact}\n", padded(&name, 10)))
        })
        .collect()
}

/// Each issue that they were to get, and how: the state, since when, the relay's words.
fn issues(receipts: &[Receipt], zone: Tz, output: &Output) -> String {
    let row = |receipt: &Receipt| {
        let delivery = &receipt.delivery;
        let state = delivery_words(delivery.state);
        let state = match receipt.rehearsal {
            true => Said::row([state, say!("(a rehearsal)")], " "),
            false => state,
        };
        [
            format!("  {}", receipt.issue),
            output.words(state),
            delivery.at.map_or_else(String::new, |at| day(at, zone)),
            output.words(Said::heard(delivery.reply.clone().unwrap_or_default())),
        ]
    };
    let rows: Vec<[String; 4]> = receipts.iter().map(row).collect();
    let header = [
        Said::row([" ".into(), say!("issue")], " "),
        say!("state"),
        say!("since"),
        say!("the relay's words"),
    ];
    table(header, &rows, output)
}

fn consent(consent: Option<&Consent>, zone: Tz) -> Said {
    let Some(consent) = consent else {
        return say!("none recorded");
    };
    let at = match consent.at {
        Some(at) => day(at.to_utc(), zone).into(),
        None => say!("without a date"),
    };
    match &consent.source {
        Some(source) => say!("{at} ({source})", at, source = Said::heard(source)),
        None => at,
    }
}

/// A moment as the publication's people read it.
fn day(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}
