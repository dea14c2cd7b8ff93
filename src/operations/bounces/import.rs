//! Mails taken in from files, or from a pipe of the mail system's.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{GROUP, ReturnDesk, mailboxes::MailFiles};
use crate::{
    app::{AppError, FileAction},
    bounce::{Arrival, Door},
    store::{ReportEffect, TakenReport},
};

/// As much mail is read before it is taken in.
const GROUP_BYTES: usize = 32 * 1024 * 1024;

/// What became of mails that were imported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportedReturns {
    /// How many were read.
    pub mails: u64,
    /// Of them, those that were taken in before.
    pub known: u64,
    /// What followed from the others.
    pub effects: BTreeMap<&'static str, u64>,
}

impl ImportedReturns {
    fn add(&mut self, taken: &[TakenReport]) {
        for report in taken {
            self.mails += 1;
            match report.is_new {
                true => *self.effects.entry(report.effect.word()).or_default() += 1,
                false => self.known += 1,
            }
        }
    }

    /// How many could not be read and are kept aside.
    #[must_use]
    pub fn kept_aside(&self) -> u64 {
        self.count(ReportEffect::KeptAside)
    }

    /// How many prove nothing and are not kept, since too much of that came today.
    #[must_use]
    pub fn turned_away(&self) -> u64 {
        self.count(ReportEffect::TurnedAway)
    }

    fn count(&self, effect: ReportEffect) -> u64 {
        let count = self.effects.get(effect.word());
        count.copied().unwrap_or_default()
    }
}

impl ReturnDesk {
    /// Takes in the mails of a file or folder; None: of the standard input.
    ///
    /// # Errors
    /// What can't be read; the store's. What was taken in before that stays, and is known the next time.
    pub(crate) async fn import(&self, path: Option<&Path>) -> Result<ImportedReturns, AppError> {
        let unreadable = |path: PathBuf, source| AppError::Io {
            action: FileAction::Read,
            path,
            source,
        };
        let (door, mut files) = match path {
            Some(path) => {
                let files = MailFiles::open(path);
                let files = files.map_err(|error| unreadable(path.to_owned(), error))?;
                (Door::Import, files)
            }
            None => (Door::Pipe, MailFiles::of_stream(std::io::stdin())),
        };
        let mut imported = ImportedReturns::default();
        loop {
            let reading = tokio::task::spawn_blocking(move || {
                let group = group(&mut files);
                (files, group)
            });
            let (rest, group) = reading
                .await
                .map_err(|panicked| unreadable("-".into(), std::io::Error::other(panicked)))?;
            files = rest;
            let (mails, fault) = group;
            let is_last = mails.is_empty();
            if !is_last {
                let taken = self.take(door, mails, self.clock.now()).await?;
                imported.add(&taken);
            }
            if let Some((path, error)) = fault {
                return Err(unreadable(path, error));
            }
            if is_last {
                break;
            }
        }
        self.settle().await?;
        Ok(imported)
    }
}

/// The next mails that go together, and what can't be read behind them.
fn group(files: &mut MailFiles) -> (Vec<Arrival>, Option<(PathBuf, std::io::Error)>) {
    let (mut mails, mut bytes) = (Vec::new(), 0);
    while mails.len() < GROUP && bytes < GROUP_BYTES {
        match files.next() {
            Ok(Some(mail)) => {
                bytes += mail.len();
                mails.push(Arrival::Mail(mail));
            }
            Ok(None) => break,
            Err(fault) => return (mails, Some(fault)),
        }
    }
    (mails, None)
}
