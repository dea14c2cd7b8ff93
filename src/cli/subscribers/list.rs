//! `subscribers list`.

use std::fmt::Write as _;

use clap::ValueEnum;

use super::super::{
    CommandContext, CommandExit, Failure, Output, list_length::ListLength, table::table,
};
use crate::{
    audience::{SubscriberState, file::SUBSCRIBERS_FILE},
    operations::{ListedPerson, PeoplePages},
    words::{Said, many, say},
};

/// Show who is on the list
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  daily-note subscribers list
  daily-note subscribers list --edition monday --tag founder
  daily-note subscribers list --state suppressed --json
  daily-note subscribers list --all | less")]
pub(crate) struct Args {
    /// Only those who stand so
    #[arg(long, value_enum)]
    state: Option<StateFilter>,
    /// Only those who get this edition
    #[arg(long, value_name = "KEY")]
    edition: Option<String>,
    /// Only those with this tag
    #[arg(long)]
    tag: Option<String>,
    #[command(flatten)]
    length: ListLength,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StateFilter {
    /// Gets mail
    Active,
    /// Has not confirmed yet
    Unconfirmed,
    /// Gone from the file that had brought them
    Inactive,
    /// On the list, and kept from mail: unsubscribed, bounced, complained, removed
    Suppressed,
}

/// How many stand how.
#[derive(Default)]
struct StateCounts {
    shown: u64,
    active: u64,
    unconfirmed: u64,
    inactive: u64,
    suppressed: u64,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let output = &context.output;
    let mut tally = StateCounts::default();
    let mut pages = PeoplePages::open(&app, args.wanted_state()).await?;
    if output.is_json() {
        output.raw(b"[");
    }
    while let Some(page) = pages.next().await? {
        let mut rows = Vec::new();
        let room = args.length.room_behind(tally.shown);
        let mut documents = String::new();
        for person in page.iter().filter(|it| args.wants(it)) {
            if output.is_json() {
                let comma = if tally.shown == 0 { "" } else { "," };
                let document = serde_json::to_string(person).unwrap_or_default();
                let _ = write!(documents, "{comma}{document}");
            } else if rows.len() < room {
                rows.push(row(person, output));
            }
            tally.count(person);
        }
        output.raw(documents.as_bytes());
        if !rows.is_empty() {
            let header = [
                say!("ADDRESS"),
                say!("NAME"),
                say!("EDITIONS"),
                say!("STATE"),
                say!("TAGS"),
            ];
            output.say(table(header, &rows, output).trim_end());
        }
    }
    if output.is_json() {
        output.raw(b"]\n");
    }
    if tally.shown == 0 {
        let list = app.publication.root.join(SUBSCRIBERS_FILE);
        output.note(if args.has_filter() {
            say!("Nobody on the list is like that.")
        } else if list.exists() {
            say!(
                "The list is empty. {file} is folded in by the next send.",
                file = SUBSCRIBERS_FILE
            )
        } else {
            say!(
                "The list is empty: write a {file}, or use `subscribers add`.",
                file = SUBSCRIBERS_FILE
            )
        });
        return Ok(CommandExit::Nothing);
    }
    args.length.tell_rest(tally.shown, output);
    output.note(tally.told());
    Ok(CommandExit::Done)
}

impl Args {
    fn has_filter(&self) -> bool {
        self.state.is_some() || self.edition.is_some() || self.tag.is_some()
    }

    fn wanted_state(&self) -> Option<SubscriberState> {
        match self.state? {
            StateFilter::Active => Some(SubscriberState::Active),
            StateFilter::Unconfirmed => Some(SubscriberState::Unconfirmed),
            StateFilter::Inactive => Some(SubscriberState::Inactive),
            StateFilter::Suppressed => None,
        }
    }

    fn wants(&self, person: &ListedPerson) -> bool {
        let profile = &person.subscriber.profile;
        let suppression = &person.suppression;
        let is_state = match self.state {
            None => true,
            Some(StateFilter::Suppressed) => suppression.is_some(),
            Some(_) => suppression.is_none(),
        };
        let has_edition = self.edition.as_ref().is_none_or(|key| {
            let editions = profile.editions.as_ref();
            editions.is_none_or(|editions| editions.contains(key))
        });
        let has_tag = self
            .tag
            .as_ref()
            .is_none_or(|tag| profile.tags.contains(tag));
        is_state && has_edition && has_tag
    }
}

fn row(person: &ListedPerson, output: &Output) -> [String; 5] {
    let ListedPerson {
        subscriber,
        suppression,
    } = person;
    let profile = &subscriber.profile;
    let editions = profile.editions.as_ref();
    let editions = editions.map(|keys| keys.iter().map(String::as_str).collect::<Vec<_>>());
    let tags: Vec<&str> = profile.tags.iter().map(String::as_str).collect();
    [
        profile.email.to_string(),
        profile.name.clone().unwrap_or_default(),
        editions.map_or_else(|| output.words(say!("all")), |keys| keys.join(", ")),
        output.words(Said::word(
            suppression
                .as_ref()
                .map_or(subscriber.state.word(), |it| it.reason.word()),
        )),
        tags.join(", "),
    ]
}

impl StateCounts {
    fn count(&mut self, person: &ListedPerson) {
        self.shown += 1;
        *match (&person.suppression, person.subscriber.state) {
            (Some(_), _) => &mut self.suppressed,
            (None, SubscriberState::Active) => &mut self.active,
            (None, SubscriberState::Unconfirmed) => &mut self.unconfirmed,
            (None, SubscriberState::Inactive) => &mut self.inactive,
        } += 1;
    }

    fn told(&self) -> Said {
        let people = many!(self.shown, "1 person", "{n} people");
        let counts = [
            (self.active, "active"),
            (self.unconfirmed, "unconfirmed"),
            (self.inactive, "inactive"),
            (self.suppressed, "suppressed"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts = counts.map(|(n, state)| say!("{n} {state}", n, state = Said::word(state)));
        Said::row([people, Said::row(counts, ", ")], ": ")
    }
}
