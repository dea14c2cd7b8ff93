//! The room as its users see it: whole mails read, proved, and sent by people who wish us ill.

mod hostile;
mod identity;
mod reports;
