//! The program's own mail handed to the relay, one at a time, past every batch: notices and receipts. What is
//! said to whom, and when it is tried again, is theirs.

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    delivery::{Verdict, judge},
    message::Envelope,
    smtp::{Relay, Session, Timeouts},
    source::with_causes,
    words::phrase,
};

/// How long a relay may take for each step: such a mail is short, and the next one waits.
const STEP: Duration = Duration::from_secs(60);
/// How long a whole mail may take.
pub(crate) const WHOLE_MAIL: Duration = Duration::from_secs(180);

/// What came of a mail, in the relay's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HandedOver {
    /// The relay has it.
    Taken(String),
    /// Not now: another try may go better.
    NotYet(String),
    /// Nor ever.
    Refused(String),
}

/// Carries mail to a relay over a session of its own, which stays open between two of them.
pub(crate) struct Courier {
    relay: Relay,
    session: Option<Session>,
}

impl Courier {
    pub(crate) fn to(relay: &Relay) -> Self {
        let mut relay = relay.clone();
        relay.timeouts = Timeouts::all(STEP);
        Self {
            relay,
            session: None,
        }
    }

    /// Hands one mail over. However long the relay takes, this comes to an end.
    pub(crate) async fn hand_over(&mut self, envelope: &Envelope, content: &[u8]) -> HandedOver {
        let handed = timeout(WHOLE_MAIL, self.deliver(envelope, content)).await;
        handed.unwrap_or_else(|_elapsed| {
            self.session = None;
            HandedOver::NotYet(phrase!("the relay took too long").to_owned())
        })
    }

    /// Whether the relay let us in and hasn't gone since.
    pub(crate) fn is_connected(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_usable)
    }

    /// Says goodbye.
    pub(crate) async fn quit(&mut self) {
        if let Some(session) = self.session.take() {
            session.quit().await;
        }
    }

    async fn deliver(&mut self, envelope: &Envelope, content: &[u8]) -> HandedOver {
        loop {
            let kept = self.session.take().filter(Session::is_usable);
            let was_kept = kept.is_some();
            let mut session = match kept {
                Some(session) => session,
                None => match Session::connect(&self.relay).await {
                    Ok(session) => session,
                    Err(error) => return HandedOver::NotYet(with_causes(&error)),
                },
            };
            let answer = session.deliver(envelope, content).await;
            match answer {
                // Relays hang up on whoever waits: that says nothing of this mail.
                Err(lost) if was_kept && !lost.dot_left => {}
                Err(lost) => return HandedOver::NotYet(with_causes(&lost)),
                Ok(answer) => {
                    self.session = Some(session);
                    return judged(judge(answer));
                }
            }
        }
    }
}

fn judged(verdict: Verdict) -> HandedOver {
    match verdict {
        Verdict::Accepted(reply) => HandedOver::Taken(reply.to_string()),
        Verdict::Refused { reply, .. } | Verdict::MessageRefused(reply) => {
            HandedOver::Refused(reply.to_string())
        }
        Verdict::Deferred(reply) | Verdict::Throttled { reply, .. } | Verdict::RelayAway(reply) => {
            HandedOver::NotYet(reply.to_string())
        }
        // A person can mend that, and nothing is wrong with this mail.
        Verdict::SendersFault(reason) => HandedOver::NotYet(reason),
    }
}
