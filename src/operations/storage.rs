//! The list moved from its folder into a database that many machines share.

use crate::{
    app::{App, AppError, RefusalKind},
    store::{
        HouseMove, MovedRows, move_house,
        postgres::{PostgresSettings, PostgresStore},
        sqlite::SqliteStore,
    },
    words::phrase,
};

impl App {
    /// Moves the list and the ledger into the database at that address, or goes on where that stopped. `told` hears of
    /// each table that is there.
    ///
    /// # Errors
    /// No state; somebody who sends; a database with a list in it, or that can't be used; the stores'.
    pub(crate) async fn move_house(
        &self,
        to: &str,
        told: &mut (dyn FnMut(&MovedRows) + Send),
    ) -> Result<HouseMove, AppError> {
        // The folder's, whatever `storage` says by now.
        if !SqliteStore::is_below(&self.publication.state_dir()) {
            return Err(AppError::Refused {
                kind: RefusalKind::Nothing,
                message: phrase!("there is no state yet").into(),
                hint: phrase!("it is made by the first command that needs one").into(),
            });
        }
        let settings = PostgresSettings::parse(to, &|name| std::env::var(name).ok())?;
        let database = PostgresStore::open_to_move_in(&settings).await?;
        let folder = SqliteStore::open_to_move_out(&self.publication.state_dir()).await?;
        let folder = folder.with_outside(self.outside());
        let mover = self.sender_id("storage move");
        let moved = move_house(&folder, &database, &mover, self.clock.now(), told).await;
        folder.close().await;
        Ok(moved?)
    }
}
