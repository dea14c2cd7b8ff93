//! What every request sees: the mail's keeper, and the pages' templates.

use std::sync::Arc;

use super::{folder::MailFolder, service::InboxService};
use crate::web::pages::PageTemplates;

/// The service and the pages.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) service: Arc<dyn InboxService>,
    pub(super) pages: Arc<PageTemplates>,
}

impl Site {
    pub(super) fn folder(&self) -> MailFolder {
        MailFolder(self.service.folder())
    }
}
