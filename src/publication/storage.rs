//! `storage:` – where the list and the ledger lie. How such a place is opened is the store's.

use std::fmt;

use super::text::FromText;
use crate::words::phrase;

/// Where the list and the ledger lie.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum StorageAddress {
    /// In the state folder.
    #[default]
    Folder,
    /// On a PostgreSQL server, at that address; it may have a password in it.
    Server(String),
}

impl StorageAddress {
    /// The server's address; None: the state folder.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        match self {
            Self::Folder => None,
            Self::Server(address) => Some(address),
        }
    }
}

impl fmt::Debug for StorageAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "Folder",
            Self::Server(_) => "Server",
        })
    }
}

impl FromText for StorageAddress {
    const NAME: &'static str = phrase!("the place of the list and the ledger");
    const PATTERN: Option<&'static str> = Some("^(sqlite$|postgres(ql)?://)");
    const EXAMPLES: &'static [&'static str] = &["sqlite", "postgres://USER@HOST/DATABASE"];

    fn from_text(text: &str) -> Result<Self, String> {
        let is_server = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        match text {
            "sqlite" => Ok(Self::Folder),
            address if is_server => Ok(Self::Server(address.to_owned())),
            // What stands there may be a password.
            _ => Err(phrase!(
                "the state is in the state folder or on a server\nwrite `sqlite`, or postgres://USER@HOST/DATABASE"
            )
            .to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_s_address_is_taken_as_it_is_and_never_shown() {
        let address = "postgres://note:secret@db.example.com/note";
        let read = StorageAddress::from_text(address).unwrap();
        assert_eq!(read.server(), Some(address));
        assert!(!format!("{read:?}").contains("secret"));
        let folder = StorageAddress::from_text("sqlite").unwrap();
        assert_eq!(folder.server(), None);
        let refused = StorageAddress::from_text("mysql://note:secret@host/note").unwrap_err();
        assert!(!refused.contains("secret"), "{refused}");
    }
}
