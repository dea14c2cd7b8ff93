//! Findings in the forms that other programs read.

mod github;
mod markdown;
mod sarif;

pub use self::{github::github, markdown::rules_page, sarif::sarif};
