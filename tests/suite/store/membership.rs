//! People who ask, confirm and leave, for the store's tests.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use daily_note::{
    audience::{
        Subscriber, SubscriberId,
        membership::{
            ChangeSource, MembershipChange,
            signup::{ConsentWording, SignupAsk},
        },
    },
    store::{
        AskOutcome, ConfirmOutcome, DepartureScope, DueReceipt, LeaveOutcome, LeaveRequest, Member,
        ReceiptKind, ReceiptTurn, SignupLimits,
    },
};

use super::fixture::{LivesStore, address};

pub(crate) fn wish(email: &str) -> SignupAsk {
    SignupAsk {
        email: address(email),
        name: None,
        editions: None,
        language: Some("ko".to_owned()),
        timezone: None,
        wording: ConsentWording::new("메일을 받는 데 동의합니다.", "ko"),
        agreed_to_ads: None,
        page: Some("https://note.example.com/".to_owned()),
        network: None,
        // A network of its own for each.
        prefix: format!("prefix of {email}"),
        is_hurried: false,
    }
}

pub(crate) fn leaving(reader: SubscriberId) -> LeaveRequest {
    LeaveRequest {
        reader,
        scope: DepartureScope::All,
        source: ChangeSource::OneClick,
        wants_goodbye: true,
    }
}

pub(crate) fn leaving_edition(reader: SubscriberId, edition: &str) -> LeaveRequest {
    LeaveRequest {
        scope: DepartureScope::Edition {
            edition: edition.to_owned(),
            of: both_editions(),
        },
        ..leaving(reader)
    }
}

pub(crate) fn both_editions() -> BTreeSet<String> {
    ["monday", "thursday"].map(str::to_owned).into()
}

/// What most tests do in one line.
#[async_trait]
pub(crate) trait Lives {
    async fn wish_at(&self, ask: &SignupAsk, now: DateTime<Utc>) -> AskOutcome;
    async fn number(&self, email: &str) -> SubscriberId;
    async fn member_of(&self, email: &str) -> Member;
    async fn confirm_now(&self, email: &str, now: DateTime<Utc>) -> ConfirmOutcome;
    async fn joined(&self, email: &str, now: DateTime<Utc>) -> Subscriber;
    async fn leave_one(&self, request: LeaveRequest, now: DateTime<Utc>) -> LeaveOutcome;
    async fn due(&self, now: DateTime<Utc>) -> Vec<DueReceipt>;
    async fn due_kinds(&self, now: DateTime<Utc>) -> Vec<ReceiptKind>;
    async fn next(&self) -> Option<DateTime<Utc>>;
    async fn changes_of(&self, reader: SubscriberId) -> Vec<(MembershipChange, ChangeSource)>;
}

#[async_trait]
impl<S: LivesStore + ?Sized> Lives for Arc<S> {
    async fn wish_at(&self, ask: &SignupAsk, now: DateTime<Utc>) -> AskOutcome {
        self.ask(ask, &SignupLimits::default(), now).await.unwrap()
    }

    async fn number(&self, email: &str) -> SubscriberId {
        let subscriber = self.subscriber(&address(email)).await.unwrap();
        subscriber
            .unwrap_or_else(|| panic!("{email} is not on the list"))
            .id
    }

    async fn member_of(&self, email: &str) -> Member {
        let reader = self.number(email).await;
        self.member(reader).await.unwrap().unwrap()
    }

    /// By a link that is made for the moment.
    async fn confirm_now(&self, email: &str, now: DateTime<Utc>) -> ConfirmOutcome {
        let member = self.member_of(email).await;
        self.confirm(member.subscriber.id, member.epoch, now)
            .await
            .unwrap()
    }

    async fn joined(&self, email: &str, now: DateTime<Utc>) -> Subscriber {
        assert_eq!(self.wish_at(&wish(email), now).await, AskOutcome::Queued);
        match self.confirm_now(email, now).await {
            ConfirmOutcome::Confirmed { subscriber } => *subscriber,
            other => panic!("{other:?}"),
        }
    }

    async fn leave_one(&self, request: LeaveRequest, now: DateTime<Utc>) -> LeaveOutcome {
        self.leave(&[request], now).await.unwrap()[0]
    }

    async fn due(&self, now: DateTime<Utc>) -> Vec<DueReceipt> {
        let mut due = Vec::new();
        for turn in ReceiptTurn::ALL {
            due.extend(self.take_due_receipts(turn, 1_000, now).await.unwrap());
        }
        due
    }

    async fn due_kinds(&self, now: DateTime<Utc>) -> Vec<ReceiptKind> {
        self.due(now)
            .await
            .into_iter()
            .map(|due| due.kind)
            .collect()
    }

    /// When the next one is due that somebody waits for.
    async fn next(&self) -> Option<DateTime<Utc>> {
        self.next_receipt(ReceiptTurn::Awaited).await.unwrap()
    }

    async fn changes_of(&self, reader: SubscriberId) -> Vec<(MembershipChange, ChangeSource)> {
        let history = self.history(reader).await.unwrap();
        history
            .iter()
            .map(|entry| (entry.change, entry.source))
            .collect()
    }
}
