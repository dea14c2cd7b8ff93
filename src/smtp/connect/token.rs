//! An OAuth access token, fetched anew at each login: it lives for about an hour, and whoever renews
//! it is another program.

use std::{
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use super::super::wire::shown;
use crate::{
    clock::Stopwatch,
    publication::TokenSource,
    words::{Said, phrase, say},
};

/// Real ones take some two thousand bytes.
const MAX_BYTES: u64 = 32 * 1024;
/// How long a command may take: the relay waits meanwhile, and hangs up after some minutes.
const PATIENCE: Duration = Duration::from_secs(30);
/// A file that is written over in place is empty for a moment: it is read again so often …
const READINGS: u32 = 5;
/// … and so much later.
const MOMENT: Duration = Duration::from_millis(100);

/// Why there is no token. Nothing of what was read or said is repeated.
#[derive(Debug, thiserror::Error)]
pub enum TokenUnavailable {
    /// The file.
    #[error("the token in {path} can't be read", path = path.display())]
    Unreadable {
        /// `smtp.token_file`.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("{origin} holds no token")]
    Empty {
        /// Where it should have come from.
        origin: TokenOrigin,
    },
    /// There is something else in it.
    #[error("{origin} holds something else than a token")]
    NotAToken {
        /// Where it came from.
        origin: TokenOrigin,
    },
    /// The shell can't be started.
    #[error("smtp.token_command can't be run")]
    NotRun(#[source] io::Error),
    /// The command says that it failed.
    #[error("smtp.token_command failed ({0})")]
    Failed(ExitStatus),
    /// The command hangs.
    #[error("smtp.token_command gave no token within {time}", time = shown(*.0))]
    Slow(Duration),
}

/// Where a token comes from, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenOrigin {
    /// `smtp.token`.
    Text,
    /// `smtp.token_file`.
    File(PathBuf),
    /// What `smtp.token_command` prints.
    Command,
}

impl fmt::Display for TokenOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("smtp.token"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Command => f.write_str(phrase!("what smtp.token_command prints")),
        }
    }
}

impl TokenUnavailable {
    /// Whether it may go better in a while, with nobody doing anything: a command asks others.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Slow(_))
    }

    /// What a tired person can do about it.
    pub(super) fn hint(&self) -> Said {
        match self {
            Self::Unreadable { .. } => {
                say!(
                    "see that the program which renews the token writes it there, and that this user may read it"
                )
            }
            Self::Empty { .. } | Self::NotAToken { .. } => {
                say!("it must be the access token alone, in one line: no JSON, no `Bearer`")
            }
            Self::NotRun(_) | Self::Failed(_) | Self::Slow(_) => {
                say!(
                    "run smtp.token_command by hand, as the same user and in the publication's folder: what it says is not repeated here"
                )
            }
        }
    }
}

/// A token for who logs in elsewhere than at the relay, fetched in the same ways.
///
/// # Errors
/// Why there is none.
pub(crate) async fn login_token(source: &TokenSource) -> Result<String, TokenUnavailable> {
    fetch(source, PATIENCE).await
}

