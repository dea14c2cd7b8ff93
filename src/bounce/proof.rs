//! Whose mail a report is about, proved: by the return-path or the address for opinions that it came to, by the
//! Message-ID or the unsubscribe token that it quotes. Anybody can write a report; only who had the message can quote these.

use serde::Serialize;

use super::clues::Clues;
use crate::{
    audience::SubscriberId,
    links::{DeliveryToken, LinkSigner},
};

/// What proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    /// The reader's own return-path.
    Verp,
    /// The Message-ID of the reader's message.
    MessageId,
    /// The token of the reader's unsubscribe link.
    ListUnsubscribe,
    /// The address that the reader's own opinion is mailed to.
    FeedbackAddress,
    /// A provider's signature, or its password, over the event.
    ProviderSignature,
}

impl ProofKind {
    /// The word that the store, `--json` and the metrics write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verp => "verp",
            Self::MessageId => "message_id",
            Self::ListUnsubscribe => "list_unsubscribe",
            Self::FeedbackAddress => "feedback_address",
            Self::ProviderSignature => "provider_signature",
        }
    }
}

/// Whose mail it is about, proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvenReader {
    /// The reader.
    pub reader: SubscriberId,
    /// The batch, where what proves it names one.
    pub batch: Option<i64>,
    /// What proves it.
    pub by: ProofKind,
}

/// The reader that the clues prove. A Message-ID is signed over its issue, which `issue_of_batch` tells. Proofs that
/// name different readers are none: somebody put another's mail beside their own.
#[must_use]
pub fn prove(
    clues: &Clues,
    links: &LinkSigner,
    issue_of_batch: impl Fn(i64) -> Option<String>,
) -> Option<ProvenReader> {
    let of_token = |by| {
        move |token: DeliveryToken| ProvenReader {
            reader: token.reader,
            batch: token.batch,
            by,
        }
    };
    let by_return_path = clues
        .return_paths
        .iter()
        .filter_map(|local| links.verify_bounce(local).ok())
        .map(of_token(ProofKind::Verp));
    let by_message_id = clues
        .message_ids
        .iter()
        .filter_map(|id| {
            let batch = LinkSigner::claimed_delivery(id)?.batch?;
            links.verify_message_id(id, &issue_of_batch(batch)?).ok()
        })
        .map(of_token(ProofKind::MessageId));
    let by_address = clues
        .feedback_addresses
        .iter()
        .filter_map(|local| links.verify_feedback_address(local).ok())
        .map(of_token(ProofKind::FeedbackAddress));
    let by_link = clues
        .unsubscribe_tokens
        .iter()
        .filter_map(|token| links.verify_unsubscribe(token).ok())
        .map(|reader| ProvenReader {
            reader,
            batch: None,
            by: ProofKind::ListUnsubscribe,
        });
    let proofs: Vec<ProvenReader> = by_return_path
        .chain(by_message_id)
        .chain(by_address)
        .chain(by_link)
        .collect();
    let mut first = *proofs.first()?;
    if proofs.iter().any(|proof| proof.reader != first.reader) {
        return None;
    }
    // A return-path of before it named a batch proves the reader; another proof may know the batch.
    first.batch = first
        .batch
        .or_else(|| proofs.iter().find_map(|proof| proof.batch));
    Some(first)
}
