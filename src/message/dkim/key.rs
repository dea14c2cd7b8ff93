//! Private keys out of PEM text, new ones, and the DNS records of their public halves.

use std::path::Path;

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    error::KeyRejected,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    publication::KeySource,
    source::{read_text_file, shown_path},
    words::{phrase, phrased},
};

use super::DkimError;

/// A key that signs.
pub(super) enum PrivateKey {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// RFC 8301 §3.2 wants 1024 and recommends this; the large receivers want it.
const MIN_RSA_BITS: usize = 2048;
/// A larger key's record fits no resolver's patience, and signing takes its cube.
const MAX_RSA_BITS: usize = 4096;
/// Of a file with a key in it.
const MAX_FILE_BYTES: u64 = 256 << 10;

impl PrivateKey {
    pub(super) fn load_rsa(source: &KeySource, root: &Path) -> Result<Self, DkimError> {
        let (what, pem) = read(source, root)?;
        let rejected = |reason: String| DkimError::Rejected {
            what: what.clone(),
            reason,
        };
        let key = match decode_pem(&pem) {
            Ok(Der::Pkcs8(der)) => RsaKeyPair::from_pkcs8(&der),
            Ok(Der::Pkcs1(der)) => RsaKeyPair::from_der(&der),
            Err(reason) => return Err(rejected(reason)),
        };
        let key = key.map_err(|error| rejected(rsa_reason(error)))?;
        let bits = key.public_modulus_len() * 8;
        if bits > MAX_RSA_BITS {
            return Err(rejected(phrased!(
                "it has {bits} bits, and verifiers take no more than {most}",
                most = MAX_RSA_BITS
            )));
        }
        Ok(Self::Rsa(Box::new(key)))
    }

    pub(super) fn load_ed25519(source: &KeySource, root: &Path) -> Result<Self, DkimError> {
        let (what, pem) = read(source, root)?;
        let rejected = |reason: String| DkimError::Rejected {
            what: what.clone(),
            reason,
        };
        match decode_pem(&pem) {
            Ok(Der::Pkcs8(der)) => Ed25519KeyPair::from_pkcs8(&der)
                .map(|key| Self::Ed25519(Box::new(key)))
                .map_err(|_| rejected(phrase!("it is not an Ed25519 key").to_owned())),
            Ok(Der::Pkcs1(_)) => Err(rejected(
                phrase!("it is an RSA key, not an Ed25519 one").to_owned(),
            )),
            Err(reason) => Err(rejected(reason)),
        }
    }

    /// The name in `a=`.
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa-sha256",
            Self::Ed25519(_) => "ed25519-sha256",
        }
    }

    pub(super) fn signature_bytes(&self) -> usize {
        match self {
            Self::Rsa(key) => key.public_modulus_len(),
            Self::Ed25519(_) => 64,
        }
    }

    pub(super) fn sign(&self, data: &[u8]) -> Result<Vec<u8>, DkimError> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    data,
                    &mut signature,
                )
                .map_err(|_| DkimError::Sign)?;
                Ok(signature)
            }
            // RFC 8463 §3: PureEdDSA over the hash.
            Self::Ed25519(key) => {
                let hash = digest::digest(&digest::SHA256, data);
                let signature = key.try_sign(hash.as_ref()).map_err(|_| DkimError::Sign)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    /// `v=DKIM1; k=…; p=…`.
    fn record(&self) -> String {
        match self {
            Self::Rsa(key) => {
                // Every verifier wants the whole SubjectPublicKeyInfo here (RFC 6376's erratum 3017).
                let der = AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key());
                let der = der.map(|der| der.as_ref().to_vec()).unwrap_or_default();
                format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(der))
            }
            Self::Ed25519(key) => {
                format!(
                    "v=DKIM1; k=ed25519; p={}",
                    STANDARD.encode(key.public_key().as_ref())
                )
            }
        }
    }
}

fn rsa_reason(error: KeyRejected) -> String {
    match error.to_string().as_str() {
        "TooSmall" => phrased!(
            "it is too short: receivers want {least} bits, which `daily-note dkim new` makes",
            least = MIN_RSA_BITS
        ),
        _ => phrase!("it is not an RSA key").to_owned(),
    }
}

