//! One session with a mailbox: connect, log in, look, fetch, move, wait for news.

use std::{fmt, path::PathBuf, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

use super::{
    error::ImapError,
    wire::{CommandEnd, CommandPiece, ImapAnswer, ImapWire, MOST_OF_LITERAL},
};
use crate::smtp::{handshake, load_trust};
use crate::words::phrase;

/// How long connecting and each command may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// A mail may take so many times as long to come.
const MAIL_TAKES: u32 = 5;
/// What is read of one mail: more than is looked at.
const MOST_OF_MAIL: usize = MOST_OF_LITERAL - (1 << 20);

/// Where a mailbox is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS from the first byte; otherwise by STARTTLS, and never without.
    pub is_implicit_tls: bool,
    /// Further certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// How long each answer is waited for.
    pub patience: Duration,
}

/// Who logs in.
#[derive(Clone)]
pub enum ImapLogin {
    /// A user and a password.
    Password(String, String),
    /// A user and an OAuth token (XOAUTH2).
    Token(String, String),
}

impl fmt::Debug for ImapLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a login")
    }
}

/// A folder that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenFolder {
    /// While this stays, numbers stand for the same mail.
    pub validity: u32,
    /// The number that the next mail will have, as the server says.
    pub next: Option<u32>,
}

/// A mail that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedMail {
    /// Its number.
    pub uid: u32,
    /// Its bytes, as far as they are looked at.
    pub bytes: Vec<u8>,
}

/// What waiting brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewsOfMailbox {
    /// Something changed, or the time is over: look again.
    Look,
    /// The server has no IDLE: it has to be asked.
    Poll,
}

trait SecureStream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> SecureStream for T {}

/// A session after its login.
pub struct ImapSession {
    wire: ImapWire<Box<dyn SecureStream>>,
    capabilities: Vec<String>,
    patience: Duration,
}

impl ImapSession {
    /// Connects by TLS and logs in.
    ///
    /// # Errors
    /// Why that can't be done.
    pub async fn open(server: &ImapServer, login: &ImapLogin) -> Result<Self, ImapError> {
        let patience = server.patience;
        let wire = timeout(patience, secured(server))
            .await
            .map_err(|_elapsed| ImapError::Slow(patience))??;
        let mut session = Self {
            wire,
            capabilities: Vec::new(),
            patience,
        };
        session.log_in(login).await?;
        let answers = session
            .run("CAPABILITY", &[CommandPiece::Plain("CAPABILITY")])
            .await?;
        session.capabilities = words_after(&answers.answers, "* CAPABILITY");
        Ok(session)
    }

    async fn log_in(&mut self, login: &ImapLogin) -> Result<(), ImapError> {
        let end = match login {
            ImapLogin::Password(user, password) => {
                let pieces = [
                    CommandPiece::Plain("LOGIN"),
                    CommandPiece::Text(user),
                    CommandPiece::Text(password),
                ];
                self.wire.command(&pieces, self.patience).await?
            }
            ImapLogin::Token(user, token) => {
                let tag = self.wire.begin("AUTHENTICATE XOAUTH2").await?;
                let challenge = self.wire.continuation(self.patience).await?;
                if challenge.text.starts_with('+') {
                    let response = format!("user={user}\x01auth=Bearer {token}\x01\x01");
                    self.wire.send_line(&STANDARD.encode(response)).await?;
                    // A refusal is a challenge first, which wants an empty answer.
                    let answer = self.wire.continuation(self.patience).await?;
                    if answer.text.starts_with('+') {
                        self.wire.send_line("").await?;
                    } else if let Some(rest) = answer.text.strip_prefix(&format!("{tag} ")) {
                        return match rest.starts_with("OK") {
                            true => Ok(()),
                            false => Err(ImapError::Login(rest.chars().take(200).collect())),
                        };
                    }
                }
                self.wire.end(&tag, self.patience).await?
            }
        };
        match end.is_ok {
            true => Ok(()),
            false => Err(ImapError::Login(end.words)),
        }
    }

