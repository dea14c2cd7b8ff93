//! One connection of the scripted server, from greeting to goodbye.

mod auth;

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::atomic::Ordering,
    thread,
    time::Duration,
};

use tokio_rustls::rustls::{ServerConnection, StreamOwned};

use super::{
    Connection, Offer, Shared, Taken,
    play::{Act, At, Moment},
    stream::Stream,
};

/// How a conversation goes on.
enum Next {
    Go,
    End,
}

pub(super) struct Conversation<'a> {
    shared: &'a Shared,
    number: usize,
    stream: Stream,
    input: Vec<u8>,
    sender: Option<String>,
    recipient: String,
    /// Messages begun on this connection.
    messages: usize,
    is_authenticated: bool,
    /// MAIL, RCPT and DATA came in one write.
    is_announced: bool,
}

impl<'a> Conversation<'a> {
    pub(super) fn run(shared: &'a Shared, number: usize, socket: TcpStream) {
        let _ = socket.set_nodelay(true);
        let mut conversation = Self {
            shared,
            number,
            stream: Stream::Clear(socket),
            input: Vec::new(),
            sender: None,
            recipient: String::new(),
            messages: 0,
            is_authenticated: false,
            is_announced: false,
        };
        // An error is a client that hung up: what it hung up on is in `in_the_middle_of`.
        let _ = conversation.converse();
        let is_announced = conversation.is_announced;
        conversation.note(|connection| {
            connection.has_ended = true;
            // An announced message that never comes (its reader left meanwhile) harms nobody.
            if is_announced && connection.in_the_middle_of != Some(At::Body) {
                connection.in_the_middle_of = None;
            }
            let _ = connection.socket.shutdown(std::net::Shutdown::Both);
        });
    }

    fn converse(&mut self) -> io::Result<()> {
        if self.shared.plan.offer == Offer::Implicit {
            self.shake_hands()?;
        }
        if let Next::End = self.answer(At::Greeting, "220 scripted.example.com ESMTP")? {
            return Ok(());
        }
        while let Some(line) = self.line()? {
            if let Next::End = self.obey(&line)? {
                break;
            }
        }
        Ok(())
    }

