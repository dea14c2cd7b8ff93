//! IMAP on the wire: commands with their tags, answers line by line with the literals within, each bounded in bytes and
//! time.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    time::timeout,
};

use super::error::ImapError;
use crate::words::phrase;

/// The longest line that is read.
const MOST_OF_LINE: usize = 1 << 20;
/// The largest literal: more than is asked of one mail.
pub(super) const MOST_OF_LITERAL: usize = 5 << 20;
/// The most answers to one command.
const MOST_ANSWERS: usize = 100_000;
/// What answers to one command may weigh together.
const MOST_OF_ANSWERS: usize = 16 << 20;

/// One answer: its text, where each literal stands as `{}`, and the literals.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ImapAnswer {
    pub(super) text: String,
    pub(super) literals: Vec<Vec<u8>>,
}

/// A piece of a command.
pub(super) enum CommandPiece<'a> {
    /// As it is.
    Plain(&'a str),
    /// A string that may hold anything: sent as a literal.
    Text(&'a str),
}

/// How a command ended.
pub(super) struct CommandEnd {
    pub(super) answers: Vec<ImapAnswer>,
    /// OK; NO and BAD are refusals.
    pub(super) is_ok: bool,
    /// What the server says of it.
    pub(super) words: String,
}

/// A stream that speaks IMAP.
pub(super) struct ImapWire<S> {
    stream: BufReader<S>,
    tags: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ImapWire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
            tags: 0,
        }
    }

    /// The stream, to be made a secure one. Whatever was read ahead in clear is dropped.
    pub(super) fn into_inner(self) -> S {
        self.stream.into_inner()
    }

    /// One answer, within that time.
    pub(super) async fn answer(&mut self, within: Duration) -> Result<ImapAnswer, ImapError> {
        timeout(within, self.read())
            .await
            .map_err(|_elapsed| ImapError::Slow(within))?
    }

    /// The answer to half a command, within that time: what the server tells besides is passed over.
    pub(super) async fn continuation(&mut self, within: Duration) -> Result<ImapAnswer, ImapError> {
        timeout(within, self.read_continuation())
            .await
            .map_err(|_elapsed| ImapError::Slow(within))?
    }

    async fn read_continuation(&mut self) -> Result<ImapAnswer, ImapError> {
        loop {
            let answer = self.read().await?;
            if !answer.text.starts_with("* ") {
                return Ok(answer);
            }
        }
    }

    /// A command and everything that is answered, within that time.
    pub(super) async fn command(
        &mut self,
        pieces: &[CommandPiece<'_>],
        within: Duration,
    ) -> Result<CommandEnd, ImapError> {
        timeout(within, self.converse(pieces))
            .await
            .map_err(|_elapsed| ImapError::Slow(within))?
    }

    /// Begins a command whose end is waited for by [`ImapWire::end`].
    pub(super) async fn begin(&mut self, command: &str) -> Result<String, ImapError> {
        self.tags += 1;
        let tag = format!("a{}", self.tags);
        self.send(format!("{tag} {command}\r\n").as_bytes()).await?;
        Ok(tag)
    }

    /// A line of its own: the end of IDLE, an answer to a challenge.
    pub(super) async fn send_line(&mut self, line: &str) -> Result<(), ImapError> {
        self.send(format!("{line}\r\n").as_bytes()).await
    }

    /// The end of a command that was begun.
    pub(super) async fn end(
        &mut self,
        tag: &str,
        within: Duration,
    ) -> Result<CommandEnd, ImapError> {
        timeout(within, self.until(tag))
            .await
            .map_err(|_elapsed| ImapError::Slow(within))?
    }

    async fn converse(&mut self, pieces: &[CommandPiece<'_>]) -> Result<CommandEnd, ImapError> {
        self.tags += 1;
        let tag = format!("a{}", self.tags);
        let mut line = tag.clone();
        for piece in pieces {
            line.push(' ');
            match piece {
                CommandPiece::Plain(text) => line.push_str(text),
                CommandPiece::Text(text) => {
                    line.push_str(&format!("{{{}}}\r\n", text.len()));
                    self.send(line.as_bytes()).await?;
                    let answer = self.read_continuation().await?;
                    if !answer.text.starts_with('+') {
                        return self.refused_literal(&tag, answer).await;
                    }
                    line = (*text).to_owned();
                }
            }
        }
        line.push_str("\r\n");
        self.send(line.as_bytes()).await?;
        self.until(&tag).await
    }

    /// A server that refuses a literal says so under the command's tag, perhaps after something else.
    async fn refused_literal(
        &mut self,
        tag: &str,
        answer: ImapAnswer,
    ) -> Result<CommandEnd, ImapError> {
        match ended(tag, &answer.text) {
            Some((is_ok, words)) => Ok(CommandEnd {
                answers: Vec::new(),
                is_ok,
                words,
            }),
            None => self.until(tag).await,
        }
    }

    async fn until(&mut self, tag: &str) -> Result<CommandEnd, ImapError> {
        let mut answers = Vec::new();
        let mut weight = 0;
        loop {
            let answer = self.read().await?;
            if let Some((is_ok, words)) = ended(tag, &answer.text) {
                return Ok(CommandEnd {
                    answers,
                    is_ok,
                    words,
                });
            }
            weight += answer.text.len() + answer.literals.iter().map(Vec::len).sum::<usize>();
            if answers.len() >= MOST_ANSWERS || weight > MOST_OF_ANSWERS {
                return Err(ImapError::Nonsense(phrase!("more than was asked for")));
            }
            answers.push(answer);
        }
    }

    async fn read(&mut self) -> Result<ImapAnswer, ImapError> {
        let mut answer = ImapAnswer::default();
        loop {
            let line = self.line().await?;
            let room = MOST_OF_LINE.saturating_sub(answer.text.len());
            if line.len() > room {
                return Err(ImapError::Nonsense(phrase!("a line without end")));
            }
            match literal_length(&line) {
                Some((before, length)) => {
                    if length > MOST_OF_LITERAL || answer.literals.len() >= 16 {
                        return Err(ImapError::Nonsense(phrase!(
                            "a literal larger than was asked for"
                        )));
                    }
                    answer.text.push_str(before);
                    answer.text.push_str("{}");
                    // Grows with what comes, not with what is announced.
                    let mut literal = Vec::new();
                    (&mut self.stream)
                        .take(length as u64)
                        .read_to_end(&mut literal)
                        .await?;
                    if literal.len() < length {
                        return Err(ImapError::Closed);
                    }
                    answer.literals.push(literal);
                }
                None => {
                    answer.text.push_str(&line);
                    return Ok(answer);
                }
            }
        }
    }

    async fn line(&mut self) -> Result<String, ImapError> {
        let mut line = Vec::new();
        (&mut self.stream)
            .take(MOST_OF_LINE as u64 + 2)
            .read_until(b'\n', &mut line)
            .await?;
        match line.strip_suffix(b"\n") {
            Some(line) => {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                Ok(String::from_utf8_lossy(line).into_owned())
            }
            None if line.len() >= MOST_OF_LINE => {
                Err(ImapError::Nonsense(phrase!("a line without end")))
            }
            None => Err(ImapError::Closed),
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), ImapError> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await?;
        Ok(())
    }
}

/// Whether the line ends the command of that tag: OK or not, and in which words.
fn ended(tag: &str, line: &str) -> Option<(bool, String)> {
    let rest = line.strip_prefix(tag)?.strip_prefix(' ')?;
    let (status, words) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_ok = status.eq_ignore_ascii_case("OK");
    (is_ok || status.eq_ignore_ascii_case("NO") || status.eq_ignore_ascii_case("BAD"))
        .then(|| (is_ok, words.chars().take(200).collect()))
}

/// `… {123}` at a line's end: what stands before it, and how long the literal is.
fn literal_length(line: &str) -> Option<(&str, usize)> {
    let (before, length) = line.strip_suffix('}')?.rsplit_once('{')?;
    let length = length.trim_end_matches('+').parse().ok()?;
    Some((before, length))
}
