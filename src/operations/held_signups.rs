//! Mail that a flood of sign-ups would cause, held for a person to look at.

use serde::Serialize;

use crate::app::{App, AppError};

/// What is held, and what was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HeldSignups {
    /// Mails on hold.
    pub held: u64,
    /// Mails that leave now.
    pub released: u64,
}

impl App {
    /// How much is on hold; where it is to be released, none is any more.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn held_signups(&self, is_released: bool) -> Result<HeldSignups, AppError> {
        let store = self.store().await?;
        let released = match is_released {
            true => store.release_held(self.clock.true_now()).await?,
            false => 0,
        };
        Ok(HeldSignups {
            held: store.held_receipts().await?,
            released,
        })
    }
}
