//! The `bounces.hooks` block: providers that tell by HTTP what became of mail, and what proves that it is them.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::publication::text::{FromText, ParsedText, SingleLine};
use crate::words::phrase;

/// Providers that tell what became of mail, each at `NAME` below `{web.base_url}/hooks/`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HooksBlock {
    /// Amazon SES, by SNS: `/hooks/ses`.
    ses: Option<SesBlock>,
    /// Twilio SendGrid: `/hooks/sendgrid`.
    sendgrid: Option<SendGridBlock>,
    /// Mailgun: `/hooks/mailgun`.
    mailgun: Option<MailgunBlock>,
    /// Postmark: `/hooks/postmark`, with the user and the password in the address that Postmark is told.
    postmark: Option<PostmarkBlock>,
}

/// Amazon SES, by SNS.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SesBlock {
    /// The topics that may call: `arn:aws:sns:eu-west-1:123456789012:bounces`.
    topics: Vec<ParsedText<TopicArn>>,
}

/// Twilio SendGrid.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SendGridBlock {
    /// The verification key of its "signed event webhook", as SendGrid shows it.
    public_key: ParsedText<HookPublicKey>,
}

/// Mailgun.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MailgunBlock {
    /// The account's "HTTP webhook signing key", out of the environment: `${MAILGUN_SIGNING_KEY}`.
    signing_key: ParsedText<HookKey>,
}

/// Postmark.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PostmarkBlock {
    /// The user of its Basic authentication.
    user: ParsedText<SingleLine>,
    /// The password, out of the environment: `${POSTMARK_HOOK_PASSWORD}`.
    password: ParsedText<HookKey>,
}

/// Providers' hooks, and what proves who calls them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HookSettings {
    /// SNS topics that may call; none: no hook.
    pub ses: Vec<String>,
    /// SendGrid's public key.
    pub sendgrid: Option<HookPublicKey>,
    /// Mailgun's signing key.
    pub mailgun: Option<HookKey>,
    /// Who Postmark is.
    pub postmark: Option<HookLogin>,
}

/// A user and their password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookLogin {
    /// The user.
    pub user: String,
    /// The password.
    pub password: HookKey,
}

impl HookSettings {
    /// Whether anybody may call.
    #[must_use]
    pub(crate) fn is_any(&self) -> bool {
        *self != Self::default()
    }
}

impl HooksBlock {
    pub(super) fn settle(self) -> HookSettings {
        HookSettings {
            ses: self.ses.map_or_else(Vec::new, |ses| {
                ses.topics
                    .into_iter()
                    .map(|ParsedText(TopicArn(topic))| topic)
                    .collect()
            }),
            sendgrid: self.sendgrid.map(|block| block.public_key.0),
            mailgun: self.mailgun.map(|block| block.signing_key.0),
            postmark: self.postmark.map(|block| HookLogin {
                user: block.user.0.0,
                password: block.password.0,
            }),
        }
    }
}

/// The name of an SNS topic.
struct TopicArn(String);

impl FromText for TopicArn {
    const NAME: &'static str = phrase!("an SNS topic's ARN");
    const EXAMPLES: &'static [&'static str] = &["arn:aws:sns:eu-west-1:123456789012:bounces"];

    fn from_text(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts.as_slice() {
            ["arn", partition, "sns", region, account, name]
                if partition.starts_with("aws")
                    && !region.is_empty()
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && !name.is_empty() =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(phrase!(
                "this is not an SNS topic's ARN\n\
                      write it like arn:aws:sns:eu-west-1:123456789012:bounces"
            )
            .to_owned()),
        }
    }
}

/// A public key, as SendGrid shows it: base64 of X.509's DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookPublicKey(Vec<u8>);

impl HookPublicKey {
    /// X.509 SubjectPublicKeyInfo in DER.
    #[must_use]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromText for HookPublicKey {
    const NAME: &'static str = phrase!("a verification key");
    const EXAMPLES: &'static [&'static str] = &["${SENDGRID_PUBLIC_KEY}"];

    fn from_text(text: &str) -> Result<Self, String> {
        let coded: String = text
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .flat_map(|line| line.trim().chars())
            .collect();
        match STANDARD.decode(&coded) {
            // An uncompressed point of P-256 and its 26 bytes of header.
            Ok(bytes) if bytes.len() == 91 => Ok(Self(bytes)),
            _ => Err(phrase!("this is not the key of a signed event webhook\n\
                      copy the verification key that SendGrid shows: 124 characters that begin with MFkw")
                .to_owned()),
        }
    }
}

/// A key or a password. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct HookKey(String);

impl HookKey {
    /// The key.
    #[must_use]
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(phrase!("a key"))
    }
}

impl FromText for HookKey {
    const NAME: &'static str = phrase!("a key");
    const EXAMPLES: &'static [&'static str] = &["${MAILGUN_SIGNING_KEY}"];

    fn from_text(text: &str) -> Result<Self, String> {
        match text.trim() {
            key if key.len() >= 16 => Ok(Self(key.to_owned())),
            _ => Err(phrase!(
                "the key is shorter than 16 characters\n\
                      take the one that the provider shows; for a password of your own, \
                      `openssl rand -hex 24` makes a good one"
            )
            .to_owned()),
        }
    }
}
