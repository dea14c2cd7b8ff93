//! Pages for this machine: the embedded inbox's, the preview's.

mod address;
mod asset;
mod framed;
pub mod inbox;
mod language;
mod local;
pub mod pages;
pub(crate) mod preview;
mod tab;
pub(crate) mod vitals;
