//! What an answer does: the reader's matter, the relay's, or the sender's (docs/delivery.md).
//! Pure; what becomes of the row is decided in `clerk`.

use crate::smtp::{Answer, Reply, Stage, status};

/// Whose matter an answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The relay took the message.
    Accepted(Reply),
    /// The reader's mailbox can't take it now: this message waits.
    Deferred(Reply),
    /// The reader was refused for good; where the address itself is dead, it is suppressed.
    Refused {
        /// The relay's words.
        reply: Reply,
        /// The address does not exist.
        is_dead: bool,
    },
    /// The relay can't work now: the row goes back, the relay gets a rest.
    RelayAway(Reply),
    /// No message would fare better until a person mends something: the batch pauses.
    SendersFault(String),
}

/// Judges an answer by the step that drew it and its class.
pub(crate) fn judge(answer: Answer) -> Verdict {
    let (stage, reply) = match answer {
        Answer::Accepted(reply) => return Verdict::Accepted(reply),
        Answer::Refused { stage, reply } => (stage, reply),
    };
    if reply.code == 421 {
        return Verdict::RelayAway(reply);
    }
    match (stage, reply.is_permanent()) {
        (Stage::Mail, false) => Verdict::RelayAway(reply),
        (Stage::Mail, true) => {
            Verdict::SendersFault(format!("the relay refuses the sender address: {reply}"))
        }
        (Stage::Rcpt, true) => {
            let is_dead = status::is_hard_bounce(&reply);
            Verdict::Refused { reply, is_dead }
        }
        (_, true) => Verdict::SendersFault(format!("the relay refuses the message: {reply}")),
        (_, false) => Verdict::Deferred(reply),
    }
}
