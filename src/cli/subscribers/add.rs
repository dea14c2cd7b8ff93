//! `subscribers add`.

use super::{
    super::{CommandContext, CommandExit, Failure, Tone},
    address, bad_option, edition_options, tag_options,
};
use crate::{
    address::Address,
    audience::{Consent, Profile, SuppressionReason, field},
    operations::{self, Upsert},
    publication::Publication,
    words::{Said, say},
};

/// Put somebody on the list, or change what is known of them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Say when and where they agreed: a consent without a date is no consent that you can prove. Nobody
who unsubscribed, bounced or complained comes back this way, and what a person chose themself stays
as it is (exit 6).

Examples:
  daily-note subscribers add minji@example.com --name 민지 --edition monday \\
      --consent-at 2026-03-01 --consent \"said so at the meet-up\"
  daily-note subscribers add ada@example.com --language en --timezone Europe/London")]
pub(crate) struct Args {
    /// The address
    #[arg(value_parser = address)]
    email: Address,
    /// The name for the salutation
    #[arg(long)]
    name: Option<String>,
    /// An edition they chose; repeat it for more. All, where none is named
    #[arg(long = "edition", value_name = "KEY")]
    editions: Vec<String>,
    /// A label of yours; repeat it for more
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Their time zone, such as Asia/Seoul
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Their language, such as ko
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// When they agreed: a date, or RFC 3339
    #[arg(long, value_name = "DATE")]
    consent_at: Option<String>,
    /// Where or how they agreed
    #[arg(long, value_name = "WORDS")]
    consent: Option<String>,
    /// Write to them that they are a reader now, where they were none
    #[arg(long)]
    welcome: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let (app, output) = (context.app()?, &context.output);
    let added = operations::add_person(&app, args.profile(&app.publication)?, args.welcome).await?;
    if output.is_json() {
        output.document(&added);
    }
    let email = &added.email;
    let (tone, told, exit) = match added.outcome {
        Upsert::Added => (
            Tone::Good,
            match added.is_welcomed {
                true => {
                    say!(
                        "{email} is on the list now; a welcome leaves as `serve` sends it.",
                        email
                    )
                }
                false => say!("{email} is on the list now.", email),
            },
            CommandExit::Done,
        ),
        Upsert::Merged => (
            Tone::Good,
            say!(
                "{email} was on the list; what is known of them is changed.",
                email
            ),
            CommandExit::Done,
        ),
        Upsert::Unchanged => (
            Tone::Quiet,
            say!(
                "{email} is on the list already, and nothing was changed: what they chose themself \
                 stays theirs.",
                email
            ),
            CommandExit::Nothing,
        ),
        Upsert::Suppressed(reason) => (Tone::Care, refusal(email, reason), CommandExit::Nothing),
    };
    output.say(output.paint(tone, told));
    Ok(exit)
}

fn refusal(email: &Address, reason: SuppressionReason) -> Said {
    let why = match reason {
        SuppressionReason::Unsubscribed => say!("{email} unsubscribed.", email),
        SuppressionReason::HardBounce => {
            say!(
                "{email} can't be reached: their mail bounced for good.",
                email
            )
        }
        SuppressionReason::Complaint => say!("{email} called a mail of yours spam.", email),
        SuppressionReason::Manual => say!("{email} was taken off the list.", email),
        SuppressionReason::Erased => say!("{email} asked to be erased.", email),
    };
    let way_back = say!(
        "Nothing was changed. The way back is their own confirmation, or `daily-note suppressions remove {email}`.",
        email
    );
    Said::row([why, way_back], " ")
}

impl Args {
    fn profile(&self, publication: &Publication) -> Result<Profile, Failure> {
        let name = self.name.as_deref().map(field::name).transpose();
        let editions = edition_options(&self.editions, publication)?;
        let tags = tag_options(&self.tags)?;
        let timezone = self.timezone.as_deref().map(field::timezone).transpose();
        let language = self.language.as_deref().map(field::language).transpose();
        Ok(Profile {
            email: self.email.clone(),
            name: name.map_err(|fault| bad_option("name", fault))?.flatten(),
            editions: (!self.editions.is_empty()).then_some(editions),
            tags,
            timezone: timezone.map_err(|fault| bad_option("timezone", fault))?,
            language: language.map_err(|fault| bad_option("language", fault))?,
            consent: self.consent(publication)?,
        })
    }

    fn consent(&self, publication: &Publication) -> Result<Option<Consent>, Failure> {
        let at = self
            .consent_at
            .as_deref()
            .map(|at| field::moment(at, publication.timezone, None))
            .transpose()
            .map_err(|fault| bad_option("consent-at", fault))?;
        let source = self.consent.as_deref().map(field::name).transpose();
        let source = source
            .map_err(|fault| bad_option("consent", fault))?
            .flatten();
        Ok((at.is_some() || source.is_some()).then_some(Consent { at, source }))
    }
}
