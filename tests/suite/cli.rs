//! The command line as people meet it: the real binary, its words and its exit codes.

mod bad_input;
mod batches;
mod beginning;
mod everything_spoken;
mod facts;
mod help;
mod import_post;
mod long_lists;
mod moved_in;
mod proof;
mod pruned;
mod rehearsals;
mod retried;
mod secrets;
mod sending;
mod spoken;
mod templates;
mod week;
