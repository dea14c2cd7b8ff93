//! Readers who come, choose, speak and leave, at the pages that a real `serve` answers: by HTTP as browsers
//! and mail clients speak it, with the mail that the program wrote to them.

mod abroad;
mod asked_again;
mod before;
mod beside_a_batch;
mod connection;
mod first_to_last;
mod flooded;
mod forwarded;
pub(crate) mod harness;
mod heard;
mod killed;
mod one_click;
mod probed;
mod proxied;
