//! Whose export a table is, told by its header, and what a service means by its own columns and words
//! where these are not what they are elsewhere. Data, each with where we know it from.

use std::{fmt, str::FromStr};

use super::{column::SubscriberField, standing::PersonStanding, table::BackslashUse};
use crate::audience::SuppressionReason::{Complaint, HardBounce, Manual, Unsubscribed};
use crate::words::phrase;

/// A service whose export we know, or our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExportService {
    /// What `subscribers export` writes.
    DailyNote,
    /// 스티비.
    Stibee,
    /// Mailchimp: one file each of the subscribed, the unsubscribed and the cleaned.
    Mailchimp,
    /// Buttondown.
    Buttondown,
    /// Substack.
    Substack,
    /// listmonk.
    Listmonk,
    /// phpList.
    #[serde(rename = "phplist")]
    PhpList,
    /// Ghost.
    Ghost,
    /// Brevo, formerly Sendinblue.
    Brevo,
    /// Kit, formerly ConvertKit.
    Kit,
    /// MailerLite.
    #[serde(rename = "mailerlite")]
    MailerLite,
    /// HubSpot: contacts, or its export of unsubscribes and bounces.
    #[serde(rename = "hubspot")]
    HubSpot,
    /// Mautic.
    Mautic,
    /// MailPoet.
    #[serde(rename = "mailpoet")]
    MailPoet,
    /// beehiiv.
    Beehiiv,
    /// Keila.
    Keila,
    /// Sendy.
    Sendy,
    /// GNU Mailman 3.
    Mailman,
    /// The Newsletter Plugin for WordPress.
    NewsletterPlugin,
    /// Any other table with an address in it.
    Generic,
}

/// What is particular to a service's table.
pub(super) struct ServiceQuirks {
    pub(super) service: ExportService,
    key: &'static str,
    /// Headers that tell it: all the names of one of these lists, and one of those behind the `|`.
    headers: &'static [&'static str],
    /// Names that mean something of their own here; `Ignored`: known, and of no use.
    columns: &'static [(SubscriberField, &'static str)],
    /// What a column means that we know nothing of.
    pub(super) others: SubscriberField,
    /// Status words that mean something of their own here.
    words: &'static [(&'static str, PersonStanding)],
    /// What a backslash before a quotation mark is.
    pub(super) backslash: BackslashUse,
    /// What its table does not say, and how to come by it.
    pub(super) silence: Option<&'static str>,
}

const PLAIN: ServiceQuirks = ServiceQuirks {
    service: ExportService::Generic,
    key: "generic",
    headers: &[],
    columns: &[],
    others: SubscriberField::Ignored,
    words: &[],
    backslash: BackslashUse::Unsure,
    silence: None,
};

