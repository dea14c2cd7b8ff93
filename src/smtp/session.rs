//! One connection's conversation: MAIL, RCPT, DATA, the message, the dot, one recipient at a time.
//! Where the relay pipelines (RFC 2920), a message costs two round trips, or one where the next
//! message's envelope rides behind this one's dot.

use std::{fmt, mem};

use super::{
    capabilities::Capabilities,
    connect::{self, ConnectError},
    framing::Framed,
    relay::{Relay, Timeouts},
    reply::Reply,
    status::EnhancedCode,
    wire::{LostCause, Sent, Wire},
};
use crate::message::Envelope;

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
            Self::Dot => "the final dot",
        })
    }
}

/// What the relay said of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took it: the 250 to the dot.
    Accepted(Reply),
    /// It did not. The session stays usable unless [`Session::is_usable`] says otherwise.
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
pub struct Lost {
    /// The final dot may have left, and no answer to it was read: the relay may have the message.
    /// False: the relay certainly does not have it.
    pub dot_left: bool,
    /// What was waited for.
    pub stage: Stage,
    /// Why.
    #[source]
    pub cause: LostCause,
}

/// A connection to a relay, ready for messages.
pub struct Session {
    wire: Wire,
    capabilities: Capabilities,
    timeouts: Timeouts,
    state: State,
    messages_sent: u32,
}

/// What the relay's end of the conversation is in.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Between messages.
    Idle,
    /// A refused transaction lies open there: RSET goes before the next MAIL.
    NeedsReset,
    /// MAIL, RCPT and DATA of this envelope are said, their answers not yet read.
    Announced(Envelope),
    /// In the middle of something, or gone. Never used again.
    Broken,
}

/// A message to announce behind another's final dot.
#[derive(Debug, Clone, Copy)]
pub struct Announcement<'a> {
    /// Its envelope.
    pub envelope: &'a Envelope,
    /// Its size.
    pub bytes: usize,
}

impl Session {
    /// Dials, greets, secures, authenticates.
    ///
    /// # Errors
    /// [`ConnectError`], whose `hint` says what a person can do.
    pub async fn connect(relay: &Relay) -> Result<Self, ConnectError> {
        let (wire, capabilities) = connect::open(relay).await?;
        Ok(Self {
            wire,
            capabilities,
            timeouts: relay.timeouts,
            state: State::Idle,
            messages_sent: 0,
        })
    }

