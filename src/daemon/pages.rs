//! The readers' pages, asked in the hour before each slot: whoever can fix them hears of it while there is
//! time. At the slot the job itself asks.

use std::sync::Arc;

use chrono::TimeDelta;

use super::Server;
use crate::{
    app::{AppError, pages::PagesStanding},
    schedule::{Event, codes},
};

/// How long before a slot they are asked first.
const AHEAD: TimeDelta = TimeDelta::hours(1);
/// How long after an answer that was none, or after one that was good, they are asked again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

impl Server {
    /// Takes in the last answer, and asks again where a slot is near. Never waits for one.
    pub(super) async fn watch_pages(&mut self) {
        let now = self.clock.now();
        if let Some(asking) = self.pages.asking.take_if(|asking| asking.is_finished()) {
            self.pages.asked_at = Some(now);
            match asking.await {
                Ok(Ok(standing)) => self.pages_answered(standing).await,
                Ok(Err(error)) => tracing::warn!("the readers' pages can't be asked: {error}"),
                Err(panicked) => tracing::error!("the readers' pages can't be asked: {panicked}"),
            }
        }
        let publication = Arc::clone(&self.live.snapshot().publication);
        let is_near = publication
            .next_slot_after(now)
            .is_some_and(|slot| slot.at - now <= AHEAD);
        if !is_near {
            self.pages.asked_at = None;
            self.pages.is_away = false;
            return;
        }
        let was_asked = self
            .pages
            .asked_at
            .is_some_and(|at| (now - at).abs() < AGAIN);
        if was_asked || self.pages.asking.is_some() {
            return;
        }
        let (app, store) = (self.reading.app(self.clock), Arc::clone(&self.store));
        self.pages.asking = Some(tokio::spawn(async move {
            let base_url = app.publication.web.base_url.as_deref();
            app.pages_standing(store.as_ref(), base_url).await
        }));
    }

    async fn pages_answered(&mut self, standing: PagesStanding) {
        let PagesStanding::Away { url, seen } = standing else {
            self.pages.is_away = false;
            self.told.retain(|key| !key.is_of(codes::PAGES_AWAY));
            return;
        };
        self.pages.is_away = true;
        let next = self
            .live
            .snapshot()
            .publication
            .next_slot_after(self.clock.now());
        let Some(slot) = next else { return };
        let error = AppError::PagesAway { url, seen };
        self.tell(Event::PagesAway {
            issue: format!("{}-{}", slot.edition, slot.date),
            reason: error.problems().join("\n"),
        })
        .await;
    }
}
