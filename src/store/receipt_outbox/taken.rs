//! A receipt that leaves the outbox: whether what it says is still so, and to whom it is said how. For every store.

use chrono::{DateTime, Utc};

use crate::{
    address::Address,
    audience::{SubscriberId, SubscriberState, SuppressionReason, membership::Standing},
    store::{
        ConsentDeed, DueReceipt, PendingAsk, ReceiptFacts, ReceiptId, ReceiptKind,
        membership::member_row::MemberRow,
    },
    words::phrase,
};

/// What is said of one that has nothing to say any more.
pub(crate) const OVERTAKEN: &str = phrase!("overtaken by what happened since");

/// One as it lies in the outbox.
pub(crate) struct TakenReceipt {
    pub(crate) id: ReceiptId,
    pub(crate) kind: ReceiptKind,
    pub(crate) reader: SubscriberId,
    pub(crate) epoch: u32,
    pub(crate) to: Option<Address>,
    pub(crate) about: ReceiptFacts,
    pub(crate) attempts: u32,
    pub(crate) asked_at: DateTime<Utc>,
}

impl TakenReceipt {
    /// Whether it is about what its reader was asked and did not confirm yet.
    pub(crate) fn is_about_a_wish(&self) -> bool {
        matches!(self.kind, ReceiptKind::Confirm | ReceiptKind::Reconfirm)
    }

    /// To whom it goes now; None: what it says is not so any more. `pending` is asked for where it is about a wish.
    pub(crate) fn addressed(
        self,
        row: &MemberRow,
        standing: Standing,
        pending: Option<PendingAsk>,
    ) -> Option<DueReceipt> {
        // Who called a mail spam gets no other of any kind.
        let is_angry = standing.suppression == Some(SuppressionReason::Complaint);
        if is_angry || !self.is_so(row, standing, pending.is_some()) {
            return None;
        }
        let is_stranger =
            self.kind.is_to_a_stranger() || row.person.state == SubscriberState::Unconfirmed;
        let profile = &row.person.profile;
        let asked_in = pending.and_then(|ask| ask.language);
        let form_language = self.about.language.clone().or(asked_in);
        Some(DueReceipt {
            id: self.id,
            kind: self.kind,
            reader: self.reader,
            epoch: self.epoch,
            to: self.to.unwrap_or_else(|| profile.email.clone()),
            name: profile.name.clone().filter(|_| !is_stranger),
            language: match is_stranger {
                true => form_language.or_else(|| profile.language.clone()),
                false => profile.language.clone().or(form_language),
            },
            about: self.about,
            attempts: self.attempts,
            asked_at: self.asked_at,
        })
    }

    fn is_so(&self, row: &MemberRow, standing: Standing, is_pending: bool) -> bool {
        match self.kind {
            ReceiptKind::Confirm => is_pending && row.epoch == self.epoch && !standing.is_barred(),
            ReceiptKind::Reconfirm => is_pending && row.epoch == self.epoch && standing.gets_mail(),
            ReceiptKind::Welcome | ReceiptKind::AlreadyHere | ReceiptKind::ConsentReminder => {
                standing.gets_mail()
            }
            ReceiptKind::ManageLink | ReceiptKind::MoveConfirm => row.epoch == self.epoch,
            // What came of it may be another thing by now.
            ReceiptKind::ResultNotice => {
                let has_left = self.about.deed == Some(ConsentDeed::Withdrew);
                has_left != standing.gets_mail()
            }
            ReceiptKind::Goodbye | ReceiptKind::Moved | ReceiptKind::OpinionReceived => true,
        }
    }
}
