//! daily-note.yaml as it is written: the types that its text is read into, and that its JSON Schema
//! is made of. The descriptions that editors show are the comments here.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Color,
    block::{AudienceSettings, DeliverySettings, ImageSettings, LawSettings, MailClient},
    bounces::BouncesBlock,
    ledger::LedgerBlock,
    look::LookBlock,
    notify::NotifySettings,
    privacy::PrivacyBlock,
    recurrence::DayRule,
    schedule::ScheduleBlock,
    shapes::{InOrder, OneOrMore},
    smtp::SmtpBlock,
    storage::StorageAddress,
    text::{LanguageTag, ParsedText, SingleLine, WebUrl},
    web::WebSettings,
};
use crate::address::{Address, Mailbox};

/// A newsletter that daily-note checks, renders and delivers.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Who sends it, and what it is called.
    pub(super) publication: PublicationBlock,
    /// What appears when: a key (which issues and subscribers name) and its edition.
    pub(super) editions: InOrder<EditionBlock>,
    /// How the mail looks: theme, font, colours, logo, and which parts it has.
    #[serde(default)]
    pub(super) look: LookBlock,
    /// How mail leaves.
    #[serde(default)]
    pub(super) smtp: SmtpBlock,
    /// Where the list and the ledger lie: `sqlite` (the default: in the state folder, for one machine), or a PostgreSQL
    /// server that many machines share, `postgres://USER@HOST/DATABASE?sslmode=verify-full`. A password belongs in the
    /// environment: `${PGPASSWORD}`.
    #[serde(default = "in_the_folder")]
    pub(super) storage: ParsedText<StorageAddress>,
    /// Retries, and what to do where nobody can know.
    #[serde(default)]
    pub(super) delivery: DeliverySettings,
    /// What the ledger keeps, and for how long.
    #[serde(default)]
    pub(super) ledger: LedgerBlock,
    /// When issues go out, and when they don't.
    #[serde(default)]
    pub(super) schedule: ScheduleBlock,
    /// The public pages.
    #[serde(default)]
    pub(super) web: WebSettings,
    /// What the privacy notice says of who keeps readers' data, and who carries it.
    #[serde(default)]
    pub(super) privacy: PrivacyBlock,
    /// How the issues' own images reach readers: `auto` (the default: from `web.base_url` by https
    /// where it is set, with the mail otherwise and to a relay on this machine), `cid` (always with
    /// the mail) or `https` (always from `web.base_url`).
    #[serde(default)]
    pub(super) images: ImageSettings,
    /// Countries whose rules `check` applies.
    #[serde(default)]
    pub(super) law: LawSettings,
    /// The house's spellings, each with those that `check` tells about: `이메일: [e-mail, 이 메일]`.
    #[serde(default)]
    pub(super) terms: InOrder<OneOrMore<ParsedText<SingleLine>>>,
    /// The mail clients that the mail has to look right in. Default: all of them.
    #[serde(default = "every_client")]
    pub(super) clients: Vec<MailClient>,
    /// Guards over the list of readers.
    #[serde(default)]
    pub(super) audience: AudienceSettings,
    /// Whom the program tells what happens, and when it reminds.
    #[serde(default)]
    pub(super) notify: NotifySettings,
    /// By which doors bounces, complaints and unsubscribe mail come back.
    #[serde(default)]
    pub(super) bounces: BouncesBlock,
}

fn in_the_folder() -> ParsedText<StorageAddress> {
    ParsedText(StorageAddress::Folder)
}

fn every_client() -> Vec<MailClient> {
    MailClient::ALL.to_vec()
}

/// Who sends it, and what it is called.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PublicationBlock {
    /// The newsletter's name, as the masthead shows it.
    pub(super) name: ParsedText<SingleLine>,
    /// A line under the name.
    pub(super) tagline: Option<ParsedText<SingleLine>>,
    /// A sentence that the masthead carries.
    pub(super) motto: Option<String>,
    /// Who writes this and why; a paragraph at the foot of each issue.
    pub(super) about: Option<String>,
    /// The publication's home page.
    pub(super) url: Option<ParsedText<WebUrl>>,
    /// The language it is written in: `ko`, `en`, … Default: `en`.
    #[serde(default = "english")]
    pub(super) language: ParsedText<LanguageTag>,
    /// The zone in which the editions' hours are meant.
    pub(super) timezone: ParsedText<Tz>,
    /// The sender, as readers see it: `Name <name@example.com>`.
    pub(super) from: ParsedText<Mailbox>,
    /// Where answers go. Default: the sender.
    pub(super) reply_to: Option<ParsedText<Mailbox>>,
    /// The sender's postal address (CAN-SPAM asks for it); shown in the footer.
    pub(super) postal_address: Option<String>,
    /// How readers reach the sender (정보통신망법 asks for it in advertising).
    pub(super) contact: Option<String>,
    /// An address that a reader can write to for leaving; its mail is read by
    /// `daily-note bounces`.
    pub(super) unsubscribe_email: Option<ParsedText<Address>>,
    /// Path (from this file) or https URL of the logo; `look.logo` says more of it.
    pub(super) logo: Option<ParsedText<SingleLine>>,
    /// The colour of buttons, links and numbers where an edition names none of its own.
    #[serde(default = "blue")]
    pub(super) accent_color: ParsedText<Color>,
}

fn english() -> ParsedText<LanguageTag> {
    ParsedText(LanguageTag("en".to_owned()))
}

fn blue() -> ParsedText<Color> {
    ParsedText(Color { rgb: 0x24_47D8 })
}

/// A recurring edition.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditionBlock {
    /// Its name, as readers see it.
    pub(super) title: ParsedText<SingleLine>,
    /// What it is about; a label, never a filter.
    #[serde(default)]
    pub(super) topic: Option<ParsedText<SingleLine>>,
    /// The day it appears on: `mon`; the first Monday of a month: `1st mon`; its last Friday:
    /// `last fri`. A list for several: `[mon, wed]`.
    pub(super) day: OneOrMore<ParsedText<DayRule>>,
    /// The hour, in the publication's zone.
    pub(super) time: ParsedText<NaiveTime>,
    /// Every so many weeks: 2 for every second week, counted from the week of `starting`.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 52))]
    pub(super) every_weeks: u32,
    /// It doesn't appear before this date.
    pub(super) starting: Option<ParsedText<NaiveDate>>,
    /// The colour of its buttons, links and numbers.
    pub(super) accent_color: Option<ParsedText<Color>>,
}

fn one() -> u32 {
    1
}
