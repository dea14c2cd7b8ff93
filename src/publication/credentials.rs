//! Who logs in at the relay, and what proves it: a password, or an OAuth token that is fetched anew at
//! each login.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{
    source::SourceError,
    words::{phrase, phrased},
    yaml::Tree,
};

/// Who logs in at the relay.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name; a mailbox's address at most providers.
    pub user: String,
    /// What shows that it is them.
    pub proof: LoginProof,
}

/// What shows who logs in.
#[derive(Clone, PartialEq, Eq)]
pub enum LoginProof {
    /// A password, an app password or an API key.
    Password(String),
    /// An OAuth access token, which lives for about an hour.
    Token(TokenSource),
}

/// Where a token comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// The token itself, out of the environment: for one run.
    Text(String),
    /// A file that another program keeps fresh.
    File(PathBuf),
    /// What a shell's command line prints.
    Command {
        /// Handed to `sh -c`.
        line: String,
        /// Where it runs: the publication's root.
        folder: PathBuf,
    },
}

impl Credentials {
    /// A user and their password.
    #[must_use]
    pub fn with_password(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            proof: LoginProof::Password(password.into()),
        }
    }

    /// A user and where their token comes from.
    #[must_use]
    pub fn with_token(user: impl Into<String>, token: TokenSource) -> Self {
        Self {
            user: user.into(),
            proof: LoginProof::Token(token),
        }
    }
}

impl fmt::Debug for Credentials {
    /// Neither user nor proof, not even a command line: it may hold a refresh token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.proof {
            LoginProof::Password(_) => phrase!("a password"),
            LoginProof::Token(TokenSource::Text(_)) => phrase!("a token"),
            LoginProof::Token(TokenSource::File(_)) => phrase!("a token in a file"),
            LoginProof::Token(TokenSource::Command { .. }) => phrase!("a command's token"),
        })
    }
}

/// The keys of `smtp:` by which somebody logs in.
pub(super) struct LoginKeys {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) token: Option<String>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) token_command: Option<String>,
}

impl LoginKeys {
    /// Who logs in, if anybody.
    pub(super) fn settle(
        self,
        root: &Path,
        tree: &Tree,
    ) -> Result<Option<Credentials>, SourceError> {
        let proofs = [
            ("password", self.password.map(LoginProof::Password)),
            (
                "token",
                self.token
                    .map(|token| LoginProof::Token(TokenSource::Text(token))),
            ),
            (
                "token_file",
                self.token_file
                    .map(|file| LoginProof::Token(TokenSource::File(root.join(file)))),
            ),
            (
                "token_command",
                self.token_command.map(|line| {
                    let folder = root.to_owned();
                    LoginProof::Token(TokenSource::Command { line, folder })
                }),
            ),
        ];
        let mut given = proofs
            .into_iter()
            .filter_map(|(key, proof)| Some((key, proof?)));
        let first = given.next();
        // The keys are not named: they may stand within what is taken for a secret.
        if let Some((second, _)) = given.next() {
            return Err(tree
                .error(&["smtp", second], phrase!("who logs in is proved twice"))
                .with_hint(phrase!("keep one of the password and the ways to a token")));
        }
        match (self.user, first) {
            (None, None) => Ok(None),
            (Some(user), Some((key, proof))) => {
                refuse_empty(key, &proof, tree)?;
                Ok(Some(Credentials { user, proof }))
            }
            (Some(_), None) => Err(tree
                .error(&["smtp", "user"], phrase!("a user without a password"))
                .with_hint(
                    phrase!("add `password: ${SMTP_PASSWORD}`, or `token_command:` where the relay wants an OAuth \
                     token"),
                )),
            (None, Some((key, _))) => {
                let what = key.split('_').next().unwrap_or(key);
                Err(tree
                    .error(&["smtp", key], phrased!("a {what} without a user"))
                    .with_hint(phrase!("add `user:`")))
            }
        }
    }
}

fn refuse_empty(key: &str, proof: &LoginProof, tree: &Tree) -> Result<(), SourceError> {
    match proof {
        LoginProof::Token(TokenSource::Command { line, .. }) if line.trim().is_empty() => Err(tree
            .error(&["smtp", key], phrase!("the command is empty"))
            .with_hint(phrase!(
                "name a program that prints the token, and nothing else"
            ))),
        LoginProof::Token(TokenSource::Text(token)) if token.trim().is_empty() => Err(tree
            .error(&["smtp", key], phrase!("the token is empty"))
            .with_hint(phrase!(
                "set the variable to a token, or use `token_command:`"
            ))),
        _ => Ok(()),
    }
}
