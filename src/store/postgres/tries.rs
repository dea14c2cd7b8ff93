//! A transaction that is begun once more: where the connection was lost, or others were in the way, before anything of
//! it was to stay. What was lost while it was committed is nobody's to repeat: it may well stand.

use super::{fault::PostgresFault, transaction::StoreTransaction};
use crate::store::StoreError;

/// So often others may be in the way of a verb: of two who wait for each other, the server lets one go on.
const CONTENDED: u32 = 5;

/// How often what must not be lost is begun, each time for up to a minute.
const PATIENCE: u32 = 10;

/// How often a verb was begun in vain.
#[derive(Debug)]
pub(super) struct Tries {
    is_patient: bool,
    is_lost: bool,
    contended: u32,
}

impl Tries {
    /// Of a verb that somebody waits for: a lock that is not to be had within a minute is trouble.
    pub(super) fn brief() -> Self {
        Self {
            is_patient: false,
            is_lost: false,
            contended: 0,
        }
    }

    /// Of what must not be lost: it waits for whoever is in its way.
    pub(super) fn patient() -> Self {
        Self {
            is_patient: true,
            ..Self::brief()
        }
    }

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
            let is_first = !std::mem::replace(&mut self.is_lost, true);
            if is_first {
                tracing::warn!("the connection to the database was lost; trying once more");
            }
            return is_first;
        }
        let (is_in_the_way, most) = match self.is_patient {
            true => (fault.is_contended(), PATIENCE),
            false => (
                fault.is_undone_for_others() || fault.is_overtaken(),
                CONTENDED,
            ),
        };
        self.contended += u32::from(is_in_the_way);
        let is_repeated = is_in_the_way && self.contended < most;
        if is_repeated && self.is_patient && !fault.is_overtaken() {
            tracing::warn!("others are in the way in the database; still trying");
        }
        is_repeated
    }
}

/// One transaction of a verb: `transaction!(self.writing(), |tx| verb(&tx, …))`, begun once more where [`Tries`] says so.
macro_rules! transaction {
    ($begin:expr, |$tx:ident| $verb:expr) => {
        $crate::store::postgres::tries::tried!(brief, $begin, |$tx| $verb)
    };
}

/// The same of a store's verb that must not be lost.
macro_rules! patiently {
    ($store:expr, |$tx:ident| $verb:expr) => {
        $crate::store::postgres::tries::tried!(patient, $store.writing(), |$tx| $verb)
    };
}

macro_rules! tried {
    ($how:ident, $begin:expr, |$tx:ident| $verb:expr) => {{
        let mut tries = $crate::store::postgres::tries::Tries::$how();
        loop {
            let $tx = $begin.await?;
            let done = $verb.await;
            if let Some(answer) = tries.end($tx, done).await {
                break answer;
            }
        }
    }};
}
pub(super) use {patiently, transaction, tried};
