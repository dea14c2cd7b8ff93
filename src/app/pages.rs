//! Whether the one-click address that a mail promises answers: asked as mail clients would, before anything is
//! frozen, since a button that does nothing is worse with Gmail than none. What is asked changes nothing, and
//! only this list's own signed answer counts.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use chrono::TimeDelta;
use tokio::{net::TcpStream, time::timeout};
use url::Url;

use super::{App, AppError, relay::is_loopback};
use crate::{
    address::is_reserved_name,
    clock,
    http::{Client, HttpError, Method, Reach, Request, RequestLimits},
    links::LinkSigner,
    publication::{PageProbe, SmtpTarget},
    source::with_causes,
    store::StateInstance,
    words::{phrase, phrased},
};

/// How long a probe is good: as long as the slowest of proxies takes.
const PROBE_KEPT: TimeDelta = TimeDelta::minutes(5);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a connection on this machine may take.
const KNOCK: Duration = Duration::from_secs(1);

/// How the readers' pages stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PagesStanding {
    /// There are none: no mail promises any.
    None,
    /// Nobody outside is promised anything: the mail stays here.
    NotAsked,
    /// daily-note.yaml says that they are not to be asked from here.
    Unproven,
    /// They answered as this list alone can.
    Proven,
    /// What a reader would meet instead.
    Away {
        /// The address of the pages.
        url: String,
        /// What answered.
        seen: String,
    },
}

impl App {
    /// Makes sure that what the mail promises is kept.
    ///
    /// # Errors
    /// [`AppError::PagesAway`] with what answered instead; a secret or a list that can't be read.
    pub(crate) async fn refuse_pages_away(
        &self,
        list: &dyn StateInstance,
        base_url: Option<&str>,
    ) -> Result<(), AppError> {
        let standing = self.pages_standing(list, base_url).await?;
        match standing {
            PagesStanding::Away { url, seen } => Err(AppError::PagesAway { url, seen }),
            _ => Ok(()),
        }
    }

    /// Asks the pages at that address, where they are to be asked.
    ///
    /// # Errors
    /// A secret or a list that can't be read.
    pub(crate) async fn pages_standing(
        &self,
        list: &dyn StateInstance,
        base_url: Option<&str>,
    ) -> Result<PagesStanding, AppError> {
        let Some(base_url) = base_url else {
            return Ok(PagesStanding::None);
        };
        let host = Url::parse(base_url).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        let is_relay_here = match &self.publication.smtp.target {
            SmtpTarget::Inbox => return Ok(PagesStanding::NotAsked),
            SmtpTarget::Relay(url) => is_loopback(&url.host),
        };
        if is_reserved_name(host) && is_relay_here {
            return Ok(PagesStanding::NotAsked);
        }
        // Whatever answers there, it answers this machine alone.
        if !is_relay_here && (is_loopback(host) || is_reserved_name(host)) {
            return Ok(PagesStanding::Away {
                url: base_url.to_owned(),
                seen: phrased!("no reader can reach {host}"),
            });
        }
        if self.publication.web.probe == PageProbe::Off {
            return Ok(PagesStanding::Unproven);
        }
        let links = self.link_signer(list).await?;
        Ok(self.probed(&links.with_base_url(Some(base_url))).await)
    }

    /// Where another program answers in place of this list's pages: at `web.listen`. None: they do, or nobody does.
    ///
    /// # Errors
    /// A secret or a list that can't be read.
    pub(crate) async fn stranger_at_listen(
        &self,
        list: &dyn StateInstance,
    ) -> Result<Option<SocketAddr>, AppError> {
        let listen = self.publication.web.listen;
        if self.publication.web.base_url.is_none() || listen.port() == 0 {
            return Ok(None);
        }
        let mut here = listen;
        if listen.ip().is_unspecified() {
            here.set_ip(match listen {
                SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        let connecting = timeout(KNOCK, TcpStream::connect(here)).await;
        if !matches!(connecting, Ok(Ok(_))) {
            return Ok(None);
        }
        let links = self.link_signer(list).await?;
        let own = links.with_base_url(Some(&format!("http://{here}")));
        let is_own = self.probed(&own).await == PagesStanding::Proven;
        Ok((!is_own).then_some(listen))
    }

    async fn probed(&self, links: &LinkSigner) -> PagesStanding {
        let nonce = u32::from_be_bytes(clock::random_bytes());
        let url = links.base_url().unwrap_or_default().to_owned();
        let Some(probe) = links.probe(nonce, self.clock.true_now() + PROBE_KEPT) else {
            return PagesStanding::None;
        };
        match asked(&probe).await {
            Ok(answer) if links.is_probe_answer(&probe, answer.trim()) => PagesStanding::Proven,
            Ok(_) => PagesStanding::Away {
                url,
                seen: phrase!("what answers is another list's, or no newsletter's").to_owned(),
            },
            Err(seen) => PagesStanding::Away { url, seen },
        }
    }
}

/// What answers a click there; Err: what is wrong with it.
async fn asked(probe: &str) -> Result<String, String> {
    let limits = RequestLimits {
        total: PATIENCE,
        ..RequestLimits::default()
    };
    let url = probe.parse().map_err(|error| format!("{error}"))?;
    let mut request = Request::new(Method::POST, url);
    request.body = "List-Unsubscribe=One-Click".into();
    let kind = "application/x-www-form-urlencoded";
    let _ = request.push_header("content-type", kind);
    // The operator's own pages may be anywhere, also on this machine.
    let client = Client::new(Reach::Anywhere, limits);
    let answer = client.send(&request).await.map_err(|error| match error {
        HttpError::NoAddress { host, .. } => phrased!("{host} has no address"),
        error => with_causes(&error),
    })?;
    match answer.status.as_u16() {
        200 => Ok(String::from_utf8_lossy(&answer.body).into_owned()),
        301..=399 => Err(phrased!(
            "it sends a click on elsewhere ({status}), which RFC 8058 forbids",
            status = answer.status
        )),
        _ => Err(phrased!(
            "the answer to a click is {status}",
            status = answer.status
        )),
    }
}
