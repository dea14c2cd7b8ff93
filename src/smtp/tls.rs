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

use crate::{source::read_file, words::phrase};

/// Loaded once a relay: reading the system's certificates takes longer than a handshake.
pub(crate) struct LoadedTrust {
    verified: TlsConnector,
    unverified: TlsConnector,
}

/// Why no handshake can even begin.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The CA file.
    #[error("the certificates in {path} can't be read", path = path.display())]
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

/// Shakes hands over `tcp` with the relay of that name. `verify: false` is for loopback alone.
pub(crate) async fn handshake(
    host: &str,
    trust: &LoadedTrust,
    tcp: TcpStream,
    verify: bool,
) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let connector = if verify {
        &trust.verified
    } else {
        &trust.unverified
    };
    connector.connect(name, tcp).await
}

/// Whether a handshake failed for what the relay showed of itself, which no second try will fix.
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

/// All authorities of the web have a quarter of it.
const MAX_CA_FILE_BYTES: u64 = 1 << 20;

pub(crate) async fn load(ca_file: Option<PathBuf>) -> Result<LoadedTrust, TrustError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = {
        let provider = Arc::clone(&provider);
        tokio::task::spawn_blocking(move || {
            let named = ca_file.map(read_ca_file).transpose()?.unwrap_or_default();
            let authorities = Verifier::new_with_extra_roots(named.clone(), provider)
                .map_err(TrustError::Unusable)?;
            Ok(NamedOrSigned { named, authorities })
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
    Ok(LoadedTrust {
        verified: config(Arc::new(verifier))?,
        unverified: config(Arc::new(AnyCertificate(Arc::clone(&provider))))?,
    })
}

fn read_ca_file(path: PathBuf) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let certificates = read_file(&path, MAX_CA_FILE_BYTES)
        .map_err(|error| Box::new(error) as Box<dyn std::error::Error + Send + Sync>)
        .and_then(|pem| {
            CertificateDer::pem_slice_iter(&pem)
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| Box::new(error) as _)
        })
        .and_then(|certificates| {
            if certificates.is_empty() {
                Err(phrase!("it holds no certificate in PEM").into())
            } else {
                Ok(certificates)
            }
        });
    certificates.map_err(|source| TrustError::CaFile { path, source })
}

/// Takes the very certificates that `smtp.ca_file` holds, and those that an authority signed.
///
/// A relay's own certificate, signed by itself, is no authority's: webpki refuses it as the end of a
/// chain. A person who names it means exactly that one, whatever name and dates it bears, as with
/// DANE-EE (RFC 7671 §5.1).
#[derive(Debug)]
struct NamedOrSigned {
    named: Vec<CertificateDer<'static>>,
    authorities: Verifier,
}

impl ServerCertVerifier for NamedOrSigned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.named.iter().any(|named| named == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        let authorities = &self.authorities;
        authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities
            .verify_tls12_signature(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities
            .verify_tls13_signature(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
    use tokio::net::TcpListener;
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{
            ServerConfig,
            pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
        },
    };

    use super::*;

    /// As `openssl req -x509` makes it: of its own authority, in another name.
    fn self_signed() -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec!["mail.internal".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        (params.self_signed(&key).unwrap(), key)
    }

    async fn shakes_hands(
        shown: (rcgen::Certificate, KeyPair),
        named: &rcgen::Certificate,
    ) -> bool {
        let mut ca_file = tempfile::NamedTempFile::new().unwrap();
        ca_file.write_all(named.pem().as_bytes()).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(shown.1.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![shown.0.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            let _ = TlsAcceptor::from(Arc::new(config)).accept(tcp).await;
        });
        let trust = load(Some(ca_file.path().to_owned())).await.unwrap();
        let tcp = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        handshake("localhost", &trust, tcp, true).await.is_ok()
    }

    #[tokio::test]
    async fn a_relay_s_own_certificate_is_trusted_where_it_is_the_one_that_is_named() {
        let own = self_signed();
        let named = own.0.clone();
        assert!(shakes_hands(own, &named).await);
        assert!(!shakes_hands(self_signed(), &named).await);
    }
}
