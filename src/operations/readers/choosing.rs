//! What readers choose, and what a forwarded mail must not open: another address, everything that is kept,
//! being forgotten. The latter go by a fresh link to the reader's own address, once.

use chrono::TimeDelta;

use super::{
    ReaderDesk,
    refusal::{link_fault, refused, unavailable},
};
use crate::{
    address::Address,
    audience::SubscriberState,
    links::{LinkSigner, PublicPage, TimedToken, TokenError},
    store::{ConfirmMoveOutcome, Member, PreferOutcome, ReaderPreferences},
    web::reader::{
        ActOutcome, LinkFault, MailPromise, ManageView, PlainView, PreferencesForm,
        PreferencesView, PromisedMail, ReaderRefusal, ReaderResult,
    },
};

impl ReaderDesk {
    pub(super) async fn preferences_of(&self, token: &str) -> ReaderResult<PreferencesView> {
        let links = self.links().await?;
        let reader = links.verify_preferences(token).map_err(link_fault)?;
        let Member {
            subscriber,
            suppression,
            ..
        } = self.member(reader).await?;
        let profile = subscriber.profile;
        Ok(PreferencesView {
            language: profile.language,
            name: profile.name,
            editions: profile.editions,
            timezone: profile.timezone.map(|zone| zone.name().to_owned()),
            is_active: subscriber.state == SubscriberState::Active && suppression.is_none(),
            unsubscribe: Some(links.unsubscribe_token(reader)),
        })
    }

    pub(super) async fn choose(
        &self,
        token: &str,
        form: &PreferencesForm,
    ) -> ReaderResult<ActOutcome> {
        let links = self.links().await?;
        let reader = links.verify_preferences(token).map_err(link_fault)?;
        let choice = ReaderPreferences {
            editions: form.editions.clone(),
            name: form.name.clone(),
            language: form.language.clone(),
            timezone: form.timezone,
        };
        let chosen = self.store.prefer(reader, &choice, self.now()).await;
        let was_done = match chosen.map_err(refused)? {
            PreferOutcome::Changed => false,
            PreferOutcome::Unchanged => true,
            PreferOutcome::NoEdition => return Err(ReaderRefusal::NotFound),
            PreferOutcome::Unknown => return Err(ReaderRefusal::Link(LinkFault::Used)),
        };
        self.receipts.wake();
        Ok(ActOutcome {
            language: form.language.clone(),
            was_done,
            preferences: Some(token.to_owned()),
        })
    }

    pub(super) async fn write_link_to_reader(&self, token: &str) -> ReaderResult<PromisedMail> {
        let links = self.links().await?;
        let reader = links.verify_preferences(token).map_err(link_fault)?;
        let asked = self
            .store
            .ask_own_link(reader, &self.limits, self.now())
            .await;
        // Whether one leaves is not for whoever holds a forwarded mail.
        asked.map_err(refused)?;
        Ok(PromisedMail {
            language: self.language_of(reader).await,
            leaves: self.promise(),
        })
    }

    pub(super) async fn write_link_to(&self, email: &Address) -> ReaderResult<MailPromise> {
        let asked = self.store.ask_link(email, &self.limits, self.now()).await;
        asked.map_err(refused)?;
        Ok(self.promise())
    }

    /// Whoever holds a fresh link, while it is good.
    async fn manager(&self, token: &str) -> ReaderResult<(TimedToken, Member)> {
        let links = self.links().await?;
        let token = links
            .verify_timed(PublicPage::Manage, token, self.now())
            .map_err(link_fault)?;
        let member = self.member(token.reader).await?;
        match member.epoch == token.epoch {
            true => Ok((token, member)),
            false => Err(ReaderRefusal::Link(LinkFault::Used)),
        }
    }

    /// The same, once: the link is used up.
    async fn manage_once(&self, token: &str) -> ReaderResult<(TimedToken, Member)> {
        let (token, member) = self.manager(token).await?;
        let TimedToken {
            reader,
            epoch,
            until,
        } = token;
        let spent = self
            .store
            .spend_link(reader, epoch, until, self.now())
            .await;
        match spent.map_err(refused)? {
            true => Ok((token, member)),
            false => Err(ReaderRefusal::Link(LinkFault::Used)),
        }
    }

