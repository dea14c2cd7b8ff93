//! Which holding of a lease it is. Whether it is over: `sender_guard`, and the store itself.

/// One holding of a lease: none that is taken later has the same epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTerm {
    pub(super) lease: i64,
    pub(super) epoch: i64,
}
