//! Findings in the forms that other programs read.

mod github;
mod sarif;

pub use self::{github::github, sarif::sarif};
