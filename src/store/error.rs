//! What can be wrong with a store, and what a person does about it.

use super::{DeliveryCounts, MovingTrouble, ServerTrouble};
use crate::{
    source::SourceError,
    words::{Said, phrase},
};

/// Everything that can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The state can't be opened or written.
    #[error("the state in {place} can't be used")]
    Unusable {
        /// The file or the server, without secrets.
        place: String,
        /// What the database said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The state is on a server that can't be used as it is.
    #[error("the database {place} can't be used")]
    Server {
        /// User, host and database, without the password.
        place: String,
        /// Why.
        #[source]
        source: ServerTrouble,
    },
    /// The list moves, or has moved.
    #[error(transparent)]
    Moving(#[from] MovingTrouble),
    /// Another process sends.
    #[error("another daily-note is sending from this state ({holder})")]
    Held {
        /// What the holder wrote of itself: process id, command, since when.
        holder: String,
    },
    /// The state was restored from a copy made before that issue was sent.
    #[error(
        "{issue} was sent from this state, and its database knows nothing of it: it is an older copy"
    )]
    OlderCopy {
        /// The issue's identity.
        issue: String,
    },
    /// Another issue has the slot.
    #[error("the slot was sent already, as {issue}")]
    SlotTaken {
        /// The other issue's identity.
        issue: String,
    },
    /// The state is a copy: nobody knows what was sent since it was made, or from where else.
    #[error("the state was copied or moved here from elsewhere")]
    Copied,
    /// The state is a copy, and machines that sent from it have not said yet what left since.
    #[error(
        "the database is an older copy of itself, and what was noted of mail that left since is not in yet: {places}"
    )]
    NotesAwaited {
        /// The machines and their folders.
        places: String,
    },
    /// The state was taken away under a sender.
    #[error("the state in {place} was removed, moved away or replaced while it was in use")]
    Gone {
        /// The folder.
        place: String,
    },
    /// Another program holds the database.
    #[error("another process has kept {place} locked for too long")]
    Locked {
        /// The file.
        place: String,
    },
    /// The disk is nearly full: sending stops before it is.
    #[error(
        "the disk of {place} has {free_mib} MiB left, and sending leaves {reserve_mib} MiB free"
    )]
    NoRoom {
        /// The folder.
        place: String,
        /// What is left.
        free_mib: u64,
        /// What is left free.
        reserve_mib: u64,
    },
    /// This process, or the machine, has as many files open as it may.
    #[error("{place} can't be opened: as many files are open as may be")]
    NoDescriptors {
        /// The file or folder.
        place: String,
    },
    /// The database's pages don't fit together.
    #[error("the database is damaged: {what}")]
    Damaged {
        /// What SQLite found first.
        what: String,
    },
    /// The state is a copy, and who left since it was made is known nowhere.
    #[error(
        "this state is a backup put back, and nobody knows who unsubscribed or was erased since it was made"
    )]
    DeparturesUnknown,
    /// Another process keeps the calendar.
    #[error("another daily-note keeps the calendar of this state ({holder})")]
    Kept {
        /// What the holder wrote of itself.
        holder: String,
    },
    /// Whoever decided to freeze an issue does not keep the calendar any more.
    #[error("the calendar is kept by another daily-note by now; nothing was frozen")]
    TermOver,
    /// A fold that would lose too much of the list.
    #[error("subscribers.yaml would take {lost} of {total} readers off the list")]
    FoldLosesTooMany {
        /// Readers who would go.
        lost: u64,
        /// Readers there are.
        total: u64,
    },
    /// Hashes of departures under more keys than are tried at each address.
    #[error("people who left come from more lists than can be kept apart by their hashes")]
    TooManyHashKeys,
    /// The last address of subscribers.yaml is the beginning of one that is gone from it.
    #[error(
        "subscribers.yaml ends with {cut}, and {whole}, who was in it, is gone: it seems to be cut off"
    )]
    FoldCut {
        /// The last address.
        cut: String,
        /// Whose it probably is.
        whole: String,
    },
    /// An entry that can't be read.
    #[error(transparent)]
    Entry(#[from] SourceError),
    /// A database of another program.
    #[error("the database in the state folder is not daily-note's")]
    Foreign,
    /// The state was written by a newer program.
    #[error("the state was written by a newer daily-note")]
    Newer,
    /// A migration that fails.
    #[error("the state can't be brought up to date")]
    Outdated(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The rows of a batch are not what is counted beside them.
    #[error("the ledger does not add up: its rows are {rows:?}, its counters {counters:?}")]
    Unbalanced {
        /// Row by row.
        rows: Box<DeliveryCounts>,
        /// As they were kept.
        counters: Box<DeliveryCounts>,
    },
    /// Content that rows are to be sent with, and that can't be had.
    #[error("the content {hash} can't be read back from the ledger: {why}")]
    ContentLost {
        /// Under which it was kept.
        hash: String,
        /// Why.
        why: String,
    },
    /// Whoever asked for it went away before it was whole.
    #[error("it was given up before it was done; nothing was changed")]
    Abandoned,
    /// A copy of another list.
    #[error("that is the state of another list")]
    OtherList,
    /// A file that is no backup.
    #[error("this is no backup of daily-note")]
    NoBackup,
    /// A backup that is not whole.
    #[error("the backup is damaged")]
    DamagedBackup,
    /// A backup under a name that SQLite can't take.
    #[error("a backup's name must be Unicode")]
    BackupName,
    /// A restore where a state is.
    #[error("there is a state in {place} already")]
    StateExists {
        /// The folder.
        place: String,
    },
}

impl StoreError {
    /// The entry of a file that is wrong, where that is the error.
    ///
    /// # Errors
    /// Any other error, as it is.
    pub(crate) fn into_entry(self) -> Result<SourceError, Self> {
        match self {
            Self::Entry(entry) => Ok(entry),
            error => Err(error),
        }
    }

    /// What a person does about it.
    #[must_use]
    pub fn hint(&self) -> Said {
        if let Self::Entry(error) = self
            && let Some(hint) = error.hint()
        {
            return hint.clone();
        }
        self.remedy().into()
    }

    /// The same without what only an entry of a file knows, in English.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::Unusable { .. } => {
                phrase!(
                    "check that the folder exists, that you may write to it, and that its disk has room"
                )
            }
            Self::Server { source, .. } => source.remedy(),
            Self::Moving(trouble) => trouble.remedy(),
            Self::TermOver => {
                phrase!("nothing is to be done: that one sends what is due")
            }
            Self::Held { .. } | Self::Kept { .. } => {
                phrase!("wait until it is done, or stop it; then try again")
            }
            Self::FoldLosesTooMany { .. } => {
                phrase!(
                    "if that is meant, raise audience.max_removal in daily-note.yaml for this once"
                )
            }
            Self::TooManyHashKeys => {
                phrase!(
                    "erase those people here by their addresses, and take the rows without one out of the table"
                )
            }
            Self::FoldCut { .. } => {
                phrase!(
                    "put the end of the file back; if the address did change, say `daily-note subscribers move OLD NEW`"
                )
            }
            Self::SlotTaken { .. } => {
                phrase!(
                    "give the issue another date, or take the other one's place: see `daily-note status`"
                )
            }
            Self::Copied => {
                phrase!(
                    "if no other copy is in use, say so with `daily-note adopt`; then the calendar is kept from here"
                )
            }
            Self::NotesAwaited { .. } => {
                phrase!(
                    "start the workers there, or `daily-note adopt` there: each hands in its notes by itself; of a machine that is no more, say `daily-note adopt --without NAME`, and every reader of an issue under way is unknown"
                )
            }
            Self::Gone { .. } => {
                phrase!(
                    "put the folder back where it was, and send again: it goes on where it stopped"
                )
            }
            Self::Locked { .. } => {
                phrase!(
                    "end what holds it: a shell with a transaction open, a copying tool (`fuser` says which); nothing is lost meanwhile"
                )
            }
            Self::NoRoom { .. } => {
                phrase!("make room: `serve` goes on by itself then, and `send` where it stopped")
            }
            Self::NoDescriptors { .. } => {
                phrase!(
                    "raise the limit (`ulimit -n 1024`, or `LimitNOFILE=` in the service's unit), and try again; nothing is lost"
                )
            }
            Self::Damaged { .. } => {
                phrase!(
                    "save it as it is, `daily-note backup --as-is FOLDER`; then move .daily-note away and `daily-note restore` the last backup"
                )
            }
            Self::DeparturesUnknown => {
                phrase!(
                    "name the state that it replaces, or a later backup: `daily-note restore --departures FOLDER`; or say that nobody left: `daily-note restore --departures none`"
                )
            }
            Self::OlderCopy { .. } => {
                phrase!(
                    "put the newest copy of .daily-note back; if nobody got it after all, remove .daily-note/witness and send again"
                )
            }
            Self::Entry(_) => phrase!("fix the entry; nothing was changed"),
            Self::Foreign => phrase!("move it away, or name another folder"),
            Self::Newer => phrase!("install that version or a later one"),
            Self::Outdated(_) => {
                phrase!(
                    "nothing was changed: use the version that wrote it, save it with `daily-note backup --as-is FOLDER`, and report this with the cause"
                )
            }
            Self::Unbalanced { .. } => {
                phrase!("nothing more is sent of it: keep a copy of .daily-note, and report this")
            }
            Self::ContentLost { .. } => {
                phrase!("`daily-note cancel` the issue, or put a backup back that has it")
            }
            Self::Abandoned => phrase!("do it again"),
            Self::OtherList => phrase!("name a copy of this list's own state"),
            Self::NoBackup => phrase!("name a file that `daily-note backup` wrote"),
            Self::DamagedBackup => phrase!("restore another one"),
            Self::BackupName => phrase!("choose another name"),
            Self::StateExists { .. } => {
                phrase!(
                    "a restore overwrites nothing: stop what uses it, and move the folder away first"
                )
            }
        }
    }
}
