//! The pages, over HTTP.

mod inbox;
mod preview;