/// The token as it is now.
pub(super) async fn fetch(
    source: &TokenSource,
    patience: Duration,
) -> Result<String, TokenUnavailable> {
    let source = source.clone();
    let reading = tokio::task::spawn_blocking(move || read(&source, patience.min(PATIENCE)));
    match reading.await {
        Ok(read) => read,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

fn read(source: &TokenSource, patience: Duration) -> Result<String, TokenUnavailable> {
    match source {
        TokenSource::Text(text) => token_in(text.as_bytes(), TokenOrigin::Text),
        TokenSource::File(path) => {
            let mut readings = 1;
            loop {
                match token_in(&in_file(path)?, TokenOrigin::File(path.clone())) {
                    Err(TokenUnavailable::Empty { .. }) if readings < READINGS => {
                        readings += 1;
                        thread::sleep(MOMENT);
                    }
                    token => return token,
                }
            }
        }
        TokenSource::Command { line, folder } => {
            token_in(&printed_by(line, folder, patience)?, TokenOrigin::Command)
        }
    }
}

fn in_file(path: &Path) -> Result<Vec<u8>, TokenUnavailable> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| TokenUnavailable::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    Ok(bytes)
}

/// The token of a text (RFC 6750 §2.1), white space around it left out.
fn token_in(bytes: &[u8], origin: TokenOrigin) -> Result<String, TokenUnavailable> {
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() {
        return Err(TokenUnavailable::Empty { origin });
    }
    let is_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    match std::str::from_utf8(bytes) {
        Ok(token) if bytes.iter().all(is_of_token) && bytes.len() as u64 <= MAX_BYTES => {
            Ok(token.to_owned())
        }
        _ => Err(TokenUnavailable::NotAToken { origin }),
    }
}

/// What a command line prints. What it says beside that may hold secrets, and goes nowhere.
fn printed_by(line: &str, folder: &Path, patience: Duration) -> Result<Vec<u8>, TokenUnavailable> {
    let started = Stopwatch::start();
    let mut command = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(TokenUnavailable::NotRun)?;
    let (sender, printed) = mpsc::channel();
    if let Some(output) = command.stdout.take() {
        // On a thread of its own: what the command has started may keep the pipe open for ever.
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = output.take(MAX_BYTES + 1).read_to_end(&mut bytes);
            // Nobody listens any more where it took too long.
            let _ = sender.send(read.map(|_| bytes));
        });
    }
    let printed = printed.recv_timeout(patience);
    let status = ended(&mut command, patience.saturating_sub(started.elapsed()));
    match (printed, status.map_err(TokenUnavailable::NotRun)?) {
        // Nobody read it to its end, and its program may have died of that.
        (Ok(Ok(bytes)), Some(_)) if bytes.len() as u64 > MAX_BYTES => Ok(bytes),
        (Ok(bytes), Some(status)) if status.success() => bytes.map_err(TokenUnavailable::NotRun),
        (Ok(_), Some(status)) => Err(TokenUnavailable::Failed(status)),
        _ => Err(TokenUnavailable::Slow(patience)),
    }
}

/// How the command ended; None: it did not in time, and was ended.
fn ended(command: &mut Child, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let started = Stopwatch::start();
    loop {
        if let Some(status) = command.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() >= patience {
            command.kill()?;
            command.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command gives; a busy machine may take its time, and one that sleeps is not waited for.
    fn printed(line: &str) -> Result<String, String> {
        let source = TokenSource::Command {
            line: line.to_owned(),
            folder: "/".into(),
        };
        let patience = match line.contains("sleep") {
            true => Duration::from_millis(500),
            false => Duration::from_secs(20),
        };
        read(&source, patience).map_err(|error| error.to_string())
    }

    #[test]
    fn a_command_s_token_is_taken_and_whatever_else_happens_is_told_without_its_words() {
        assert_eq!(
            printed("echo; echo '  ya29.a0-_~+/=  '").unwrap(),
            "ya29.a0-_~+/="
        );
        assert_eq!(printed("pwd | tr / x").unwrap(), "x");
        let errors = [
            "true",
            "echo s3cret >&2; exit 4",
            "echo s3cret s3cret",
            "echo '{\"access_token\": \"s3cret\"}'",
            "head -c 40000 /dev/zero | tr '\\0' a",
            "echo s3cret; sleep 20",
            "kill -9 $$",
            "no-such-program-s3cret",
        ]
        .map(|line| printed(line).unwrap_err());
        insta::assert_snapshot!(errors.join("\n"), @r"
        what smtp.token_command prints holds no token
        smtp.token_command failed (exit status: 4)
        what smtp.token_command prints holds something else than a token
        what smtp.token_command prints holds something else than a token
        what smtp.token_command prints holds something else than a token
        smtp.token_command gave no token within 0.5 s
        smtp.token_command failed (signal: 9 (SIGKILL))
        smtp.token_command failed (exit status: 127)
        ");
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let started = Stopwatch::start();
        assert!(
            printed("exec sleep 30")
                .unwrap_err()
                .contains("no token within")
        );
        // What it leaves behind keeps nobody waiting either.
        assert!(printed("sleep 30 & sleep 30").is_err());
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_file_that_is_being_written_over_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let from_file = || read(&TokenSource::File(path.clone()), PATIENCE);
        assert!(matches!(
            from_file(),
            Err(TokenUnavailable::Unreadable { .. })
        ));
        fs::write(&path, "").unwrap();
        assert!(matches!(from_file(), Err(TokenUnavailable::Empty { .. })));
        let writer = {
            let path = path.clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(150));
                fs::write(path, "fresh\n").unwrap();
            })
        };
        assert_eq!(from_file().unwrap(), "fresh");
        writer.join().unwrap();
    }
}