    fn obey(&mut self, line: &str) -> io::Result<Next> {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "EHLO" => self.ehlo(),
            "HELO" => self.answer(At::Helo, "250 scripted.example.com"),
            "STARTTLS" => self.starttls(),
            "AUTH" => self.auth(argument),
            "MAIL" => self.mail(argument),
            "RCPT" => self.rcpt(argument),
            "DATA" => self.data(),
            "RSET" => {
                self.sender = None;
                self.recipient.clear();
                self.in_the_middle_of(None);
                self.answer(At::Rset, "250 2.0.0 OK")
            }
            "QUIT" => {
                self.in_the_middle_of(None);
                self.answer(At::Quit, "221 2.0.0 Bye")?;
                Ok(Next::End)
            }
            _ => {
                self.violation(format!("sent “{line}”"));
                self.say(b"500 5.5.2 No such command\r\n")
            }
        }
    }

    fn ehlo(&mut self) -> io::Result<Next> {
        let plan = &self.shared.plan;
        let mut lines = vec!["scripted.example.com".to_owned()];
        lines.extend(plan.extensions.iter().cloned());
        if plan.offer == Offer::StartTls && matches!(self.stream, Stream::Clear(_)) {
            lines.push("STARTTLS".to_owned());
        }
        if plan.credentials.is_some() {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        if let Some(tokens) = &plan.tokens {
            lines.push(format!("AUTH {}", tokens.mechanisms));
        }
        let last = lines.len() - 1;
        let answer: Vec<String> = (0..)
            .zip(&lines)
            .map(|(at, line)| format!("250{}{line}", if at == last { ' ' } else { '-' }))
            .collect();
        self.answer(At::Ehlo, &answer.join("\r\n"))
    }

    fn starttls(&mut self) -> io::Result<Next> {
        let next = self.answer(At::StartTls, "220 2.0.0 Ready")?;
        let refused = self.last_said_starts_with("4") || self.last_said_starts_with("5");
        match next {
            Next::Go if !refused => self.shake_hands().map(|()| Next::Go),
            next => Ok(next),
        }
    }

    fn shake_hands(&mut self) -> io::Result<()> {
        let Stream::Clear(tcp) = std::mem::replace(&mut self.stream, Stream::Gone) else {
            return Ok(());
        };
        let is_impostor = self.shared.plan.impostors.contains(&self.number);
        let certificates = match is_impostor {
            true => self.shared.impostor.as_ref(),
            false => self.shared.certificates.as_ref(),
        };
        let config = certificates.expect("a plan with TLS").config();
        let session = ServerConnection::new(config).map_err(io::Error::other)?;
        self.input.clear();
        self.stream = Stream::Tls(Box::new(StreamOwned::new(session, tcp)));
        Ok(())
    }

    fn mail(&mut self, argument: &str) -> io::Result<Next> {
        let plan = &self.shared.plan;
        let wants_auth = plan.credentials.is_some() || plan.tokens.is_some();
        if wants_auth && !self.is_authenticated {
            return self.answer(At::Mail, "530 5.7.0 Authentication required");
        }
        if self.sender.is_some() {
            return self.say(b"503 5.5.1 Nested MAIL\r\n");
        }
        self.messages += 1;
        self.recipient.clear();
        self.is_announced = memchr::memmem::find(&self.input, b"DATA\r\n").is_some();
        self.in_the_middle_of(Some(At::Mail));
        let next = self.answer(At::Mail, "250 2.1.0 OK")?;
        if self.last_said_starts_with("2") {
            self.sender = Some(address(argument));
        }
        Ok(next)
    }

    fn rcpt(&mut self, argument: &str) -> io::Result<Next> {
        if self.sender.is_none() {
            return self.say(b"503 5.5.1 MAIL first\r\n");
        }
        self.recipient = address(argument);
        self.in_the_middle_of(Some(At::Rcpt));
        let next = self.answer(At::Rcpt, "250 2.1.5 OK")?;
        if !self.last_said_starts_with("2") {
            self.recipient.clear();
        }
        Ok(next)
    }

    fn data(&mut self) -> io::Result<Next> {
        if !self.input.is_empty() {
            self.violation("sent more before the answer to DATA".to_owned());
        }
        let usual = if self.sender.is_none() {
            "503 5.5.1 MAIL first"
        } else if self.recipient.is_empty() {
            "554 5.5.1 No valid recipients"
        } else {
            self.in_the_middle_of(Some(At::Data));
            "354 Go ahead"
        };
        let next = self.answer(At::Data, usual)?;
        match next {
            Next::Go if self.last_said_starts_with("354") => self.message(),
            next => Ok(next),
        }
    }

    fn message(&mut self) -> io::Result<Next> {
        if let Some(play) = self.shared.plan.script.play(At::Body, &self.moment()) {
            let mut first = [0; 512];
            let length = self.stream.read(&mut first)?;
            self.input.extend_from_slice(&first[..length]);
            if let Next::End = self.act(play)? {
                return Ok(Next::End);
            }
        }
        let end = loop {
            if self.input.starts_with(b".\r\n") {
                break 0;
            }
            if let Some(at) = memchr::memmem::find(&self.input, b"\r\n.\r\n") {
                break at + 2;
            }
            if !self.input.is_empty() {
                self.in_the_middle_of(Some(At::Body));
            }
            if !self.fill()? {
                return Ok(Next::End);
            }
        };
        let message: Vec<u8> = self.input.drain(..end + 3).take(end).collect();
        self.is_announced = false;
        self.in_the_middle_of(Some(At::Dot));
        self.heard(format!("({} bytes)", message.len()));
        let bytes = self.without_doubled_dots(&message);
        let recipient = std::mem::take(&mut self.recipient);
        let taken = Taken {
            sender: self.sender.take().unwrap_or_default(),
            message_id: message_id(&bytes),
            bytes,
            connection: self.number,
            answer: None,
            recipient: recipient.clone(),
        };
        if recipient.is_empty() {
            // A lone dot after a refused recipient.
            let next = self.say(b"554 5.5.1 No valid recipients\r\n");
            self.in_the_middle_of(None);
            return next;
        }
        self.recipient = recipient;
        let next = self.answer_the_dot(taken)?;
        self.recipient.clear();
        self.in_the_middle_of(None);
        Ok(next)
    }

    /// The message counts as taken before the answer leaves: a client that saw 250 finds it here.
    fn answer_the_dot(&mut self, mut taken: Taken) -> io::Result<Next> {
        let script = &self.shared.plan.script;
        let Some(play) = script.play(At::Dot, &self.moment()) else {
            taken.answer = Some("250 2.0.0 Taken".to_owned());
            self.shared.taken.lock().unwrap().push(taken);
            return self.say(b"250 2.0.0 Taken\r\n");
        };
        if let Act::Say(bytes) = &play.act {
            let answer = String::from_utf8_lossy(bytes).trim_end().to_owned();
            let is_refused = answer.starts_with('4') || answer.starts_with('5');
            taken.answer = Some(answer);
            if !is_refused {
                self.shared.taken.lock().unwrap().push(taken);
            }
        } else {
            self.shared.taken.lock().unwrap().push(taken);
        }
        self.act(play)
    }

    fn without_doubled_dots(&self, message: &[u8]) -> Vec<u8> {
        let mut plain = Vec::with_capacity(message.len());
        for line in message.split_inclusive(|byte| *byte == b'\n') {
            if !line.ends_with(b"\r\n") {
                self.violation("sent a bare LF".to_owned());
            }
            plain.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        plain
    }

    /// Plays the script, or says the usual.
    fn answer(&mut self, at: At, usual: &str) -> io::Result<Next> {
        match self.shared.plan.script.play(at, &self.moment()) {
            Some(play) => self.act(play),
            None => self.say(format!("{usual}\r\n").as_bytes()),
        }
    }

    fn act(&mut self, play: &super::Play) -> io::Result<Next> {
        if play.closes || !play.delay.is_zero() || !matches!(play.act, Act::Say(_)) {
            self.note(|connection| connection.is_disturbed = true);
        }
        self.sleep(play.delay);
        match &play.act {
            Act::Say(bytes) if play.in_pieces => {
                for byte in bytes {
                    self.stream.write_all(&[*byte])?;
                    thread::sleep(Duration::from_millis(1));
                }
                self.said(bytes);
            }
            Act::Say(bytes) => {
                self.say(bytes)?;
            }
            Act::Stall => {
                while !self.shared.is_over.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(5));
                }
                return Ok(Next::End);
            }
            Act::Close => {}
        }
        Ok(if play.closes { Next::End } else { Next::Go })
    }

    /// Sleeps, but not past the end of the test.
    fn sleep(&self, mut delay: Duration) {
        let nap = Duration::from_millis(5);
        while !delay.is_zero() && !self.shared.is_over.load(Ordering::SeqCst) {
            thread::sleep(nap.min(delay));
            delay = delay.saturating_sub(nap);
        }
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<Next> {
        self.said(bytes);
        self.stream.write_all(bytes)?;
        self.stream.flush()?;
        Ok(Next::Go)
    }

    /// The next command; None at the end of the connection.
    fn line(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(at) = self.input.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.input.drain(..=at).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                self.heard(line.clone());
                let pipelines = self
                    .shared
                    .plan
                    .extensions
                    .iter()
                    .any(|e| e == "PIPELINING");
                if !pipelines && !self.input.is_empty() {
                    self.violation(format!("pipelined unasked behind “{line}”"));
                }
                return Ok(Some(line));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 65536];
        let length = self.stream.read(&mut chunk)?;
        self.input.extend_from_slice(&chunk[..length]);
        Ok(length > 0)
    }

    fn moment(&self) -> Moment<'_> {
        Moment {
            connection: self.number,
            message: self.messages,
            recipient: &self.recipient,
        }
    }

    fn note<T>(&self, note: impl FnOnce(&mut Connection) -> T) -> T {
        note(&mut self.shared.connections.lock().unwrap()[self.number - 1])
    }

    fn in_the_middle_of(&self, at: Option<At>) {
        self.note(|connection| connection.in_the_middle_of = at);
    }

    fn violation(&self, what: String) {
        self.note(|connection| connection.violations.push(what));
    }

    fn heard(&self, line: String) {
        self.note(|connection| connection.transcript.push(format!("C: {line}")));
    }

    fn said(&self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        self.note(|connection| {
            let lines = text.lines().map(|line| format!("S: {line}"));
            connection.transcript.extend(lines);
        });
    }

    fn last_said_starts_with(&self, prefix: &str) -> bool {
        self.note(|connection| {
            let last = connection.transcript.last();
            last.and_then(|line| line.strip_prefix("S: "))
                .is_some_and(|line| line.starts_with(prefix))
        })
    }
}

/// `FROM:<a@example.com> SIZE=1` → `a@example.com`.
fn address(argument: &str) -> String {
    let after = argument.split_once('<').map_or("", |(_, after)| after);
    after
        .split_once('>')
        .map_or("", |(inner, _)| inner)
        .to_owned()
}

fn message_id(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    text.split("\r\n")
        .take_while(|line| !line.is_empty())
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("Message-ID")
                .then(|| value.trim().to_owned())
        })
        .unwrap_or_default()
}
