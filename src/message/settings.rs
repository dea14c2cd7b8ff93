//! What the headers say besides the reader and the subject: frozen with a batch, so that a change
//! of the configuration never changes an issue that is on its way.

use serde::{Deserialize, Serialize};

use crate::{
    address::{Address, Mailbox},
    fingerprint::hex,
    publication::{Edition, Publication, is_https},
    words::phrase,
};

use super::ComposeError;

/// The settings of one issue's headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderSettings {
    /// The From header.
    pub from: Mailbox,
    /// The Reply-To header.
    pub reply_to: Option<Mailbox>,
    /// The List-Id of the edition: the same for all its issues.
    pub list_id: String,
    /// What stands before the List-Id, for people.
    pub list_name: String,
    /// Takes a mailto: unsubscribe.
    pub unsubscribe_email: Option<Address>,
    /// Where the public pages are. One-click unsubscribe needs https.
    pub base_url: Option<String>,
    /// This issue in the archive.
    pub web_version_url: Option<String>,
    /// Gmail's Feedback-ID; nothing in it is a reader's own.
    pub feedback_id: String,
    /// The language of the content.
    pub language: String,
    /// Domain of VERP return-paths; without it the From address is the envelope sender.
    pub bounce_domain: Option<String>,
    /// Domain of the addresses that readers mail opinions to; None: they mail none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_domain: Option<String>,
    /// The readers' tokens carry their list's mark. False in what was frozen before they did: it keeps its
    /// Message-IDs.
    #[serde(default)]
    pub has_marked_tokens: bool,
}

impl HeaderSettings {
    /// The settings for one issue of an edition. `web_version_url` is the issue's page, where the
    /// publication has pages.
    #[must_use]
    pub fn new(
        publication: &Publication,
        edition: &Edition,
        issue: &str,
        web_version_url: Option<String>,
    ) -> Self {
        let domain = publication.from.address.domain();
        Self {
            from: publication.from.clone(),
            reply_to: publication.reply_to.clone(),
            list_id: format!("{}.{domain}", label(&edition.key)),
            list_name: format!("{} {}", publication.name, edition.title),
            unsubscribe_email: publication.unsubscribe_email.clone(),
            base_url: publication.web.base_url.clone(),
            web_version_url,
            feedback_id: feedback_id(issue, &edition.key, domain),
            language: publication.language.clone(),
            bounce_domain: publication.smtp.bounce_domain.clone(),
            feedback_domain: publication.feedback_domain().map(str::to_owned),
            has_marked_tokens: true,
        }
    }

    /// RFC 8058 §3.1: one-click wants an https URI.
    pub(crate) fn is_one_click(&self) -> bool {
        self.base_url.as_deref().is_some_and(is_https)
    }

    /// Refuses what could break out of its header. The configuration is checked where it is read;
    /// this is what was frozen, and comes back from a database.
    pub(crate) fn validate(&self) -> Result<(), ComposeError> {
        let urls = [
            ("List-Unsubscribe", self.base_url.as_deref()),
            (phrase!("web version"), self.web_version_url.as_deref()),
        ];
        for (field, url) in urls {
            require(
                field,
                url,
                phrase!("wants a URL in ASCII, without spaces"),
                |url| url.len() <= 800 && is_visible(url) && !url.contains(['<', '>', '"', '\\']),
            )?;
        }
        let is_domain =
            |text: &str| text.len() <= 253 && text.split('.').all(|l| !l.is_empty() && is_label(l));
        let wants_domain = phrase!("wants a domain name in ASCII");
        require(
            "List-Id",
            Some(self.list_id.as_str()),
            wants_domain,
            is_domain,
        )?;
        for (field, domain) in [
            ("return-path", &self.bounce_domain),
            (phrase!("address for opinions"), &self.feedback_domain),
        ] {
            require(field, domain.as_deref(), wants_domain, is_domain)?;
        }
        require(
            "Feedback-ID",
            Some(self.feedback_id.as_str()),
            phrase!("wants at most four short fields in ASCII"),
            |id| id.len() <= 200 && is_visible(id) && id.matches(':').count() <= 3,
        )?;
        require(
            "Content-Language",
            Some(self.language.as_str()),
            phrase!("wants a language tag"),
            is_label,
        )?;
        let mailboxes = [
            ("From", Some(&self.from.address)),
            (
                "Reply-To",
                self.reply_to.as_ref().map(|mailbox| &mailbox.address),
            ),
            ("List-Unsubscribe", self.unsubscribe_email.as_ref()),
        ];
        for (field, address) in mailboxes {
            let address = address.map(Address::as_str);
            require(
                field,
                address,
                phrase!("wants an address in ASCII"),
                is_safe_address,
            )?;
        }
        Ok(())
    }
}

fn require(
    field: &'static str,
    value: Option<&str>,
    reason: &'static str,
    is_fit: impl Fn(&str) -> bool,
) -> Result<(), ComposeError> {
    match value {
        Some(value) if !is_fit(value) => Err(ComposeError::Header {
            field,
            value: value.escape_debug().to_string(),
            reason,
        }),
        _ => Ok(()),
    }
}

/// Whether an address can stand in a header as it is. `address` has the policy; this only makes
/// sure that no header can be broken by one.
pub(crate) fn is_safe_address(address: &str) -> bool {
    is_visible(address)
        && address.len() <= 320
        && address.matches('@').count() == 1
        && !address.starts_with('@')
        && !address.ends_with('@')
        && !address.contains(['<', '>', '"', '\\', '(', ')', ',', ';', ':', '[', ']'])
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A List-Id label (RFC 2919 §2): an edition's key, or hexadecimal where the key is not ASCII.
fn label(key: &str) -> String {
    if is_label(key) {
        return key.to_ascii_lowercase();
    }
    let bytes = key.as_bytes();
    format!("edition-{}", hex(&bytes[..bytes.len().min(24)]))
}

/// `issue:edition:newsletter:sender`: what Gmail groups complaints by. The sender's part, which
/// Gmail wants 5 to 15 characters long, comes last and stays the same for ever.
fn feedback_id(issue: &str, edition: &str, domain: &str) -> String {
    let field = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(40)
            .collect()
    };
    let mut sender: String = field(domain).chars().take(15).collect();
    while sender.len() < 5 {
        sender.push('-');
    }
    format!("{}:{}:newsletter:{sender}", field(issue), field(edition))
}
