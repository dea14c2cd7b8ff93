//! What an answer says by its step, its code and its words alone: the reader's matter, the relay's,
//! or the sender's (docs/delivery.md). Pure; how others fared just then is `health`'s.

use crate::smtp::{Answer, Reply, Stage, status};
use crate::words::phrased;

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
    /// Mail comes too fast.
    Throttled {
        /// The relay's words.
        reply: Reply,
        /// Its own system is meant, whoever the message was for; otherwise it may be the domain's.
        is_relays: bool,
    },
    /// The relay can't work now: the row goes back, the relay gets a rest.
    RelayAway(Reply),
    /// The message was refused at the dot, in words that are not about its reader: the content's
    /// fault where nobody gets it, and this one reader's where others just did.
    MessageRefused(Reply),
    /// No message would fare better until a person fixes something: the batch pauses.
    SendersFault(String),
}

/// Judges an answer by the step that drew it and its class.
pub(crate) fn judge(answer: Answer) -> Verdict {
    let (stage, reply) = match answer {
        Answer::Accepted(reply) => return Verdict::Accepted(reply),
        Answer::Refused { stage, reply } => (stage, reply),
    };
    if status::speaks_of_rate(&reply) {
        let is_relays = stage == Stage::Mail
            || reply.code == 454
            || reply.enhanced.is_some_and(|code| code.subject != 7);
        return Verdict::Throttled { reply, is_relays };
    }
    if reply.code == 421 {
        return Verdict::RelayAway(reply);
    }
    match (stage, reply.is_permanent()) {
        (Stage::Mail, false) => Verdict::RelayAway(reply),
        (Stage::Mail, true) => {
            Verdict::SendersFault(phrased!("the relay refuses the sender address: {reply}"))
        }
        // A relay that can't forget the message before gets a new connection for the next.
        (Stage::Rset, _) => Verdict::RelayAway(reply),
        (_, true) if stage == Stage::Rcpt || is_about_recipient(&reply) => {
            let is_dead = status::is_hard_bounce(&reply);
            Verdict::Refused { reply, is_dead }
        }
        (_, true) => Verdict::MessageRefused(reply),
        (_, false) => Verdict::Deferred(reply),
    }
}

/// Relays that look into the mailbox only once they have the message (SES, Exchange, Postmark) say at
/// the dot what others say at RCPT.
pub(crate) fn is_about_recipient(reply: &Reply) -> bool {
    reply
        .enhanced
        .is_some_and(status::EnhancedCode::is_about_recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_the_dot(reply: &str) -> Verdict {
        judge(Answer::Refused {
            stage: Stage::Dot,
            reply: Reply::parse(reply).unwrap(),
        })
    }

    #[test]
    fn what_is_said_of_a_mailbox_is_its_readers_matter_at_the_dot_too() {
        for (reply, dead) in [
            ("550 5.1.1 User unknown", true),
            ("550 5.1.10 Null MX", true),
            ("552 5.2.2 Mailbox full", false),
            ("550 5.2.1 Mailbox disabled", false),
            ("550 5.1.3 Bad address syntax", false),
        ] {
            let verdict = at_the_dot(reply);
            assert!(
                matches!(verdict, Verdict::Refused { is_dead, .. } if is_dead == dead),
                "{reply}: {verdict:?}"
            );
        }
    }

    #[test]
    fn what_is_said_of_the_sender_or_the_content_is_not() {
        for reply in [
            "550 5.1.8 Sender address rejected",
            "554 5.6.0 Content refused",
            "554 Message rejected: Email address is not verified",
            "550 5.7.1 Spam",
        ] {
            assert!(
                matches!(at_the_dot(reply), Verdict::MessageRefused(_)),
                "{reply}"
            );
        }
    }

    #[test]
    fn words_of_rate_are_heard_at_every_step() {
        for stage in [Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Dot] {
            let at = |line: &str| {
                let reply = Reply::parse(line).unwrap();
                judge(Answer::Refused { stage, reply })
            };
            for (line, relays) in [
                (
                    "454 Throttling failure: Daily message quota exceeded.",
                    true,
                ),
                ("451 4.4.5 System congested", true),
                ("450 4.7.1 Error: too many recipients", stage == Stage::Mail),
            ] {
                let verdict = at(line);
                assert!(
                    matches!(verdict, Verdict::Throttled { is_relays, .. } if is_relays == relays),
                    "{stage:?} {line}: {verdict:?}"
                );
            }
            let verdict = at("452 4.2.2 Over quota");
            assert!(!matches!(verdict, Verdict::Throttled { .. }), "{verdict:?}");
        }
    }
}
