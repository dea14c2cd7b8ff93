//! The server's side of one SMTP conversation (RFC 5321), with PIPELINING, 8BITMIME, SMTPUTF8 and
//! SIZE. Strict about what ends a message: CRLF, dot, CRLF and nothing else.

use std::{io, sync::Arc, time::Duration};

use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::watch,
    time::timeout,
};

use super::{
    lines::{has_bare_line_ends, path, without_doubled_dots},
    room::ConversationPermit,
    stream::MailStream,
    taker::{BroughtMail, MailTaker, TakeFault},
};
use crate::clock::Stopwatch;

/// RFC 5321 §4.5.3.2.7.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a connection may be silent between commands where others wait for its place; in the middle of
/// something, `STALLED`.
const IDLE: Duration = Duration::from_secs(2);
const STALLED: Duration = Duration::from_secs(30);
/// RFC 5321 §4.5.3.1.4 asks for 512 at least; extensions add to it.
const MAX_COMMAND_BYTES: usize = 4096;
/// RFC 5321 §4.5.3.1.8.
const MAX_RECIPIENTS: usize = 100;
/// Wrong commands after which we hang up.
const MAX_ERRORS: u32 = 20;

/// One connection.
pub(super) struct Conversation {
    stream: Box<dyn MailStream>,
    taker: Arc<dyn MailTaker>,
    room: ConversationPermit,
    stopped: watch::Receiver<bool>,
    input: Vec<u8>,
    output: Vec<u8>,
    /// The sender, once MAIL was taken; empty for `<>`.
    sender: Option<String>,
    recipients: Vec<String>,
    errors: u32,
    has_greeted: bool,
}

/// What follows a command.
#[derive(PartialEq, Eq)]
enum AfterCommand {
    Command,
    Message,
    Goodbye,
}

impl Conversation {
    pub(super) fn new(
        stream: Box<dyn MailStream>,
        taker: Arc<dyn MailTaker>,
        room: ConversationPermit,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self {
            stream,
            taker,
            room,
            stopped,
            input: Vec::new(),
            output: Vec::new(),
            sender: None,
            recipients: Vec::new(),
            errors: 0,
            has_greeted: false,
        }
    }

    /// From the greeting to the goodbye.
    pub(super) async fn run(mut self) -> io::Result<()> {
        let greeting = format!("220 {}", self.taker.manners().greeting);
        self.say(&greeting);
        loop {
            let Some(line) = self.command_line().await? else {
                return self.flush().await;
            };
            let next = self.obey(&line).await;
            match next {
                AfterCommand::Command => {}
                AfterCommand::Message => self.take_message().await?,
                AfterCommand::Goodbye => return self.flush().await,
            }
            if self.errors >= MAX_ERRORS {
                self.say("421 4.7.0 Too many errors");
                return self.flush().await;
            }
        }
    }

