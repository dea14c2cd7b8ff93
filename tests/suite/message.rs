//! The bytes of a message: as a mail client, a verifier and the plain path see them.

mod compiled;
mod dkim;
pub(crate) mod fixture;
mod generated;
mod new_keys;
mod read_back;
mod whole;
