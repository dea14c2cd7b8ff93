//! What can come of a message handed to a relay: an answer, or a lost connection.

use std::fmt;

use super::{reply::Reply, wire::LostCause};
use crate::words::phrase;

/// A command of a message's life on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// RSET, which clears away what a refusal left.
    Rset,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, up to the 354.
    Data,
    /// The message, and the dot that ends it.
    Dot,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rset => "RSET",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Dot => phrase!("the final dot"),
        })
    }
}

/// What the relay said of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took it: the 250 to the dot.
    Accepted(Reply),
    /// It did not. The session stays usable unless [`Session::is_usable`](super::Session::is_usable) says otherwise.
    Refused {
        /// To what it said no.
        stage: Stage,
        /// 4xx or 5xx.
        reply: Reply,
    },
}

/// The connection is gone, and with it the answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was lost at {stage}")]
pub struct LostAnswer {
    /// The final dot may have left, and no answer to it was read: the relay may have the message.
    /// False: the relay certainly does not have it.
    pub dot_left: bool,
    /// What was waited for.
    pub stage: Stage,
    /// Why.
    #[source]
    pub cause: LostCause,
}

impl LostAnswer {
    /// A loss that leaves no doubt: the relay does not have the message.
    pub(super) fn without_doubt(stage: Stage, cause: LostCause) -> Self {
        Self {
            dot_left: false,
            stage,
            cause,
        }
    }
}
