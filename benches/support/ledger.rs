//! What the benches of a store put into it and do with it: readers as real lists have them, an issue to freeze, and its
//! rows claimed, let go and taken as a sender does it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use daily_note::{
    address::Address,
    audience::{Consent, Origin, Profile},
    store::{
        BatchId, Claim, ClaimQuotas, DeliveryQueue, DeliveryStep, NewBatch, SenderId,
        SubscriberList, Transition,
    },
};

/// Profiles that an import hands over at a time.
pub(crate) const IMPORT_GROUP: usize = 50_000;

/// Addresses in no order, as real lists have them; a third at each of two providers.
pub(crate) fn profile(n: usize) -> Profile {
    let scattered = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24;
    let domain = match n % 3 {
        0 => "gmail.example.com".to_owned(),
        1 => "naver.example.com".to_owned(),
        _ => format!("company{}.example.com", scattered % 5_000),
    };
    Profile {
        email: Address::parse(&format!("reader{scattered}@{domain}")).expect("an address"),
        name: Some(format!("독자 {n}")),
        editions: None,
        tags: BTreeSet::from(["founder".to_owned()]),
        timezone: None,
        language: Some("ko".to_owned()),
        consent: Some(Consent {
            at: Some("2026-03-01T09:00:00+09:00".parse().expect("a moment")),
            source: Some("web form".to_owned()),
        }),
    }
}

/// So many of them join a list.
pub(crate) async fn join(list: &dyn SubscriberList, readers: usize) {
    for from in (0..readers).step_by(IMPORT_GROUP) {
        let group: Vec<Profile> = (from..readers.min(from + IMPORT_GROUP))
            .map(profile)
            .collect();
        let joined = list.upsert(group.into(), Origin::Import, now(0)).await;
        joined.expect("an import");
    }
}

/// An issue for all of them, of 60 KB.
pub(crate) fn issue(name: &str) -> NewBatch {
    NewBatch {
        issue: name.to_owned(),
        edition: "monday".to_owned(),
        slot: now(0),
        date: None,
        readers_hour: None,
        content_hash: name.to_owned(),
        content: vec![b'x'; 60_000],
        file: None,
        may_repeat: false,
        is_ad: false,
        term: None,
    }
}

/// A sender at its work.
pub(crate) struct LedgerDrive<'a> {
    pub(crate) queue: &'a dyn DeliveryQueue,
    pub(crate) batch: BatchId,
    pub(crate) sender: &'a SenderId,
    /// What a claim may take.
    pub(crate) quotas: &'a ClaimQuotas,
    /// Rows that have leave or an outcome in one commit.
    pub(crate) group: usize,
    /// The hash of what is sent.
    pub(crate) content: &'a str,
}

impl LedgerDrive<'_> {
    /// Carries rows until so many are done or none is due, the outcomes of one group with the leaves of the next;
    /// answers how many were taken. Where it stops before the end, the last group stays on the wire.
    pub(crate) async fn carry(&self, most: usize) -> usize {
        self.carry_telling(most, |_| {}).await
    }

    /// The same, telling how long each claim took that found something.
    pub(crate) async fn carry_telling(
        &self,
        most: usize,
        mut tell: impl FnMut(Duration) + Send,
    ) -> usize {
        let mut claims: Vec<Claim> = Vec::new();
        let mut in_flight: Vec<Claim> = Vec::new();
        let mut done = 0;
        while done < most {
            if claims.is_empty() {
                let since = Instant::now();
                claims = self.claim().await;
                if !claims.is_empty() {
                    tell(since.elapsed());
                }
            }
            let group = claims.split_off(claims.len().saturating_sub(self.group));
            if group.is_empty() && in_flight.is_empty() {
                break;
            }
            done += in_flight.len();
            self.record(&in_flight, &group).await;
            in_flight = group;
        }
        done
    }

    async fn claim(&self) -> Vec<Claim> {
        let claimed = self
            .queue
            .claim(self.batch, self.sender, self.quotas, now(1));
        claimed.await.expect("claims")
    }

    /// These are taken, and those have leave, in one commit.
    async fn record(&self, taken: &[Claim], leaving: &[Claim]) {
        let accepted = taken.iter().map(|claim| {
            let reply = "250 2.0.0 Ok: queued as 4cXyZ12AbCdEf".to_owned();
            transition(claim, DeliveryStep::Accepted { reply })
        });
        let leaving = leaving.iter().map(|claim| {
            let content = self.content.to_owned();
            transition(claim, DeliveryStep::Sending { content })
        });
        let steps: Vec<Transition> = accepted.chain(leaving).collect();
        let refused = self.queue.record(&steps, now(1)).await;
        assert_eq!(refused.expect("a commit"), []);
    }
}

pub(crate) fn transition(claim: &Claim, to: DeliveryStep) -> Transition {
    Transition {
        delivery: claim.delivery,
        fence: claim.fence,
        to,
    }
}

pub(crate) fn now(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_388_400 + seconds, 0).expect("a time")
}
