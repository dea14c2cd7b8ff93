//! The calendar kept: `serve` and `send --due` from outside, a year of slots, readers in their zones.

mod beside;
mod copies;
mod daemon;
mod due;
mod evidence;
pub(crate) mod harness;
mod killed;
mod relays;
mod renamed;
mod settled;
#[cfg(unix)]
mod standing_by;
mod together;
mod unreadable;
mod year;
mod zones;

pub(crate) use self::{
    beside::{locks, shell},
    harness::{Serve, wait_until},
};
