//! The pages, over HTTP.

mod inbox;