    /// What the relay said of itself.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Whether another message may be tried. Never true after a [`Lost`], a goodbye, or a
    /// `deliver` whose future was dropped half-way.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.state != State::Broken
    }

    /// Whether the relay waits for a message that was announced to it: only that one may follow.
    #[must_use]
    pub fn awaits_announced(&self) -> bool {
        matches!(self.state, State::Announced(_))
    }

    /// Messages that the relay took in this session.
    #[must_use]
    pub fn messages_sent(&self) -> u32 {
        self.messages_sent
    }

    /// Hands one message to the relay: CRLF line ends, 7bit, not dot-stuffed.
    ///
    /// # Errors
    /// [`Lost`] says whether the relay may have it.
    pub async fn deliver(&mut self, envelope: &Envelope, message: &[u8]) -> Result<Answer, Lost> {
        self.deliver_then(envelope, message, None).await
    }

    /// Like [`Self::deliver`], and announces `next` in the same write as this message's end, which
    /// saves a round trip. The next call must then bring that message; otherwise the session is
    /// dropped, which costs nothing but the connection: nothing of `next` was sent.
    /// Without PIPELINING, `next` is announced by its own call.
    ///
    /// # Errors
    /// [`Lost`] says whether the relay may have `message`; it never has `next`.
    pub async fn deliver_then(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        next: Option<Announcement<'_>>,
    ) -> Result<Answer, Lost> {
        // Whatever happens from here on, also to this future: broken until proven whole.
        let state = mem::replace(&mut self.state, State::Broken);
        if let Some(refused) = self.refuse_locally(envelope, message.len()) {
            self.state = state;
            return Ok(refused);
        }
        let refusal = match state {
            State::Broken => return Err(lost(Stage::Mail, LostCause::Closed)),
            State::Announced(announced) if announced == *envelope => {
                self.read_envelope_replies(false).await?
            }
            State::Announced(_) => {
                let said = "nothing: another message was announced".to_owned();
                return Err(lost(Stage::Mail, LostCause::Protocol(said)));
            }
            State::Idle => self.open(envelope, message.len(), false).await?,
            State::NeedsReset => self.open(envelope, message.len(), true).await?,
        };
        match refusal {
            Some(refused) => Ok(refused),
            None => self.transfer(message, next).await,
        }
    }

    /// Says goodbye. Nothing depends on how the relay takes it.
    pub async fn quit(mut self) {
        if matches!(self.state, State::Idle | State::NeedsReset) {
            let within = self.timeouts.quit;
            if self.wire.send(b"QUIT\r\n", within).await.is_ok() {
                let _ = self.wire.reply(within).await;
            }
        }
    }

    /// What need not be asked: the relay has said that it takes no such message.
    fn refuse_locally(&self, envelope: &Envelope, bytes: usize) -> Option<Answer> {
        let from = envelope.from.as_ref().map_or("", |from| from.as_str());
        for (stage, address) in [(Stage::Mail, from), (Stage::Rcpt, envelope.to.as_str())] {
            if address
                .bytes()
                .any(|b| b <= b' ' || b == b'<' || b == b'>' || b >= 0x7f)
            {
                let code = EnhancedCode::new(5, 1, if stage == Stage::Mail { 7 } else { 3 });
                let text = "an address that SMTP can't carry; not sent";
                let reply = Reply::local(553, code, text);
                return Some(Answer::Refused { stage, reply });
            }
        }
        let limit = self.capabilities.max_size_bytes?;
        (bytes as u64 > limit).then(|| {
            let text = format!(
                "the message has {bytes} bytes and the relay announces SIZE {limit}; not sent"
            );
            Answer::Refused {
                stage: Stage::Dot,
                reply: Reply::local(552, EnhancedCode::new(5, 3, 4), text),
            }
        })
    }

    /// Says MAIL, RCPT, DATA. None: the relay waits for the message.
    async fn open(
        &mut self,
        envelope: &Envelope,
        bytes: usize,
        reset: bool,
    ) -> Result<Option<Answer>, Lost> {
        let commands = self.commands(envelope, bytes, reset);
        if self.capabilities.pipelining {
            let group = commands.concat();
            self.say(Stage::Mail, &group).await?;
            return self.read_envelope_replies(reset).await;
        }
        let [rset, mail, rcpt, data] = commands;
        if reset {
            self.say(Stage::Rset, &rset).await?;
            self.read_reset_reply().await?;
        }
        for (stage, command) in [(Stage::Mail, mail), (Stage::Rcpt, rcpt)] {
            self.say(stage, &command).await?;
            let reply = self.hear(stage).await?;
            if !reply.is_positive() {
                return self.refused(stage, reply).map(Some);
            }
        }
        self.say(Stage::Data, &data).await?;
        let reply = self.hear(Stage::Data).await?;
        if reply.code == 354 {
            return Ok(None);
        }
        self.refused(Stage::Data, reply).map(Some)
    }

    /// RSET (or nothing), MAIL, RCPT, DATA.
    fn commands(&self, envelope: &Envelope, bytes: usize, reset: bool) -> [String; 4] {
        let from = envelope.from.as_ref().map_or("", |from| from.as_str());
        let size = if self.capabilities.takes_size {
            format!(" SIZE={bytes}")
        } else {
            String::new()
        };
        [
            if reset { "RSET\r\n" } else { "" }.to_owned(),
            format!("MAIL FROM:<{from}>{size}\r\n"),
            format!("RCPT TO:<{}>\r\n", envelope.to),
            "DATA\r\n".to_owned(),
        ]
    }

    /// The answers to a group of MAIL, RCPT, DATA. None: the relay waits for the message.
    async fn read_envelope_replies(&mut self, reset: bool) -> Result<Option<Answer>, Lost> {
        if reset {
            self.read_reset_reply().await?;
        }
        let mail = self.hear(Stage::Mail).await?;
        let rcpt = self.hear(Stage::Rcpt).await?;
        let data = self.hear(Stage::Data).await?;
        let refusal = if !mail.is_positive() {
            Some((Stage::Mail, mail))
        } else if !rcpt.is_positive() {
            Some((Stage::Rcpt, rcpt))
        } else {
            None
        };
        match (refusal, data.code) {
            (None, 354) => Ok(None),
            (None, _) => self.refused(Stage::Data, data).map(Some),
            // No recipient, yet it asks for the message: RFC 2920 §3.1 has us send a lone dot.
            (Some((Stage::Rcpt, reply)), 354) => {
                let refused = self.refused(Stage::Rcpt, reply)?;
                self.send_lone_dot().await;
                Ok(Some(refused))
            }
            // It refuses the sender and takes recipient and message: a dot would mail nothing to
            // somebody. Hang up.
            (Some((stage, reply)), 354) => {
                self.state = State::Broken;
                Ok(Some(Answer::Refused { stage, reply }))
            }
            (Some((stage, reply)), _) => self.refused(stage, reply).map(Some),
        }
    }

    async fn read_reset_reply(&mut self) -> Result<(), Lost> {
        let reply = self.hear(Stage::Rset).await?;
        if reply.is_positive() {
            Ok(())
        } else {
            Err(lost(Stage::Rset, LostCause::ShuttingDown(reply)))
        }
    }

    /// The refusal is known whatever comes of the dot; the connection is kept only if all is well.
    async fn send_lone_dot(&mut self) {
        self.state = State::Broken;
        if self
            .wire
            .send(b".\r\n", self.timeouts.transfer)
            .await
            .is_ok()
            && let Ok(reply) = self.wire.reply(self.timeouts.dot).await
            && reply.code != 421
            && !self.wire.has_unread()
        {
            self.state = State::NeedsReset;
        }
    }

    /// The message, its dot, the next envelope; then the answer to the dot.
    async fn transfer(
        &mut self,
        message: &[u8],
        next: Option<Announcement<'_>>,
    ) -> Result<Answer, Lost> {
        if self.wire.has_unread() {
            // It speaks when it is our turn. The message never leaves; a no is an answer.
            let reply = self.hear(Stage::Dot).await?;
            if reply.code >= 400 {
                let stage = Stage::Dot;
                return Ok(Answer::Refused { stage, reply });
            }
            let said = format!("“{reply}” out of turn");
            return Err(lost(Stage::Dot, LostCause::Protocol(said)));
        }
        let next = next.filter(|next| {
            self.capabilities.pipelining && self.refuse_locally(next.envelope, next.bytes).is_none()
        });
        let group = next.map(|next| self.commands(next.envelope, next.bytes, false).concat());
        let mut framed = Framed::new(message);
        let harmless = framed.harmless_bytes();
        if let Some(group) = &group {
            framed.followed_by(group.as_bytes());
        }
        let mut sent = Sent::default();
        let handed_over = self
            .wire
            .send_slices(framed.slices(), &mut sent, self.timeouts.transfer)
            .await;
        let (reply, is_whole) = match handed_over {
            Ok(()) => (self.wire.reply(self.timeouts.dot).await, true),
            // It may have hung up after its answer, or instead of taking all of the message.
            Err(cause) => (self.wire.last_words().await.ok_or(cause), false),
        };
        let dot_left = is_whole || sent.may_exceed(harmless, group.is_some());
        let lost_at_dot = |dot_left, cause| Lost {
            dot_left,
            stage: Stage::Dot,
            cause,
        };
        let reply = reply.map_err(|cause| lost_at_dot(dot_left, cause))?;
        let answer = match reply.code {
            200..=299 if dot_left => Answer::Accepted(reply),
            421 => return Err(lost(Stage::Dot, LostCause::ShuttingDown(reply))),
            400..=599 => Answer::Refused {
                stage: Stage::Dot,
                reply,
            },
            _ => {
                let said = format!("“{reply}” in answer to the message");
                return Err(lost_at_dot(dot_left, LostCause::Protocol(said)));
            }
        };
        if matches!(answer, Answer::Accepted(_)) {
            self.messages_sent += 1;
        }
        self.state = match next {
            _ if !is_whole => State::Broken,
            Some(next) => State::Announced(next.envelope.clone()),
            None if self.wire.has_unread() => State::Broken,
            None => State::Idle,
        };
        Ok(answer)
    }

    async fn say(&mut self, stage: Stage, command: &str) -> Result<(), Lost> {
        let within = self.timeouts.transfer;
        let Err(cause) = self.wire.send(command.as_bytes(), within).await else {
            return Ok(());
        };
        let cause = match self.wire.last_words().await {
            Some(reply) if reply.code >= 400 => LostCause::ShuttingDown(reply),
            _ => cause,
        };
        Err(lost(stage, cause))
    }

    /// The next reply; a 421 is a goodbye wherever it comes (RFC 5321 §3.8).
    async fn hear(&mut self, stage: Stage) -> Result<Reply, Lost> {
        let within = match stage {
            Stage::Rset | Stage::Mail => self.timeouts.mail,
            Stage::Rcpt => self.timeouts.rcpt,
            Stage::Data => self.timeouts.data,
            Stage::Dot => self.timeouts.dot,
        };
        let reply = self
            .wire
            .reply(within)
            .await
            .map_err(|cause| lost(stage, cause))?;
        if reply.code == 421 {
            return Err(lost(stage, LostCause::ShuttingDown(reply)));
        }
        Ok(reply)
    }

    /// A refusal before the message, which leaves the session usable; anything but 4xx and 5xx
    /// is no answer to what we said.
    fn refused(&mut self, stage: Stage, reply: Reply) -> Result<Answer, Lost> {
        if !reply.is_transient() && !reply.is_permanent() {
            let said = format!("“{reply}” in answer to {stage}");
            return Err(lost(stage, LostCause::Protocol(said)));
        }
        self.state = State::NeedsReset;
        Ok(Answer::Refused { stage, reply })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state)
            .field("messages_sent", &self.messages_sent)
            .finish_non_exhaustive()
    }
}

/// A loss that leaves no doubt: the relay does not have the message.
fn lost(stage: Stage, cause: LostCause) -> Lost {
    Lost {
        dot_left: false,
        stage,
        cause,
    }
}
