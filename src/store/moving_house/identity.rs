//! Who a list is: what the links and the hashes of erased people go by, wherever it lives.

/// What a list takes along.
#[derive(Debug, Clone)]
pub(crate) struct ListIdentity {
    /// How it is known among others.
    pub(crate) mark: String,
    /// The key under which erased addresses are hashed.
    pub(crate) erasure_key: Vec<u8>,
    pub(crate) last_unmarked: i64,
    pub(crate) last_unnamed_batch: i64,
    /// When a person vouched for it: what was due before waits for them.
    pub(crate) adopted_at: Option<i64>,
}