    /// Opens a folder.
    ///
    /// # Errors
    /// Why that can't be done.
    pub async fn select(&mut self, folder: &str) -> Result<OpenFolder, ImapError> {
        let pieces = [CommandPiece::Plain("SELECT"), CommandPiece::Text(folder)];
        let end = self.run("SELECT", &pieces).await?;
        let number = |name: &str| {
            end.answers.iter().find_map(|answer| {
                let rest = answer.text.split_once(&format!("[{name} "))?.1;
                rest.split(']').next()?.trim().parse().ok()
            })
        };
        Ok(OpenFolder {
            validity: number("UIDVALIDITY").unwrap_or(0),
            next: number("UIDNEXT"),
        })
    }

    /// The numbers of the mail from that one on, the oldest first.
    ///
    /// # Errors
    /// Why that can't be done.
    pub async fn numbers_from(&mut self, first: u32) -> Result<Vec<u32>, ImapError> {
        let range = format!("UID SEARCH UID {first}:*");
        let end = self
            .run("UID SEARCH", &[CommandPiece::Plain(&range)])
            .await?;
        let mut numbers: Vec<u32> = words_after(&end.answers, "* SEARCH")
            .iter()
            .filter_map(|word| word.parse().ok())
            // `n:*` always names the last one, also where it is before n.
            .filter(|number| *number >= first)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    /// A mail, unmarked. None: it is gone.
    ///
    /// # Errors
    /// Why that can't be done.
    pub async fn fetch(&mut self, uid: u32) -> Result<Option<FetchedMail>, ImapError> {
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<0.{MOST_OF_MAIL}>)");
        let end = self
            .wire
            .command(&[CommandPiece::Plain(&command)], self.patience * MAIL_TAKES)
            .await?;
        let end = accepted("UID FETCH", end)?;
        // The answer to our question names our number: servers tell other things, too.
        let mail = end.answers.into_iter().find(|answer| {
            let words = answer.text.replace(['(', ')'], " ");
            let mut words = words.split_whitespace();
            words.any(|word| word.eq_ignore_ascii_case("UID"))
                && words.next() == Some(uid.to_string().as_str())
                && !answer.literals.is_empty()
        });
        Ok(mail.and_then(|mut answer| {
            let bytes = answer.literals.pop()?;
            Some(FetchedMail { uid, bytes })
        }))
    }

    /// Makes a folder, where there is none.
    ///
    /// # Errors
    /// When the connection breaks; a server that refuses has it, or can't move anything there.
    pub async fn make_folder(&mut self, folder: &str) -> Result<(), ImapError> {
        let pieces = [CommandPiece::Plain("CREATE"), CommandPiece::Text(folder)];
        self.wire.command(&pieces, self.patience).await.map(drop)
    }