/// In the order in which they are tried.
const SHEETS: [ServiceQuirks; 20] = [
    ServiceQuirks {
        service: ExportService::DailyNote,
        key: "daily-note",
        headers: &["email suppressed consentat"],
        // When we first heard of somebody is no consent.
        columns: &[
            (SubscriberField::CreatedAt, "createdat"),
            (SubscriberField::Origin, "origin"),
            (SubscriberField::PastConsents, "pastconsents"),
            (SubscriberField::ConsentProofs, "consentproofs"),
        ],
        backslash: BackslashUse::Letter,
        ..PLAIN
    },
    // Headers in the account's language, but for those in capitals (exports of 2018 to 2025).
    ServiceQuirks {
        service: ExportService::Mailchimp,
        key: "mailchimp",
        headers: &["|leid euid memberrating", "emailaddress optintime"],
        columns: &[(
            SubscriberField::Ignored,
            "optinip confirmip unsubcampaigntitle unsubcampaignid cleancampaignid unsubreasonother",
        )],
        ..PLAIN
    },
    // ghost/core members exporter: `subscribed_to_emails`, and `deleted_at` of the removed.
    ServiceQuirks {
        service: ExportService::Ghost,
        key: "ghost",
        headers: &["email subscribedtoemails|complimentaryplan stripecustomerid deletedat tiers"],
        ..PLAIN
    },
    // Two generations of its export. Plans are no states: a free reader gets mail too.
    ServiceQuirks {
        service: ExportService::Substack,
        key: "substack",
        headers: &[
            "|activesubscription emaildisabled preferdigests",
            "email subscriptiontype|unsubscribedfromemailsdate emailsreceived6mo stripeplan",
        ],
        columns: &[(
            SubscriberField::Ignored,
            "source type subscriptiontype canceldate activesubscription emailsdropped6mo",
        )],
        ..PLAIN
    },
    // cmd/subscribers.go of listmonk 4.
    ServiceQuirks {
        service: ExportService::Listmonk,
        key: "listmonk",
        headers: &["uuid|attributes attribs"],
        silence: Some(phrase!(
            "listmonk's table does not say who left a list: export those with the subscription \
             status “unsubscribed” too, and import that file with --as unsubscribed"
        )),
        ..PLAIN
    },
    // admin/actions/export.php of phpList 3. `optedin` is how they came, and no leave to mail them.
    ServiceQuirks {
        service: ExportService::PhpList,
        key: "phplist",
        headers: &["blacklisted|htmlemail subscribepage foreignkey"],
        columns: &[(
            SubscriberField::Ignored,
            "optedin bouncecount subscribepage passwordchanged extradata",
        )],
        ..PLAIN
    },
    // Names of its API's fields; `paused` is of a paid plan, not of the newsletter.
    ServiceQuirks {
        service: ExportService::Buttondown,
        key: "buttondown",
        headers: &[
            "subscribertype",
            "type|creationdate undeliverabilitydate secondaryid",
            "notes creationdate",
            "metadata creationdate",
        ],
        columns: &[(SubscriberField::Status, "type")],
        words: &[("paused", PersonStanding::Active)],
        ..PLAIN
    },
    // help.stibee.com; a no to 광고성 정보 수신 동의 is no departure, and no leave to send advertising.
    ServiceQuirks {
        service: ExportService::Stibee,
        key: "stibee",
        headers: &[
            "이메일주소|구독상태 상태 구독일 광고성정보수신동의 광고성정보수신동의여부",
            "이메일|구독상태 상태 구독일 광고성정보수신동의 광고성정보수신동의여부",
        ],
        columns: &[(SubscriberField::Ignored, "최근구독일 마지막구독일")],
        ..PLAIN
    },
    // help.brevo.com, “Export your contacts”.
    ServiceQuirks {
        service: ExportService::Brevo,
        key: "brevo",
        headers: &["email|emailblacklisted", "email addedtime modifiedtime"],
        ..PLAIN
    },
    // help.kit.com: `inactive` is who has not confirmed.
    ServiceQuirks {
        service: ExportService::Kit,
        key: "kit",
        headers: &[
            "firstname emailaddress state createdat",
            "firstname email state createdat",
        ],
        words: &[("inactive", PersonStanding::Unconfirmed)],
        ..PLAIN
    },
    // mailerlite.com/help; `Subscribed` and `Unsubscribed` are dates.
    ServiceQuirks {
        service: ExportService::MailerLite,
        key: "mailerlite",
        headers: &[
            "subscriber subscribed unsubscribed",
            "subscriber|subscribed unsubscribed opened clicked",
            "subscribed unsubscribed|opened opens clicked clicks sent",
        ],
        columns: &[
            (SubscriberField::Email, "subscriber"),
            (SubscriberField::JoinedAt, "subscribed"),
            (SubscriberField::LeftAt, "unsubscribed"),
        ],
        ..PLAIN
    },
    // knowledge.hubspot.com, “Export unsubscribes and bounces”: any further column is a kind of mail,
    // and TRUE there who left it.
    ServiceQuirks {
        service: ExportService::HubSpot,
        key: "hubspot",
        headers: &["|portalunsubscribe portalbounce portalspamreport"],
        columns: &[
            (
                SubscriberField::OptedOut,
                "portalunsubscribe globalunsubscribe marketinginformation",
            ),
            (SubscriberField::BouncedAt, "portalbounce globalbounce"),
            (
                SubscriberField::Complained,
                "portalspamreport globalspamreport",
            ),
        ],
        others: SubscriberField::OptedOut,
        ..PLAIN
    },
    // The default properties of a contact.
    ServiceQuirks {
        service: ExportService::HubSpot,
        key: "hubspot",
        headers: &[
            "email|unsubscribedfromallemail marketingcontactstatus lifecyclestage emailhardbouncereason",
        ],
        columns: &[
            (
                SubscriberField::BouncedAt,
                "emailhardbouncereason emailaddressquarantinereason",
            ),
            (
                SubscriberField::Ignored,
                "marketingcontactstatus marketingemailsdelivered marketingemailsopened \
                 marketingemailsclicked marketingemailsbounced marketingemailsreplied \
                 emailconfirmationstatus contactstatus leadstatus",
            ),
        ],
        ..PLAIN
    },
    ServiceQuirks {
        service: ExportService::Mautic,
        key: "mautic",
        headers: &["email dateidentified|points lastactive stage dnc donotcontact"],
        silence: Some(phrase!(
            "Mautic's table says who left only where it has a column `dnc`: export a segment of those \
             with “do not contact” too, and import that file with --as unsubscribed"
        )),
        ..PLAIN
    },
    // lib/Subscribers/ImportExport of MailPoet 5. Cells escape quotation marks by backslashes.
    ServiceQuirks {
        service: ExportService::MailPoet,
        key: "mailpoet",
        headers: &[
            "email list|subscriptionstatus globalstatus liststatus",
            "email globalstatus",
            "email subscriptionstatus firstname lastname",
        ],
        columns: &[(SubscriberField::Ignored, "subscribedip confirmedip")],
        backslash: BackslashUse::Escape,
        ..PLAIN
    },
    // beehiiv.com/support, “Exporting subscribers”.
    ServiceQuirks {
        service: ExportService::Beehiiv,
        key: "beehiiv",
        headers: &["email status|subscriptiontier referringsite"],
        ..PLAIN
    },
    // lib/keila/contacts/import_export of Keila.
    ServiceQuirks {
        service: ExportService::Keila,
        key: "keila",
        headers: &["email status data|externalid"],
        columns: &[(SubscriberField::More, "data")],
        ..PLAIN
    },
    // A soft bounce is no end.
    ServiceQuirks {
        service: ExportService::Sendy,
        key: "sendy",
        headers: &["name email lastactivity status"],
        words: &[("softbounced", PersonStanding::Active)],
        ..PLAIN
    },
    // Postorius' CSV of members.
    ServiceQuirks {
        service: ExportService::Mailman,
        key: "mailman",
        headers: &["address|deliverystatus moderation deliverymode"],
        columns: &[
            (SubscriberField::Email, "address"),
            (SubscriberField::Status, "deliverystatus role"),
            (
                SubscriberField::Ignored,
                "moderation moderationaction deliverymode",
            ),
        ],
        words: &[
            ("member", PersonStanding::Active),
            ("owner", PersonStanding::Bystander),
            ("moderator", PersonStanding::Bystander),
            ("nonmember", PersonStanding::Bystander),
            ("byuser", PersonStanding::Suppressed(Unsubscribed)),
            ("bybounces", PersonStanding::Suppressed(HardBounce)),
            ("bymoderator", PersonStanding::Suppressed(Manual)),
        ],
        ..PLAIN
    },
    // TNP_User::STATUS_* of the plugin's includes.
    ServiceQuirks {
        service: ExportService::NewsletterPlugin,
        key: "newsletter-plugin",
        headers: &["email surname status|sex gender token"],
        columns: &[(SubscriberField::JoinedAt, "date")],
        words: &[
            ("c", PersonStanding::Active),
            ("s", PersonStanding::Unconfirmed),
            ("u", PersonStanding::Suppressed(Unsubscribed)),
            ("b", PersonStanding::Suppressed(HardBounce)),
            ("p", PersonStanding::Suppressed(Complaint)),
        ],
        ..PLAIN
    },
];

