//! A transaction that is begun once more: where the connection was lost, or others were in the way, before anything of
//! it was to stay. What was lost while it was committed is nobody's to repeat: it may well stand.

use super::{fault::PostgresFault, transaction::StoreTransaction};
use crate::store::StoreError;

/// So often others may be in the way: of two who wait for each other, the server lets one go on.
const CONTENDED: u32 = 5;

/// How often a verb was begun in vain.
#[derive(Debug, Default)]
pub(super) struct Tries {
    is_lost: bool,
    contended: u32,
}

impl Tries {
    /// Ends a transaction as the verb did; None: nothing of it stands, and it is to be begun once more.
    pub(super) async fn end<T>(
        &mut self,
        tx: StoreTransaction,
        done: Result<T, PostgresFault>,
    ) -> Option<Result<T, StoreError>> {
        match done {
            Err(fault) if self.may_repeat(&fault) => {
                tx.abandon(&fault).await;
                None
            }
            done => Some(tx.end(done).await),
        }
    }

    fn may_repeat(&mut self, fault: &PostgresFault) -> bool {
        if fault.is_lost() {
            return !std::mem::replace(&mut self.is_lost, true);
        }
        self.contended += u32::from(fault.is_undone_for_others());
        fault.is_undone_for_others() && self.contended <= CONTENDED
    }
}

/// One transaction of a verb: `transaction!(self.writing(), |tx| verb(&tx, …))`, begun once more where [`Tries`] says so.
macro_rules! transaction {
    ($begin:expr, |$tx:ident| $verb:expr) => {{
        let mut tries = $crate::store::postgres::tries::Tries::default();
        loop {
            let $tx = $begin.await?;
            let done = $verb.await;
            if let Some(answer) = tries.end($tx, done).await {
                break answer;
            }
        }
    }};
}
pub(super) use transaction;
