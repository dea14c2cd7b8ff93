//! Which state this is and who may act from it, on PostgreSQL: leases that go by the server's clock, and a home that no
//! copy of the database and no standby that was promoted has.

mod adopting;
mod handing_in;
mod heartbeat;
mod holding;
pub(super) mod home;
pub(super) mod leases;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{PostgresStore, columns, values::values};
use crate::{
    audience::SubscriberId,
    store::{
        AdoptionOutcome, Realm, SenderGuard, SenderId, StateInstance, StateServer, StoreError,
    },
};

#[async_trait]
impl StateInstance for PostgresStore {
    async fn mark(&self) -> Result<String, StoreError> {
        let tx = self.reading().await?;
        let mark = tx.value("SELECT mark FROM instance", values![]).await;
        tx.end(mark).await
    }

    async fn last_unmarked(&self) -> Result<SubscriberId, StoreError> {
        let tx = self.reading().await?;
        let sql = "SELECT last_unmarked FROM instance";
        let last = tx
            .one(sql, values![], |row| {
                columns::subscriber(row, "last_unmarked")
            })
            .await;
        tx.end(last).await
    }

    /// Many may send at once, each under a name of their own.
    async fn hold(&self, sender: &SenderId) -> Result<SenderGuard, StoreError> {
        let held = |holder| StoreError::Held { holder };
        let place = handing_in::OwnPlace::of(self);
        holding::hold(self, &leases::of_sender(sender), sender, place, held).await
    }

    async fn bury(&self, sender: &SenderId) -> Result<(), StoreError> {
        let tx = self.writing().await?;
        let buried = leases::bury(&tx, sender).await;
        tx.end(buried).await
    }

    async fn hold_schedule(&self, keeper: &SenderId) -> Result<SenderGuard, StoreError> {
        let name = match self.realm {
            Realm::Real => "keeps the calendar",
            Realm::Rehearsal => "plays the calendar",
        };
        let kept = |holder| StoreError::Kept { holder };
        holding::hold(self, name, keeper, None, kept).await
    }

    /// Of who left the `lost` list this database knows nothing: there is no place outside of it.
    async fn adopt(
        &self,
        _lost: Option<&str>,
        without: &[String],
        now: DateTime<Utc>,
    ) -> Result<AdoptionOutcome, StoreError> {
        handing_in::hand_in(self).await?;
        let tx = self.writing().await?;
        let adopted = adopting::adopt(&tx, without, now).await;
        tx.end(adopted).await
    }

    async fn hand_in(&self) -> Result<(), StoreError> {
        handing_in::hand_in(self).await
    }

    async fn adopted_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let tx = self.reading().await?;
        let sql = "SELECT adopted_at FROM instance";
        let at = tx
            .one(sql, values![], |row| columns::maybe_time(row, "adopted_at"))
            .await;
        tx.end(at).await
    }

    async fn server(&self) -> Result<Option<StateServer>, StoreError> {
        let tx = self.reading().await?;
        let sql = "SELECT current_setting('server_version') AS version, \
                   (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS now";
        let seen = tx
            .one(sql, values![], |row| {
                Ok(StateServer {
                    place: self.database.place().to_owned(),
                    version: row.try_get("version")?,
                    now: columns::time(row, "now")?,
                })
            })
            .await;
        tx.end(seen).await.map(Some)
    }

    fn writes(&self) -> u64 {
        self.database.writes()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let tx = self.writing().await?;
        // A row is written as it is: its change goes to the disk all the same.
        let sql = "UPDATE instance SET adopted_at = adopted_at";
        let written = tx.run(sql, values![]).await.map(drop);
        tx.end(written).await
    }
}
