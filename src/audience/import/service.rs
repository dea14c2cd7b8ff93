//! Whose export a table is, told by its header, and what a service means by its own columns and words
//! where these are not what they are elsewhere. Data, each with where we know it from.

use std::{fmt, str::FromStr};

use super::{Standing, column::Field, records::Backslash};
use crate::audience::SuppressionReason::{Complaint, HardBounce, Manual, Unsubscribed};

/// A service whose export we know, or our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
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
pub(super) struct Sheet {
    pub(super) service: Service,
    key: &'static str,
    /// Headers that tell it: all the names of one of these lists, and one of those behind the `|`.
    headers: &'static [&'static str],
    /// Names that mean something of their own here; `Ignored`: known, and of no use.
    columns: &'static [(Field, &'static str)],
    /// What a column means that we know nothing of.
    pub(super) others: Field,
    /// Status words that mean something of their own here.
    words: &'static [(&'static str, Standing)],
    /// What a backslash before a quotation mark is.
    pub(super) backslash: Backslash,
    /// What its table does not say, and how to come by it.
    pub(super) silence: Option<&'static str>,
}

const PLAIN: Sheet = Sheet {
    service: Service::Generic,
    key: "generic",
    headers: &[],
    columns: &[],
    others: Field::Ignored,
    words: &[],
    backslash: Backslash::Unsure,
    silence: None,
};

