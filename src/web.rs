//! Pages: for now the embedded inbox's.

pub mod inbox;
