//! The files of an issue, read; what is wrong with them, shown.
