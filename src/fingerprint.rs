//! What content is known by: SHA-256, and bytes in hexadecimal digits.

use aws_lc_rs::digest::{Context, SHA256, SHA256_OUTPUT_LEN, digest};

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; SHA256_OUTPUT_LEN] {
    let mut hash = [0; SHA256_OUTPUT_LEN];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// The same of bytes that come one after the other.
pub(crate) struct RunningSha256(Context);

impl RunningSha256 {
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; SHA256_OUTPUT_LEN] {
        let mut hash = [0; SHA256_OUTPUT_LEN];
        hash.copy_from_slice(self.0.finish().as_ref());
        hash
    }
}

/// The same in hexadecimal digits, 64 of them.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// Two digits a byte, in small letters.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