    /// Whether there is such a folder.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn has_folder(&mut self, folder: &str) -> Result<bool, ImapError> {
        let pieces = [
            CommandPiece::Plain("STATUS"),
            CommandPiece::Text(folder),
            CommandPiece::Plain("(MESSAGES)"),
        ];
        let end = self.wire.command(&pieces, self.patience).await?;
        Ok(end.is_ok)
    }

    /// Moves a mail to another folder: by MOVE, else by a copy and then a mark for deletion of the one here.
    ///
    /// # Errors
    /// Why that can't be done; the mail stays where it is.
    pub async fn move_to(&mut self, uid: u32, folder: &str) -> Result<(), ImapError> {
        let target = |verb: &str| format!("UID {verb} {uid}");
        if self.can("MOVE") {
            let verb = target("MOVE");
            let pieces = [CommandPiece::Plain(&verb), CommandPiece::Text(folder)];
            return self.run("UID MOVE", &pieces).await.map(drop);
        }
        let verb = target("COPY");
        let pieces = [CommandPiece::Plain(&verb), CommandPiece::Text(folder)];
        self.run("UID COPY", &pieces).await?;
        let mark = format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)");
        self.run("UID STORE", &[CommandPiece::Plain(&mark)]).await?;
        if self.can("UIDPLUS") {
            let expunge = format!("UID EXPUNGE {uid}");
            self.run("UID EXPUNGE", &[CommandPiece::Plain(&expunge)])
                .await?;
        }
        Ok(())
    }

    /// Waits until the server tells something of the folder, at most so long.
    ///
    /// # Errors
    /// When the connection breaks or hangs.
    pub async fn wait(&mut self, at_most: Duration) -> Result<NewsOfMailbox, ImapError> {
        if !self.can("IDLE") {
            self.run("NOOP", &[CommandPiece::Plain("NOOP")]).await?;
            return Ok(NewsOfMailbox::Poll);
        }
        let tag = self.wire.begin("IDLE").await?;
        // What happened since the last command may be told before the server agrees.
        let mut has_news = false;
        loop {
            let answer = self.wire.answer(self.patience).await?;
            match answer.text.strip_prefix("* ") {
                Some(told) => has_news |= !told.starts_with("OK"),
                None if answer.text.starts_with('+') => break,
                None => return Ok(NewsOfMailbox::Poll),
            }
        }
        while !has_news {
            match self.wire.answer(at_most).await {
                // "Still here" is no news.
                Ok(answer) => has_news = !answer.text.starts_with("* OK"),
                Err(ImapError::Slow(_)) => break,
                Err(error) => return Err(error),
            }
        }
        self.wire.send_line("DONE").await?;
        let end = self.wire.end(&tag, self.patience).await?;
        accepted("IDLE", end).map(|_| NewsOfMailbox::Look)
    }

    /// Says goodbye; what is answered is nobody's matter.
    pub async fn close(mut self) {
        let _ = self
            .wire
            .command(&[CommandPiece::Plain("LOGOUT")], Duration::from_secs(5))
            .await;
    }

    fn can(&self, name: &str) -> bool {
        self.capabilities
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name))
    }

    async fn run(
        &mut self,
        command: &'static str,
        pieces: &[CommandPiece<'_>],
    ) -> Result<CommandEnd, ImapError> {
        let end = self.wire.command(pieces, self.patience).await?;
        accepted(command, end)
    }
}

fn accepted(command: &'static str, end: CommandEnd) -> Result<CommandEnd, ImapError> {
    match end.is_ok {
        true => Ok(end),
        false => Err(ImapError::Refused {
            command,
            words: end.words,
        }),
    }
}

/// The words of all answers that begin so.
fn words_after(answers: &[ImapAnswer], start: &str) -> Vec<String> {
    answers
        .iter()
        .filter_map(|answer| {
            let begins = answer.text.get(..start.len())?.eq_ignore_ascii_case(start);
            begins.then(|| &answer.text[start.len()..])
        })
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect()
}

/// A connection on which nothing is said in clear.
async fn secured(server: &ImapServer) -> Result<ImapWire<Box<dyn SecureStream>>, ImapError> {
    let host = server.host.clone();
    let tcp = TcpStream::connect((server.host.as_str(), server.port)).await;
    let tcp = tcp.map_err(|source| ImapError::Connect {
        host: host.clone(),
        source,
    })?;
    let tls = |source| ImapError::Tls {
        host: host.clone(),
        source,
    };
    let trust = load_trust(server.ca_file.clone())
        .await
        .map_err(|error| tls(std::io::Error::other(error)))?;
    if server.is_implicit_tls {
        let secure = handshake(&server.host, &trust, tcp, true)
            .await
            .map_err(tls)?;
        let mut wire = ImapWire::new(Box::new(secure) as Box<dyn SecureStream>);
        greeted(wire.answer(server.patience).await?)?;
        return Ok(wire);
    }
    let mut clear = ImapWire::new(tcp);
    greeted(clear.answer(server.patience).await?)?;
    let end = clear
        .command(&[CommandPiece::Plain("STARTTLS")], server.patience)
        .await?;
    accepted("STARTTLS", end)?;
    let secure = handshake(&server.host, &trust, clear.into_inner(), true)
        .await
        .map_err(tls)?;
    Ok(ImapWire::new(Box::new(secure) as Box<dyn SecureStream>))
}

fn greeted(greeting: ImapAnswer) -> Result<(), ImapError> {
    match greeting.text.starts_with("* OK") {
        true => Ok(()),
        false => Err(ImapError::Nonsense(phrase!("no greeting"))),
    }
}
