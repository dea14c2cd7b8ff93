//! What keeps a page from its answer, as readers are told of it; the rest is for the log.

use crate::{
    links::TokenError,
    source::with_causes,
    store::StoreError,
    web::reader::{LinkFault, ReaderRefusal},
};

/// A link that does not do.
pub(super) fn link_fault(error: TokenError) -> ReaderRefusal {
    ReaderRefusal::Link(match error {
        TokenError::Expired => LinkFault::Expired,
        TokenError::Malformed | TokenError::NotOurs => LinkFault::Broken,
    })
}

/// A list that can't be asked: told once, here.
pub(super) fn refused(error: StoreError) -> ReaderRefusal {
    unavailable("the list can't be asked", &error)
}

pub(super) fn unavailable(what: &str, error: &dyn std::error::Error) -> ReaderRefusal {
    tracing::error!("{what}: {}", with_causes(error));
    ReaderRefusal::Unavailable
}
