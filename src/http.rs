//! Outgoing HTTP, one request a connection: every wait has an end, every body a limit, and each hop
//! is looked at before it is taken. No cookies, no proxy of the environment, no decompression, no
//! credentials. Whom it may talk to is [`Reach`].

mod connect;
mod reach;

use std::{sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{task::JoinSet, time::timeout};
use url::Url;

pub(crate) use self::{
    connect::{Resolve, ServerTrust, SystemResolver},
    reach::{Reach, is_public},
};

pub(crate) use hyper::{Method, StatusCode};

/// Who asks, for the other side's logs.
const USER_AGENT: &str = concat!("daily-note/", env!("CARGO_PKG_VERSION"));
/// A head beyond this is no head.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Asks others over HTTP/1.1.
#[derive(Clone)]
pub(crate) struct Client {
    reach: Reach,
    limits: RequestLimits,
    resolver: Arc<dyn Resolve>,
    trust: Arc<ServerTrust>,
}

/// How long, how much, how far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestLimits {
    /// To look a name up and, apart from that, to connect to one address.
    pub connect: Duration,
    /// For everything together, redirects and body included.
    pub total: Duration,
    /// What is kept of a body; the rest is not read.
    pub max_body_bytes: usize,
    /// Hops that a GET or HEAD follows. Nothing else follows any.
    pub max_redirects: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(15),
            max_body_bytes: 64 * 1024,
            max_redirects: 5,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// GET, HEAD, POST …
    pub method: Method,
    /// http or https, without user or password.
    pub url: Url,
    /// Beside Host, User-Agent, Accept and Content-Length.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// May be empty.
    pub body: Bytes,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status of the last hop.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as far as the limit goes.
    pub body: Bytes,
    /// The redirects on the way there, each with where it pointed.
    pub redirects: Vec<(StatusCode, Url)>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// No URL that this client asks.
    #[error("`{0}` is no http or https address without user and password")]
    Url(String),
    /// The name has no address.
    #[error("{host} has no address")]
    NoAddress {
        /// The name.
        host: String,
        /// What the resolver said; None where it had an empty answer.
        #[source]
        source: Option<std::io::Error>,
    },
    /// All its addresses are out of reach by policy.
    #[error("{host} is not on the public internet ({address})")]
    OutOfReach {
        /// The name.
        host: String,
        /// One of its addresses.
        address: std::net::IpAddr,
    },
    /// Nobody answers there.
    #[error("{host} can't be connected to")]
    Connect {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The certificate, or no TLS at all.
    #[error("{host} can't be talked to securely")]
    Tls {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Nothing on this machine to trust certificates by.
    #[error("no certificates to trust")]
    Trust(#[source] tokio_rustls::rustls::Error),
    /// What came is no HTTP, or broke off.
    #[error("{host} does not answer in HTTP")]
    Protocol {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: hyper::Error,
    },
    /// Too slow.
    #[error("{host} did not answer within {after:?}")]
    Timeout {
        /// The name.
        host: String,
        /// The limit.
        after: Duration,
    },
    /// Round and round.
    #[error("more than {limit} redirects")]
    TooManyRedirects {
        /// The limit.
        limit: usize,
    },
    /// A redirect without a usable place to go.
    #[error("a redirect to nowhere: `{0}`")]
    Redirect(String),
}

impl HttpError {
    /// Whether asking again later may help.
    #[must_use]
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::NoAddress { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Protocol { .. }
            | Self::Timeout { .. } => true,
            Self::Url(_)
            | Self::OutOfReach { .. }
            | Self::Trust(_)
            | Self::TooManyRedirects { .. }
            | Self::Redirect(_) => false,
        }
    }
}

impl Request {
    /// A request without headers of its own or a body.
    #[must_use]
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// Adds a header; None where it can't be one.
    pub(crate) fn push_header(&mut self, name: &str, value: &str) -> Option<()> {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        self.headers
            .push((name, HeaderValue::from_str(value).ok()?));
        Some(())
    }
}

impl Client {
    /// A client with the machine's resolver and certificates.
    #[must_use]
    pub(crate) fn new(reach: Reach, limits: RequestLimits) -> Self {
        let (resolver, trust) = (
            Arc::new(SystemResolver),
            Arc::new(ServerTrust::of_the_system()),
        );
        Self::with(reach, limits, resolver, trust)
    }

    /// A client with these.
    #[must_use]
    pub(crate) fn with(
        reach: Reach,
        limits: RequestLimits,
        resolver: Arc<dyn Resolve>,
        trust: Arc<ServerTrust>,
    ) -> Self {
        Self {
            reach,
            limits,
            resolver,
            trust,
        }
    }

    /// Asks, and follows where a GET or HEAD is sent on to; every hop is held against the same
    /// reach, after its name was looked up, and connected to by the very address that was looked at.
    ///
    /// # Errors
    /// Why there is no answer. An answer of 404 or 500 is one.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let after = self.limits.total;
        let host = host_of(&request.url)?.to_owned();
        timeout(after, self.follow(request))
            .await
            .map_err(|_elapsed| HttpError::Timeout { host, after })?
    }

    async fn follow(&self, request: &Request) -> Result<Response, HttpError> {
        let follows = matches!(request.method, Method::GET | Method::HEAD);
        let mut url = request.url.clone();
        let mut redirects = Vec::new();
        loop {
            let hop = self.ask(request, &url).await?;
            let target = if follows { redirect(&hop, &url)? } else { None };
            let Some(target) = target else {
                return Ok(Response { redirects, ..hop });
            };
            if redirects.len() >= self.limits.max_redirects {
                return Err(HttpError::TooManyRedirects {
                    limit: self.limits.max_redirects,
                });
            }
            redirects.push((hop.status, target.clone()));
            url = target;
        }
    }

    /// One hop.
    async fn ask(&self, request: &Request, url: &Url) -> Result<Response, HttpError> {
        let host = host_of(url)?.to_owned();
        let stream = connect::open(self, url, &host).await?;
        let broken = |source| HttpError::Protocol {
            host: host.clone(),
            source,
        };
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        // Dropped with this hop, whatever ends it.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let message = message(request, url).ok_or_else(|| HttpError::Url(url.to_string()))?;
        let response = sender.send_request(message).await.map_err(broken)?;
        let (head, body) = response.into_parts();
        let body = self.read(body).await.map_err(broken)?;
        Ok(Response {
            status: head.status,
            headers: head.headers,
            body,
            redirects: Vec::new(),
        })
    }

    /// The body up to the limit.
    async fn read(&self, mut body: Incoming) -> Result<Bytes, hyper::Error> {
        let mut kept = Vec::new();
        // The status alone is wanted: what limps behind it is nobody's matter.
        if self.limits.max_body_bytes == 0 {
            return Ok(kept.into());
        }
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            let room = self.limits.max_body_bytes - kept.len();
            kept.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                break;
            }
        }
        Ok(kept.into())
    }
}

