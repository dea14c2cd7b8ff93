//! The pages: what each template of `web/site/` is filled with, a file a kind.

mod front;
mod issue;
mod list;
mod moved;
mod overview;
mod plain;
mod search;

pub(super) use self::{
    front::front,
    issue::{around_issue, issue},
    list::{IssueShelf, list, pages_of},
    moved::moved,
    overview::overview,
    plain::missing,
    search::search,
};
