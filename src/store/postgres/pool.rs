//! Connections kept for the next who needs one: as many as there may be, each wholly one transaction's, and given back
//! only where it ended in good order. Not: what is said over them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_postgres::{Client, Config, NoTls};

use super::{fault::PostgresFault, settings::PostgresSettings, tls::ServerTls};
use crate::{store::ServerTrouble, words::phrase};

/// How long somebody waits for a connection that others have: longer than any transaction of ours takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The connections of one process to one database.
pub(super) struct ConnectionPool {
    config: Config,
    tls: Option<ServerTls>,
    /// Until the whole handshake is done: the driver's own limit ends with the connection's.
    handshake: Duration,
    idle: Mutex<Vec<Client>>,
    room: Arc<Semaphore>,
}

impl ConnectionPool {
    pub(super) fn new(settings: &PostgresSettings) -> Result<Self, ServerTrouble> {
        Ok(Self {
            config: settings.config(),
            tls: settings.trust().map(ServerTls::load).transpose()?,
            handshake: settings.connect_timeout() * 2,
            idle: Mutex::default(),
            room: Arc::new(Semaphore::new(settings.connections() as usize)),
        })
    }

    /// One connection to the same database, for somebody who shares it with nobody.
    pub(super) fn apart(&self) -> Self {
        Self {
            config: self.config.clone(),
            tls: self.tls.clone(),
            handshake: self.handshake,
            idle: Mutex::default(),
            room: Arc::new(Semaphore::new(1)),
        }
    }

    /// A connection to oneself: one that is there, or a new one.
    pub(super) async fn take(self: &Arc<Self>) -> Result<PooledConnection, PostgresFault> {
        let room = Arc::clone(&self.room).acquire_owned();
        let room = timeout(PATIENCE, room).await;
        let Ok(Ok(room)) = room else {
            let all_busy = phrase!("all connections of this process were busy for a minute");
            return Err(ServerTrouble::TooSlow(all_busy.into()).into());
        };
        let client = match self.last_idle() {
            Some(client) => client,
            None => self.connect().await?,
        };
        Ok(PooledConnection {
            client,
            pool: Arc::clone(self),
            _room: room,
        })
    }

    /// Closes all that nobody uses just now.
    pub(super) fn close_idle(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.clear();
    }

    fn last_idle(&self) -> Option<Client> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // The server may have closed any of them since: a restart, a pool's own limit.
        while let Some(client) = idle.pop() {
            if !client.is_closed() {
                return Some(client);
            }
        }
        None
    }

    async fn connect(&self) -> Result<Client, PostgresFault> {
        let connecting = async {
            match &self.tls {
                Some(tls) => {
                    let (client, connection) = self.config.connect(tls.clone()).await?;
                    tokio::spawn(connection);
                    Ok(client)
                }
                None => {
                    let (client, connection) = self.config.connect(NoTls).await?;
                    tokio::spawn(connection);
                    Ok(client)
                }
            }
        };
        match timeout(self.handshake, connecting).await {
            Ok(connected) => connected,
            Err(late) => Err(ServerTrouble::Unreachable(Box::new(late)).into()),
        }
    }
}

/// A connection that one has to oneself. Dropped, it is closed, and whatever was not committed over it is undone.
pub(super) struct PooledConnection {
    client: Client,
    pool: Arc<ConnectionPool>,
    _room: OwnedSemaphorePermit,
}

impl PooledConnection {
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Leaves it to the next: nothing is open on it any more.
    pub(super) fn give_back(self) {
        let idle = &self.pool.idle;
        idle.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(self.client);
    }
}
