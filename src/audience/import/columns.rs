//! Whose export a CSV file is, and what its columns mean, told by the names in its header.

use std::{fmt, str::FromStr};

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
    PhpList,
    /// Any other table with an address in it.
    Generic,
}

impl Service {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 8] = [
        Self::DailyNote,
        Self::Stibee,
        Self::Mailchimp,
        Self::Buttondown,
        Self::Substack,
        Self::Listmonk,
        Self::PhpList,
        Self::Generic,
    ];

    /// The word for it on the command line and in `consent.source`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::DailyNote => "daily-note",
            Self::Stibee => "stibee",
            Self::Mailchimp => "mailchimp",
            Self::Buttondown => "buttondown",
            Self::Substack => "substack",
            Self::Listmonk => "listmonk",
            Self::PhpList => "phplist",
            Self::Generic => "generic",
        }
    }

    /// The service that writes such a header.
    pub(super) fn of_header(header: &[String]) -> Self {
        let has = |name: &str| header.iter().any(|column| column == name);
        let has_any = |names: &[&str]| names.iter().any(|name| has(name));
        if has_any(&["email"]) && has("suppressed") && has("consentat") {
            Self::DailyNote
        } else if has("emailaddress") && has_any(&["leid", "euid", "memberrating", "optintime"]) {
            Self::Mailchimp
        } else if has_any(&["activesubscription", "emaildisabled", "preferdigests"]) {
            Self::Substack
        } else if has("uuid") && has_any(&["attributes", "attribs"]) {
            Self::Listmonk
        } else if has("blacklisted") && has_any(&["htmlemail", "subscribepage"]) {
            Self::PhpList
        } else if has("subscribertype")
            || has_any(&["creationdate", "undeliverabilitydate", "secondaryid"])
                && has_any(&["type", "notes", "metadata"])
        {
            Self::Buttondown
        } else if has_any(&["이메일주소", "이메일"])
            && has_any(&[
                "구독상태",
                "상태",
                "구독일",
                "광고성정보수신동의",
                "광고성정보수신동의여부",
            ])
        {
            Self::Stibee
        } else {
            Self::Generic
        }
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
        let known = Self::ALL.into_iter().find(|service| service.key() == text);
        known.ok_or_else(|| {
            let keys: Vec<&str> = Self::ALL.iter().map(|service| service.key()).collect();
            format!("`{text}` is none of {}", keys.join(", "))
        })
    }
}

/// What a column is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The address.
    Email,
    /// The whole name.
    Name,
    /// A given name.
    FirstName,
    /// A family name.
    LastName,
    /// Keys of editions, with commas between them.
    Editions,
    /// Tags, with commas between them.
    Tags,
    /// An IANA time zone.
    Timezone,
    /// A language tag.
    Language,
    /// When they agreed.
    ConsentAt,
    /// When they confirmed, where that is told apart.
    ConfirmedAt,
    /// When they came, which is the best that is known where nobody wrote down the consent.
    JoinedAt,
    /// Where they agreed.
    ConsentSource,
    /// Active, unsubscribed, bounced, …
    Status,
    /// Whether they agreed to mail: yes or no.
    Subscribed,
    /// Whether they confirmed: yes or no.
    Confirmed,
    /// Whether they left, or were blocked: yes, no, or when.
    OptedOut,
    /// Whether the address was found dead: yes, no, or when.
    Bounced,
    /// Whether they called it spam: yes, no, or when.
    Complained,
    /// Substack's `email_disabled`: true where they switched mail off.
    MailDisabled,
    /// Our own export: why they get no mail.
    Suppressed,
    /// When they left.
    LeftAt,
    /// When the address was found dead.
    BouncedAt,
    /// Why they left, in somebody's words.
    Detail,
    /// A JSON object with more of them (listmonk's attributes, Buttondown's metadata).
    More,
    /// Of no use to us.
    Ignored,
}

