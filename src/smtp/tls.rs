//! Whom a session trusts: the system's certificates and those of `smtp.ca_file`.

use std::{io, path::PathBuf, sync::Arc};

use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
        pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    },
};

use super::relay::Relay;

/// Loaded once a relay: reading the system's certificates takes longer than a handshake.
pub(super) struct Trust {
    verified: TlsConnector,
    unverified: TlsConnector,
}

/// Why no handshake can even begin.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The CA file.
    #[error("the certificates in {} can't be read", path.display())]
    CaFile {
        /// `smtp.ca_file`.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The system's certificates.
    #[error("no certificates to trust")]
    Unusable(#[source] Error),
}

/// Shakes hands over `tcp`. `verify: false` is for loopback alone.
pub(super) async fn handshake(
    relay: &Relay,
    tcp: TcpStream,
    verify: bool,
) -> Result<io::Result<TlsStream<TcpStream>>, TrustError> {
    let trust = relay
        .trust
        .get_or_try_init(|| load(relay.ca_file.clone()))
        .await?;
    let name = match ServerName::try_from(relay.host.clone()) {
        Ok(name) => name,
        Err(error) => return Ok(Err(io::Error::new(io::ErrorKind::InvalidInput, error))),
    };
    let connector = if verify {
        &trust.verified
    } else {
        &trust.unverified
    };
    Ok(connector.connect(name, tcp).await)
}

/// Whether a handshake failed for what the relay showed of itself, which no second try will mend.
pub(super) fn is_about_the_certificate(error: &io::Error) -> bool {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>())
        .is_some_and(|error| {
            matches!(
                error,
                Error::InvalidCertificate(_) | Error::NoCertificatesPresented
            )
        })
}

async fn load(ca_file: Option<PathBuf>) -> Result<Trust, TrustError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = {
        let provider = Arc::clone(&provider);
        tokio::task::spawn_blocking(move || {
            let extra = ca_file.map(read_ca_file).transpose()?.unwrap_or_default();
            Verifier::new_with_extra_roots(extra, provider).map_err(TrustError::Unusable)
        })
        .await
        .map_err(|error| TrustError::Unusable(Error::General(error.to_string())))??
    };
    let config = |verifier: Arc<dyn ServerCertVerifier>| {
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(TrustError::Unusable)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(TlsConnector::from(Arc::new(config)))
    };
    Ok(Trust {
        verified: config(Arc::new(verifier))?,
        unverified: config(Arc::new(AnyCertificate(Arc::clone(&provider))))?,
    })
}

fn read_ca_file(path: PathBuf) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let certificates = CertificateDer::pem_file_iter(&path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| Box::new(error) as _)
        .and_then(|certificates| {
            if certificates.is_empty() {
                Err("it holds no certificate in PEM".into())
            } else {
                Ok(certificates)
            }
        });
    certificates.map_err(|source| TrustError::CaFile { path, source })
}

/// Takes whatever certificate comes. Only for STARTTLS to a relay on this very machine, which
/// nobody can stand in front of and whose certificate is a snake-oil one as a rule.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