impl ServiceQuirks {
    /// The table that has such a header (of normal names).
    pub(super) fn of_header(header: &[String]) -> &'static Self {
        let sheet = SHEETS.iter().find(|sheet| sheet.is_of(header));
        sheet.unwrap_or(&PLAIN)
    }

    /// The table of that service, where its header does not tell.
    pub(super) fn of_service(service: ExportService, header: &[String]) -> &'static Self {
        let is_its = |sheet: &&Self| sheet.service == service;
        let told = SHEETS.iter().filter(is_its).find(|it| it.is_of(header));
        told.or_else(|| SHEETS.iter().rfind(is_its))
            .unwrap_or(&PLAIN)
    }

    fn is_of(&self, header: &[String]) -> bool {
        let has = |name: &str| header.iter().any(|column| column == name);
        self.headers.iter().any(|signs| {
            let (all, any) = signs.split_once('|').unwrap_or((signs, ""));
            all.split_whitespace().all(has) && (any.is_empty() || any.split_whitespace().any(has))
        })
    }

    /// What a column of that (normal) name is here, where the service has a meaning of its own for it.
    pub(super) fn field(&self, name: &str) -> Option<SubscriberField> {
        let mut columns = self.columns.iter();
        let known = columns.find(|(_, names)| names.split_whitespace().any(|it| it == name));
        known.map(|(field, _)| *field)
    }

    /// What a status word (as [`super::names::normal`] leaves it) means here alone.
    pub(super) fn standing(&self, word: &str) -> Option<PersonStanding> {
        let known = self.words.iter().find(|(known, _)| *known == word);
        known.map(|(_, standing)| *standing)
    }
}

impl ExportService {
    /// The word for it on the command line and in `consent.source`.
    #[must_use]
    pub(crate) fn key(self) -> &'static str {
        let sheet = SHEETS.iter().find(|sheet| sheet.service == self);
        sheet.unwrap_or(&PLAIN).key
    }

    fn all() -> impl Iterator<Item = &'static ServiceQuirks> {
        SHEETS.iter().chain([&PLAIN])
    }
}

impl fmt::Display for ExportService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for ExportService {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::all().find(|sheet| sheet.key == text);
        known.map(|sheet| sheet.service).ok_or_else(|| {
            let mut keys: Vec<&str> = Self::all().map(|sheet| sheet.key).collect();
            keys.dedup();
            format!("`{text}` is none of {}", keys.join(", "))
        })
    }
}