/// Names of columns, as [`normal`] leaves them.
const NAMES: [(Field, &[&str]); 24] = [
    (
        Field::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "mailaddress",
            "subscriberemail",
            "이메일",
            "이메일주소",
            "메일",
            "메일주소",
            "전자우편",
            "전자우편주소",
        ],
    ),
    (
        Field::Name,
        &[
            "name",
            "fullname",
            "displayname",
            "이름",
            "성명",
            "성함",
            "닉네임",
            "별명",
        ],
    ),
    (Field::FirstName, &["firstname", "givenname", "fname"]),
    (
        Field::LastName,
        &["lastname", "familyname", "surname", "lname", "성"],
    ),
    (Field::Editions, &["editions", "edition"]),
    (Field::Tags, &["tags", "tag", "labels", "태그", "그룹"]),
    (Field::Timezone, &["timezone", "tz", "시간대"]),
    (Field::Language, &["language", "lang", "locale", "언어"]),
    (
        Field::ConsentAt,
        &[
            "consentat",
            "consentdate",
            "consenttime",
            "동의일시",
            "동의일",
            "수신동의일시",
            "수신동의일",
        ],
    ),
    (
        Field::ConfirmedAt,
        &[
            "confirmtime",
            "confirmedat",
            "confirmationdate",
            "구독확인일",
        ],
    ),
    (
        Field::JoinedAt,
        &[
            "optintime",
            "optindate",
            "subscribedat",
            "subscribedon",
            "subscriptiondate",
            "creationdate",
            "createdat",
            "signupdate",
            "startdate",
            "dateadded",
            "joinedat",
            "joined",
            "joindate",
            "구독일",
            "구독일시",
            "구독신청일",
            "가입일",
            "등록일",
            "등록일시",
            "추가일",
            "추가일시",
        ],
    ),
    (
        Field::ConsentSource,
        &[
            "consentsource",
            "optinsource",
            "source",
            "구독경로",
            "유입경로",
            "추가경로",
        ],
    ),
    (
        Field::Status,
        &[
            "status",
            "state",
            "subscriptionstatus",
            "subscribertype",
            "subscriberstatus",
            "emailstatus",
            "membershipstatus",
            "optinstatus",
            "consentstatus",
            "emailpermissionstatus",
            "구독상태",
            "수신상태",
            "회원상태",
            "상태",
        ],
    ),
    // Ghost `subscribed_to_emails`, Shopify `accepts_marketing`, Brevo `OPT_IN`, …
    (
        Field::Subscribed,
        &[
            "subscribed",
            "issubscribed",
            "subscribe",
            "subscribedtoemails",
            "subscribedtonewsletter",
            "newsletter",
            "newslettersubscribed",
            "optin",
            "optedin",
            "emailoptin",
            "emailoptedin",
            "emailconsent",
            "consent",
            "hasconsent",
            "consented",
            "acceptsmarketing",
            "acceptsemail",
            "acceptsemailmarketing",
            "emailmarketingconsent",
            "receiveemails",
            "emailsenabled",
            "수신동의",
            "수신동의여부",
            "메일수신",
            "메일수신여부",
            "메일수신동의",
            "메일수신동의여부",
            "이메일수신",
            "이메일수신여부",
            "이메일수신동의",
            "이메일수신동의여부",
            "뉴스레터수신동의",
            "뉴스레터구독",
            "뉴스레터구독여부",
            "수신여부",
            "구독여부",
            "구독",
            "구독동의",
        ],
    ),
    // phpList `confirmed`, Brevo `DOUBLE_OPT-IN`, …
    (
        Field::Confirmed,
        &[
            "confirmed",
            "isconfirmed",
            "emailconfirmed",
            "emailverified",
            "verified",
            "isverified",
            "doubleoptin",
            "doubleoptinconfirmed",
            "activated",
            "인증여부",
            "구독확인",
            "구독확인여부",
            "확인여부",
        ],
    ),
    // phpList `blacklisted`, Brevo `EMAIL_BLACKLISTED`, HubSpot `Unsubscribed from all email`,
    // Salesforce `HasOptedOutOfEmail`, Mautic `dnc`, …
    (
        Field::OptedOut,
        &[
            "unsubscribed",
            "isunsubscribed",
            "unsubscribe",
            "unsubscribedfromallemail",
            "optout",
            "optedout",
            "optedoutofemail",
            "hasoptedoutofemail",
            "emailoptout",
            "emailoptedout",
            "donotemail",
            "donotcontact",
            "dnc",
            "blacklisted",
            "blacklist",
            "blocklisted",
            "blocked",
            "isblocked",
            "emailblacklisted",
            "emailblocked",
            "disabled",
            "isdeleted",
            "deleted",
            "cancelled",
            "canceled",
            "수신거부",
            "수신거부여부",
            "메일수신거부",
            "이메일수신거부",
            "탈퇴",
            "탈퇴여부",
            "해지",
            "해지여부",
            "구독해지",
            "구독취소",
            "차단",
            "차단여부",
        ],
    ),
    (
        Field::Bounced,
        &[
            "bounced",
            "isbounced",
            "hardbounced",
            "hardbounce",
            "emailhardbounced",
            "invalidemail",
            "undeliverable",
            "반송",
            "반송여부",
        ],
    ),
    (
        Field::Complained,
        &[
            "complained",
            "complaint",
            "spam",
            "spamcomplaint",
            "spamreported",
            "markedasspam",
            "스팸신고",
            "스팸신고여부",
        ],
    ),
    (Field::MailDisabled, &["emaildisabled"]),
    (Field::Suppressed, &["suppressed"]),
    (
        Field::LeftAt,
        &[
            "suppressedat",
            "unsubtime",
            "unsubscribedat",
            "unsubscriptiondate",
            "unsubscribedate",
            "unsubscribeddate",
            "unsubscribedon",
            "dateunsubscribed",
            "unsubdate",
            "optoutdate",
            "optouttime",
            "optoutat",
            "optedoutat",
            "optedouton",
            "deletedat",
            "deletedon",
            "removedat",
            "leftat",
            "lefton",
            "cancelledat",
            "canceledat",
            "blockedat",
            "blacklistedat",
            "수신거부일",
            "수신거부일시",
            "수신거부일자",
            "탈퇴일",
            "탈퇴일시",
            "탈퇴일자",
            "해지일",
            "해지일시",
            "해지일자",
            "구독해지일",
            "구독취소일",
            "취소일",
        ],
    ),
    (
        Field::BouncedAt,
        &[
            "cleantime",
            "undeliverabilitydate",
            "bouncedat",
            "bouncedate",
            "bouncedon",
            "hardbouncedat",
            "반송일",
            "반송일시",
            "자동삭제일",
            "자동삭제일시",
        ],
    ),
    (
        Field::Detail,
        &[
            "suppresseddetail",
            "unsubreason",
            "unsubscriptionreason",
            "undeliverabilityreason",
            "cleancampaigntitle",
            "수신거부사유",
        ],
    ),
    (Field::More, &["attributes", "attribs", "metadata"]),
];

