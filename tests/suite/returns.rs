//! What comes back, through each of its doors: kept once, whatever is killed on the way; acting only where it proves
//! whose mail it is about.

mod doors;
mod dovecot;
mod feedback;
mod files;
mod harness;
mod hooks;
mod killed;
mod mailbox;
mod month;
mod postfix;
mod probe;
mod resting;
