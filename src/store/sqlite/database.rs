//! The one owner of the database file: a thread that writes and a thread that reads, each with a
//! connection of its own, which a verb visits once a transaction. Knows no table.
//!
//! A connection that failed is thrown away and opened again for the next verb: one failed write (a
//! full disk, a fault of it) must not outlive its cause.

pub(super) mod descriptors;
pub(super) mod open;
pub(super) mod owner;
mod page_look;
pub(super) mod page_room;
pub(super) mod place;
mod presence;

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
};

use rusqlite::{Connection, TransactionBehavior, config::DbConfig};
use tokio::sync::oneshot;

use self::{
    open::{ConnectionAccess, FirstOpening},
    page_look::PageLook,
    place::{FILE, StatePlace},
};
use super::fault::SqliteFault;
use crate::words::phrase;

/// The database of one state folder, open.
#[derive(Debug)]
pub(super) struct Database {
    /// Where a process died that had it open.
    look: Option<PageLook>,
    // In this order they are closed: the last one folds the log into the file.
    reader: ConnectionThread,
    writer: ConnectionThread,
    writes: Arc<AtomicU64>,
}

/// What becomes of a transaction that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TransactionEnd {
    Commit,
    RollBack,
}

impl Database {
    /// Opens the database of that folder, making it where there is none.
    pub(super) async fn open(state_dir: &Path) -> Result<(Self, StatePlace), SqliteFault> {
        let (folder, file) = (state_dir.to_owned(), state_dir.join(FILE));
        let (opened, answer) = oneshot::channel();
        let writes = Arc::default();
        let counted = Arc::clone(&writes);
        let writer = ConnectionThread::start("ledger-writer", &file, move |file| {
            let (told, connection) = match open::first(&folder) {
                Ok(FirstOpening {
                    place,
                    connection,
                    is_to_be_looked_at,
                }) => (Ok((place, is_to_be_looked_at)), Some(connection)),
                Err(fault) => (Err(fault), None),
            };
            let _ = opened.send(told);
            Some(ThreadConnection {
                file,
                access: ConnectionAccess::Writer,
                connection: Some(connection?),
                writes: counted,
            })
        })?;
        let (place, is_to_be_looked_at) = answer.await.map_err(|_| panicked(state_dir))??;
        let reader = ConnectionThread::start("ledger-reader", &file, move |file| {
            Some(ThreadConnection {
                file,
                access: ConnectionAccess::Reader,
                connection: None,
                writes: Arc::default(),
            })
        })?;
        let look = is_to_be_looked_at.then(|| PageLook::start(&state_dir.join(FILE)));
        let database = Self {
            look: look.transpose()?,
            reader,
            writer,
            writes,
        };
        Ok((database, place))
    }

    /// How many transactions have changed something, and are on the disk.
    pub(super) fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// A transaction that writes: it takes the lock at once, so that it can't fail half-way for another
    /// process's sake. On the disk when it is answered; nothing of it is where its asker went away.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, SqliteFault> {
        self.refuse_damage()?;
        let behavior = TransactionBehavior::Immediate;
        self.writer
            .visit(behavior, TransactionEnd::Commit, verb)
            .await
    }

    /// Work on the file that no transaction can hold, by the connection that writes.
    pub(super) async fn maintain<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, SqliteFault> {
        self.refuse_damage()?;
        let (answer, answered) = oneshot::channel();
        let job: QueuedVerb = Box::new(move |desk| {
            let _ = answer.send(desk.maintain(work));
        });
        self.writer.hand_over(job)?;
        answered.await.map_err(|_| panicked(&self.writer.file))?
    }

    /// The same, and nothing of it stays.
    pub(super) async fn try_out<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, SqliteFault> {
        let behavior = TransactionBehavior::Immediate;
        self.writer
            .visit(behavior, TransactionEnd::RollBack, verb)
            .await
    }

    /// A transaction that reads, beside the one that writes: the database as it is at one moment.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, SqliteFault> {
        let behavior = TransactionBehavior::Deferred;
        self.reader
            .visit(behavior, TransactionEnd::RollBack, verb)
            .await
    }

    /// Nothing more is written where the look found pages that don't fit together.
    fn refuse_damage(&self) -> Result<(), SqliteFault> {
        self.look.as_ref().map_or(Ok(()), PageLook::refuse)
    }
}

impl Drop for Database {
    /// Before it is closed it was looked at; the log of a damaged one is left as it lies, for whoever opens it next to see.
    fn drop(&mut self) {
        if self
            .look
            .as_mut()
            .is_some_and(|look| look.finish().is_err())
        {
            for thread in [&self.reader, &self.writer] {
                let _ = thread.hand_over(Box::new(ThreadConnection::leave_log));
            }
        }
    }
}

