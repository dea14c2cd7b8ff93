//! New DKIM keys as files that only their owner may read.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{App, AppError, FileAction, RefusalKind};
use crate::{
    message::dkim::{DnsRecord, NewKey},
    private_files::write_new,
    source::shown_path,
    words::{phrase, phrased},
};

/// A key that was made and written.
#[derive(Debug)]
pub struct SigningKey {
    /// Its name in DNS.
    pub selector: String,
    /// Relative to the publication's root.
    pub file: PathBuf,
    /// What DNS must say.
    pub record: DnsRecord,
}

impl App {
    /// The domain that signatures should name: the configured one, or the From address's.
    #[must_use]
    pub(crate) fn signing_domain(&self) -> &str {
        match &self.publication.smtp.dkim {
            Some(dkim) => &dkim.domain,
            None => self.publication.from.address.domain(),
        }
    }

    /// Files with private keys or tokens that everybody on this machine may read, as people should read
    /// their names.
    pub(crate) fn exposed_secrets(&self) -> Vec<String> {
        let is_exposed = |path: &&Path| {
            let about = fs::metadata(path);
            about.is_ok_and(|about| about.permissions().mode() & 0o004 != 0)
        };
        let files = self.publication.smtp.secret_files();
        let exposed = files.into_iter().filter(is_exposed);
        exposed
            .map(|path| shown_path(&self.publication.root, path))
            .collect()
    }

    /// Makes an RSA key pair and, if wanted, an Ed25519 one, whose selector gets an `e` at its end.
    /// A key that is there is never written over.
    ///
    /// # Errors
    /// A selector that is no DNS label, a key of that selector, a folder that can't be written.
    pub(crate) fn new_signing_keys(
        &self,
        selector: &str,
        domain: &str,
        has_ed25519: bool,
    ) -> Result<Vec<SigningKey>, AppError> {
        for name in [selector, domain] {
            if !is_dns_name(name) {
                return Err(AppError::Refused {
                    kind: RefusalKind::Usage,
                    message: phrased!("`{name}` is no name for DNS", name = name.escape_debug())
                        .into(),
                    hint: phrase!("letters, digits and hyphens, parts separated by dots").into(),
                });
            }
        }
        let mut wanted = vec![selector.to_owned()];
        if has_ed25519 {
            wanted.push(format!("{selector}e"));
        }
        let path_of =
            |selector: &str| Path::new(".daily-note/dkim").join(format!("{selector}.pem"));
        for selector in &wanted {
            let file = path_of(selector);
            if self.publication.root.join(&file).exists() {
                return Err(AppError::Refused {
                    kind: RefusalKind::Usage,
                    message: phrased!("{file} is there already", file = file.display()).into(),
                    hint: phrase!(
                        "choose another name with --selector; a key in use is replaced by \
                           publishing a second one beside it"
                    )
                    .into(),
                });
            }
        }
        let made = [NewKey::rsa as fn() -> _, NewKey::ed25519];
        let mut keys = Vec::new();
        for (selector, make) in wanted.into_iter().zip(made) {
            let key = make()?;
            let file = path_of(&selector);
            write_secret(&self.publication.root.join(&file), &key.pem)?;
            keys.push(SigningKey {
                record: key.record(&selector, domain),
                selector,
                file,
            });
        }
        Ok(keys)
    }
}

/// As strict as what loads the key.
fn is_dns_name(name: &str) -> bool {
    name.len() <= 200
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

fn write_secret(path: &Path, text: &str) -> Result<(), AppError> {
    write_new(path, text.as_bytes()).map_err(|source| AppError::Io {
        action: FileAction::Written,
        path: path.to_owned(),
        source,
    })
}
