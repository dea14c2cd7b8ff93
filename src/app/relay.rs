//! The way out: the configured relay, or the embedded inbox started for this command.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{App, AppError, RefusalKind};
use crate::{
    publication::{ImageSettings, RelayUrl, SecretUse, SmtpTarget, TlsMode},
    render::ImagePolicy,
    smtp::{Relay, Session, inbox::Inbox},
    store::Realm,
    words::say,
};

/// Ports below it are the system's (RFC 6335 §6): 25, 465, 587.
const FIRST_FREE_PORT: u16 = 1024;

/// Where mail goes in this command.
pub struct MailTransport {
    /// Takes the mail.
    pub relay: Relay,
    /// The embedded server, where it is the relay; it stops with this.
    pub inbox: Option<Inbox>,
}

impl App {
    /// Opens the way that `smtp.url` names.
    ///
    /// # Errors
    /// When the embedded inbox can't be started.
    pub(crate) async fn way(&self) -> Result<MailTransport, AppError> {
        self.require_secrets(&[SecretUse::Relay])?;
        let settings = &self.publication.smtp;
        match &settings.target {
            SmtpTarget::Relay(url) => Ok(MailTransport {
                relay: Relay::from_settings(url, settings),
                inbox: None,
            }),
            SmtpTarget::Inbox => {
                let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let inbox =
                    Inbox::start(self.publication.state_dir().join("inbox"), any_port).await?;
                let url = RelayUrl {
                    host: inbox.addr().ip().to_string(),
                    port: inbox.addr().port(),
                    tls: TlsMode::None,
                    credentials: None,
                };
                Ok(MailTransport {
                    relay: Relay::from_settings(&url, settings),
                    inbox: Some(inbox),
                })
            }
        }
    }

    /// Which ledger this command works in. Only the embedded inbox and a pretended time make a
    /// rehearsal: a relay on this machine may well carry to the world.
    #[must_use]
    pub(crate) fn realm(&self) -> Realm {
        let is_inbox = self.publication.smtp.target == SmtpTarget::Inbox;
        match is_inbox || self.clock.is_pretended() {
            true => Realm::Rehearsal,
            false => Realm::Real,
        }
    }

    /// Whether what leaves may reach readers: by a relay that is no place for playing.
    pub(crate) fn reaches_readers(&self) -> bool {
        let is_inbox = self.publication.smtp.target == SmtpTarget::Inbox;
        let plays = self.clock.is_pretended() && self.keeps_mail_here();
        !is_inbox && !plays
    }

    /// A moment that is not now must not reach real people.
    ///
    /// # Errors
    /// [`AppError::Refused`], where the relay is one that carries mail on.
    pub(crate) fn refuse_pretended_time(&self) -> Result<(), AppError> {
        if !self.clock.is_pretended() || self.keeps_mail_here() {
            return Ok(());
        }
        Err(AppError::Refused {
            kind: RefusalKind::Usage,
            message: say!("`--at` pretends the time, and the relay is a real one"),
            hint: say!(
                "leave --at out, add --dry-run, or use the embedded inbox (smtp.url: inbox) or a \
                 relay for tests on loopback, above port 1023"
            ),
        })
    }

    /// Whether mail surely stays on this machine. What listens on loopback above the ports that only a
    /// mail system may open is a sink for tests; below, it is the way to the world.
    fn keeps_mail_here(&self) -> bool {
        match &self.publication.smtp.target {
            SmtpTarget::Inbox => true,
            SmtpTarget::Relay(url) => is_loopback(&url.host) && url.port >= FIRST_FREE_PORT,
        }
    }

    /// Where nothing else is said, images travel with the mail of a rehearsal: nobody serves them yet.
    pub(crate) fn image_policy(&self) -> ImagePolicy {
        match self.publication.images {
            ImageSettings::Cid => ImagePolicy::Inline,
            ImageSettings::Auto if self.realm().is_rehearsal() => ImagePolicy::Inline,
            ImageSettings::Auto | ImageSettings::Https => ImagePolicy::Remote,
        }
    }
}

impl MailTransport {
    /// Knocks at the relay and says goodbye, so that a wrong password or certificate is known
    /// before anything is frozen.
    ///
    /// # Errors
    /// Why it does not let us in.
    pub(crate) async fn knock(&self) -> Result<(), AppError> {
        Session::connect(&self.relay).await?.quit().await;
        Ok(())
    }

    /// Lets the mail in flight arrive and stops the embedded server.
    pub(crate) async fn close(self) {
        if let Some(inbox) = self.inbox {
            inbox.stop().await;
        }
    }
}

pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}