/// A verb on its way to a thread.
type QueuedVerb = Box<dyn FnOnce(&mut ThreadConnection) + Send>;

/// A thread that has a connection.
#[derive(Debug)]
struct ConnectionThread {
    file: PathBuf,
    jobs: Option<mpsc::Sender<QueuedVerb>>,
    thread: Option<JoinHandle<()>>,
}

impl ConnectionThread {
    /// `sit` is called on the thread; None: there is nothing to do.
    fn start(
        name: &str,
        file: &Path,
        sit: impl FnOnce(PathBuf) -> Option<ThreadConnection> + Send + 'static,
    ) -> Result<Self, SqliteFault> {
        let (jobs, waiting) = mpsc::channel::<QueuedVerb>();
        let of_thread = file.to_owned();
        let work = move || {
            let Some(mut desk) = sit(of_thread) else {
                return;
            };
            for job in waiting {
                // A verb that panics answers nobody; the next one finds a new connection.
                let _ = catch_unwind(AssertUnwindSafe(|| job(&mut desk)));
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
        let thread = thread.map_err(|error| SqliteFault::unusable(Path::new(name), error))?;
        Ok(Self {
            file: file.to_owned(),
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Hands a verb over and waits for what came of it.
    async fn visit<T: Send + 'static>(
        &self,
        behavior: TransactionBehavior,
        ending: TransactionEnd,
        verb: impl FnOnce(&Connection) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, SqliteFault> {
        let (answer, answered) = oneshot::channel();
        let job: QueuedVerb = Box::new(move |desk| {
            if answer.is_closed() {
                return;
            }
            let ending = |answer: &oneshot::Sender<_>| match answer.is_closed() {
                true => TransactionEnd::RollBack,
                false => ending,
            };
            let outcome = desk.transact(behavior, || ending(&answer), verb);
            let _ = answer.send(outcome);
        });
        self.hand_over(job)?;
        answered.await.map_err(|_| panicked(&self.file))?
    }

    fn hand_over(&self, job: QueuedVerb) -> Result<(), SqliteFault> {
        let gone = || panicked(&self.file);
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).map_err(|_| gone())
    }
}

impl Drop for ConnectionThread {
    /// Waits until the connection is closed: whoever moves the files next must not meet it.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A thread's connection, and the way to another one.
struct ThreadConnection {
    file: PathBuf,
    access: ConnectionAccess,
    connection: Option<Connection>,
    writes: Arc<AtomicU64>,
}

impl ThreadConnection {
    /// The log will not be folded in when this connection is closed.
    fn leave_log(&mut self) {
        if let Some(connection) = &self.connection {
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }

    fn maintain<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, SqliteFault>,
    ) -> Result<T, SqliteFault> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => open::connect(&self.file, self.access)?,
        };
        let outcome = work(&connection);
        if outcome.is_ok() && connection.is_autocommit() {
            self.connection = Some(connection);
        }
        outcome
    }

    fn transact<T>(
        &mut self,
        behavior: TransactionBehavior,
        ending: impl FnOnce() -> TransactionEnd,
        verb: impl FnOnce(&Connection) -> Result<T, SqliteFault>,
    ) -> Result<T, SqliteFault> {
        // Out of its place: it comes back only if it is sound.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => open::connect(&self.file, self.access)?,
        };
        let before = connection.total_changes();
        let outcome = transaction(&mut connection, behavior, ending, verb);
        // One that changed nothing never met the disk.
        if matches!(outcome, Ok((_, TransactionEnd::Commit)))
            && connection.total_changes() != before
        {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
        let has_failed = matches!(outcome, Err(SqliteFault::Sql(_)));
        if !has_failed && connection.is_autocommit() {
            self.connection = Some(connection);
        }
        outcome.map(|(value, _)| value)
    }
}

fn transaction<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    ending: impl FnOnce() -> TransactionEnd,
    verb: impl FnOnce(&Connection) -> Result<T, SqliteFault>,
) -> Result<(T, TransactionEnd), SqliteFault> {
    let tx = connection.transaction_with_behavior(behavior)?;
    // A verb that failed rolls back as the transaction goes; its own error is the one to tell.
    let value = verb(&tx)?;
    let ending = ending();
    match ending {
        TransactionEnd::Commit => tx.commit()?,
        TransactionEnd::RollBack => tx.rollback()?,
    }
    Ok((value, ending))
}

fn panicked(place: &Path) -> SqliteFault {
    let fault = io::Error::other(phrase!("a fault in daily-note itself; nothing was written"));
    SqliteFault::unusable(place, fault)
}

#[cfg(test)]
mod tests;