/// What is in the names of columns that may say who left, bounced or never agreed.
const SUSPICIOUS: [&str; 29] = [
    "unsub",
    "optout",
    "optedout",
    "optin",
    "optedin",
    "bounce",
    "block",
    "blacklist",
    "suppress",
    "spam",
    "complain",
    "consent",
    "permission",
    "deleted",
    "removed",
    "cancel",
    "donot",
    "gdpr",
    "수신",
    "동의",
    "거부",
    "탈퇴",
    "해지",
    "차단",
    "반송",
    "취소",
    "삭제",
    "미구독",
    "스팸",
];

/// Names that look like it and say nothing of whether somebody gets mail.
const HARMLESS: [&str; 10] = [
    "bouncecount",
    "bounces",
    "smsblacklisted",
    "smsconsent",
    "smsoptin",
    "unsubscribelink",
    "unsubscribeurl",
    "consentip",
    "consenttext",
    "optinip",
];

/// Whether a column of that (normal) name may keep somebody off the list.
pub(super) fn is_suspicious(name: &str) -> bool {
    !HARMLESS.contains(&name) && SUSPICIOUS.iter().any(|part| name.contains(part))
}

/// A column's name without case, spaces and signs.
pub(super) fn normal(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a column of that (normal) name is in an export of that service.
pub(super) fn field(name: &str, service: Service) -> Field {
    match (service, name) {
        // Elsewhere `type` may be anything; at Buttondown it is the state.
        (Service::Buttondown, "type") => return Field::Status,
        // When we first heard of somebody is no consent.
        (Service::DailyNote, "createdat" | "origin") => return Field::Ignored,
        // How they came, and no leave to mail them.
        (Service::PhpList, "optedin") => return Field::Ignored,
        // Substack's plans are not states: a free reader gets mail too.
        (Service::Substack, "source" | "type") => return Field::Ignored,
        _ => {}
    }
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&name))
        .map_or(Field::Ignored, |(field, _)| *field)
}

impl Field {
    /// The fields that `--map` can name, and their words.
    pub const WORDS: [(&'static str, Self); 22] = [
        ("email", Self::Email),
        ("name", Self::Name),
        ("first_name", Self::FirstName),
        ("last_name", Self::LastName),
        ("editions", Self::Editions),
        ("tags", Self::Tags),
        ("timezone", Self::Timezone),
        ("language", Self::Language),
        ("consent_at", Self::ConsentAt),
        ("confirmed_at", Self::ConfirmedAt),
        ("joined_at", Self::JoinedAt),
        ("consent_source", Self::ConsentSource),
        ("status", Self::Status),
        ("subscribed", Self::Subscribed),
        ("confirmed", Self::Confirmed),
        ("opted_out", Self::OptedOut),
        ("bounced", Self::Bounced),
        ("complained", Self::Complained),
        ("left_at", Self::LeftAt),
        ("bounced_at", Self::BouncedAt),
        ("detail", Self::Detail),
        ("ignore", Self::Ignored),
    ];

    /// The word for it; None for what only a known service's file has.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::MailDisabled => "mail_disabled",
            Self::Suppressed => "suppressed",
            Self::More => "more",
            field => Self::WORDS
                .iter()
                .find(|(_, known)| *known == field)
                .map_or("ignore", |(word, _)| word),
        }
    }
}

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::WORDS.iter().find(|(word, _)| *word == text);
        known.map(|(_, field)| *field).ok_or_else(|| {
            let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
            format!("`{text}` is none of {}", words.join(", "))
        })
    }
}
