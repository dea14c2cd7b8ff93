//! Leaving, and taking it back.

use super::{
    ReaderDesk,
    refusal::{link_fault, refused},
};
use crate::{
    audience::{SubscriberId, SuppressionReason, membership::ChangeSource},
    links::PublicPage,
    store::{DepartureScope, LeaveOutcome, LeaveRequest, UndoOutcome},
    web::reader::{
        ActOutcome, LeaveAnswer, LeaveScope, LeaveView, LinkFault, PlainView, ReaderRefusal,
        ReaderResult,
    },
};

impl ReaderDesk {
    async fn leaver(&self, token: &str) -> ReaderResult<SubscriberId> {
        let links = self.links().await?;
        links.verify_unsubscribe(token).map_err(link_fault)
    }

    pub(super) async fn departure_of(&self, token: &str) -> ReaderResult<LeaveView> {
        let reader = self.leaver(token).await?;
        let links = self.links().await?;
        let Some(member) = self.store.member(reader).await.map_err(refused)? else {
            // Who was erased gets nothing: that is all there is to say.
            return Ok(LeaveView {
                has_left: true,
                ..LeaveView::default()
            });
        };
        let reason = member.suppression.as_ref().map(|it| it.reason);
        let has_left = reason.is_some();
        let may_return = reason == Some(SuppressionReason::Unsubscribed);
        Ok(LeaveView {
            language: member.subscriber.profile.language,
            editions: member.subscriber.profile.editions,
            has_left,
            undo: may_return.then(|| self.undo_token(&links, reader, member.epoch)),
        })
    }

    pub(super) async fn leave_list(
        &self,
        token: &str,
        scope: &LeaveScope,
    ) -> ReaderResult<LeaveAnswer> {
        let links = self.links().await?;
        let reader = links.verify_unsubscribe(token).map_err(link_fault)?;
        let publication = self.snapshot().publication.clone();
        let is_one_click = *scope == LeaveScope::OneClick;
        let wants_goodbye = publication.web.goodbye.unwrap_or(publication.law.korea);
        let outcome = self
            .departures
            .leave(LeaveRequest {
                reader,
                scope: match scope {
                    LeaveScope::OneClick | LeaveScope::All => DepartureScope::All,
                    LeaveScope::Edition(edition) => DepartureScope::Edition {
                        edition: edition.clone(),
                        of: publication
                            .editions
                            .iter()
                            .map(|it| it.key.clone())
                            .collect(),
                    },
                },
                source: match is_one_click {
                    true => ChangeSource::OneClick,
                    false => ChangeSource::Link,
                },
                wants_goodbye,
            })
            .await?;
        if wants_goodbye || publication.law.korea {
            self.receipts.wake();
        }
        // A mail client looks at the status alone, and comes by the thousand.
        let language = match is_one_click {
            true => None,
            false => self.language_of(reader).await,
        };
        let undo = |epoch| Some(self.undo_token(&links, reader, epoch));
        Ok(match outcome {
            LeaveOutcome::Left { epoch } | LeaveOutcome::Already { epoch } => LeaveAnswer {
                language,
                has_left: true,
                undo: undo(epoch),
                preferences: None,
            },
            LeaveOutcome::LeftEdition { epoch } => LeaveAnswer {
                language,
                has_left: false,
                undo: undo(epoch),
                preferences: Some(links.preferences_token(reader)),
            },
            LeaveOutcome::Unknown => LeaveAnswer {
                has_left: true,
                ..LeaveAnswer::default()
            },
        })
    }

    pub(super) async fn note_reason(&self, token: &str, reason: &str) -> ReaderResult<PlainView> {
        let reader = self.leaver(token).await?;
        let said = self.store.say_why(reader, reason).await.map_err(refused)?;
        if !said {
            return Err(ReaderRefusal::Link(LinkFault::Used));
        }
        Ok(PlainView {
            language: self.language_of(reader).await,
        })
    }

    pub(super) async fn return_of(&self, token: &str) -> ReaderResult<PlainView> {
        let links = self.links().await?;
        let token = links
            .verify_timed(PublicPage::Undo, token, self.now())
            .map_err(link_fault)?;
        let member = self.member(token.reader).await?;
        match member.epoch >= token.epoch {
            true => Ok(PlainView {
                language: member.subscriber.profile.language,
            }),
            false => Err(ReaderRefusal::Link(LinkFault::Broken)),
        }
    }

    pub(super) async fn bring_back(&self, token: &str) -> ReaderResult<ActOutcome> {
        let links = self.links().await?;
        let token = links
            .verify_timed(PublicPage::Undo, token, self.now())
            .map_err(link_fault)?;
        let undone = self
            .store
            .undo_leave(token.reader, token.epoch, self.now())
            .await
            .map_err(refused)?;
        self.receipts.wake();
        self.undone(undone, token.reader, &links).await
    }

    /// What a page says of something that was taken back.
    pub(super) async fn undone(
        &self,
        outcome: UndoOutcome,
        reader: SubscriberId,
        links: &crate::links::LinkSigner,
    ) -> ReaderResult<ActOutcome> {
        let was_done = match outcome {
            UndoOutcome::Returned => false,
            UndoOutcome::Already => true,
            UndoOutcome::Stale | UndoOutcome::Unknown => {
                return Err(ReaderRefusal::Link(LinkFault::Used));
            }
        };
        Ok(ActOutcome {
            language: self.language_of(reader).await,
            was_done,
            preferences: Some(links.preferences_token(reader)),
        })
    }

    /// The reader's own language; None where they named none, or can't be asked for.
    pub(super) async fn language_of(&self, reader: SubscriberId) -> Option<String> {
        let member = self.store.member(reader).await.ok().flatten();
        member?.subscriber.profile.language
    }
}
