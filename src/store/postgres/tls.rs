//! TLS to the server, by the same library as all else of ours: who the server is is always verified, by its name.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{
    Socket,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream},
};
use tokio_rustls::{
    TlsConnector, client,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use super::settings::ServerRoots;
use crate::{source::read_file, store::ServerTrouble};

/// All authorities of the web have a quarter of it.
const MAX_ROOT_FILE_BYTES: u64 = 1 << 20;

/// How handshakes are made, loaded once.
#[derive(Clone)]
pub(super) struct ServerTls(TlsConnector);

impl ServerTls {
    /// Reads whom to trust; waits for the disk.
    pub(super) fn load(roots: &ServerRoots) -> Result<Self, ServerTrouble> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let untrusted = |error| ServerTrouble::Untrusted(Box::new(error));
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(untrusted)?;
        let config = match roots {
            ServerRoots::File(file) => {
                let mut roots = RootCertStore::empty();
                let pem = read_file(file, MAX_ROOT_FILE_BYTES)
                    .map_err(|error| ServerTrouble::RootFile(Box::new(error)))?;
                for certificate in CertificateDer::pem_slice_iter(&pem) {
                    let certificate =
                        certificate.map_err(|error| ServerTrouble::RootFile(Box::new(error)))?;
                    roots
                        .add(certificate)
                        .map_err(|error| ServerTrouble::RootFile(Box::new(error)))?;
                }
                if roots.is_empty() {
                    return Err(ServerTrouble::RootFile(
                        "it holds no certificate in PEM".into(),
                    ));
                }
                builder.with_root_certificates(roots).with_no_client_auth()
            }
            ServerRoots::System => {
                let verifier = Verifier::new(provider).map_err(untrusted)?;
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(verifier))
                    .with_no_client_auth()
            }
        };
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }
}

impl MakeTlsConnect<Socket> for ServerTls {
    type Stream = EncryptedStream;
    type TlsConnect = NamedServer;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<NamedServer> {
        let name = ServerName::try_from(domain.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Ok(NamedServer {
            connector: self.0.clone(),
            name,
        })
    }
}

/// A server that is to show a certificate of that name.
pub(super) struct NamedServer {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl TlsConnect<Socket> for NamedServer {
    type Stream = EncryptedStream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<EncryptedStream>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        Box::pin(async move {
            let stream = self.connector.connect(self.name, stream).await?;
            Ok(EncryptedStream(stream))
        })
    }
}

/// A connection with TLS around it. Who the server is is verified by its certificate; its password handshake is not
/// bound to it.
pub(super) struct EncryptedStream(client::TlsStream<Socket>);

impl TlsStream for EncryptedStream {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for EncryptedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for EncryptedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
