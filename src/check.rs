//! Findings on an issue, a rendered issue, a publication, a list.
