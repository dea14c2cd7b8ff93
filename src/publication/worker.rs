//! What a worker is told: the database whose batches it carries, the relay, the keys. A file of its own or the
//! environment alone, in the words of daily-note.yaml; of the publication it knows nothing.

use std::path::Path;

use serde::Deserialize;

use super::{
    DeliverySettings, Environment, RelayUrl, SmtpSettings, SmtpTarget, StorageAddress, WebSecrets,
    harmless::HARMLESS, smtp::SmtpBlock, text::ParsedText, web,
};
use crate::{
    source::{Source, SourceError, read_text_file},
    words::{phrase, phrased},
    yaml::Tree,
};

/// Nobody writes more.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// How the environment is called where an error names a file.
const NO_FILE: &str = "worker";

/// What a worker works with.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// The address of the database; it may have a password in it.
    pub storage: String,
    /// Where mail leaves.
    pub relay: RelayUrl,
    /// How fast it leaves, and under whose signature.
    pub smtp: SmtpSettings,
    /// Retries, and what becomes of the unknown.
    pub delivery: DeliverySettings,
    /// Signs the readers' links: the publication's own. Where none is written, its file lies in the worker's folder.
    pub secrets: Option<WebSecrets>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkerBlock {
    #[serde(default)]
    storage: Option<ParsedText<StorageAddress>>,
    #[serde(default)]
    smtp: SmtpBlock,
    #[serde(default)]
    delivery: DeliverySettings,
    #[serde(default)]
    web: WorkerWebBlock,
}

/// Of the pages a worker knows what signs their links.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WorkerWebBlock {
    #[serde(deserialize_with = "web::secrets")]
    secret: Option<WebSecrets>,
}

impl WorkerSettings {
    /// Reads the file, where there is one, and the environment over it. Paths are meant from the file's folder.
    ///
    /// # Errors
    /// Everything that is wrong or missing, each thing at its place.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Self, Vec<SourceError>> {
        let Some(file) = file else {
            return Self::parse(NO_FILE, "{}", Path::new("."), environment);
        };
        let shown = file.display().to_string();
        let text = read_text_file(file, MAX_FILE_BYTES).map_err(|error| {
            let why = error.to_string();
            vec![SourceError::new(phrased!(
                "{path} can't be read: {why}",
                path = shown
            ))]
        })?;
        let folder = file.parent().unwrap_or(Path::new("."));
        Self::parse(&shown, &text, folder, environment)
    }

    fn parse(
        name: &str,
        text: &str,
        folder: &Path,
        environment: &Environment,
    ) -> Result<Self, Vec<SourceError>> {
        let source = Source::with_secrets(name, text, &HARMLESS);
        let mut tree = Tree::parse(&source, 0..source.text().len())?;
        let unset = environment.apply(&mut tree)?;
        if !unset.is_empty() {
            return Err(unset.into_iter().map(|secret| secret.error).collect());
        }
        let block: WorkerBlock = tree.read()?;
        block.settle(folder, &tree)
    }
}

impl WorkerBlock {
    fn settle(self, folder: &Path, tree: &Tree) -> Result<WorkerSettings, Vec<SourceError>> {
        let smtp = self.smtp.settle(folder, tree)?;
        let mut missing = Vec::new();
        let storage = self.storage.map(|ParsedText(address)| address);
        let Some(StorageAddress::Server(storage)) = storage else {
            let error = tree.error(
                &["storage"],
                phrase!("a worker shares a database with others"),
            );
            missing.push(error.with_hint(phrase!(
                "name it: `storage: postgres://USER@HOST/DATABASE`, or DAILY_NOTE_STORAGE"
            )));
            return Err(missing);
        };
        let SmtpTarget::Relay(relay) = &smtp.target else {
            let error = tree.error(&["smtp", "url"], phrase!("a worker hands mail to a relay"));
            missing.push(error.with_hint(phrase!(
                "name it: `smtp: {url: smtp://HOST}`, or DAILY_NOTE_SMTP__URL"
            )));
            return Err(missing);
        };
        Ok(WorkerSettings {
            storage,
            relay: relay.clone(),
            smtp,
            delivery: self.delivery,
            secrets: self.web.secret,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        owned.collect()
    }

    fn told(errors: Vec<SourceError>) -> String {
        let told = errors.iter().map(|error| {
            let hint = error.hint().map(ToString::to_string);
            format!("{error}\n{}\n", hint.unwrap_or_default())
        });
        told.collect()
    }

    #[test]
    fn the_environment_alone_is_enough() {
        let environment = environment(&[
            ("DAILY_NOTE_STORAGE", "postgres://note@db.example.com/note"),
            ("DAILY_NOTE_SMTP__URL", "smtps://relay.example.com"),
            ("DAILY_NOTE_SMTP__RATE", "20/s"),
            ("DAILY_NOTE_WEB__SECRET", SECRET),
        ]);
        let settings = WorkerSettings::load(None, &environment).unwrap();
        assert_eq!(settings.storage, "postgres://note@db.example.com/note");
        assert_eq!(settings.relay.host, "relay.example.com");
        assert_eq!(settings.smtp.rate.unwrap().messages, 20);
        assert_eq!(settings.secrets.unwrap().current, SECRET);
    }

    #[test]
    fn what_a_worker_lacks_is_told_with_what_to_do_and_no_secret() {
        let storage = (
            "DAILY_NOTE_STORAGE",
            "postgres://note:hidden@db.example.com/note",
        );
        let relay = ("DAILY_NOTE_SMTP__URL", "smtps://relay.example.com");
        for (pairs, expected) in [
            (&[][..], "DAILY_NOTE_STORAGE"),
            (&[("DAILY_NOTE_STORAGE", "sqlite")], "shares a database"),
            (&[storage], "DAILY_NOTE_SMTP__URL"),
            (&[storage, relay, ("DAILY_NOTE_WEB__SECRET", "short")], "32"),
            (&[storage, ("DAILY_NOTE_EDITIONS", "hidden")], "editions"),
        ] {
            let errors = WorkerSettings::load(None, &environment(pairs)).unwrap_err();
            let told = told(errors);
            assert!(told.contains(expected), "{told}");
            assert!(!told.contains("hidden"), "{told}");
        }
    }

    #[test]
    fn a_file_s_paths_are_meant_from_its_folder_and_its_variables_from_outside() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("worker.yaml");
        let text = "storage: postgres://note@db.example.com/note\n\
                    smtp:\n  url: smtp://127.0.0.1:2525\n  ca_file: own.pem\n\
                    web: {secret: '${LINKS}'}\n";
        std::fs::write(&file, text).unwrap();
        let settings = WorkerSettings::load(Some(&file), &environment(&[("LINKS", SECRET)]));
        let settings = settings.unwrap();
        assert_eq!(settings.smtp.ca_file, Some(folder.path().join("own.pem")));
        assert_eq!(settings.secrets.unwrap().current, SECRET);
        let errors = WorkerSettings::load(Some(&file), &Environment::empty()).unwrap_err();
        assert!(told(errors).contains("`LINKS` is not set"));
        let missing = folder.path().join("nowhere.yaml");
        let errors = WorkerSettings::load(Some(&missing), &Environment::empty()).unwrap_err();
        assert!(told(errors).contains("can't be read"));
    }
}
