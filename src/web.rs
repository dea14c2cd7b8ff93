//! Pages: for this machine the embedded inbox's and the preview's, for everybody the readers'; and the door for
//! providers' hooks.

mod address;
mod asset;
mod framed;
pub mod hooks;
pub mod inbox;
mod language;
mod local;
pub(crate) mod metrics;
pub mod pages;
pub(crate) mod preview;
pub mod reader;
mod tab;
pub(crate) mod vitals;