    fn say(&mut self, reply: &str) {
        self.output.extend_from_slice(reply.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }

    fn complain(&mut self, reply: &str) {
        self.errors += 1;
        self.say(reply);
    }

    async fn flush(&mut self) -> io::Result<()> {
        match timeout(PATIENCE, self.stream.write_all(&self.output)).await {
            Ok(written) => written?,
            Err(_elapsed) => return Err(io::ErrorKind::TimedOut.into()),
        }
        self.output.clear();
        Ok(())
    }

    /// Sends what is due and waits for more. False: the other end is done, or we are.
    async fn fill(&mut self) -> io::Result<bool> {
        self.flush().await?;
        self.input.reserve(64 * 1024);
        let is_idle = self.input.is_empty() && self.sender.is_none();
        let spared = if self.input.is_empty() { IDLE } else { STALLED };
        let waiting = Stopwatch::start();
        let ending = loop {
            tokio::select! {
                read = timeout(PATIENCE, self.stream.read_buf(&mut self.input)) => match read {
                    Ok(length) => return Ok(length? > 0),
                    Err(_elapsed) => break "421 4.4.2 Nothing came for five minutes",
                },
                _ = self.stopped.wait_for(|stopped| *stopped), if is_idle => {
                    break "421 4.3.2 The inbox is closing";
                }
                () = self.room.is_wanted(), if waiting.elapsed() > spared => {
                    break "421 4.7.0 Others wait for this place";
                }
                () = tokio::time::sleep(spared), if waiting.elapsed() <= spared => {}
            }
        };
        self.say(ending);
        Ok(false)
    }

    /// The next line without its end. None: there is none to come.
    async fn command_line(&mut self) -> io::Result<Option<String>> {
        let mut searched = 0;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.input[searched..]) {
                let line: Vec<u8> = self.input.drain(..=searched + at).collect();
                let line = String::from_utf8_lossy(&line);
                return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()));
            }
            searched = self.input.len();
            if searched > MAX_COMMAND_BYTES {
                self.say("500 5.5.6 Line too long");
                return Ok(None);
            }
            if !self.fill().await? {
                return Ok(None);
            }
        }
    }

    async fn obey(&mut self, line: &str) -> AfterCommand {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" | "LHLO" if argument.trim().is_empty() => {
                self.complain("501 5.5.4 Say who you are");
            }
            "EHLO" | "HELO" if self.taker.manners().is_lmtp => {
                self.complain("500 5.5.1 This is LMTP: LHLO");
            }
            "LHLO" if !self.taker.manners().is_lmtp => {
                self.complain("500 5.5.1 This is SMTP: EHLO");
            }
            "EHLO" | "LHLO" => self.greet(),
            "HELO" => {
                self.reset();
                self.has_greeted = true;
                self.say("250 localhost");
            }
            "MAIL" => self.mail(argument),
            "RCPT" => self.rcpt(argument).await,
            "DATA" => return self.data(),
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 Forgotten");
            }
            "NOOP" => self.say("250 2.0.0 Nothing done"),
            "VRFY" => self.say("252 2.1.5 Send it and see"),
            "HELP" => self.say("214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY QUIT"),
            "QUIT" => {
                self.say("221 2.0.0 Goodbye");
                return AfterCommand::Goodbye;
            }
            _ => self.complain("500 5.5.2 No such command"),
        }
        AfterCommand::Command
    }

    fn greet(&mut self) {
        self.reset();
        self.has_greeted = true;
        let manners = self.taker.manners();
        let lines = [
            format!("250-{}", manners.about),
            "250-PIPELINING".to_owned(),
            format!("250-SIZE {}", manners.most_bytes),
            "250-8BITMIME".to_owned(),
            "250-SMTPUTF8".to_owned(),
            "250 ENHANCEDSTATUSCODES".to_owned(),
        ];
        lines.iter().for_each(|line| self.say(line));
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    fn mail(&mut self, argument: &str) {
        if !self.has_greeted {
            return self.complain("503 5.5.1 EHLO first");
        }
        if self.sender.is_some() {
            return self.complain("503 5.5.1 One sender at a time");
        }
        let most_bytes = self.taker.manners().most_bytes;
        let Some((sender, parameters)) = path(argument, "FROM:") else {
            return self.complain("501 5.5.4 MAIL FROM:<address>");
        };
        for parameter in parameters.split_ascii_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.to_ascii_uppercase().as_str() {
                "BODY" | "SMTPUTF8" => {}
                "SIZE" => match value.parse::<usize>() {
                    Ok(bytes) if bytes <= most_bytes => {}
                    Ok(_) => return self.say("552 5.3.4 Too large"),
                    Err(_) => return self.complain("501 5.5.4 SIZE is a number"),
                },
                _ => return self.complain("555 5.5.4 No such parameter"),
            }
        }
        self.sender = Some(sender.to_owned());
        self.say("250 2.1.0 OK");
    }

    async fn rcpt(&mut self, argument: &str) {
        if self.sender.is_none() {
            return self.complain("503 5.5.1 MAIL first");
        }
        if self.recipients.len() >= MAX_RECIPIENTS {
            return self.say("452 4.5.3 Too many recipients");
        }
        match path(argument, "TO:") {
            Some((recipient, "")) if !recipient.is_empty() => {
                if !self.taker.is_taken(recipient).await {
                    return self.complain("550 5.1.1 Nobody here has that address");
                }
                self.recipients.push(recipient.to_owned());
                self.say("250 2.1.5 OK");
            }
            Some((_, parameters)) if !parameters.is_empty() => {
                self.complain("555 5.5.4 No such parameter");
            }
            _ => self.complain("501 5.5.4 RCPT TO:<address>"),
        }
    }

    fn data(&mut self) -> AfterCommand {
        if self.sender.is_none() {
            self.complain("503 5.5.1 MAIL first");
        } else if self.recipients.is_empty() {
            self.complain("554 5.5.1 No valid recipients");
        } else {
            self.say("354 End with a dot on a line of its own");
            return AfterCommand::Message;
        }
        AfterCommand::Command
    }

    /// Reads to the final dot and answers for the message. A connection that ends before it
    /// leaves nothing behind.
    async fn take_message(&mut self) -> io::Result<()> {
        let most_bytes = self.taker.manners().most_bytes;
        let mut searched = 0;
        let end = loop {
            // The CRLF before the dot may be the one that ended DATA.
            if self.input.starts_with(b".\r\n") {
                break 0;
            }
            if let Some(at) = memmem::find(&self.input[searched..], b"\r\n.\r\n") {
                break searched + at + 2;
            }
            searched = self.input.len().saturating_sub(4);
            if !self.room.holds(self.input.len()) {
                self.say("452 4.3.1 Too much mail at once");
                self.flush().await?;
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            if self.input.len() > most_bytes + most_bytes / 8 {
                self.say("552 5.3.4 Too large");
                self.flush().await?;
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            if !self.fill().await? {
                self.flush().await?;
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let rest = self.input.split_off(end + 3);
        let mut message = std::mem::replace(&mut self.input, rest);
        message.truncate(end);
        let message = without_doubled_dots(message);
        self.keep(message).await;
        self.input.shrink_to(64 * 1024);
        self.room.give_back();
        self.reset();
        Ok(())
    }

    /// Answers for a message: under LMTP once for each of its recipients.
    async fn keep(&mut self, message: Vec<u8>) {
        let manners = self.taker.manners();
        let answers = match manners.is_lmtp {
            true => self.recipients.len(),
            false => 1,
        };
        let answer = self.kept(message).await;
        for _ in 0..answers {
            self.say(answer);
        }
    }

    async fn kept(&mut self, message: Vec<u8>) -> &'static str {
        if message.len() > self.taker.manners().most_bytes {
            return "552 5.3.4 Too large";
        }
        if has_bare_line_ends(&message) {
            return "550 5.6.0 Lines must end in CRLF (RFC 5321 2.3.8)";
        }
        let mail = BroughtMail {
            sender: self.sender.take().unwrap_or_default(),
            recipients: std::mem::take(&mut self.recipients),
            message,
        };
        match self.taker.take(mail).await {
            Ok(()) => "250 2.0.0 Kept",
            Err(TakeFault::Full(answer)) => answer,
            Err(TakeFault::NotNow) => "451 4.3.0 Can't keep it now",
        }
    }
}
