//! The readers' pages over a list that is made up: what each shows, what each changes, and what keeps
//! strangers out. Requests are bytes on a real connection.

mod api;
mod bounds;
mod fake;
mod fuzzed;
mod methods;
mod one_click;
mod pages;
mod previewed;
mod served;
mod signup;

pub(crate) use self::{fake::FakeList, served::ServedPages};
