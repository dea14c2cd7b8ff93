//! SNS's signature: RSA over the message's text, by SHA-1 (version 1, SNS's default of many years) or SHA-256 (version 2),
//! under the key of SNS's certificate.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters,
    UnparsedPublicKey,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use tokio_rustls::rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
    pem::PemObject,
};
use webpki::EndEntityCert;

use super::{super::hook::HookFault, envelope::SnsEnvelope};

/// Verifies a message under the certificate, which is SNS's: it came by TLS from SNS's own host.
pub(super) fn verify(envelope: &SnsEnvelope, certificate: &[u8]) -> Result<(), HookFault> {
    let parameters = match envelope.signature_version.as_str() {
        "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        "2" => &RSA_PKCS1_2048_8192_SHA256,
        _ => return Err(HookFault::Malformed("an unknown version of the signature")),
    };
    let signature = STANDARD
        .decode(&envelope.signature)
        .map_err(|_| HookFault::Forged("a signature that is none"))?;
    let certificate = CertificateDer::from_pem_slice(certificate)
        .map_err(|_| HookFault::Forged("a certificate that is none"))?;
    let certificate = EndEntityCert::try_from(&certificate)
        .map_err(|_| HookFault::Forged("a certificate that is none"))?;
    certificate
        .verify_signature(
            &SnsSignature(parameters),
            envelope.signed_text().as_bytes(),
            &signature,
        )
        .map_err(|_| HookFault::Forged("another key's signature"))
}

/// RSA as SNS uses it. webpki brings no SHA-1, and rightly: here it is SNS's, and the channel to the key is TLS.
#[derive(Debug)]
struct SnsSignature(&'static RsaParameters);

impl SignatureVerificationAlgorithm for SnsSignature {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(self.0, public_key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_PKCS1_SHA256
    }
}
