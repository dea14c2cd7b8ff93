//! From a URL to a stream: names looked up, addresses held against the reach, TLS by the machine's
//! own verifier.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use rustls_platform_verifier::Verifier;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::OnceCell,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, Error,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName},
    },
};
use url::{Host, Url};

use super::{Client, HttpError};

/// A byte stream, in clear or not.
pub(super) trait ClearOrTls: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> ClearOrTls for T {}

/// Looks names up.
#[async_trait]
pub(crate) trait Resolve: Send + Sync {
    /// The addresses of a name, those to be tried first in front.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks as every program on this machine does, /etc/hosts included.
#[derive(Debug)]
pub(crate) struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Whose certificates are believed. Loaded with the first https address: that takes longer than a
/// handshake.
pub(crate) struct ServerTrust {
    extra: Vec<CertificateDer<'static>>,
    loaded: OnceCell<TlsConnector>,
}

impl ServerTrust {
    /// Those that the machine trusts.
    #[must_use]
    pub(crate) fn of_the_system() -> Self {
        Self::with(Vec::new())
    }

    /// Those, and these roots.
    #[must_use]
    pub(crate) fn with(extra: Vec<CertificateDer<'static>>) -> Self {
        Self {
            extra,
            loaded: OnceCell::new(),
        }
    }

    async fn connector(&self) -> Result<&TlsConnector, HttpError> {
        let load = || async {
            let extra = self.extra.clone();
            tokio::task::spawn_blocking(|| load(extra))
                .await
                .map_err(|error| Error::General(error.to_string()))?
        };
        self.loaded
            .get_or_try_init(load)
            .await
            .map_err(HttpError::Trust)
    }
}

fn load(extra: Vec<CertificateDer<'static>>) -> Result<TlsConnector, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Opens a connection on which HTTP may be spoken.
pub(super) async fn open(
    client: &Client,
    url: &Url,
    host: &str,
) -> Result<Box<dyn ClearOrTls>, HttpError> {
    let addresses = addresses(client, url, host).await?;
    let port = url.port_or_known_default().unwrap_or(80);
    let tcp = dial(client, host, &addresses, port).await?;
    if url.scheme() != "https" {
        return Ok(Box::new(tcp));
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name =
        ServerName::try_from(bare.to_owned()).map_err(|_| HttpError::Url(url.to_string()))?;
    let connector = client.trust.connector().await?;
    match connector.connect(name, tcp).await {
        Ok(tls) => Ok(Box::new(tls)),
        Err(source) => Err(HttpError::Tls {
            host: host.to_owned(),
            source,
        }),
    }
}

/// The addresses of a host that are within reach; one at least.
async fn addresses(client: &Client, url: &Url, host: &str) -> Result<Vec<IpAddr>, HttpError> {
    let found = match url.host() {
        Some(Host::Ipv4(address)) => vec![address.into()],
        Some(Host::Ipv6(address)) => vec![address.into()],
        Some(Host::Domain(name)) => timeout(client.limits.connect, client.resolver.addresses(name))
            .await
            .map_err(|_elapsed| slow(client, host))?
            .map_err(|source| HttpError::NoAddress {
                host: host.to_owned(),
                source: Some(source),
            })?,
        None => Vec::new(),
    };
    let allowed: Vec<IpAddr> = found
        .iter()
        .copied()
        .filter(|address| client.reach.allows(*address))
        .collect();
    match (found.first(), allowed.is_empty()) {
        (None, _) => Err(HttpError::NoAddress {
            host: host.to_owned(),
            source: None,
        }),
        (Some(address), true) => Err(HttpError::OutOfReach {
            host: host.to_owned(),
            address: *address,
        }),
        (Some(_), false) => Ok(allowed),
    }
}

/// Tries the addresses in their order.
async fn dial(
    client: &Client,
    host: &str,
    addresses: &[IpAddr],
    port: u16,
) -> Result<TcpStream, HttpError> {
    let mut failure = HttpError::NoAddress {
        host: host.to_owned(),
        source: None,
    };
    for address in addresses {
        let connecting = TcpStream::connect(SocketAddr::from((*address, port)));
        failure = match timeout(client.limits.connect, connecting).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(source)) => HttpError::Connect {
                host: host.to_owned(),
                source,
            },
            Err(_elapsed) => slow(client, host),
        };
    }
    Err(failure)
}

fn slow(client: &Client, host: &str) -> HttpError {
    HttpError::Timeout {
        host: host.to_owned(),
        after: client.limits.connect,
    }
}
