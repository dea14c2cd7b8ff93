//! The server's side of one SMTP conversation (RFC 5321), with PIPELINING, 8BITMIME, SMTPUTF8 and
//! SIZE. Strict about what ends a message: CRLF, dot, CRLF and nothing else.

use std::{io, sync::Arc, time::Duration};

use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::timeout,
};

use super::{Maildrop, room::ConversationPermit};
use crate::clock::Stopwatch;

/// RFC 5321 §4.5.3.2.7.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a connection may be silent between commands where others wait for its place; in the middle of
/// something, `STALLED`.
const IDLE: Duration = Duration::from_secs(2);
const STALLED: Duration = Duration::from_secs(30);
/// RFC 5321 §4.5.3.1.4 asks for 512 at least; extensions add to it.
const MAX_COMMAND_BYTES: usize = 4096;
const MAX_MESSAGE_BYTES: usize = 50 * 1024 * 1024;
/// RFC 5321 §4.5.3.1.8.
const MAX_RECIPIENTS: usize = 100;
/// Wrong commands after which we hang up.
const MAX_ERRORS: u32 = 20;

/// One connection.
pub(super) struct Conversation {
    tcp: TcpStream,
    maildrop: Arc<Maildrop>,
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
        tcp: TcpStream,
        maildrop: Arc<Maildrop>,
        room: ConversationPermit,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self {
            tcp,
            maildrop,
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
        self.tcp.set_nodelay(true)?;
        self.say("220 localhost ESMTP daily-note inbox");
        loop {
            let Some(line) = self.command_line().await? else {
                return self.flush().await;
            };
            let next = self.obey(&line);
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
        match timeout(PATIENCE, self.tcp.write_all(&self.output)).await {
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
                read = timeout(PATIENCE, self.tcp.read_buf(&mut self.input)) => match read {
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

    fn obey(&mut self, line: &str) -> AfterCommand {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" if argument.trim().is_empty() => {
                self.complain("501 5.5.4 Say who you are");
            }
            "EHLO" => {
                self.reset();
                self.has_greeted = true;
                self.say("250-localhost keeps what you send in .daily-note/inbox");
                self.say("250-PIPELINING");
                self.say(&format!("250-SIZE {MAX_MESSAGE_BYTES}"));
                self.say("250-8BITMIME");
                self.say("250-SMTPUTF8");
                self.say("250 ENHANCEDSTATUSCODES");
            }
            "HELO" => {
                self.reset();
                self.has_greeted = true;
                self.say("250 localhost");
            }
            "MAIL" => self.mail(argument),
            "RCPT" => self.rcpt(argument),
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
        let Some((sender, parameters)) = path(argument, "FROM:") else {
            return self.complain("501 5.5.4 MAIL FROM:<address>");
        };
        for parameter in parameters.split_ascii_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.to_ascii_uppercase().as_str() {
                "BODY" | "SMTPUTF8" => {}
                "SIZE" => match value.parse::<usize>() {
                    Ok(bytes) if bytes <= MAX_MESSAGE_BYTES => {}
                    Ok(_) => return self.say("552 5.3.4 Too large"),
                    Err(_) => return self.complain("501 5.5.4 SIZE is a number"),
                },
                _ => return self.complain("555 5.5.4 No such parameter"),
            }
        }
        self.sender = Some(sender.to_owned());
        self.say("250 2.1.0 OK");
    }

    fn rcpt(&mut self, argument: &str) {
        if self.sender.is_none() {
            return self.complain("503 5.5.1 MAIL first");
        }
        if self.recipients.len() >= MAX_RECIPIENTS {
            return self.say("452 4.5.3 Too many recipients");
        }
        match path(argument, "TO:") {
            Some((recipient, "")) if !recipient.is_empty() => {
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
            if self.input.len() > MAX_MESSAGE_BYTES + MAX_MESSAGE_BYTES / 8 {
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

    async fn keep(&mut self, message: Vec<u8>) {
        if message.len() > MAX_MESSAGE_BYTES {
            return self.say("552 5.3.4 Too large");
        }
        if has_bare_line_ends(&message) {
            return self.say("550 5.6.0 Lines must end in CRLF (RFC 5321 2.3.8)");
        }
        let maildrop = Arc::clone(&self.maildrop);
        let sender = self.sender.take().unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        let kept = tokio::task::spawn_blocking(move || {
            recipients
                .iter()
                .try_for_each(|to| maildrop.keep(&sender, to, &message).map(drop))
        });
        match kept.await {
            Ok(Ok(())) => self.say("250 2.0.0 Kept"),
            Ok(Err(error)) if error.kind() == io::ErrorKind::QuotaExceeded => {
                self.say("452 4.3.1 The inbox is full: daily-note inbox clear");
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "the inbox can't keep a message");
                self.say("451 4.3.0 Can't keep it now");
            }
            Err(_) => self.say("451 4.3.0 Can't keep it now"),
        }
    }
}

/// `FROM:<a@example.com> SIZE=1` → the address and what follows. Also without the brackets, as
/// people type it.
fn path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let head = argument.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = argument[keyword.len()..].trim_start();
    let (address, parameters) = match rest.strip_prefix('<') {
        Some(inner) => inner.split_once('>')?,
        None if rest.is_empty() => return None,
        None => rest.split_once(' ').unwrap_or((rest, "")),
    };
    let is_clean = !address.contains(|c: char| c.is_control() || c == '<' || c == '>');
    is_clean.then_some((address, parameters.trim()))
}

/// RFC 5321 §4.5.2, backwards.
fn without_doubled_dots(message: Vec<u8>) -> Vec<u8> {
    if !message.starts_with(b".") && memmem::find(&message, b"\r\n.").is_none() {
        return message;
    }
    let mut plain = Vec::with_capacity(message.len());
    let mut rest = message.strip_prefix(b".").unwrap_or(&message);
    while let Some(at) = memmem::find(rest, b"\r\n.") {
        plain.extend_from_slice(&rest[..at + 2]);
        rest = &rest[at + 3..];
    }
    plain.extend_from_slice(rest);
    plain
}

fn has_bare_line_ends(message: &[u8]) -> bool {
    memchr::memchr2_iter(b'\r', b'\n', message).any(|at| match message[at] {
        b'\r' => message.get(at + 1) != Some(&b'\n'),
        _ => at == 0 || message[at - 1] != b'\r',
    })
}
