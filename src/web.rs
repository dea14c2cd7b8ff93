//! Pages: for now the embedded inbox's.

pub mod inbox;
mod language;
mod local;
mod markup;