/// The host of a URL that this client asks.
fn host_of(url: &Url) -> Result<&str, HttpError> {
    let is_ours = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none();
    match url.host_str() {
        Some(host) if is_ours => Ok(host),
        _ => Err(HttpError::Url(without_credentials(url))),
    }
}

fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    // Refused for URLs that can't have any.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// Where an answer sends us on to.
fn redirect(hop: &Response, from: &Url) -> Result<Option<Url>, HttpError> {
    let is_redirect = matches!(hop.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    if !is_redirect {
        return Ok(None);
    }
    let location = hop
        .headers
        .get(header::LOCATION)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let location = String::from_utf8_lossy(location);
    match from.join(&location) {
        Ok(url) if !location.is_empty() && host_of(&url).is_ok() => Ok(Some(url)),
        _ => {
            let shown: String = location.chars().filter(|c| !c.is_control()).collect();
            Err(HttpError::Redirect(shown.chars().take(200).collect()))
        }
    }
}

/// The request of one hop; None where the URL has no place in one.
fn message(request: &Request, url: &Url) -> Option<hyper::Request<Full<Bytes>>> {
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str()?),
        None => url.host_str()?.to_owned(),
    };
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut message = hyper::Request::builder()
        .method(request.method.clone())
        .uri(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "*/*")
        .header(header::CONNECTION, "close")
        .body(Full::new(request.body.clone()))
        .ok()?;
    for (name, value) in &request.headers {
        message.headers_mut().insert(name, value.clone());
    }
    Some(message)
}

#[cfg(test)]
mod tests;
