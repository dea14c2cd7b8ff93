//! Pages for this machine: the embedded inbox's, the preview's.

mod asset;
pub mod inbox;
mod language;
mod local;
mod markup;
pub mod preview;
pub mod vitals;
