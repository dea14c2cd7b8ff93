//! Batches carried to scripted relays: what each answer and each fault does to the ledger.

mod harness;
mod moods;
mod pace;
mod pictures;
mod postfix;
mod promise;
mod readers_fault;
mod relays_fault;
mod senders_fault;
