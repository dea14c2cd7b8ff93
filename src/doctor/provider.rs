//! Services that send for others, as far as SPF is concerned: what their users publish, and whose
//! name is on the envelope. From their own documentation; anything not named here is judged by
//! its addresses.

/// A service with servers of its own behind the one that takes our mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Provider {
    /// What people call it.
    pub(super) name: &'static str,
    /// What an SPF record includes to cover it.
    pub(super) include: &'static str,
    /// It puts an envelope sender of its own on mail unless a custom one is set up there.
    pub(super) rewrites_sender: bool,
    host: &'static str,
}

const PROVIDERS: [Provider; 10] = [
    provider("Amazon SES", "amazonaws.com", "amazonses.com", true),
    provider("Brevo", "smtp-relay.brevo.com", "spf.brevo.com", true),
    provider(
        "Fastmail",
        "messagingengine.com",
        "spf.messagingengine.com",
        false,
    ),
    provider("Google", "gmail.com", "_spf.google.com", false),
    provider("Mailgun", "mailgun.org", "mailgun.org", true),
    provider("Mailjet", "mailjet.com", "spf.mailjet.com", true),
    provider("Mandrill", "mandrillapp.com", "spf.mandrillapp.com", true),
    provider(
        "Microsoft 365",
        "office365.com",
        "spf.protection.outlook.com",
        false,
    ),
    provider("Postmark", "postmarkapp.com", "spf.mtasv.net", true),
    provider("SendGrid", "sendgrid.net", "sendgrid.net", true),
];

const fn provider(
    name: &'static str,
    host: &'static str,
    include: &'static str,
    rewrites_sender: bool,
) -> Provider {
    Provider {
        name,
        include,
        rewrites_sender,
        host,
    }
}

impl Provider {
    /// The service behind a relay's host name.
    pub(super) fn of(host: &str) -> Option<Self> {
        let host = host.to_ascii_lowercase();
        PROVIDERS
            .into_iter()
            .find(|provider| is_at_or_below(&host, provider.host))
    }
}

/// Whether a name is that domain or lies in it.
pub(super) fn is_at_or_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_by_its_host() {
        let name = |host| Provider::of(host).map(|provider| provider.name);
        assert_eq!(
            name("email-smtp.ap-northeast-2.amazonaws.com"),
            Some("Amazon SES")
        );
        assert_eq!(name("SMTP.gmail.com"), Some("Google"));
        assert_eq!(name("notgmail.com"), None);
        assert_eq!(name("mail.example.com"), None);
    }
}
