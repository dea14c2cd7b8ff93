//! Who answers behind the hooks: knows which are configured, and takes in what they tell.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::hook::{HookEvent, HookFault, ReportHook};
use crate::bounce::HookProvider;

/// What the hooks' door asks of the program.
#[async_trait]
pub trait HookService: Send + Sync {
    /// The hook of that provider, as the settings have it now.
    fn hook(&self, provider: HookProvider) -> Option<Arc<dyn ReportHook>>;

    /// The moment.
    fn now(&self) -> DateTime<Utc>;

    /// Takes in what a hook told: committed when it returns.
    ///
    /// # Errors
    /// When that can't be done now.
    async fn take_in(
        &self,
        provider: HookProvider,
        events: Vec<HookEvent>,
    ) -> Result<(), HookFault>;
}