    pub(super) async fn managed(&self, token: &str) -> ReaderResult<ManageView> {
        let (token, member) = self.manager(token).await?;
        let left = (token.until - self.now()).max(TimeDelta::zero());
        Ok(ManageView {
            language: member.subscriber.profile.language,
            masked_address: member.subscriber.profile.email.masked(),
            minutes_left: u32::try_from(left.num_seconds().div_euclid(60) + 1).unwrap_or(1),
        })
    }

    pub(super) async fn record_of(&self, token: &str) -> ReaderResult<Vec<u8>> {
        let (token, _) = self.manage_once(token).await?;
        let record = self.store.all_about(token.reader).await.map_err(refused)?;
        let record = record.ok_or(ReaderRefusal::Link(LinkFault::Used))?;
        serde_json::to_vec_pretty(&record)
            .map_err(|error| unavailable("a reader's record can't be written", &error))
    }

    pub(super) async fn forget_reader(&self, token: &str) -> ReaderResult<ActOutcome> {
        let (_, member) = self.manage_once(token).await?;
        let profile = member.subscriber.profile;
        let erased = self.app().erase(&profile.email).await;
        erased.map_err(|error| unavailable("a reader can't be erased", &error))?;
        Ok(ActOutcome {
            language: profile.language,
            was_done: false,
            preferences: None,
        })
    }

    pub(super) async fn ask_to_move(
        &self,
        token: &str,
        to: &Address,
    ) -> ReaderResult<PromisedMail> {
        let (token, member) = self.manage_once(token).await?;
        let asked = self
            .store
            .ask_move(token.reader, token.epoch, to, &self.limits, self.now())
            .await;
        // Whether somebody else has that address is nobody's business.
        asked.map_err(refused)?;
        Ok(PromisedMail {
            language: member.subscriber.profile.language,
            leaves: self.promise(),
        })
    }

    /// Whoever holds the link to a new address, and that address.
    async fn mover(&self, token: &str) -> ReaderResult<(LinkSigner, TimedToken, Address)> {
        let links = self.links().await?;
        let claimed = LinkSigner::claimed_reader(token).map_err(link_fault)?;
        let member = self.store.member(claimed).await.map_err(refused)?;
        let member = member.ok_or_else(|| link_fault(TokenError::NotOurs))?;
        // An address that was confirmed is the reader's own by now.
        let places = [member.moving_to, Some(member.subscriber.profile.email)];
        let mut fault = TokenError::NotOurs;
        for to in places.into_iter().flatten() {
            match links.verify_move(token, &to, self.now()) {
                Ok(token) => return Ok((links, token, to)),
                Err(TokenError::Expired) => fault = TokenError::Expired,
                Err(_) => {}
            }
        }
        Err(link_fault(fault))
    }

    pub(super) async fn moving_of(&self, token: &str) -> ReaderResult<PlainView> {
        let (_, token, _) = self.mover(token).await?;
        Ok(PlainView {
            language: self.language_of(token.reader).await,
        })
    }

    pub(super) async fn move_reader(&self, token: &str) -> ReaderResult<ActOutcome> {
        let (links, token, to) = self.mover(token).await?;
        let moved = self
            .store
            .confirm_move(token.reader, token.epoch, &to.key(), self.now())
            .await;
        let was_done = match moved.map_err(refused)? {
            ConfirmMoveOutcome::Moved => false,
            ConfirmMoveOutcome::Already => true,
            ConfirmMoveOutcome::Stale
            | ConfirmMoveOutcome::Taken
            | ConfirmMoveOutcome::Barred
            | ConfirmMoveOutcome::Unknown => return Err(ReaderRefusal::Link(LinkFault::Used)),
        };
        self.receipts.wake();
        Ok(ActOutcome {
            language: self.language_of(token.reader).await,
            was_done,
            preferences: Some(links.preferences_token(token.reader)),
        })
    }

    pub(super) async fn moving_back_of(&self, token: &str) -> ReaderResult<PlainView> {
        let links = self.links().await?;
        let token = links
            .verify_timed(PublicPage::MoveUndo, token, self.now())
            .map_err(link_fault)?;
        Ok(PlainView {
            language: self.language_of(token.reader).await,
        })
    }

    pub(super) async fn move_back(&self, token: &str) -> ReaderResult<ActOutcome> {
        let links = self.links().await?;
        let token = links
            .verify_timed(PublicPage::MoveUndo, token, self.now())
            .map_err(link_fault)?;
        let undone = self
            .store
            .undo_move(token.reader, token.epoch, self.now())
            .await
            .map_err(refused)?;
        self.undone(undone, token.reader, &links).await
    }
}
