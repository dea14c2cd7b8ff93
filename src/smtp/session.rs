//! One connection's conversation: MAIL, RCPT, DATA, the message, the dot, one recipient at a time.
//! Where the relay pipelines (RFC 2920), a message costs two round trips, or one where the next
//! message's envelope rides behind this one's dot.

use std::{fmt, mem};

use super::{
    answer::{Answer, LostAnswer, Stage},
    capabilities::Capabilities,
    commands::{self, EnvelopeCommands},
    connect::{self, ConnectError},
    framing::{FramedMessage, MessageParts},
    relay::{Relay, Timeouts},
    reply::Reply,
    status::EnhancedCode,
    wire::{LostCause, SentBytes, Wire},
};
use crate::{
    address::Address,
    message::Envelope,
    words::{phrase, phrased},
};

/// A connection to a relay, ready for messages.
pub struct Session {
    wire: Wire,
    capabilities: Capabilities,
    timeouts: Timeouts,
    state: SessionState,
    messages_sent: u32,
}

/// What the relay's end of the conversation is in.
#[derive(Debug, PartialEq, Eq)]
enum SessionState {
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
            state: SessionState::Idle,
            messages_sent: 0,
        })
    }

    /// What the relay said of itself.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Whether another message may be tried. Never true after a [`LostAnswer`], a goodbye, or a
    /// `deliver` whose future was dropped half-way.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.state != SessionState::Broken
    }

    /// Whether the relay waits for a message that was announced to it: only that one may follow.
    #[must_use]
    pub(crate) fn awaits_announced(&self) -> bool {
        matches!(self.state, SessionState::Announced(_))
    }

    /// Messages that the relay took in this session.
    #[must_use]
    pub fn messages_sent(&self) -> u32 {
        self.messages_sent
    }

    /// Hands one message to the relay: CRLF line ends, 7bit, not dot-stuffed.
    ///
    /// # Errors
    /// [`LostAnswer`] says whether the relay may have it.
    pub async fn deliver(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<Answer, LostAnswer> {
        self.deliver_then(envelope, message.into(), None).await
    }

    /// Like [`Self::deliver`], and announces `next` in the same write as this message's end, which
    /// saves a round trip. The next call must then bring that message; otherwise the session is
    /// dropped, which costs nothing but the connection: nothing of `next` was sent.
    /// Without PIPELINING, `next` is announced by its own call.
    ///
    /// # Errors
    /// [`LostAnswer`] says whether the relay may have `message`; it never has `next`.
    pub async fn deliver_then(
        &mut self,
        envelope: &Envelope,
        message: MessageParts<'_>,
        next: Option<Announcement<'_>>,
    ) -> Result<Answer, LostAnswer> {
        // Whatever happens from here on, also to this future: broken until proven whole.
        let refusal = match mem::replace(&mut self.state, SessionState::Broken) {
            SessionState::Broken => {
                return Err(LostAnswer::without_doubt(Stage::Mail, LostCause::Closed));
            }
            SessionState::Announced(announced) if announced == *envelope => {
                self.read_envelope_replies(false).await?
            }
            SessionState::Announced(_) => {
                let said = phrase!("nothing: another message was announced").to_owned();
                return Err(LostAnswer::without_doubt(
                    Stage::Mail,
                    LostCause::Protocol(said),
                ));
            }
            state @ (SessionState::Idle | SessionState::NeedsReset) => {
                match self.prepare(envelope, message.len()) {
                    Ok(commands) => {
                        self.open(&commands, state == SessionState::NeedsReset)
                            .await?
                    }
                    Err(refused) => {
                        self.state = state;
                        Some(refused)
                    }
                }
            }
        };
        match refusal {
            Some(refused) => Ok(refused),
            None => self.transfer(message, next).await,
        }
    }

    /// Asks whether the relay takes mail from that sender, and takes the question back. Some:
    /// its refusal.
    ///
    /// # Errors
    /// When the connection is lost.
    pub(crate) async fn try_sender(&mut self, from: &Address) -> Result<Option<Reply>, LostAnswer> {
        let Some(mail) = commands::mail(from) else {
            return Ok(None);
        };
        if mem::replace(&mut self.state, SessionState::Broken) != SessionState::Idle {
            return Err(LostAnswer::without_doubt(Stage::Mail, LostCause::Closed));
        }
        self.say(Stage::Mail, &mail).await?;
        let reply = self.hear(Stage::Mail).await?;
        self.say(Stage::Rset, &commands::rset()).await?;
        self.read_reset_reply().await?;
        self.state = SessionState::Idle;
        Ok((!reply.is_positive()).then_some(reply))
    }

    /// Says goodbye. Nothing depends on how the relay takes it.
    pub async fn quit(mut self) {
        if matches!(self.state, SessionState::Idle | SessionState::NeedsReset) {
            let within = self.timeouts.quit;
            if self
                .wire
                .send(commands::quit().as_bytes(), within)
                .await
                .is_ok()
            {
                let _ = self.wire.reply(within).await;
            }
        }
    }

    /// What to say for a message. Err: what need not be asked, for the relay has said already that
    /// it takes no such message, or SMTP can't carry the address.
    fn prepare(&self, envelope: &Envelope, bytes: usize) -> Result<EnvelopeCommands, Answer> {
        let refuse = |stage, code, enhanced, text: String| Answer::Refused {
            stage,
            reply: Reply::local(code, enhanced, text),
        };
        if let Some(limit) = self.capabilities.max_size_bytes
            && bytes as u64 > limit
        {
            let text = phrased!(
                "the message has {bytes} bytes and the relay announces SIZE {limit}; not sent"
            );
            return Err(refuse(Stage::Dot, 552, EnhancedCode::new(5, 3, 4), text));
        }
        let size = self.capabilities.takes_size.then_some(bytes);
        EnvelopeCommands::new(envelope, size).map_err(|stage| {
            let detail = if stage == Stage::Mail { 7 } else { 3 };
            let text = phrase!("an address that SMTP can't carry; not sent").to_owned();
            refuse(stage, 553, EnhancedCode::new(5, 1, detail), text)
        })
    }

    /// Says MAIL, RCPT, DATA. None: the relay waits for the message.
    async fn open(
        &mut self,
        commands: &EnvelopeCommands,
        reset: bool,
    ) -> Result<Option<Answer>, LostAnswer> {
        if self.capabilities.pipelining {
            self.say(Stage::Mail, &commands.group(reset)).await?;
            return self.read_envelope_replies(reset).await;
        }
        if reset {
            self.say(Stage::Rset, &commands::rset()).await?;
            self.read_reset_reply().await?;
        }
        for (stage, command) in [
            (Stage::Mail, commands.mail.to_string()),
            (Stage::Rcpt, commands.rcpt.to_string()),
        ] {
            self.say(stage, &command).await?;
            let reply = self.hear(stage).await?;
            if !reply.is_positive() {
                return self.refused(stage, reply).map(Some);
            }
        }
        self.say(Stage::Data, &commands::data()).await?;
        let reply = self.hear(Stage::Data).await?;
        if reply.code == 354 {
            return Ok(None);
        }
        self.refused(Stage::Data, reply).map(Some)
    }

    /// The answers to a group of MAIL, RCPT, DATA. None: the relay waits for the message.
    async fn read_envelope_replies(&mut self, reset: bool) -> Result<Option<Answer>, LostAnswer> {
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
                self.state = SessionState::Broken;
                Ok(Some(Answer::Refused { stage, reply }))
            }
            (Some((stage, reply)), _) => self.refused(stage, reply).map(Some),
        }
    }

    async fn read_reset_reply(&mut self) -> Result<(), LostAnswer> {
        let reply = self.hear(Stage::Rset).await?;
        if reply.is_positive() {
            Ok(())
        } else {
            Err(LostAnswer::without_doubt(
                Stage::Rset,
                LostCause::ShuttingDown(reply),
            ))
        }
    }

    /// The refusal is known whatever comes of the dot; the connection is kept only if all is well.
    async fn send_lone_dot(&mut self) {
        self.state = SessionState::Broken;
        if self
            .wire
            .send(b".\r\n", self.timeouts.transfer)
            .await
            .is_ok()
            && let Ok(reply) = self.wire.reply(self.timeouts.dot).await
            && reply.code != 421
            && !self.wire.has_unread()
        {
            self.state = SessionState::NeedsReset;
        }
    }

    /// The message, its dot, the next envelope; then the answer to the dot.
    async fn transfer(
        &mut self,
        message: MessageParts<'_>,
        next: Option<Announcement<'_>>,
    ) -> Result<Answer, LostAnswer> {
        if self.wire.has_unread() {
            // It speaks when it is our turn. The message never leaves; a no is an answer.
            let reply = self.hear(Stage::Dot).await?;
            if reply.code >= 400 {
                let stage = Stage::Dot;
                return Ok(Answer::Refused { stage, reply });
            }
            let said = phrased!("“{reply}” out of turn");
            return Err(LostAnswer::without_doubt(
                Stage::Dot,
                LostCause::Protocol(said),
            ));
        }
        // One that will be refused here is left to its own turn.
        let next = next
            .filter(|_| self.capabilities.pipelining)
            .and_then(|next| {
                let commands = self.prepare(next.envelope, next.bytes).ok()?;
                Some((next.envelope, commands.group(false)))
            });
        let mut framed = FramedMessage::new(message);
        let harmless = framed.harmless_bytes();
        if let Some((_, group)) = &next {
            framed.followed_by(group.as_bytes());
        }
        let mut sent = SentBytes::default();
        let handed_over = self
            .wire
            .send_slices(framed.slices(), &mut sent, self.timeouts.transfer)
            .await;
        let (reply, is_whole) = match handed_over {
            Ok(()) => (self.wire.reply(self.timeouts.dot).await, true),
            // It may have hung up after its answer, or instead of taking all of the message.
            Err(cause) => (self.wire.last_words().await.ok_or(cause), false),
        };
        let dot_left = is_whole || sent.may_exceed(harmless, next.is_some());
        let lost_at_dot = |dot_left, cause| LostAnswer {
            dot_left,
            stage: Stage::Dot,
            cause,
        };
        let reply = reply.map_err(|cause| lost_at_dot(dot_left, cause))?;
        let answer = match reply.code {
            200..=299 if dot_left => Answer::Accepted(reply),
            421 => {
                return Err(LostAnswer::without_doubt(
                    Stage::Dot,
                    LostCause::ShuttingDown(reply),
                ));
            }
            400..=599 => Answer::Refused {
                stage: Stage::Dot,
                reply,
            },
            _ => {
                let said = phrased!("“{reply}” in answer to the message");
                return Err(lost_at_dot(dot_left, LostCause::Protocol(said)));
            }
        };
        if matches!(answer, Answer::Accepted(_)) {
            self.messages_sent += 1;
        }
        self.state = match next {
            _ if !is_whole => SessionState::Broken,
            Some((envelope, _)) => SessionState::Announced(envelope.clone()),
            None if self.wire.has_unread() => SessionState::Broken,
            None => SessionState::Idle,
        };
        Ok(answer)
    }

    async fn say(&mut self, stage: Stage, command: &str) -> Result<(), LostAnswer> {
        let within = self.timeouts.transfer;
        let Err(cause) = self.wire.send(command.as_bytes(), within).await else {
            return Ok(());
        };
        let cause = match self.wire.last_words().await {
            Some(reply) if reply.code >= 400 => LostCause::ShuttingDown(reply),
            _ => cause,
        };
        Err(LostAnswer::without_doubt(stage, cause))
    }

    /// The next reply; a 421 is a goodbye wherever it comes (RFC 5321 §3.8).
    async fn hear(&mut self, stage: Stage) -> Result<Reply, LostAnswer> {
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
            .map_err(|cause| LostAnswer::without_doubt(stage, cause))?;
        if reply.code == 421 {
            return Err(LostAnswer::without_doubt(
                stage,
                LostCause::ShuttingDown(reply),
            ));
        }
        Ok(reply)
    }

    /// A refusal before the message, which leaves the session usable; anything but 4xx and 5xx
    /// is no answer to what we said.
    fn refused(&mut self, stage: Stage, reply: Reply) -> Result<Answer, LostAnswer> {
        if !reply.is_transient() && !reply.is_permanent() {
            let said = phrased!("“{reply}” in answer to {stage}");
            return Err(LostAnswer::without_doubt(stage, LostCause::Protocol(said)));
        }
        self.state = SessionState::NeedsReset;
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
