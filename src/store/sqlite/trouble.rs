//! SQLite's errors in plain words for the person who must mend them.

/// Why the database can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub(super) struct Trouble {
    words: String,
    #[source]
    source: Option<sqlx::Error>,
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        match plain(&error) {
            Some(words) => Self {
                words: words.to_owned(),
                source: Some(error),
            },
            None => Self {
                words: error.to_string(),
                source: None,
            },
        }
    }
}

/// Primary result codes (sqlite.org/rescode.html); extended ones carry theirs in the low byte.
fn plain(error: &sqlx::Error) -> Option<&'static str> {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
                Some("it holds values that daily-note did not write")
            }
            _ => None,
        };
    };
    let code: u32 = database.code()?.parse().ok()?;
    Some(match code & 0xFF {
        3 | 8 => "it may not be written: look at its owner and its rights",
        5 | 6 => "another process has kept it locked for too long",
        10 => "the disk answered with an error: nothing more is written to it",
        11 => "it is damaged: move it away and restore a backup",
        13 => "the disk is full",
        14 => "it can't be opened: look at the folder's owner and rights",
        26 => "it is damaged, or not a database",
        _ => return None,
    })
}
