//! The readers' pages beside a command that stays: `serve`, `inbox`.

use std::sync::Arc;

use super::{CommandContext, Failure};
use crate::{
    delivery::StopSignal,
    live::LivePublication,
    operations::{
        HookDesk,
        readers::{ReaderMail, ReaderPages},
    },
    schedule::EventSink,
    words::say,
};

/// Serves them until `stop`, and providers' hooks beside them, and says where; None: no mail leads to any.
pub(super) async fn start(
    live: &LivePublication,
    mail: &ReaderMail,
    teller: Arc<dyn EventSink>,
    hooks: Option<Arc<HookDesk>>,
    stop: &StopSignal,
    context: &CommandContext,
) -> Result<Option<ReaderPages>, Failure> {
    let publication = Arc::clone(&live.snapshot().publication);
    let Some(base_url) = &publication.web.base_url else {
        return Ok(None);
    };
    let pages = ReaderPages::start(
        live,
        context.clock,
        mail.receipts(),
        teller,
        hooks,
        stop.clone(),
    )
    .await?;
    if let Some(address) = pages.address {
        context.output.note(say!(
            "the readers' pages at http://{address}, for readers {base_url}",
            address,
            base_url
        ));
    }
    Ok(Some(pages))
}
