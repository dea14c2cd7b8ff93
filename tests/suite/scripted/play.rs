//! What a script can do, and when: the first play whose conditions hold is played, otherwise the
//! server behaves.

use std::{sync::Mutex, time::Duration};

/// A moment in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Instead of the 220.
    Greeting,
    /// EHLO.
    Ehlo,
    /// HELO.
    Helo,
    /// STARTTLS.
    StartTls,
    /// AUTH, and each line of its exchange.
    Auth,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// The first bytes of the message: the rest is left unread.
    Body,
    /// The final dot.
    Dot,
    /// RSET.
    Rset,
    /// QUIT.
    Quit,
}

/// What to do.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Say these bytes.
    Say(Vec<u8>),
    /// Say nothing more, read nothing more; the connection stays open.
    Stall,
    /// Hang up.
    Close,
}

/// Says of a recipient whether a play is played; may keep count of what it was asked.
type Condition = Box<dyn FnMut(&str) -> bool + Send>;

/// Something to do and the conditions under which it is done.
pub(crate) struct Play {
    pub(super) act: Act,
    pub(super) closes: bool,
    pub(super) delay: Duration,
    pub(super) in_pieces: bool,
    recipient: Option<String>,
    connection: Option<usize>,
    message: Option<usize>,
    every: usize,
    skip: usize,
    times: usize,
    /// How often the conditions held so far.
    matches: Mutex<usize>,
    condition: Option<Mutex<Condition>>,
}

/// Answers with this line instead. With several lines, write them as they go over the wire.
pub(crate) fn reply(line: &str) -> Play {
    Play::new(Act::Say(format!("{line}\r\n").into_bytes()))
}

/// Answers with these bytes instead, whatever they are.
pub(crate) fn raw(bytes: &[u8]) -> Play {
    Play::new(Act::Say(bytes.to_vec()))
}

/// Hangs up instead of answering.
pub(crate) fn close() -> Play {
    Play::new(Act::Close)
}

/// Falls silent and keeps the connection open.
pub(crate) fn stall() -> Play {
    Play::new(Act::Stall)
}

impl Play {
    fn new(act: Act) -> Self {
        Self {
            closes: matches!(act, Act::Close),
            act,
            delay: Duration::ZERO,
            in_pieces: false,
            recipient: None,
            connection: None,
            message: None,
            every: 1,
            skip: 0,
            times: usize::MAX,
            matches: Mutex::new(0),
            condition: None,
        }
    }

    /// Only where the recipient contains this (from RCPT on).
    pub(crate) fn to(mut self, recipient: &str) -> Self {
        self.recipient = Some(recipient.to_owned());
        self
    }

    /// Only where this says so of the recipient: a relay with a memory.
    pub(crate) fn when(mut self, condition: impl FnMut(&str) -> bool + Send + 'static) -> Self {
        self.condition = Some(Mutex::new(Box::new(condition)));
        self
    }

    /// Only on that connection, from 1.
    pub(crate) fn connection(mut self, number: usize) -> Self {
        self.connection = Some(number);
        self
    }

    /// Only for that message of a connection, from 1.
    pub(crate) fn message(mut self, number: usize) -> Self {
        self.message = Some(number);
        self
    }

    /// Only the first so many times.
    pub(crate) fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Not the first so many times.
    pub(crate) fn skip(mut self, times: usize) -> Self {
        self.skip = times;
        self
    }

    /// Only every so many times.
    pub(crate) fn every(mut self, times: usize) -> Self {
        self.every = times;
        self
    }

    /// After so long.
    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Byte by byte, each in its own packet.
    pub(crate) fn in_pieces(mut self) -> Self {
        self.in_pieces = true;
        self
    }

    /// And then hangs up.
    pub(crate) fn then_close(mut self) -> Self {
        self.closes = true;
        self
    }

    fn holds(&self, moment: &Moment<'_>) -> bool {
        let is_here = self
            .connection
            .is_none_or(|number| number == moment.connection)
            && self.message.is_none_or(|number| number == moment.message)
            && self
                .recipient
                .as_ref()
                .is_none_or(|recipient| moment.recipient.contains(recipient.as_str()))
            && self
                .condition
                .as_ref()
                .is_none_or(|condition| condition.lock().unwrap()(moment.recipient));
        if !is_here {
            return false;
        }
        let mut matches = self.matches.lock().unwrap();
        *matches += 1;
        let turn = *matches;
        turn > self.skip
            && turn.is_multiple_of(self.every)
            && (turn - self.skip) / self.every <= self.times
    }
}

/// Where a conversation is.
pub(super) struct Moment<'a> {
    pub(super) connection: usize,
    pub(super) message: usize,
    pub(super) recipient: &'a str,
}

/// All plays, in the order in which the test named them.
#[derive(Default)]
pub(super) struct Script {
    plays: Vec<(At, Play)>,
}

impl Script {
    pub(super) fn add(&mut self, at: At, play: Play) {
        self.plays.push((at, play));
    }

    pub(super) fn play(&self, at: At, moment: &Moment<'_>) -> Option<&Play> {
        self.plays
            .iter()
            .filter(|(when, _)| *when == at)
            .map(|(_, play)| play)
            .find(|play| play.holds(moment))
    }
}
