//! Whether this machine's clock and that of the server which has the state show the same time. Slots begin by this
//! machine's, as people and files here do; leases end by the server's, so that no clock here makes anybody live longer.

use chrono::TimeDelta;

use crate::{
    clock::{ASKEW, Clock},
    store::StateInstance,
};

/// What was seen of the two clocks last.
#[derive(Debug, Default)]
pub(super) struct ClockSkew {
    /// They differ by more than anybody means.
    pub(super) is_askew: bool,
}

impl ClockSkew {
    /// Looks at both. A server that does not answer is told elsewhere.
    pub(super) async fn look(&mut self, clock: Clock, state: &dyn StateInstance) {
        let before = clock.true_now();
        let Ok(Some(server)) = state.server().await else {
            return;
        };
        let half_way = (clock.true_now() - before) / 2;
        let ahead: TimeDelta = server.now - (before + half_way);
        let is_askew = ahead.abs() > ASKEW + half_way;
        if is_askew && !self.is_askew {
            tracing::warn!(
                seconds = ahead.num_seconds(),
                "the server's clock is ahead of this machine's by so much: slots begin by this machine's"
            );
        }
        self.is_askew = is_askew;
    }
}
