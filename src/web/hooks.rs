//! The door for providers' hooks, `/hooks/PROVIDER`: bounded as the readers' door is, read raw, proved, committed, and
//! only then acknowledged. Whoever is not a provider learns nothing of what is configured.

mod hook;
mod mailgun;
mod postmark;
mod sendgrid;
mod service;
mod ses;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{self, Body},
    extract::{DefaultBodyLimit, Path, Request, State},
    http::StatusCode,
    routing::post,
};

pub use self::{
    hook::{HookEvent, HookFault, HookRequest, ReportHook},
    mailgun::MailgunHook,
    postmark::PostmarkHook,
    sendgrid::SendGridHook,
    service::HookService,
    ses::{SesHook, SnsSource},
};
use crate::bounce::HookProvider;

/// SendGrid sends its events by the hundred.
const MAX_BODY_BYTES: usize = 2 << 20;
/// How long a body may take to come.
const MAX_BODY_TIME: Duration = Duration::from_secs(15);

/// The hooks over that service.
pub fn router(service: Arc<dyn HookService>) -> Router {
    Router::new()
        .route("/hooks/{provider}", post(take))
        .layer(DefaultBodyLimit::disable())
        .with_state(service)
}

/// One request, from its first byte to what its sender is told.
async fn take(
    State(service): State<Arc<dyn HookService>>,
    Path(provider): Path<String>,
    request: Request,
) -> StatusCode {
    let known = HookProvider::ALL
        .into_iter()
        .find(|own| own.as_str() == provider);
    let taken = match known {
        Some(known) => taken(service.as_ref(), known, request).await,
        None => Err(HookFault::NotFound),
    };
    let provider = known.map_or("-", HookProvider::as_str);
    match taken {
        Ok(events) => {
            tracing::info!(provider, events, "a provider told what became of mail");
            StatusCode::OK
        }
        Err(fault) => {
            tracing::warn!(provider, "a hook was not taken: {fault}");
            fault.status()
        }
    }
}

async fn taken(
    service: &dyn HookService,
    provider: HookProvider,
    request: Request,
) -> Result<usize, HookFault> {
    let hook = service.hook(provider).ok_or(HookFault::NotFound)?;
    let (head, body) = request.into_parts();
    let request = HookRequest {
        headers: head.headers,
        body: whole(body).await?,
        now: service.now(),
    };
    let events = hook.events(&request).await?;
    let count = events.len();
    if count > 0 {
        service.take_in(provider, events).await?;
    }
    Ok(count)
}

async fn whole(body: Body) -> Result<body::Bytes, HookFault> {
    let reading = body::to_bytes(body, MAX_BODY_BYTES);
    match tokio::time::timeout(MAX_BODY_TIME, reading).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) | Err(_) => Err(HookFault::TooMuch),
    }
}
