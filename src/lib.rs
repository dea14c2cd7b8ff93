//! daily-note: write a newsletter's issues in Markdown, in git; check them, render them, and
//! deliver them over SMTP, on the editorial calendar, to every subscriber exactly once.
//!
//! The modules stand in the order in which an issue flows, and every arrow points one way:
//!
//! ```text
//! issues/*.md ─► issue ─► render ─► message ─► delivery ─► smtp ─► the reader
//!                  │                  ▲            │
//!                check             audience ◄──► store (SQLite)
//! live follows the files; schedule decides when; app opens, operations are what a person may do.
//! ```
//!
//! `docs/architecture.md` holds the table of modules and the two walkthroughs.

#![expect(
    rustdoc::private_intra_doc_links,
    reason = "the docs are for those who work on the crate: they are made with what is private"
)]

pub mod address;
pub mod clock;
mod cores;
pub mod dns;
mod fingerprint;
pub mod http;
mod korean;
mod private_files;
pub mod source;
pub mod systemd;
pub mod words;
pub mod yaml;

pub mod look;
pub mod publication;

pub mod issue;
pub mod picture;
pub mod render;
pub mod site;
mod social_card;

pub mod audience;
pub mod links;
pub mod message;
pub mod receipt;
pub mod scaffold;

pub mod smtp;

pub mod bounce;
pub mod imap;

pub mod store;

pub mod delivery;

pub mod doctor;

pub mod check;

pub mod schedule;

pub mod notice;

pub mod live;

pub mod web;

pub mod app;

pub mod operations;

pub mod daemon;
pub mod preview;
mod worker;

pub mod cli;
