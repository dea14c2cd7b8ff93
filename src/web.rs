//! Pages: for now the embedded inbox's.
