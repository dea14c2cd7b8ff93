//! A state folder as transactions know it: where it is, and what beside the tables they need of it.

use std::path::PathBuf;

use aws_lc_rs::hmac;

use super::witness::Witness;

/// A state folder whose database is open.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) state_dir: PathBuf,
    /// The database.
    pub(super) file: PathBuf,
    /// Under which erased addresses are hashed.
    pub(super) erasure_key: hmac::Key,
    pub(super) witness: Witness,
}
