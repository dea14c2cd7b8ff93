//! One integration binary, a folder or file a feature.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking where it stands"
)]

mod architecture;
mod archive;
mod audience;
mod bounds;
mod calendar;
mod check;
mod cli;
mod crash;
mod delivery;
mod dependencies;
mod doctor;
mod faults;
mod glossary;
mod identity;
mod images;
mod machine;
mod mail;
mod message;
mod notice;
mod operating;
mod own_publication;
mod portable;
mod postfix;
mod readers;
mod real;
mod receipt;
mod returns;
mod schedule;
mod scripted;
mod smtp;
mod store;
mod support;
mod web;
mod workers;
mod writing;
