//! `subscribers …`: the list of record.

mod add;
mod erase;
mod export;
mod growth;
mod held;
mod import;
mod list;
mod reconfirm;
mod relocate;
mod remove;
mod show;

use std::collections::BTreeSet;

use clap::Subcommand;

use super::{CommandContext, CommandExit, Failure};
use crate::{
    address::Address,
    audience::field::{self, FieldError},
    publication::Publication,
    words::{Said, say},
};

/// The list: who reads, moving in and moving out
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The list of record is in the store; subscribers.yaml is the part of it kept by hand, and is folded
in by every send. A person's own act always wins: nobody who unsubscribed, bounced or complained
comes back by a file, an import or `add`. The way back is their own confirmation, or
`daily-note suppressions remove`.")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: SubscriberAction,
}

#[derive(Debug, Subcommand)]
enum SubscriberAction {
    List(list::Args),
    Add(add::Args),
    Remove(remove::Args),
    Move(relocate::Args),
    Show(show::Args),
    Import(import::Args),
    Export(export::Args),
    Growth(growth::Args),
    Held(held::Args),
    Reconfirm(reconfirm::Args),
    Erase(erase::Args),
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    match &args.action {
        SubscriberAction::List(args) => list::execute(args, context).await,
        SubscriberAction::Add(args) => add::execute(args, context).await,
        SubscriberAction::Remove(args) => remove::execute(args, context).await,
        SubscriberAction::Move(args) => relocate::execute(args, context).await,
        SubscriberAction::Show(args) => show::execute(args, context).await,
        SubscriberAction::Import(args) => import::execute(args, context).await,
        SubscriberAction::Export(args) => export::execute(args, context).await,
        SubscriberAction::Growth(args) => growth::execute(args, context).await,
        SubscriberAction::Held(args) => held::execute(args, context).await,
        SubscriberAction::Reconfirm(args) => reconfirm::execute(args, context).await,
        SubscriberAction::Erase(args) => erase::execute(args, context).await,
    }
}

/// An address as an argument.
pub(super) fn address(text: &str) -> Result<Address, String> {
    Address::parse(text.trim()).map_err(|error| error.to_string())
}

/// `--edition`, as often as it was given.
fn edition_options(
    keys: &[String],
    publication: &Publication,
) -> Result<BTreeSet<String>, Failure> {
    keys.iter()
        .map(|key| field::edition(key, publication))
        .collect::<Result<_, _>>()
        .map_err(|fault| bad_option("edition", fault))
}

/// `--tag`, as often as it was given.
fn tag_options(tags: &[String]) -> Result<BTreeSet<String>, Failure> {
    tags.iter()
        .filter_map(|tag| field::tag(tag).transpose())
        .collect::<Result<_, _>>()
        .map_err(|fault| bad_option("tag", fault))
}

/// A value of an option that does not make sense.
fn bad_option(option: &str, fault: FieldError) -> Failure {
    let message = Said::heard(fault.message);
    Failure::usage(match fault.hint {
        Some(hint) => say!(
            "--{option}: {message} ({hint})",
            option,
            message,
            hint = Said::heard(hint)
        ),
        None => say!("--{option}: {message}", option, message),
    })
}