/// In the order in which they are tried.
const SHEETS: [Sheet; 20] = [
    Sheet {
        service: Service::DailyNote,
        key: "daily-note",
        headers: &["email suppressed consentat"],
        // When we first heard of somebody is no consent.
        columns: &[
            (Field::CreatedAt, "createdat"),
            (Field::Origin, "origin"),
            (Field::PastConsents, "pastconsents"),
        ],
        backslash: Backslash::Letter,
        ..PLAIN
    },
    // Headers in the account's language, but for those in capitals (exports of 2018 to 2025).
    Sheet {
        service: Service::Mailchimp,
        key: "mailchimp",
        headers: &["|leid euid memberrating", "emailaddress optintime"],
        columns: &[(
            Field::Ignored,
            "optinip confirmip unsubcampaigntitle unsubcampaignid cleancampaignid unsubreasonother",
        )],
        ..PLAIN
    },
    // ghost/core members exporter: `subscribed_to_emails`, and `deleted_at` of the removed.
    Sheet {
        service: Service::Ghost,
        key: "ghost",
        headers: &["email subscribedtoemails|complimentaryplan stripecustomerid deletedat tiers"],
        ..PLAIN
    },
    // Two generations of its export. Plans are no states: a free reader gets mail too.
    Sheet {
        service: Service::Substack,
        key: "substack",
        headers: &[
            "|activesubscription emaildisabled preferdigests",
            "email subscriptiontype|unsubscribedfromemailsdate emailsreceived6mo stripeplan",
        ],
        columns: &[(
            Field::Ignored,
            "source type subscriptiontype canceldate activesubscription emailsdropped6mo",
        )],
        ..PLAIN
    },
    // cmd/subscribers.go of listmonk 4.
    Sheet {
        service: Service::Listmonk,
        key: "listmonk",
        headers: &["uuid|attributes attribs"],
        silence: Some(
            "listmonk's table does not say who left a list: export those with the subscription \
             status “unsubscribed” too, and import that file with --as unsubscribed",
        ),
        ..PLAIN
    },
    // admin/actions/export.php of phpList 3. `optedin` is how they came, and no leave to mail them.
    Sheet {
        service: Service::PhpList,
        key: "phplist",
        headers: &["blacklisted|htmlemail subscribepage foreignkey"],
        columns: &[(
            Field::Ignored,
            "optedin bouncecount subscribepage passwordchanged extradata",
        )],
        ..PLAIN
    },
    // Names of its API's fields; `paused` is of a paid plan, not of the newsletter.
    Sheet {
        service: Service::Buttondown,
        key: "buttondown",
        headers: &[
            "subscribertype",
            "type|creationdate undeliverabilitydate secondaryid",
            "notes creationdate",
            "metadata creationdate",
        ],
        columns: &[(Field::Status, "type")],
        words: &[("paused", Standing::Active)],
        ..PLAIN
    },
    // help.stibee.com; a no to 광고성 정보 수신 동의 is no departure, and no leave to send advertising.
    Sheet {
        service: Service::Stibee,
        key: "stibee",
        headers: &[
            "이메일주소|구독상태 상태 구독일 광고성정보수신동의 광고성정보수신동의여부",
            "이메일|구독상태 상태 구독일 광고성정보수신동의 광고성정보수신동의여부",
        ],
        columns: &[(Field::Ignored, "최근구독일 마지막구독일")],
        ..PLAIN
    },
    // help.brevo.com, “Export your contacts”.
    Sheet {
        service: Service::Brevo,
        key: "brevo",
        headers: &["email|emailblacklisted", "email addedtime modifiedtime"],
        ..PLAIN
    },
    // help.kit.com: `inactive` is who has not confirmed.
    Sheet {
        service: Service::Kit,
        key: "kit",
        headers: &[
            "firstname emailaddress state createdat",
            "firstname email state createdat",
        ],
        words: &[("inactive", Standing::Unconfirmed)],
        ..PLAIN
    },
    // mailerlite.com/help; `Subscribed` and `Unsubscribed` are dates.
    Sheet {
        service: Service::MailerLite,
        key: "mailerlite",
        headers: &[
            "subscriber subscribed unsubscribed",
            "subscriber|subscribed unsubscribed opened clicked",
            "subscribed unsubscribed|opened opens clicked clicks sent",
        ],
        columns: &[
            (Field::Email, "subscriber"),
            (Field::JoinedAt, "subscribed"),
            (Field::LeftAt, "unsubscribed"),
        ],
        ..PLAIN
    },
    // knowledge.hubspot.com, “Export unsubscribes and bounces”: any further column is a kind of mail,
    // and TRUE there who left it.
    Sheet {
        service: Service::HubSpot,
        key: "hubspot",
        headers: &["|portalunsubscribe portalbounce portalspamreport"],
        columns: &[
            (
                Field::OptedOut,
                "portalunsubscribe globalunsubscribe marketinginformation",
            ),
            (Field::BouncedAt, "portalbounce globalbounce"),
            (Field::Complained, "portalspamreport globalspamreport"),
        ],
        others: Field::OptedOut,
        ..PLAIN
    },
    // The default properties of a contact.
    Sheet {
        service: Service::HubSpot,
        key: "hubspot",
        headers: &[
            "email|unsubscribedfromallemail marketingcontactstatus lifecyclestage emailhardbouncereason",
        ],
        columns: &[
            (
                Field::BouncedAt,
                "emailhardbouncereason emailaddressquarantinereason",
            ),
            (
                Field::Ignored,
                "marketingcontactstatus marketingemailsdelivered marketingemailsopened \
                 marketingemailsclicked marketingemailsbounced marketingemailsreplied \
                 emailconfirmationstatus contactstatus leadstatus",
            ),
        ],
        ..PLAIN
    },
    Sheet {
        service: Service::Mautic,
        key: "mautic",
        headers: &["email dateidentified|points lastactive stage dnc donotcontact"],
        silence: Some(
            "Mautic's table says who left only where it has a column `dnc`: export a segment of those \
             with “do not contact” too, and import that file with --as unsubscribed",
        ),
        ..PLAIN
    },
    // lib/Subscribers/ImportExport of MailPoet 5. Cells escape quotation marks by backslashes.
    Sheet {
        service: Service::MailPoet,
        key: "mailpoet",
        headers: &[
            "email list|subscriptionstatus globalstatus liststatus",
            "email globalstatus",
            "email subscriptionstatus firstname lastname",
        ],
        columns: &[(Field::Ignored, "subscribedip confirmedip")],
        backslash: Backslash::Escape,
        ..PLAIN
    },
    // beehiiv.com/support, “Exporting subscribers”.
    Sheet {
        service: Service::Beehiiv,
        key: "beehiiv",
        headers: &["email status|subscriptiontier referringsite"],
        ..PLAIN
    },
    // lib/keila/contacts/import_export of Keila.
    Sheet {
        service: Service::Keila,
        key: "keila",
        headers: &["email status data|externalid"],
        columns: &[(Field::More, "data")],
        ..PLAIN
    },
    // A soft bounce is no end.
    Sheet {
        service: Service::Sendy,
        key: "sendy",
        headers: &["name email lastactivity status"],
        words: &[("softbounced", Standing::Active)],
        ..PLAIN
    },
    // Postorius' CSV of members.
    Sheet {
        service: Service::Mailman,
        key: "mailman",
        headers: &["address|deliverystatus moderation deliverymode"],
        columns: &[
            (Field::Email, "address"),
            (Field::Status, "deliverystatus role"),
            (Field::Ignored, "moderation moderationaction deliverymode"),
        ],
        words: &[
            ("member", Standing::Active),
            ("owner", Standing::Bystander),
            ("moderator", Standing::Bystander),
            ("nonmember", Standing::Bystander),
            ("byuser", Standing::Suppressed(Unsubscribed)),
            ("bybounces", Standing::Suppressed(HardBounce)),
            ("bymoderator", Standing::Suppressed(Manual)),
        ],
        ..PLAIN
    },
    // TNP_User::STATUS_* of the plugin's includes.
    Sheet {
        service: Service::NewsletterPlugin,
        key: "newsletter-plugin",
        headers: &["email surname status|sex gender token"],
        columns: &[(Field::JoinedAt, "date")],
        words: &[
            ("c", Standing::Active),
            ("s", Standing::Unconfirmed),
            ("u", Standing::Suppressed(Unsubscribed)),
            ("b", Standing::Suppressed(HardBounce)),
            ("p", Standing::Suppressed(Complaint)),
        ],
        ..PLAIN
    },
];

impl Sheet {
    /// The table that has such a header (of normal names).
    pub(super) fn of_header(header: &[String]) -> &'static Self {
        let sheet = SHEETS.iter().find(|sheet| sheet.is_of(header));
        sheet.unwrap_or(&PLAIN)
    }

    /// The table of that service, where its header does not tell.
    pub(super) fn of_service(service: Service, header: &[String]) -> &'static Self {
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
    pub(super) fn field(&self, name: &str) -> Option<Field> {
        let mut columns = self.columns.iter();
        let known = columns.find(|(_, names)| names.split_whitespace().any(|it| it == name));
        known.map(|(field, _)| *field)
    }

    /// What a status word (as [`super::names::normal`] leaves it) means here alone.
    pub(super) fn standing(&self, word: &str) -> Option<Standing> {
        let known = self.words.iter().find(|(known, _)| *known == word);
        known.map(|(_, standing)| *standing)
    }
}

impl Service {
    /// The word for it on the command line and in `consent.source`.
    #[must_use]
    pub fn key(self) -> &'static str {
        let sheet = SHEETS.iter().find(|sheet| sheet.service == self);
        sheet.unwrap_or(&PLAIN).key
    }

    fn all() -> impl Iterator<Item = &'static Sheet> {
        SHEETS.iter().chain([&PLAIN])
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Service {
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
