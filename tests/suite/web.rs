//! The pages, over HTTP.

mod inbox;
mod preview;
pub(crate) mod reader;
