//! The one writer of the ledger during a run: transitions from all connections queue up while a
//! commit is under way and go into the next one together, so durability costs a share of an fsync
//! a message. Order is kept: what was submitted first is never recorded later.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use crate::{
    clock::Clock,
    store::{DeliveryQueue, DeliveryStep, RefusalReason, StoreError, Transition},
};

/// Rows a commit takes at the most.
const GROUP: usize = 1_000;
/// How long a commit waits for company where the ledger is quick. A connection asks leave for its next message while the
/// present one is on the wire, so on most wires this costs no time at all.
const PATIENCE: Duration = Duration::from_millis(1);
/// And however slow it is.
const MOST_PATIENCE: Duration = Duration::from_millis(20);

/// Where transitions are handed in.
#[derive(Debug)]
pub(crate) struct Journal {
    entries: mpsc::UnboundedSender<SubmittedStep>,
}

/// What became of a submitted transition, once it is durable.
pub(crate) type DurableAnswer = oneshot::Receiver<Result<(), RefusalReason>>;

#[derive(Debug)]
enum SubmittedStep {
    Record {
        transition: Transition,
        recorded: oneshot::Sender<Result<(), RefusalReason>>,
    },
    /// Told once everything before it is durable.
    Mark(oneshot::Sender<()>),
    Close,
}

/// The journal is closed: the store failed, and nothing more may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JournalClosed;

impl Journal {
    /// Starts the writer for so many connections. Its handle answers the store's error, if one
    /// ended it.
    pub(crate) fn start(
        store: Arc<dyn DeliveryQueue>,
        clock: Clock,
        connections: u32,
    ) -> (Self, tokio::task::JoinHandle<Result<(), StoreError>>) {
        // Unbounded, but never long: a connection waits for its next row's permission before it
        // goes on, so it has at most three entries here.
        let (entries, receiver) = mpsc::unbounded_channel();
        (
            Self { entries },
            tokio::spawn(write(store, clock, receiver, connections as usize)),
        )
    }

    /// Queues a transition; await the receipt to know that it is durable.
    pub(crate) fn submit(&self, transition: Transition) -> Result<DurableAnswer, JournalClosed> {
        let (recorded, receipt) = oneshot::channel();
        self.entries
            .send(SubmittedStep::Record {
                transition,
                recorded,
            })
            .map_err(|_| JournalClosed)?;
        Ok(receipt)
    }

    /// Waits until everything submitted so far is durable, or the writer is gone.
    pub(crate) async fn written(&self) {
        let (reached, mark) = oneshot::channel();
        if self.entries.send(SubmittedStep::Mark(reached)).is_ok() {
            // A writer that fails drops it.
            let _ = mark.await;
        }
    }

    /// Ends the writer once everything submitted so far is durable.
    pub(crate) fn close(&self) {
        // A writer that is gone already is closed.
        let _ = self.entries.send(SubmittedStep::Close);
    }
}

async fn write(
    store: Arc<dyn DeliveryQueue>,
    clock: Clock,
    mut entries: mpsc::UnboundedReceiver<SubmittedStep>,
    connections: usize,
) -> Result<(), StoreError> {
    let mut group = Vec::with_capacity(GROUP);
    let mut took = Duration::ZERO;
    let mut is_open = true;
    while is_open && entries.recv_many(&mut group, GROUP).await > 0 {
        gather(&mut entries, &mut group, Company::of(connections, took)).await;
        let (mut transitions, mut receipts, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        for entry in group.drain(..) {
            match entry {
                SubmittedStep::Record {
                    transition,
                    recorded,
                } => {
                    transitions.push(transition);
                    receipts.push(recorded);
                }
                SubmittedStep::Mark(reached) => marks.push(reached),
                SubmittedStep::Close => is_open = false,
            }
        }
        // On an error the receiver is dropped with this function: every waiting receipt fails, and
        // no connection sends another dot.
        let begun = Instant::now();
        let refusals = store.record(&transitions, clock.now()).await?;
        took = begun.elapsed();
        for (transition, recorded) in transitions.iter().zip(receipts) {
            let refused = refusals
                .iter()
                .find(|refusal| refusal.delivery == transition.delivery);
            // Outcomes are often submitted without waiting for the receipt.
            let _ = recorded.send(refused.map_or(Ok(()), |refusal| Err(refusal.reason)));
        }
        for reached in marks {
            let _ = reached.send(());
        }
    }
    Ok(())
}

/// Whom a commit waits for, since it costs the same for few rows as for many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Company {
    leaves: usize,
    patience: Duration,
}

impl Company {
    /// A quick ledger has half of the connections write while the other half is on the wire. One that takes longer than
    /// the wire, a server far or busy, would have each half wait for two commits: it takes them all at once, and waiting
    /// half as long as the last commit took makes one commit of two.
    fn of(connections: usize, took: Duration) -> Self {
        let is_quick = took <= PATIENCE;
        Self {
            leaves: if is_quick {
                connections / 2
            } else {
                connections
            },
            patience: PATIENCE.max(took / 2).min(MOST_PATIENCE),
        }
    }
}

/// Waits a moment until that company is there.
async fn gather(
    entries: &mut mpsc::UnboundedReceiver<SubmittedStep>,
    group: &mut Vec<SubmittedStep>,
    company: Company,
) {
    let until = Instant::now() + company.patience;
    // Who waits for the end, or for all so far, is alone.
    let is_awaited = |group: &[SubmittedStep]| {
        let is_step = |entry: &SubmittedStep| matches!(entry, SubmittedStep::Record { .. });
        !group.iter().all(is_step)
    };
    while group.iter().filter(|entry| entry.asks_leave()).count() < company.leaves
        && group.len() < GROUP
        && !is_awaited(group)
    {
        match timeout_at(until, entries.recv_many(group, GROUP)).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
    }
}

impl SubmittedStep {
    fn asks_leave(&self) -> bool {
        matches!(self, Self::Record { transition, .. } if matches!(transition.to, DeliveryStep::Sending { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_ledger_waits_for_half_of_the_connections_and_a_slow_one_for_all() {
        let company = |took| Company::of(20, Duration::from_micros(took));
        let quick = Company {
            leaves: 10,
            patience: PATIENCE,
        };
        assert_eq!(company(0), quick);
        assert_eq!(company(1_000), quick);
        assert_eq!(company(1_500).leaves, 20);
        assert_eq!(company(1_500).patience, PATIENCE);
        assert_eq!(company(6_000).patience, Duration::from_millis(3));
        assert_eq!(company(60_000_000).patience, MOST_PATIENCE);
        assert_eq!(Company::of(1, Duration::ZERO).leaves, 0);
    }
}
