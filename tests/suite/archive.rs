//! The archive: written into a folder, served with the same bytes, read by programs, and found in.

mod browser;
mod folder;
mod read_back;
mod served;
mod watched;
mod web_servers;
mod withheld;
