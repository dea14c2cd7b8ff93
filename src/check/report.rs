//! Findings in the forms that other programs read.

mod github;
#[cfg(test)]
mod markdown;
mod sarif;

#[cfg(test)]
pub(crate) use self::markdown::rules_page;
pub(crate) use self::{github::github, sarif::sarif};