/// Where a key is from, and its text.
fn read(source: &KeySource, root: &Path) -> Result<(String, String), DkimError> {
    match source {
        KeySource::File(path) => {
            let shown = shown_path(root, path);
            match read_text_file(path, MAX_FILE_BYTES) {
                Ok(pem) => Ok((format!("`{shown}`"), pem)),
                Err(source) => Err(DkimError::Unreadable {
                    path: shown,
                    source,
                }),
            }
        }
        // Files of environment variables have no line ends within a value.
        KeySource::Pem(pem) => Ok((
            phrase!("in the environment").to_owned(),
            pem.replace("\\r", "").replace("\\n", "\n"),
        )),
    }
}

#[derive(Debug)]
enum Der {
    Pkcs1(Vec<u8>),
    Pkcs8(Vec<u8>),
}

/// The first private key in a PEM text (RFC 7468).
fn decode_pem(pem: &str) -> Result<Der, String> {
    let mut lines = pem.lines().map(str::trim);
    let label = lines
        .by_ref()
        .filter_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
        .find(|label| label.ends_with("PRIVATE KEY"))
        .ok_or(phrase!("it has no line `-----BEGIN PRIVATE KEY-----`"))?;
    if label == "ENCRYPTED PRIVATE KEY" {
        return Err(
            phrase!("it is encrypted; `openssl pkey -in KEY -out NEW` writes it without")
                .to_owned(),
        );
    }
    let base64: String = lines
        .by_ref()
        .take_while(|line| !line.starts_with("-----END "))
        .collect();
    let der = STANDARD
        .decode(base64)
        .map_err(|_| phrase!("its base64 is broken").to_owned())?;
    match label {
        "RSA PRIVATE KEY" => Ok(Der::Pkcs1(der)),
        "PRIVATE KEY" => Ok(Der::Pkcs8(der)),
        other => Err(phrased!("it is a {other}, which DKIM does not know")),
    }
}

/// A key pair fresh from the generator.
pub struct NewKey {
    /// The private half, PKCS#8 in PEM.
    pub pem: String,
    key: PrivateKey,
}

impl NewKey {
    /// RSA with 2048 bits.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn rsa() -> Result<Self, DkimError> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| DkimError::Generate)?;
        let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| DkimError::Generate)?;
        Ok(Self {
            pem: encode_pem(der.as_ref()),
            key: PrivateKey::Rsa(Box::new(key)),
        })
    }

    /// Ed25519.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn ed25519() -> Result<Self, DkimError> {
        let key = Ed25519KeyPair::generate().map_err(|_| DkimError::Generate)?;
        let der = key.to_pkcs8v1().map_err(|_| DkimError::Generate)?;
        Ok(Self {
            pem: encode_pem(der.as_ref()),
            key: PrivateKey::Ed25519(Box::new(key)),
        })
    }

    /// The record to publish.
    #[must_use]
    pub fn record(&self, selector: &str, domain: &str) -> DnsRecord {
        DnsRecord::new(selector, domain, &self.key)
    }
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a new {} key", self.key.algorithm())
    }
}

fn encode_pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}

/// A TXT record that lets receivers verify signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// `selector._domainkey.example.com`.
    pub name: String,
    /// `v=DKIM1; k=rsa; p=…`, whole.
    pub value: String,
}

impl DnsRecord {
    pub(super) fn new(selector: &str, domain: &str, key: &PrivateKey) -> Self {
        Self {
            name: format!("{selector}._domainkey.{domain}"),
            value: key.record(),
        }
    }

    /// The value as zone files want it: strings of at most 255 characters in quotes
    /// (RFC 1035 §3.3.14).
    #[must_use]
    pub fn zone_value(&self) -> String {
        let mut strings = Vec::new();
        let mut rest = self.value.as_str();
        while !rest.is_empty() {
            let (string, after) = rest.split_at(rest.len().min(255));
            strings.push(format!("\"{string}\""));
            rest = after;
        }
        strings.join(" ")
    }
}
