//! The list: what subscribers.yaml, imports and commands may do to it, with the real store.

mod commands;
mod erasure;
mod file;
mod import;
mod list;
