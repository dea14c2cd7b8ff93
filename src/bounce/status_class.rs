//! What an enhanced status code says by itself: RFC 3463, RFC 5248, RFC 7372, RFC 7505 and the IANA registry, as mail
//! systems use them. Words that say more win (`verdict`).

use super::class::BounceClass::{self, *};
use crate::smtp::status::EnhancedCode;

/// The class of a code; None where it says too little.
pub(super) fn class_of(code: EnhancedCode) -> Option<BounceClass> {
    match code.class {
        2 => Some(Delivered),
        4 => for_now(code.subject, code.detail),
        5 => for_good(code.subject, code.detail),
        _ => None,
    }
}

fn for_now(subject: u16, detail: u16) -> Option<BounceClass> {
    Some(match (subject, detail) {
        (1, 6) => HasMoved,
        (1, 7 | 8) => Rejected,
        (1, 9) => SystemError,
        (2, 1) => Suspended,
        (2, 2) => MailboxFull,
        (2, 3) => ExceedsLimit,
        (2, 4) => Filtered,
        (3, 1) => SystemFull,
        (3, 2) => NotAccepted,
        (3, 3 | 5) => SystemError,
        (4, 1 | 7) => Expired,
        (4, 3) => SystemError,
        (4, 5) => SystemFull,
        (4, 2 | 4 | 6 | 8) => NetworkError,
        (5, 3 | 5) => SystemError,
        (6, 0 | 2 | 5) => Content,
        (7, 1 | 2) => Blocked,
        (7, 5 | 6 | 7 | 12 | 15) => Security,
        (7, 16) => MessageTooBig,
        (7, 24) => Authentication,
        (7, 25) => RequirePtr,
        _ => return None,
    })
}

fn for_good(subject: u16, detail: u16) -> Option<BounceClass> {
    Some(match (subject, detail) {
        (1, 0 | 1 | 3) => UserUnknown,
        (1, 2) => HostUnknown,
        (1, 4) => Filtered,
        (1, 6) => HasMoved,
        (1, 7 | 8) => Rejected,
        (1, 9) => SystemError,
        (1, 10) => NotAccepted,
        (2, 0 | 1 | 4) => Filtered,
        (2, 2) => MailboxFull,
        (2, 3) => ExceedsLimit,
        (3, 0 | 3 | 5) => SystemError,
        (3, 1) => SystemFull,
        (3, 2) => NotAccepted,
        (3, 4) => MessageTooBig,
        (4, 0) => NetworkError,
        (4, 3) => SystemError,
        (4, 4) => HostUnknown,
        (5, 2 | 6) => Syntax,
        (5, 3) => TooManyConnections,
        (5, 4 | 5) => SystemError,
        (6, 0..=3 | 5..=9) => Content,
        (7, 13) => Suspended,
        (7, 16) => MessageTooBig,
        (7, 17 | 18) => HasMoved,
        (7, 20..=24 | 26 | 29) => Authentication,
        (7, 25) => RequirePtr,
        (7, 27) => NotAccepted,
        (7, 28) => Spam,
        (7, 0..=11 | 14 | 15 | 19 | 30) => Security,
        _ => return None,
    })
}

/// The same in reports that Exchange Online writes: its own subcodes (Microsoft's list of non-delivery reports).
pub(super) fn class_in_exchange_online(code: EnhancedCode) -> Option<BounceClass> {
    Some(match (code.class, code.subject, code.detail) {
        (4, 4, 7 | 316) | (5, 4, 316) => Expired,
        (4, 4, 312) | (5, 4, 6 | 312) | (5, 7, 25) => NetworkError,
        (4, 7, 26) | (5, 7, 23 | 509 | 512) => Authentication,
        (4, 7, 500..=699 | 850..=899) | (5, 7, 506 | 507 | 606..=649) => Blocked,
        (5, 0, 350) | (5, 6, 11) => Content,
        (5, 1, 10) => UserUnknown,
        (5, 4, 1) => NoRelaying,
        (5, 7, 1 | 12 | 13 | 124 | 133..=136 | 511) => Rejected,
        (5, 7, 501..=503) => Spam,
        (5, 7, 504 | 505) => Filtered,
        (5, 7, 508 | 700..=749) => TooManyConnections,
        (5, 7, 510) => NotAccepted,
        (5, 7, 57) => Security,
        _ => return None,
    })
}
